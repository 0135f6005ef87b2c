import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { check, MemmapTable, saveNpy } from "../../src/index.js";
import { nodeFiles, overFiles, withFiles } from "../../src/platform/files.js";
import { formatLast, parseLast } from "../../src/store/last.js";
import { failure } from "../../src/testing/files/failure.js";
import { isPosix } from "../support/platform.js";
import { temporaryPaths } from "../support/temporary.js";
import { crash, expectOne, expectSettled, sample } from "./check-stores.js";

const fresh = temporaryPaths();

/** A store with one thing wrong, which is for nobody to repair who does not know the data. */
function expectFound(
  damage: (path: string) => unknown,
  code: Parameters<typeof expectOne>[1],
  at: string,
  what: RegExp,
): string {
  const path = sample(fresh());
  damage(path);
  expect(expectOne(path, code, at, what).repair).toBeUndefined();
  expectSettled(path);
  return path;
}

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
      (path) => truncateSync(join(path, "a.npy"), 136),
      "short-file",
      "a.npy",
      /promises 12 bytes.*holds 8/,
    );
    expectFound(
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
    expectFound((path) => writeFileSync(join(path, "a.npy"), bytes), code, "a.npy", what);
  });

  it("has a sidecar that is malformed", () => {
    for (const [text, what] of [
      ["{", /line 1/],
      ['{"dtype": "<i4"}', /shape/],
      ["[]", /must be an object/],
    ] as const) {
      expectFound((path) => writeFileSync(join(path, "a.attr"), text), "bad-sidecar", "a.attr", what);
      expectFound((path) => writeFileSync(join(path, "g", ".attr"), text), "bad-sidecar", "g/.attr", what);
    }
  });

  it("has a sidecar that describes no array that there can be", () => {
    const nonsense = '{"dtype": "<q9", "shape": [3]}';
    expectFound(
      (path) => writeFileSync(join(path, "r.attr"), nonsense),
      "bad-dtype",
      "r.npy",
      /dtype is none/,
    );
  });

  it("has a sidecar that says that there is no header", () => {
    for (const shape of ["[3]", "[2]", "[5, 2]"]) {
      expectFound(
        (path) => writeFileSync(join(path, "a.attr"), `{"dtype": "<i4", "shape": ${shape}}`),
        "two-descriptions",
        "a.npy",
        /has no header, but it begins with one/,
      );
    }
  });

  it("has neither header nor sidecar", () => {
    expectFound((path) => rmSync(join(path, "r.attr")), "headerless", "r.npy", /no header, and no sidecar/);
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
      (at) => writeFileSync(join(at, "x.attr"), "{}"),
      "orphan-sidecar",
      "x.attr",
      /sidecar of x\.npy/,
    );
  });

  it("is gone with its sidecar, which only the last record knows", () => {
    expectFound(
      (path) => ["npy", "attr"].map((ending) => rmSync(join(path, `a.${ending}`))),
      "missing-column",
      ".memmap/last",
      /left a column "a"/,
    );
  });

  it("is one file with another", () => {
    expectFound(
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
    expectFound((path) => mkdirSync(join(path, "x.npy")), "no-file", "x.npy", /a directory/);
    expectFound((path) => mkdirSync(join(path, "g", "b.attr")), "no-file", "g/b.attr", /a directory/);
    expectFound((path) => mkdirSync(join(path, "g", ".attr")), "no-file", "g/.attr", /a directory/);
    if (!isPosix) return;
    expectFound((path) => execFileSync("mkfifo", [join(path, "x.npy")]), "no-file", "x.npy", /FIFO/);
  });
});

describe("a name", () => {
  const array = (path: string, name: string) => copyFileSync(join(path, "a.npy"), join(path, name));

  it("breaks the rules", () => {
    expectFound((path) => array(path, "con.npy"), "bad-name", "con.npy", /device CON/);
    expectFound((path) => array(path, ".npy"), "bad-name", ".npy", /empty/);
    expectFound((path) => array(path, "a\\b.npy"), "bad-name", "a\\b.npy", /backslash/);
    expectFound(
      (path) => {
        mkdirSync(join(path, ".hidden"));
        array(path, ".hidden/x.npy");
      },
      "bad-name",
      ".hidden",
      /begins with a dot.*no columns/,
    );
  });

  it.runIf(process.platform === "linux")("is no text", () => {
    const path = sample(fresh());
    const name = Buffer.concat([Buffer.from(`${path}/`), Buffer.from([0xff]), Buffer.from(".npy")]);
    copyFileSync(join(path, "a.npy"), name);
    expectOne(path, "bad-name", "\ufffd.npy", /no UTF-8/);
  });

  it.runIf(process.platform === "linux")("collides with another", () => {
    const both = (path: string, one: string, other: string) => {
      for (const name of [one, other]) array(path, name);
    };
    expectFound((path) => both(path, "x.npy", "X.npy"), "name-collision", "x.npy", /would be one/);
    expectFound(
      (path) => both(path, "\u00e9.npy", "e\u0301.npy"),
      "name-collision",
      "\u00e9.npy",
      /would be one/,
    );
    expectFound((path) => array(path, "g.npy"), "name-collision", "g", /"g" and "g\/"/);
  });
});

describe("a symbolic link", () => {
  it("leads to a column, to another place, outside, nowhere", () => {
    expectFound(
      (path) => symlinkSync("a.npy", join(path, "l.npy")),
      "link",
      "l.npy",
      /a\.npy; .*only be read/,
    );
    expectFound((path) => symlinkSync("g", join(path, "h")), "link", "h", /symbolic link/);
    expectFound((path) => symlinkSync("..", join(path, "up")), "outside-link", "up", /leads outside/);
    expectFound((path) => symlinkSync("none", join(path, "x.npy")), "dangling-link", "x.npy", /nowhere/);
  });

  it("leads outside for a sidecar or an array, which is not read", () => {
    const elsewhere = sample(fresh());
    const path = sample(fresh());
    for (const name of ["a.attr", "r.npy"]) {
      rmSync(join(path, name));
      symlinkSync(join(elsewhere, name), join(path, name));
    }
    expect(check(path).map(({ code }) => code)).toEqual(["outside-link", "outside-link"]);
  });

  it("to the table itself is followed", () => {
    const path = sample(fresh());
    writeFileSync(join(path, "x.attr"), "{}");
    const link = fresh();
    symlinkSync(path, link);
    expect(check(link)).toEqual(check(path));
  });
});

describe("a directory", () => {
  it("is a table of its own", () => {
    const path = sample(fresh());
    const inner = join(path, "inner");
    mkdirSync(inner);
    saveNpy(join(inner, "x.npy"), Int32Array.of(1, 2, 3));
    mkdirSync(join(inner, ".memmap"));
    expectOne(path, "nested-table", "inner/.memmap", /never came to be/);
    expectSettled(path);
    copyFileSync(join(path, ".memmap", "last"), join(inner, ".memmap", "last"));
    expectOne(path, "nested-table", "inner/.memmap", /table of its own within/);
    // Seen from within, it is a part of the other.
    const within = check(inner);
    expect(within.map(({ code }) => code)).toContain("nested-table");
    expect(within.every((one) => one.repair === undefined)).toBe(true);
    expect(within.find(({ code }) => code === "nested-table")?.what).toContain(path);
  });

  it("has nothing in it", () => {
    const path = expectFound((at) => mkdirSync(join(at, "e")), "empty-group", "e", /nothing/);
    mkdirSync(join(path, "e", "f"));
    expectOne(path, "empty-group", "e/f", /nothing/);
    // The group of a committed deletion is about to go.
    const other = sample(fresh());
    crash(other, (table) => table.deleteColumn("g/b"));
    rmSync(join(other, "g", "b.npy"));
    expect(check(other).map(({ code }) => code)).toEqual(["unapplied-record"]);
  });

  it("holds no table", () => {
    const path = fresh();
    mkdirSync(path);
    expectOne(path, "no-table", "", /no columns/);
    expectSettled(path);
    writeFileSync(join(path, "notes.txt"), "");
    expectOne(path, "no-table", "", /no columns/);
    expect(() => MemmapTable.open(path)).toThrow(/no table/);
  });
});

describe("where the system refuses", () => {
  /** A file system that refuses to open some files, as for a user who may not. */
  const refusing = (refuses: (path: string, flags: string) => boolean, code: "EACCES" | "EIO" = "EACCES") =>
    overFiles(nodeFiles, {
      open(at, flags) {
        if (refuses(at, flags)) throw failure("open", at, code);
        return nodeFiles.open(at, flags);
      },
      list(at) {
        if (refuses(at, "list")) throw failure("list", at, code);
        return nodeFiles.list(at);
      },
    });

  it.each([
    ["an array", "a.npy"],
    ["a sidecar", "r.attr"],
    ["a group", "g"],
    ["the last record", ".memmap/last"],
  ])("to read %s", (_, name) => {
    const path = sample(fresh());
    for (const code of ["EACCES", "EIO"] as const) {
      withFiles(
        refusing((at) => at === join(path, name), code),
        () => expect(expectOne(path, "unreadable", name, new RegExp(code)).repair).toBeUndefined(),
      );
    }
  });

  it("to read the record that follows", () => {
    const path = sample(fresh());
    crash(path, (table) => table.resize(5));
    withFiles(
      refusing((at) => at.includes("commit-")),
      () => expectOne(path, "unreadable", ".memmap/commit-5", /EACCES/),
    );
  });

  it("to write to one column, or to all", () => {
    const path = sample(fresh());
    const only = refusing((at, flags) => flags === "r+" && at.endsWith("b.npy"));
    withFiles(only, () => expectOne(path, "unwritable", "g/b.npy", /may not write/));
    const all = refusing((at, flags) => flags === "r+" && at.endsWith(".npy"));
    withFiles(all, () => expectOne(path, "unwritable", "", /none of the 3 columns/));
  });

  it("nothing that vanishes meanwhile is reported", () => {
    const path = sample(fresh());
    const files = overFiles(nodeFiles, {
      open(at, flags) {
        if (at.endsWith("b.npy")) renameSync(join(path, "g"), `${path}-gone`);
        return nodeFiles.open(at, flags);
      },
    });
    expect(withFiles(files, () => check(path))).toEqual([]);
  });
});
