import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { check, saveNpy } from "../../src/index.js";
import { formatLast, parseLast } from "../../src/store/last.js";
import { isPosix } from "../support/platform.js";
import { temporaryPaths } from "../support/temporary.js";
import { expectFound, expectOne, expectSettled, sample } from "./check-stores.js";

const fresh = temporaryPaths();

/** Bytes of a header of this text. */
function npy(header: string, data = 0): Buffer {
  const text = `${header.padEnd(117)}\n`;
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length, 0]);
  return Buffer.concat([start, Buffer.from(text), Buffer.alloc(data)]);
}

const HEADER = "{'descr': '<i4', 'fortran_order': False, 'shape': (3,), }";

describe("a file that is meant to be a column", () => {
  it("has another number of rows than the others", () => {
    expectFound(
      fresh(),
      (path) => saveNpy(join(path, "a.npy"), Int32Array.of(1, 2, 3, 4)),
      "unequal-rows",
      "a.npy",
      /^the column has 4 rows, where 2 of 3 columns have 3, such as (g\/b|r)\.npy, as the last transaction left them$/,
    );
  });

  it("and each of several has", () => {
    const path = sample(fresh());
    saveNpy(join(path, "g", "b.npy"), Float64Array.of(1, 2));
    writeFileSync(join(path, "r.attr"), '{"dtype": "<i4", "shape": [1]}');
    const found = check(path);
    expect(found.map(({ code, path: at }) => [code, at])).toEqual([
      ["unequal-rows", join(path, "g", "b.npy")],
      ["unequal-rows", join(path, "r.npy")],
    ]);
    expect(found.map(({ what }) => /has (\d+) rows/.exec(what)?.[1])).toEqual(["2", "1"]);
  });

  it("has rows of its own where the root is no table", () => {
    const path = sample(fresh());
    const last = join(path, ".memmap", "last");
    writeFileSync(last, formatLast({ ...parseLast(readFileSync(last), last), rows: null }));
    saveNpy(join(path, "a.npy"), Int32Array.of(1, 2, 3, 4));
    expect(check(path)).toEqual([]);
  });

  it("is shorter than its header, or its sidecar, promises", () => {
    expectFound(
      fresh(),
      (path) => truncateSync(join(path, "a.npy"), 136),
      "short-file",
      "a.npy",
      /promises 12 bytes.*holds 8/,
    );
    expectFound(
      fresh(),
      (path) => truncateSync(join(path, "r.npy"), 11),
      "short-file",
      "r.npy",
      /promises 12 bytes.*holds 11/,
    );
    // More bytes are spare room.
    const path = sample(fresh());
    appendFileSync(join(path, "a.npy"), "more");
    appendFileSync(join(path, "r.npy"), "more");
    expect(check(path)).toEqual([]);
  });

  it("is empty, or ends within its header", () => {
    const path = expectFound(
      fresh(),
      (at) => truncateSync(join(at, "a.npy"), 100),
      "bad-header",
      "a.npy",
      /ends at byte 128/,
    );
    truncateSync(join(path, "a.npy"), 0);
    expectOne(path, "bad-header", "a.npy", /an NPY file is not empty/);
    rmSync(join(path, "a.attr"));
    expectOne(path, "headerless", "a.npy", /no header, and no sidecar/);
  });

  it.each([
    ["malformed", npy("{'descr': '<i4', 'shape': (3,), }", 12), "bad-header", /no key "fortran_order"/],
    [
      "of another version",
      Buffer.concat([Buffer.from("\x93NUMPY\x09\0", "latin1"), Buffer.alloc(99)]),
      "bad-header",
      /version 9\.0/,
    ],
    ["of objects", npy(HEADER.replace("<i4", "|O"), 24), "bad-dtype", /object/i],
    ["of long doubles", npy(HEADER.replace("<i4", "<f16"), 48), "bad-dtype", /f16/],
    ["without axes", npy(HEADER.replace("(3,)", "()"), 4), "no-rows", /no rows/],
    ["too large for any file", npy(HEADER.replace("(3,)", "(9007199254740991,)")), "bad-header", /./],
  ] as const)("has a header that is %s", (_, bytes, code, what) => {
    expectFound(fresh(), (path) => writeFileSync(join(path, "a.npy"), bytes), code, "a.npy", what);
  });

  it("has a sidecar that is malformed", () => {
    for (const [text, what] of [
      ["{", /line 1/],
      ['{"dtype": "<i4"}', /shape/],
      ["[]", /must be an object/],
    ] as const) {
      expectFound(
        fresh(),
        (path) => writeFileSync(join(path, "a.attr"), text),
        "bad-sidecar",
        "a.attr",
        what,
      );
      expectFound(
        fresh(),
        (path) => writeFileSync(join(path, "g", ".attr"), text),
        "bad-sidecar",
        "g/.attr",
        what,
      );
    }
  });

  it("has a sidecar that describes no array that there can be", () => {
    const nonsense = '{"dtype": "<q9", "shape": [3]}';
    expectFound(
      fresh(),
      (path) => writeFileSync(join(path, "r.attr"), nonsense),
      "bad-dtype",
      "r.npy",
      /dtype is none/,
    );
  });

  it("has a sidecar that says that there is no header", () => {
    for (const shape of ["[3]", "[2]", "[5, 2]"]) {
      expectFound(
        fresh(),
        (path) => writeFileSync(join(path, "a.attr"), `{"dtype": "<i4", "shape": ${shape}}`),
        "two-descriptions",
        "a.npy",
        /has no header, but it begins with one/,
      );
    }
  });

  it("has neither header nor sidecar", () => {
    expectFound(
      fresh(),
      (path) => rmSync(join(path, "r.attr")),
      "headerless",
      "r.npy",
      /no header, and no sidecar/,
    );
  });

  it("is gone, and its sidecar is left", () => {
    const path = sample(fresh());
    rmSync(join(path, "a.npy"));
    expect(check(path).map(({ code, path: at }) => [code, at])).toEqual([
      ["missing-column", join(path, ".memmap", "last")],
      ["orphan-sidecar", join(path, "a.attr")],
    ]);
    expectSettled(path);
    expectFound(
      fresh(),
      (at) => writeFileSync(join(at, "x.attr"), "{}"),
      "orphan-sidecar",
      "x.attr",
      /sidecar of x\.npy/,
    );
  });

  it("is gone with its sidecar, which only the last record knows", () => {
    expectFound(
      fresh(),
      (path) => ["npy", "attr"].map((ending) => rmSync(join(path, `a.${ending}`))),
      "missing-column",
      ".memmap/last",
      /left a column "a"/,
    );
  });

  it("is one file with another", () => {
    expectFound(
      fresh(),
      (path) => {
        rmSync(join(path, "g", "b.npy"));
        linkSync(join(path, "a.npy"), join(path, "g", "b.npy"));
      },
      "shared-file",
      "g/b.npy",
      /same file as a\.npy/,
    );
    // A copy of the table by hard links shares nothing within itself.
    const path = sample(fresh());
    linkSync(join(path, "a.npy"), join(fresh()));
    expect(check(path)).toEqual([]);
  });

  it("is a directory, or a device", () => {
    expectFound(fresh(), (path) => mkdirSync(join(path, "x.npy")), "no-file", "x.npy", /a directory/);
    expectFound(
      fresh(),
      (path) => mkdirSync(join(path, "g", "b.attr")),
      "no-file",
      "g/b.attr",
      /a directory/,
    );
    expectFound(fresh(), (path) => mkdirSync(join(path, "g", ".attr")), "no-file", "g/.attr", /a directory/);
    if (!isPosix) return;
    expectFound(fresh(), (path) => execFileSync("mkfifo", [join(path, "x.npy")]), "no-file", "x.npy", /FIFO/);
  });
});
