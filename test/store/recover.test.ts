import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CorruptError, type Durability, MemmapTable, saveNpy } from "../../src/index.js";
import { nodeFiles, overFiles } from "../../src/platform/files.js";
import { readLast } from "../../src/store/look.js";
import { StorePaths } from "../../src/store/paths.js";
import { type CommitRecord, formatCommit, type Operation, parseCommit } from "../../src/store/record.js";
import { Store } from "../../src/store/store.js";
import { openBelow, snapshot, thrown } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();

/** A table of three rows. */
function sample(durability: Durability = "full"): string {
  const path = fresh();
  using table = MemmapTable.create(path, { durability, rows: 3, attr: "old" });
  table.addColumn("a", "i4", { data: [1, 2, 3], attr: "old" });
  table.addColumn("g/b", "i4", { data: [4, 5, 6] });
  table.addColumn("r", "i4", { data: [7, 8, 9], layout: "raw" });
  return path;
}

type Change = (table: MemmapTable) => unknown;

const everything: Change = (table) =>
  table.transaction(() => {
    table.renameColumn("a", "h/a");
    table.addColumn("new", "f8", { fill: 1, attr: "new" });
    table.deleteColumn("g/b");
    table.resize(2);
    table.attr = "new";
  });

class Killed extends Error {}

/** Changes a table as one whose process ends when the change is committed and nothing of it is applied. */
function crash(path: string, change: Change, durability: Durability = "full"): void {
  let isCommitted = false;
  const stopping = <A extends unknown[], R>(call: (...args: A) => R) => {
    return (...args: A): R => {
      if (isCommitted) throw new Killed("the process has ended");
      return call(...args);
    };
  };
  const files = overFiles(nodeFiles, {
    look: stopping(nodeFiles.look),
    open: stopping(nodeFiles.open),
    rename: stopping(nodeFiles.rename),
    mkdir: stopping(nodeFiles.mkdir),
    unlink: stopping(nodeFiles.unlink),
    close: (fd) => {
      nodeFiles.close(fd);
      isCommitted ||= readdirSync(join(path, ".memmap")).some((name) => name.startsWith("commit-"));
    },
  });
  const store = Store.open(path, { writable: true, files, durability });
  const table = MemmapTable.over(store, "r+", "npy");
  expect(() => change(table)).toThrow(CorruptError);
  expect(() => change(table)).toThrow(/committed.*(ended).*open it again/);
  try {
    table.close();
  } catch {
    // A process that has ended closes nothing.
  }
}

const pathOf = (path: string) => new StorePaths(path);

/** The pending record of a store. */
function pending(path: string): CommitRecord {
  const [name] = readdirSync(join(path, ".memmap")).filter((entry) => entry.startsWith("commit-"));
  const file = join(path, ".memmap", name ?? "");
  return parseCommit(readFileSync(file), file);
}

function rewrite(path: string, change: Partial<CommitRecord>): void {
  const { sha256: _, ...record } = pending(path);
  writeFileSync(pathOf(path).commit(record.generation), formatCommit({ ...record, ...change }));
}

const shown = (table: MemmapTable) => ({
  rows: table.length,
  columns: Array.from(table.columns(), ([name, column]) => [name, [...column], column.attr]),
  attr: table.attr,
  generation: table.generation,
});

/** What is in a table before and after a change. */
function states(change: Change): { before: unknown; after: unknown } {
  const path = sample();
  using table = MemmapTable.open(path, { mode: "r+" });
  const before = shown(table);
  change(table);
  return { before, after: shown(table) };
}

const { before: BEFORE, after: AFTER } = states(everything);

function expectState(path: string, state: unknown): void {
  {
    using reader = MemmapTable.open(path);
    expect(shown(reader)).toEqual(state);
  }
  {
    using writer = MemmapTable.open(path, { mode: "r+" });
    expect(shown(writer)).toEqual(state);
  }
  expect(readdirSync(join(path, ".memmap")).sort()).toEqual(["last", "lock"]);
  using reader = MemmapTable.open(path);
  expect(shown(reader)).toEqual(state);
}

describe("a change that was committed and not applied", () => {
  it.each(["full", "process"] as const)(
    "is what readers see, and what the next writer applies: %s",
    (level) => {
      const path = sample(level);
      crash(path, everything, level);
      expect(openBelow(path)).toEqual([]);
      const files = snapshot(path);
      {
        using reader = MemmapTable.open(path);
        expect(shown(reader)).toEqual(AFTER);
        expect(snapshot(path)).toEqual(files);
      }
      expectState(path, AFTER);
    },
  );

  it("is applied by names in a copy of the table, whatever the inodes", () => {
    const path = sample();
    crash(path, everything);
    const copy = fresh();
    cpSync(path, copy, { recursive: true });
    expectState(copy, AFTER);
    expectState(path, AFTER);
  });

  it("stays readable through a reader while a writer applies it", () => {
    const path = sample();
    crash(path, everything);
    using reader = MemmapTable.open(path);
    expect(reader.column("new").sum()).toBe(2);
    MemmapTable.open(path, { mode: "r+" }).close();
    // One column was mapped from the stage, the others have their own names by now.
    expect(shown(reader)).toEqual(AFTER);
    reader.refresh();
    expect(shown(reader)).toEqual(AFTER);
  });

  it("is found done in parts", () => {
    for (const done of [1, 2, 3, 4, 5, 6]) {
      const path = sample();
      crash(path, everything);
      const { operations, stage } = pending(path);
      for (const operation of operations.slice(0, done)) {
        const to = join(path, operation.path);
        if (operation.op === "mkdir") mkdirSync(to);
        if (operation.op === "put") renameSync(join(path, ".memmap", stage ?? "", operation.from), to);
      }
      expectState(path, AFTER);
    }
  });

  it("leaves another file alone that has the name of one that was to be deleted", () => {
    const path = sample();
    crash(path, (table) => table.deleteColumn("a"));
    rmSync(join(path, "a.npy"));
    saveNpy(join(path, "a.npy"), Int32Array.of(10, 20, 30));
    using table = MemmapTable.open(path, { mode: "r+" });
    expect([...table.column("a")]).toEqual([10, 20, 30]);
  });

  it("does not leave two names of one file", () => {
    const path = sample();
    crash(path, (table) => table.renameColumn("a", "b"));
    const { operations, stage } = pending(path);
    const put = operations.find((operation) => operation.op === "put" && operation.path === "b.npy");
    if (put?.op !== "put") throw new Error("there is no put");
    linkSync(join(path, ".memmap", stage ?? "", put.from), join(path, "b.npy"));
    using table = MemmapTable.open(path, { mode: "r+" });
    expect([...table.column("b")]).toEqual([1, 2, 3]);
    expect(existsSync(join(path, "a.npy"))).toBe(false);
    expect(readdirSync(join(path, ".memmap")).sort()).toEqual(["last", "lock"]);
  });
});

describe("what was not committed", () => {
  it.each([
    ["torn", (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ["empty", () => Buffer.alloc(0)],
    ["zeros", (bytes: Buffer) => Buffer.alloc(bytes.length)],
    ["damaged", (bytes: Buffer) => Buffer.from(bytes.toString().replace('"new"', '"old"'))],
  ])("is undone where the record is %s", (_, damage) => {
    const path = sample();
    crash(path, everything);
    const file = pathOf(path).commit(pending(path).generation);
    writeFileSync(file, damage(readFileSync(file)));
    expectState(path, BEFORE);
  });

  it("is undone where the record follows another transaction, or has another number", () => {
    for (const change of [{ prev: "somebody-else" }, { prev: null }, { generation: 77 }]) {
      const path = sample();
      crash(path, everything);
      const { sha256: _, ...record } = pending(path);
      const file = pathOf(path).commit(record.generation);
      writeFileSync(file, formatCommit({ ...record, ...change }));
      expectState(path, BEFORE);
    }
  });

  it("is undone where there is only a stage, or a record that is long past", () => {
    const path = sample();
    mkdirSync(join(path, ".memmap", "stage-5"));
    linkSync(join(path, "a.npy"), join(path, ".memmap", "stage-5", "0000"));
    mkdirSync(join(path, ".memmap", "stage-1-abc"));
    writeFileSync(join(path, ".memmap", "commit-2"), "{}");
    expectState(path, BEFORE);
  });

  it("leaves what is nobody's", () => {
    const path = sample();
    for (const name of ["commit-x", "commit-", "notes", "stage-5"]) {
      writeFileSync(join(path, ".memmap", name), "somebody's");
    }
    MemmapTable.open(path, { mode: "r+" }).close();
    expect(readdirSync(join(path, ".memmap")).sort()).toEqual(
      ["commit-", "commit-x", "last", "lock", "notes", "stage-5"].sort(),
    );
  });
});

describe("a table that never came to be", () => {
  it("is made anew", () => {
    for (const left of ["", "torn"]) {
      const path = fresh();
      mkdirSync(join(path, ".memmap", "stage-1"), { recursive: true });
      writeFileSync(join(path, ".memmap", "stage-1", "0000"), "half");
      writeFileSync(join(path, ".memmap", "commit-1"), left);
      expect(() => MemmapTable.open(path)).toThrow(/no table/);
      using table = MemmapTable.open(path, { mode: "a", rows: 2 });
      expect(table.length).toBe(2);
      expect(readdirSync(join(path, ".memmap")).sort()).toEqual(["last", "lock"]);
    }
  });
});

describe("a record that is whole, and could do harm,", () => {
  const put = (path: string): Operation => ({ op: "put", path, from: "0000", ino: "1", size: 1 });

  it.each<[string, Partial<CommitRecord>]>([
    ["leads out of the table", { operations: [put("../x.npy")] }],
    ["leads to the root of the disk", { operations: [put("/x.npy")] }],
    ["deletes what is no column", { operations: [{ op: "delete", path: "notes.txt", ino: "1" }] }],
    ["deletes in the control directory", { operations: [{ op: "delete", path: ".memmap/x.npy", ino: "1" }] }],
    ["removes another directory", { operations: [{ op: "rmdir", path: "../other" }] }],
    ["makes a hidden directory", { operations: [{ op: "mkdir", path: ".hidden" }] }],
    ["punches a sidecar", { operations: [{ op: "punch", path: "a.attr", ino: "1", from: 0 }] }],
    [
      "writes a header that is none",
      { operations: [{ op: "header", path: "a.npy", ino: "1", header: "AAAA" }] },
    ],
    ["puts from no stage", { stage: null, operations: [put("x.npy")] }],
  ])("is refused: it %s", (_, change) => {
    const path = sample();
    crash(path, everything);
    rewrite(path, change);
    const files = snapshot(path);
    expect(() => MemmapTable.open(path)).toThrow(CorruptError);
    expect(() => MemmapTable.open(path, { mode: "r+" })).toThrow(CorruptError);
    expect(() => MemmapTable.open(path, { mode: "r+" })).toThrow(/cannot be applied.*nothing was changed/);
    expect(snapshot(path)).toEqual(files);
    expect(openBelow(path)).toEqual([]);
  });

  it("is refused where a link is in the way, of a group or of the stage", () => {
    const elsewhere = fresh();
    mkdirSync(elsewhere);
    for (const place of ["h", "stage"]) {
      const path = sample();
      crash(path, everything);
      const { stage } = pending(path);
      if (place === "stage") rmSync(join(path, ".memmap", stage ?? ""), { recursive: true });
      symlinkSync(elsewhere, place === "h" ? join(path, "h") : join(path, ".memmap", stage ?? ""));
      for (const mode of ["r", "r+"] as const) {
        expect(thrown(() => MemmapTable.open(path, { mode }))).toBeInstanceOf(CorruptError);
      }
      expect(readdirSync(elsewhere)).toEqual([]);
    }
  });

  it("is refused where the files are not those that it knows", () => {
    const lost = sample();
    crash(lost, everything);
    const { operations, stage } = pending(lost);
    const [put] = operations.filter(({ op }) => op === "put");
    if (put?.op !== "put") throw new Error("there is no put");
    rmSync(join(lost, ".memmap", stage ?? "", put.from));
    expect(thrown(() => MemmapTable.open(lost, { mode: "r+" })).message).toMatch(
      /neither it nor .* is there/,
    );

    const torn = sample();
    crash(torn, everything);
    const staged = join(torn, ".memmap", pending(torn).stage ?? "", put.from);
    truncateSync(staged, 1);
    const files = snapshot(torn);
    expect(thrown(() => MemmapTable.open(torn, { mode: "r+" })).message).toMatch(
      /staged for .* 1 bytes, not/,
    );
    rmSync(staged);
    mkdirSync(staged);
    expect(thrown(() => MemmapTable.open(torn, { mode: "r+" })).message).toMatch(/another file/);
    expect({ ...snapshot(torn), ...files }).toEqual(files);

    const replaced = sample();
    crash(replaced, (table) => table.resize(2));
    renameSync(join(replaced, "a.npy"), join(replaced, "old"));
    cpSync(join(replaced, "old"), join(replaced, "a.npy"));
    expect(thrown(() => MemmapTable.open(replaced, { mode: "r+" })).message).toMatch(
      /another file has its name/,
    );
    // When it is there again, all is well.
    renameSync(join(replaced, "old"), join(replaced, "a.npy"));
    using table = MemmapTable.open(replaced, { mode: "r+" });
    expect(table.length).toBe(2);

    const short = sample();
    crash(short, (table) => table.resize(9));
    truncateSync(join(short, "a.npy"), 140);
    expect(thrown(() => MemmapTable.open(short, { mode: "r+" })).message).toMatch(/promises|holds/);
  });
});

describe("durability", () => {
  it("that waits makes safe what did not, before its first change", () => {
    const calls: string[] = [];
    const files = overFiles(nodeFiles, {
      syncAll: (path) => {
        calls.push("syncAll");
        return nodeFiles.syncAll(path);
      },
      create: (path) => {
        calls.push("create");
        return nodeFiles.create(path);
      },
    });
    const path = sample("process");
    const store = Store.open(path, { writable: true, files, durability: "full" });
    using table = MemmapTable.over(store, "r+", "npy");
    expect(calls).toEqual([]);
    table.attr = 1;
    expect(calls.filter((call) => call === "syncAll")).toEqual(["syncAll"]);
    expect(calls[0]).toBe("syncAll");
    table.attr = 2;
    expect(calls.filter((call) => call === "syncAll")).toEqual(["syncAll"]);
    expect(readLast(pathOf(path), nodeFiles)?.durability).toBe("full");
  });

  it("of a change that did not wait comes with flush()", () => {
    let count = 0;
    const files = overFiles(nodeFiles, {
      // Where there is no call for a whole file system, every file is synced.
      syncAll: () => false,
      sync: (fd, path) => {
        count += 1;
        nodeFiles.sync(fd, path);
      },
    });
    const path = sample("process");
    const store = Store.open(path, { writable: true, files, durability: "process" });
    using table = MemmapTable.over(store, "r+", "npy");
    table.attr = 1;
    expect(count).toBe(0);
    table.flush();
    expect(count).toBeGreaterThanOrEqual(7);
    const before = count;
    table.flush();
    expect(count).toBe(before);
  });
});
