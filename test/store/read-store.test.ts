import { cpSync, rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MemmapTable, StaleError } from "../../src/index.js";
import { type Files, nodeFiles } from "../../src/platform/files.js";
import { Store } from "../../src/store/store.js";
import { interceptFiles } from "../../src/testing/files/intercept.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();

const template = fresh();
{
  using table = MemmapTable.create(template, { durability: "process", rows: 3, attr: 0 });
  table.addColumn("a", "i4", { data: [1, 2, 3], attr: 0 });
  table.addColumn("g/b", "i4", { data: [4, 5, 6] });
  table.addColumn("r", "i4", { data: [7, 8, 9], layout: "raw" });
}

function sample(): string {
  const path = fresh();
  cpSync(template, path, { recursive: true });
  return path;
}

const CHANGES: Record<string, (table: MemmapTable) => unknown> = {
  growing: (table) => table.resize(5),
  shrinking: (table) => table.resize(1),
  appending: (table) => table.append([{ a: 1, "g/b": 1, r: 1 }]),
  renaming: (table) => table.renameColumn("a", "h/a"),
  "renaming in a ring": (table) =>
    table.transaction(() => {
      table.renameColumn("a", "t");
      table.renameColumn("r", "a");
      table.renameColumn("t", "r");
    }),
  deleting: (table) => table.deleteColumn("g/b"),
  replacing: (table) => table.addColumn("a", "f8", { overwrite: true, fill: 1.5 }),
  adding: (table) => table.addColumn("x/y/new", "f8", { fill: 1, attr: 1 }),
  "setting attributes": (table) =>
    table.transaction(() => {
      table.attr = 1;
      table.column("a").attr = 1;
    }),
  everything: (table) =>
    table.transaction(() => {
      table.renameColumn("r", "x/r");
      table.deleteColumn("g/b");
      table.resize(2);
      table.addColumn("new", "f8");
      table.attr = 1;
    }),
};

/** All that a handle knows of a table, which opening it has read. */
const catalogOf = ({ catalog, generation }: Store) => ({
  generation,
  rows: catalog.rows,
  columns: Array.from(catalog.columns, ([name, { rows, attr, dtype }]) => [name, rows, attr, dtype.str]),
  groups: [...catalog.groups],
});

function open(path: string, files: Files = nodeFiles) {
  const store = Store.open(path, { writable: false, files });
  try {
    return catalogOf(store);
  } finally {
    store.close();
  }
}

describe.each(Object.entries(CHANGES))("a reader that opens a table while a writer is %s", (_, change) => {
  it("sees it before or after, wherever between two of its calls the writer comes", () => {
    const seen = new Set<number>();
    let count = 0;
    for (let moment = 1; ; moment += 2) {
      const path = sample();
      const before = open(path);
      const writer = MemmapTable.open(path, { mode: "r+", durability: "process" });
      count = 0;
      const files = interceptFiles(nodeFiles, (_call, proceed) => {
        count += 1;
        if (count === moment) change(writer);
        return proceed();
      });
      const found = open(path, files);
      const reached = count >= moment;
      writer.close();
      const after = open(path);
      if (reached) expect(after.generation).toBe(before.generation + 1);
      seen.add(found.generation);
      expect(found).toEqual(found.generation === before.generation ? before : after);
      rmSync(path, { recursive: true });
      if (!reached) break;
    }
    expect(seen.size).toBe(2);
    expect(count).toBeGreaterThan(20);
  });

  it("sees it before or after, wherever the writer is when it stops", () => {
    const seen = new Set<number>();
    for (let moment = 1; ; moment += 2) {
      const path = sample();
      const before = open(path);
      let [count, found] = [0, undefined as ReturnType<typeof open> | undefined];
      const files = interceptFiles(nodeFiles, (_call, proceed) => {
        count += 1;
        // A look from another process, right in the middle.
        if (count === moment) found = open(path);
        return proceed();
      });
      const store = Store.open(path, { writable: true, files, durability: "process" });
      const writer = MemmapTable.over(store, "r+", "npy");
      change(writer);
      writer.close();
      const after = open(path);
      if (found === undefined) break;
      seen.add(found.generation);
      expect(found).toEqual(found.generation === before.generation ? before : after);
      rmSync(path, { recursive: true });
    }
    expect(seen.size).toBe(2);
  });
});

describe("a reader of a table that changes all the time", () => {
  it("gives up at some time, and says so", () => {
    const path = sample();
    using writer = MemmapTable.open(path, { mode: "r+", durability: "process" });
    let [busy, count] = [false, 0];
    const files = interceptFiles(nodeFiles, (call, proceed) => {
      if (call.name === "list" && call.path === path && !busy) {
        busy = true;
        count += 1;
        writer.attr = count;
        busy = false;
      }
      return proceed();
    });
    const clock = performance.now;
    const start = clock.call(performance);
    // An hour passes with every look at the clock.
    performance.now = () => start + count * 3_600_000;
    try {
      expect(() => open(path, files)).toThrow(StaleError);
    } finally {
      performance.now = clock;
    }
    expect(count).toBeLessThan(5);
  });

  it("takes up the newest when it refreshes, and nothing when nothing came", () => {
    const path = sample();
    using writer = MemmapTable.open(path, { mode: "r+", durability: "process" });
    using reader = MemmapTable.open(path);
    const { generation } = reader;
    for (let i = 1; i <= 5; i++) {
      writer.append([{ a: i, "g/b": i, r: i }]);
      writer.attr = i;
      expect(reader.generation).toBe(generation + 2 * (i - 1));
      reader.refresh();
      expect(reader.generation).toBe(generation + 2 * i);
      expect(reader.length).toBe(3 + i);
      expect(reader.attr).toBe(i);
      reader.refresh();
      expect(reader.generation).toBe(writer.generation);
    }
  });
});
