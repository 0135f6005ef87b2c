import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ClosedError, CorruptError, DiskError, MemmapTable, ReadOnlyError } from "../../src/index.js";
import { nodeFiles } from "../../src/platform/files.js";
import { parseLast } from "../../src/store/last.js";
import { Store, type StoreOptions } from "../../src/store/store.js";
import { isVacant } from "../../src/store/vacancy.js";
import {
  type CountedCall,
  type FailingFiles,
  type Failure,
  failingFiles,
  type SystemCode,
} from "../../src/testing/files/index.js";
import { openBelow, snapshot } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();

const template = fresh();
{
  using table = MemmapTable.create(template, { durability: "process", rows: 3, attr: "t" });
  table.addColumn("a", "i4", { data: [1, 2, 3], attr: "of a" });
  table.addColumn("g/b", "i4", { data: [4, 5, 6] });
  table.addColumn("r", "i4", { data: [7, 8, 9], layout: "raw" });
}

/** A closed table: a column with an attribute, one in a group, one that is raw. */
function sample(): string {
  const path = fresh();
  cpSync(template, path, { recursive: true });
  return path;
}

type Change = (table: MemmapTable) => unknown;

const CHANGES: Record<string, Change> = {
  "adding a column": (table) => table.addColumn("new", "i4", { attr: 1 }),
  "adding a column in new groups": (table) => table.addColumn("x/y/new", "i4", { attr: 1 }),
  "replacing a column": (table) => table.addColumn("a", "f8", { overwrite: true, fill: 1 }),
  "copying a column": (table) => table.copyColumn("a", "c"),
  "renaming a column": (table) => table.renameColumn("a", "g/c"),
  "deleting columns": (table) =>
    table.transaction(() => {
      table.deleteColumn("a");
      table.deleteColumn("g/b");
    }),
  growing: (table) => table.resize(5),
  shrinking: (table) => table.resize(1),
  "shrinking and growing": (table) =>
    table.transaction(() => {
      table.resize(1);
      table.resize(4);
    }),
  appending: (table) => table.append([{ a: 10, "g/b": 11, r: 12 }]),
  "changing names in a ring": (table) =>
    table.transaction(() => {
      table.renameColumn("a", "t");
      table.renameColumn("r", "a");
      table.renameColumn("t", "r");
    }),
  "setting attributes": (table) =>
    table.transaction(() => {
      table.attr = 2;
      table.setGroupAttr("g", 2);
      table.column("g/b").attr = 2;
    }),
};

function open(path: string, files: FailingFiles, durability: "full" | "process"): MemmapTable {
  const store = Store.open(path, { writable: true, files: files.files, durability });
  return MemmapTable.over(store, "r+", "npy");
}

const shown = (table: MemmapTable) => ({
  rows: table.length,
  columns: Array.from(table.columns(), ([name, column]) => [name, [...column], column.attr]),
  attr: table.attr,
  group: table.columnNames.some((name) => name.startsWith("g/")) ? table.groupAttr("g") : undefined,
  generation: table.generation,
});
type Shown = ReturnType<typeof shown>;

/** The files, without what may lie behind the data of a column in place. */
function dataOf(path: string): Record<string, string> {
  const files = snapshot(path);
  using table = MemmapTable.open(path);
  for (const [name, column] of table.columns()) files[`./${name}.npy`] = [...column].join();
  return files;
}

function caught(act: () => unknown): Error | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

const CODES: SystemCode[] = ["ENOSPC", "EIO", "EDQUOT", "EMFILE", "EACCES"];

/**
 * Makes a change while calls fail, and judges what it leaves: the table as before and usable, or changed and usable, or of no
 * use until it is opened again, when it is as before or changed.
 */
function refused(
  change: Change,
  after: Shown,
  durability: "full" | "process",
  call: number,
  failure: Failure,
): "done" | "undone" | "poisoned" | undefined {
  const path = sample();
  const files = failingFiles();
  const table = open(path, files, durability);
  const before = { shown: shown(table), data: dataOf(path), open: openBelow(path) };
  files.failAt(call, failure);
  const error = caught(() => change(table));
  const { hasFailed } = files;
  files.reset();
  const poison = caught(() => table.length);
  if (poison !== undefined) {
    expect([DiskError, CorruptError]).toContain(poison.constructor);
    expect(String(poison)).toMatch(/open it again/);
    expect(String(poison)).toContain(failure.code);
    for (const use of [() => table.at(0), () => table.columnNames, () => change(table)]) {
      expect(caught(use)).toBe(poison);
    }
  } else if (error === undefined) expect(shown(table)).toEqual(after);
  else {
    expect(error).toBeInstanceOf(DiskError);
    expect(String(error)).toContain(failure.code);
    expect(shown(table)).toEqual(before.shown);
    expect(openBelow(path)).toEqual(before.open);
    // Where everything fails, so does undoing.
    if (failure.times === undefined) expect(dataOf(path)).toEqual(before.data);
    // The same again, undisturbed.
    change(table);
    expect(shown(table)).toEqual(after);
  }
  // A poisoned table may refuse to be flushed, and is closed all the same.
  const unclosed = caught(() => table.close());
  if (poison === undefined) expect(unclosed).toBe(undefined);
  expect(openBelow(path)).toEqual([]);
  using again = MemmapTable.open(path, { mode: "r+", durability: "process" });
  const isAcknowledged =
    poison === undefined || error === undefined || /is committed, but/.test(String(poison));
  expect(isAcknowledged ? [after] : [before.shown, after]).toContainEqual(shown(again));
  expect(readdirSync(join(path, ".memmap")).sort()).toEqual(["last", "lock"]);
  if (!hasFailed) return undefined;
  if (poison !== undefined) return "poisoned";
  return error === undefined ? "done" : "undone";
}

const { seed = 1 } = fc.readConfigureGlobal() ?? {};

// Half of them each time.
const someChanges = Object.entries(CHANGES).filter((_, i) => (i + seed) % 2 === 0);
describe.each(someChanges)("where the system refuses while %s", (_, change) => {
  const path = sample();
  const calls: CountedCall[] = [];
  let after: Shown;
  {
    const files = failingFiles();
    using table = open(path, files, "full");
    files.reset();
    change(table);
    calls.push(...files.calls);
    after = shown(table);
  }

  it("each call in turn", () => {
    const outcomes = { done: 0, undone: 0, poisoned: 0 };
    for (let call = 1; ; call++) {
      const code = CODES[call % CODES.length];
      const outcome = refused(change, after, "full", call, { code });
      if (outcome === undefined) break;
      outcomes[outcome] += 1;
      expect(call).toBeLessThan(500);
    }
    expect(outcomes.undone).toBeGreaterThan(5);
    expect(outcomes.poisoned).toBeGreaterThan(0);
  });

  it("a write in the middle of it", () => {
    for (const { name, number } of calls) {
      if (name !== "write") continue;
      expect(refused(change, after, "full", number, { code: "ENOSPC", short: true })).toBeDefined();
    }
  });

  it("everything from some call on", () => {
    for (let call = 1; ; call += 5) {
      const failure = { code: "ENOSPC", times: Number.POSITIVE_INFINITY } as const;
      if (refused(change, after, call % 2 === 0 ? "full" : "process", call, failure) === undefined) break;
    }
  });
});

describe("opening and creating where the system refuses each call in turn", () => {
  it.each<[string, (options: Omit<StoreOptions, "writable"> & { path: string }) => Store]>([
    ["reading", ({ path, ...options }) => Store.open(path, { ...options, writable: false })],
    ["writing", ({ path, ...options }) => Store.open(path, { ...options, writable: true })],
  ])("%s", (_, act) => {
    for (let call = 1; ; call++) {
      const path = sample();
      const files = failingFiles();
      files.failAt(call, { code: "ENOSPC" });
      const before = snapshot(path);
      let store: Store | undefined;
      try {
        store = act({ path, files: files.files });
      } catch (error) {
        expect(error).toBeInstanceOf(DiskError);
        expect(openBelow(path)).toEqual([]);
      }
      expect(snapshot(path)).toEqual(before);
      store?.close();
      if (!files.hasFailed) break;
    }
  });

  it("creating", () => {
    for (let call = 1; ; call++) {
      const path = fresh();
      const files = failingFiles();
      files.failAt(call, { code: "ENOSPC" });
      try {
        const store = Store.create(path, { files: files.files, durability: "full" });
        const draft = store.begin();
        try {
          store.commit(draft);
          store.close();
        } catch (error) {
          store.abandon();
          if (!(error instanceof CorruptError)) expect(snapshot(path)).toEqual({ ".": "absent" });
        }
      } catch (error) {
        expect(error).toBeInstanceOf(DiskError);
        // Where even the lock's file could not be looked at, it stays, and is no obstacle.
        expect(isVacant(path, nodeFiles)).toBe(true);
      }
      expect(openBelow(path)).toEqual([]);
      if (!files.hasFailed) break;
    }
  });
});

describe("a store", () => {
  it("records generation, order, rows and durability with a checksum", () => {
    const path = sample();
    const last = () => parseLast(readFileSync(join(path, ".memmap", "last")), "last");
    expect(last()).toMatchObject({
      version: 1,
      generation: 4,
      order: ["a", "g/b", "r"],
      rows: 3,
      durability: "process",
    });
    const { txid } = last();
    using table = MemmapTable.open(path, { mode: "r+" });
    table.renameColumn("r", "q");
    expect(last()).toMatchObject({ generation: 5, order: ["a", "g/b", "q"], durability: "full" });
    expect(last().txid).not.toBe(txid);
  });

  it("waits for the disk at durability full before and after its record, and for nothing at process", () => {
    for (const durability of ["full", "process"] as const) {
      const path = sample();
      const files = failingFiles();
      using table = open(path, files, durability);
      // What was not synced before is, ahead of the first change.
      table.attr = 1;
      files.reset();
      table.transaction(() => {
        table.addColumn("x/new", "i4", { attr: 1 });
        table.renameColumn("a", "c");
        table.append([{ "x/new": 1, c: 2, "g/b": 3, r: 4 }]);
      });
      const calls = files.calls.map((call) =>
        `${call.name} ${call.path}`.replace(path, "").replace(/[0-9a-f]{4}$/, "N"),
      );
      const syncs = calls.filter((call) => call.startsWith("sync"));
      if (durability === "process") {
        expect(syncs).toEqual([]);
        continue;
      }
      const record = calls.indexOf("create /.memmap/commit-6");
      const applied = calls.findIndex((call, i) => i > record && /^(rename|mkdir)/.test(call));
      const retired = calls.indexOf("rename /.memmap/commit-6");
      expect([record > 0, applied > record, retired > applied]).toEqual([true, true, true]);
      const before = calls.slice(0, record);
      for (const sync of [
        "sync /.memmap/stage-6/N",
        "sync /g/b.npy",
        "sync /r.npy",
        "sync /a.npy",
        "syncDirectory /.memmap/stage-6",
        "syncDirectory /.memmap",
      ]) {
        expect(before).toContain(sync);
      }
      const committing = calls.slice(record, applied).filter((call) => call.startsWith("sync"));
      expect(committing).toEqual(["sync /.memmap/commit-6", "syncDirectory /.memmap"]);
      const applying = calls.slice(applied, retired);
      for (const sync of ["sync /c.npy", "sync /g/b.npy", "syncDirectory /x", "syncDirectory "]) {
        expect(applying).toContain(sync);
      }
    }
  });

  it("reads no data, and a few bytes of each file, to open", () => {
    const path = fresh();
    MemmapTable.create(path, { durability: "process", rows: 100_000, columns: { a: "f8", b: "f8" } }).close();
    const files = failingFiles();
    const store = Store.open(path, { writable: false, files: files.files });
    expect(store.catalog.rows).toBe(100_000);
    // Of each array a page at most, and the record once at each of a reader's looks.
    expect(files.calls.filter(({ name }) => name === "read").length).toBeLessThan(8);
    store.close();
  });

  it("is of no use after closing, nor for writing where it reads", () => {
    const path = sample();
    const reader = Store.open(path, { writable: false });
    expect(() => reader.begin()).toThrow(ReadOnlyError);
    reader.close();
    reader.close();
    expect(() => reader.begin()).toThrow(ClosedError);
    expect(() => reader.refresh()).toThrow(ClosedError);
    expect(reader.closed).toBe(true);
  });
});
