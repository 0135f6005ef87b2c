import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  ClosedError,
  CorruptError,
  DiskError,
  isMemmapError,
  MemmapTable,
  ReadOnlyError,
} from "../../src/index.js";
import { nodeFiles } from "../../src/platform/files.js";
import { parseLast } from "../../src/store/last.js";
import { Store, type StoreOptions } from "../../src/store/store.js";
import { isVacant } from "../../src/store/vacancy.js";
import { type FailingFiles, failingFiles } from "../../src/testing/files/index.js";
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
  generation: table.generation,
});

/** The files, without what may lie behind the data of a column in place. */
function dataOf(path: string): Record<string, string> {
  const files = snapshot(path);
  using table = MemmapTable.open(path);
  for (const [name, column] of table.columns()) files[`./${name}.npy`] = [...column].join();
  return files;
}

describe.each(Object.entries(CHANGES))("where the system refuses while %s", (_, change) => {
  it("each call in turn", () => {
    let [undone, poisoned] = [0, 0];
    for (let call = 1; ; call++) {
      const path = sample();
      const files = failingFiles();
      const table = open(path, files, "full");
      const before = { shown: shown(table), data: dataOf(path), open: openBelow(path) };
      files.failAt(call, { code: "ENOSPC" });
      let error: unknown;
      try {
        change(table);
      } catch (thrown) {
        error = thrown;
      }
      const { hasFailed } = files;
      files.reset();
      if (error instanceof CorruptError) {
        poisoned += 1;
        expect(error.message).toMatch(/half-way.*ENOSPC.*open it again/);
        expect(error.cause).toBeInstanceOf(DiskError);
        for (const use of [() => table.length, () => table.at(0), () => change(table)]) {
          expect(use).toThrow(error);
        }
      } else if (error !== undefined) {
        undone += 1;
        expect(error).toBeInstanceOf(DiskError);
        expect(shown(table)).toEqual(before.shown);
        expect(dataOf(path)).toEqual(before.data);
        expect(openBelow(path)).toEqual(before.open);
        // The same again, undisturbed.
        change(table);
        expect(table.generation).toBe(before.shown.generation + 1);
        using reader = MemmapTable.open(path);
        expect(shown(reader)).toEqual(shown(table));
      }
      table.close();
      expect(openBelow(path)).toEqual([]);
      if (!hasFailed) break;
      expect(call).toBeLessThan(500);
    }
    expect(undone).toBeGreaterThan(5);
    expect(poisoned).toBeGreaterThan(0);
  });

  it("everything from some call on", () => {
    for (let call = 1; ; call += 3) {
      const path = sample();
      const files = failingFiles();
      const table = open(path, files, "process");
      files.failAt(call, { code: "ENOSPC", times: Number.POSITIVE_INFINITY });
      let error: unknown;
      try {
        change(table);
      } catch (thrown) {
        error = thrown;
      }
      const { hasFailed } = files;
      files.reset();
      // Undoing fails too, and says nothing of it.
      if (error !== undefined)
        expect(isMemmapError(error, "DISK") || isMemmapError(error, "CORRUPT")).toBe(true);
      if (error instanceof DiskError) {
        using reader = MemmapTable.open(path);
        expect(reader.generation).toBe(4);
        change(table);
        expect(table.generation).toBe(5);
      }
      table.close();
      expect(openBelow(path)).toEqual([]);
      if (!hasFailed) break;
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

  it("syncs files before their names, directories after, at durability full; nothing at process", () => {
    for (const durability of ["full", "process"] as const) {
      const path = sample();
      const files = failingFiles();
      using table = open(path, files, durability);
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
      const first = calls.findIndex((call) => call.startsWith("rename"));
      const last = calls.findIndex((call) => call === "rename /.memmap/last-5");
      expect(last).toBeGreaterThan(first);
      const before = calls.slice(0, first);
      for (const sync of [
        "sync /.memmap/stage-5/N",
        "sync /g/b.npy",
        "sync /r.npy",
        "sync /a.npy",
        "sync /.memmap/last-5",
        "syncDirectory /.memmap/stage-5",
        "syncDirectory /.memmap",
        "syncDirectory ",
      ]) {
        expect(before).toContain(sync);
      }
      const between = calls.slice(first, last);
      for (const sync of ["sync /c.npy", "sync /g/b.npy", "syncDirectory /x", "syncDirectory "]) {
        expect(between).toContain(sync);
      }
      expect(calls.slice(last)).toContain("syncDirectory /.memmap");
    }
  });

  it("reads no data, and a few bytes of each file, to open", () => {
    const path = fresh();
    MemmapTable.create(path, { durability: "process", rows: 100_000, columns: { a: "f8", b: "f8" } }).close();
    const files = failingFiles();
    const store = Store.open(path, { writable: false, files: files.files });
    expect(store.catalog.rows).toBe(100_000);
    expect(files.calls.filter(({ name }) => name === "read").length).toBeLessThan(5);
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
