import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { check, MemmapTable, saveNpy } from "../../src/index.js";
import { nodeFiles, overFiles, withFiles } from "../../src/platform/files.js";
import { type CommitRecord, formatCommit } from "../../src/store/record.js";
import { temporaryPaths } from "../support/temporary.js";
import {
  crash,
  crashed,
  everything,
  expectOne,
  expectRepaired,
  expectSettled,
  lastOf,
  outside,
  pending,
  recordPath,
  rewrite,
  sample,
  shown,
} from "./check-stores.js";

const fresh = temporaryPaths();

/** The directories that are listed by a check. */
function readBelow(path: string): string[] {
  const seen: string[] = [];
  const files = overFiles(nodeFiles, {
    list(at) {
      if (existsSync(at)) seen.push(realpathSync(at));
      return nodeFiles.list(at);
    },
  });
  withFiles(files, () => check(path));
  return seen;
}

describe("a committed change that is not applied", () => {
  it.each(["full", "process"] as const)("is applied: %s", (durability) => {
    const path = sample(fresh(), durability);
    crash(path, everything, durability);
    const after = shown(path);
    const found = check(path).map(({ code }) => code);
    expect(found).toEqual(durability === "full" ? ["unapplied-record"] : ["unapplied-record", "unsynced"]);
    const [first] = check(path);
    expect(first).toMatchObject({ path: recordPath(path), repair: "it is applied" });
    expect(first?.what).toMatch(/generation 5, \d+ operations$/);
    expectRepaired(path);
    expect(check(path)).toEqual([]);
    expect(shown(path)).toEqual(after);
    expect(lastOf(path).durability).toBe("full");
    expect(readdirSync(join(path, ".memmap")).sort()).toEqual(["last", "lock"]);
  });

  it("is applied in a copy of the store, and where it was applied in part", () => {
    const { path, after } = crashed(fresh());
    const copy = fresh();
    cpSync(path, copy, { recursive: true });
    const { operations, stage } = pending(path);
    for (const operation of operations) {
      const to = join(path, operation.path);
      if (operation.op === "mkdir") mkdirSync(to);
      if (operation.op === "put") renameSync(join(path, ".memmap", stage ?? "", operation.from), to);
    }
    for (const one of [path, copy]) {
      expectOne(one, "unapplied-record", `.memmap/commit-5`, /not yet applied/);
      expectRepaired(one);
      expect(check(one)).toEqual([]);
      expect(shown(one)).toEqual(after);
    }
  });

  it("leaves another file alone that has the name of one to be deleted, and says so", () => {
    const { path } = crashed(fresh(), (table) => table.deleteColumn("a"));
    rmSync(join(path, "a.npy"));
    saveNpy(join(path, "a.npy"), Int32Array.of(10, 20, 30));
    const [found] = check(path);
    expect(found?.repair).toBe("it is applied; a.npy: not what was to be deleted, and stays");
    expectRepaired(path);
    expect(shown(path).columns).toContainEqual(["a", [10, 20, 30], null]);
  });

  /** What keeps a record from being applied, in a table of everything. */
  const MISFITS: [string, (path: string, record: CommitRecord) => unknown, RegExp][] = [
    [
      "what is to be put is gone",
      (path, { stage }) => rmSync(join(path, ".memmap", stage ?? ""), { recursive: true }),
      /cannot be applied: put of .*neither/,
    ],
    [
      "what is to be put was cut short",
      (path, { stage, operations }) => {
        const put = operations.find(({ op, path: at }) => op === "put" && at === "new.npy");
        if (put?.op === "put") truncateSync(join(path, ".memmap", stage ?? "", put.from), 5);
      },
      /put of new\.npy: 5 bytes are there, and \d+ were committed/,
    ],
    [
      "what is to be put is another file",
      (path, { stage, operations }) => {
        const put = operations.find(({ op, path: at }) => op === "put" && at === "new.npy");
        const staged = join(path, ".memmap", stage ?? "", put?.op === "put" ? put.from : "");
        renameSync(staged, `${staged}-old`);
        cpSync(`${staged}-old`, staged);
      },
      /put of new\.npy: the staged file has the inode \d+, and \d+ was committed/,
    ],
    [
      "a directory is in the way",
      (path) => mkdirSync(join(path, "new.npy")),
      /put of new\.npy: there is a directory of this name/,
    ],
    [
      "a file is in the way of a group",
      (path) => writeFileSync(join(path, "h"), ""),
      /mkdir of h: there is a file/,
    ],
    [
      "what is to be deleted became a directory",
      (path) => {
        rmSync(join(path, "g", "b.npy"));
        mkdirSync(join(path, "g", "b.npy"));
      },
      /delete of g\/b\.npy: this is a directory/,
    ],
    [
      "it leads out of the table",
      (path) => rewrite(path, { operations: [{ op: "rmdir", path: "../other" }] }),
      /rmdir of "\.\.\/other" breaks the rules of names$/,
    ],
    ["it names no stage", (path) => rewrite(path, { stage: null }), /it names no stage/],
    ["a link is in the way", (path) => symlinkSync(tmpdir(), join(path, "h")), /h is a symbolic link/],
  ];

  it.each(MISFITS)("stays where %s", (_, damage, what) => {
    const { path } = crashed(fresh());
    damage(path, pending(path));
    const seen = readBelow(path);
    expect(seen.filter((at) => !at.startsWith(path))).toEqual([]);
    const [found] = check(path).filter(({ code }) => code === "bad-record");
    expect(found).toMatchObject({ path: recordPath(path), repair: undefined });
    expect(found?.what).toMatch(what);
    // Nothing else is repaired either: it may be what is missing here.
    mkdirSync(join(path, ".memmap", "stage-99"));
    writeFileSync(join(path, ".memmap", "commit-99"), "");
    expect(check(path).map(({ code }) => code)).toEqual(
      expect.arrayContaining(["bad-record", "leftover-stage", "void-record"]),
    );
    expectSettled(path);
  });

  it("stays where a file that is to grow is not the one that was to", () => {
    const { path } = crashed(fresh(), (table) => table.resize(9));
    const rename = (from: string, to: string) => renameSync(join(path, from), join(path, to));
    rename("a.npy", "old");
    const codes = check(path).map(({ code }) => code);
    expect(codes).toEqual(["bad-record", "missing-column", "orphan-sidecar"]);
    expect(check(path)[0]?.what).toMatch(/header of a\.npy: the file is missing/);
    cpSync(join(path, "old"), join(path, "a.npy"));
    expectOne(path, "bad-record", ".memmap/commit-5", /header of a\.npy: the file has the inode/);
    rename("old", "a.npy");
    const whole = readFileSync(join(path, "a.npy"));
    truncateSync(join(path, "a.npy"), 140);
    const found = check(path).find(({ code }) => code === "bad-record");
    expect(found?.what).toMatch(/header of a\.npy: the header promises 36 bytes/);
    writeFileSync(join(path, "a.npy"), whole);
    expectRepaired(path);
    expect(shown(path).rows).toBe(9);
  });
});

describe("what was not committed", () => {
  const torn = (bytes: Buffer) => bytes.subarray(0, bytes.length / 2);

  it.each([
    ["torn", torn, /does not count: it is not whole: .*line 1/],
    ["empty", () => Buffer.alloc(0), /not whole/],
    ["damaged", (bytes: Buffer) => Buffer.from(bytes.toString().replace("new", "old")), /the checksum/],
  ])("a record that is %s", (_, damage, what) => {
    const path = sample(fresh());
    const before = { files: outside(path), shown: shown(path) };
    crash(path, everything);
    writeFileSync(recordPath(path), damage(readFileSync(recordPath(path))));
    const found = check(path);
    expect(found.map(({ code }) => code)).toEqual(["void-record", "leftover-stage"]);
    expect(found[0]?.what).toMatch(what);
    expectRepaired(path);
    expect(check(path)).toEqual([]);
    expect({ files: outside(path), shown: shown(path) }).toEqual(before);
    expect(readdirSync(join(path, ".memmap")).sort()).toEqual(["last", "lock"]);
  });

  it("a record of another history", () => {
    const { path } = crashed(fresh(), (table) => table.deleteColumn("a"));
    for (const [change, what] of [
      [{ prev: "somebody-else" }, /follows the transaction somebody-else, and the last one is/],
      [{ prev: null }, /follows the transaction null/],
      [{ generation: 77 }, /of generation 77, and its name says 5/],
    ] as const) {
      const { sha256: _, ...record } = pending(path);
      writeFileSync(recordPath(path), formatCommit({ ...record, ...change }));
      expectOne(path, "void-record", ".memmap/commit-5", what);
    }
    rmSync(join(path, ".memmap", "commit-5"));
    const { path: other } = crashed(fresh(), (table) => table.deleteColumn("a"));
    writeFileSync(join(path, ".memmap", "commit-9"), formatCommit({ ...pending(other), generation: 9 }));
    expectOne(path, "void-record", ".memmap/commit-9", /of generation 9, and the last transaction is of 4/);
    expectRepaired(path);
    expect(check(path)).toEqual([]);
  });

  it("a stage, whose files may be names of live columns", () => {
    const path = sample(fresh());
    const before = outside(path);
    mkdirSync(join(path, ".memmap", "stage-5-abc"));
    linkSync(join(path, "a.npy"), join(path, ".memmap", "stage-5-abc", "0000"));
    expectOne(path, "leftover-stage", ".memmap/stage-5-abc", /never was committed/);
    expectRepaired(path);
    expect(check(path)).toEqual([]);
    expect(outside(path)).toEqual(before);
  });

  it("a change that did not wait for the disk is brought there", () => {
    const path = sample(fresh(), "process");
    const { sha256: _, durability: __, ...before } = lastOf(path);
    expectOne(path, "unsynced", ".memmap/last", /loss of power/);
    expectRepaired(path);
    expect(check(path)).toEqual([]);
    expect(lastOf(path)).toMatchObject({ ...before, durability: "full" });
  });

  it("a table that never came to be", () => {
    for (const left of ["", "torn"]) {
      const path = fresh();
      mkdirSync(join(path, ".memmap", "stage-1"), { recursive: true });
      writeFileSync(join(path, ".memmap", "stage-1", "0000"), "half");
      writeFileSync(join(path, ".memmap", "commit-1"), left);
      expectOne(path, "no-table", ".memmap", /never came to be/);
      expectRepaired(path);
      expectOne(path, "no-table", "", /no columns/);
      expect(readdirSync(path)).toEqual([]);
      MemmapTable.create(path, { overwrite: true }).close();
      expect(check(path)).toEqual([]);
    }
  });

  it("with something in it that is somebody's", () => {
    const path = fresh();
    mkdirSync(join(path, ".memmap", "stage-1"), { recursive: true });
    writeFileSync(join(path, ".memmap", "notes"), "");
    expect(check(path).map(({ code }) => code)).toEqual(["no-table", "foreign-file", "leftover-stage"]);
    expectRepaired(path);
    expect(existsSync(join(path, ".memmap", "notes"))).toBe(true);
  });
});

describe("the control directory", () => {
  it("holds what nobody put there", () => {
    const path = sample(fresh());
    for (const name of ["commit-x", "notes"]) writeFileSync(join(path, ".memmap", name), "");
    mkdirSync(join(path, ".memmap", "commit-9"));
    const found = check(path);
    expect(found.map(({ code, path: at }) => [code, at])).toEqual(
      ["commit-9", "commit-x", "notes"].map((name) => ["foreign-file", join(path, ".memmap", name)]),
    );
    expectSettled(path);
  });

  it("is a link, or a file, and nothing in it is used", () => {
    const path = sample(fresh());
    const elsewhere = fresh();
    renameSync(join(path, ".memmap"), elsewhere);
    symlinkSync(elsewhere, join(path, ".memmap"));
    expectOne(path, "bad-control", ".memmap", /is a symbolic link/);
    expectSettled(path);
    rmSync(join(path, ".memmap"));
    writeFileSync(join(path, ".memmap"), "");
    expectOne(path, "bad-control", ".memmap", /is no directory/);
    expectSettled(path);
  });

  it("has a lock or a last record that is no file", () => {
    for (const name of ["lock", "last"]) {
      const path = sample(fresh());
      rmSync(join(path, ".memmap", name));
      mkdirSync(join(path, ".memmap", name));
      expect(
        expectOne(path, "bad-control", `.memmap/${name}`, /no regular file|a file/).repair,
      ).toBeUndefined();
      rmSync(join(path, ".memmap", name), { recursive: true });
      symlinkSync("x", join(path, ".memmap", name));
      expect(check(path).map(({ code }) => code)).toEqual(["bad-control"]);
    }
  });
});
