import { describe, expect, it } from "vitest";
import { MemmapTable, StaleError } from "../../src/index.js";
import type { Files } from "../../src/platform/files.js";
import { Store } from "../../src/store/store.js";
import { interceptFiles, MemoryFiles } from "../../src/testing/files/index.js";
import { someOf } from "../support/some-of.js";

const ROOT = "/table";

/** A table in memory, which is open for writing. No element of it is read or stored, for which it had to be mapped. */
function tableOn(files: Files, writable: boolean): MemmapTable {
  const store = Store.open(ROOT, { writable, files, durability: "process" });
  return MemmapTable.over(store, writable ? "r+" : "r", "npy");
}

const template = new MemoryFiles();
{
  const store = Store.create(ROOT, { files: template, durability: "process" });
  using table = MemmapTable.over(store, "r+", "npy");
  table.resize(3);
  table.addColumn("a", "i4", { attr: 0 });
  table.addColumn("g/b", "i4");
  table.addColumn("r", "i4", { layout: "raw" });
  table.attr = 0;
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
  replacing: (table) => table.addColumn("a", "f8", { overwrite: true }),
  adding: (table) => table.addColumn("x/y/new", "f8", { attr: 1 }),
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

function open(files: Files) {
  const store = Store.open(ROOT, { writable: false, files });
  try {
    return catalogOf(store);
  } finally {
    store.close();
  }
}

// A third of them each time.
const someChanges = someOf(Object.entries(CHANGES), 3);
describe.each(someChanges)("a reader that opens a table while a writer is %s", (_, change) => {
  it("sees it before or after, wherever between two of its calls the writer comes", () => {
    const seen = new Set<number>();
    let count = 0;
    for (let moment = 1; ; moment++) {
      const disk = template.killState();
      const before = open(disk);
      const writer = tableOn(disk, true);
      count = 0;
      const files = interceptFiles(disk, (_call, proceed) => {
        count += 1;
        if (count === moment) change(writer);
        return proceed();
      });
      const found = open(files);
      const reached = count >= moment;
      writer.close();
      const after = open(disk);
      if (reached) expect(after.generation).toBe(before.generation + 1);
      seen.add(found.generation);
      expect(found).toEqual(found.generation === before.generation ? before : after);
      if (!reached) break;
    }
    expect(seen.size).toBe(2);
    expect(count).toBeGreaterThan(20);
  });

  it("sees it before or after, wherever the writer is when it comes, or stops for ever", () => {
    const seen = new Set<number>();
    for (let moment = 1; ; moment++) {
      const disk = template.killState();
      const before = open(disk);
      let [count, found, left] = [0, undefined as ReturnType<typeof open> | undefined, disk];
      const files = interceptFiles(disk, (_call, proceed) => {
        count += 1;
        if (count === moment) {
          found = open(disk);
          left = disk.killState();
        }
        return proceed();
      });
      const writer = tableOn(files, true);
      change(writer);
      writer.close();
      const after = open(disk);
      if (found === undefined) break;
      seen.add(found.generation);
      const expected = found.generation === before.generation ? before : after;
      expect(found).toEqual(expected);
      expect(open(left)).toEqual(expected);
      tableOn(left, true).close();
      expect(open(left)).toEqual(expected);
    }
    expect(seen.size).toBe(2);
  });

  it("sees one of the states, where the writer goes on and on", () => {
    const states: unknown[] = [];
    const disk = template.killState();
    const writer = tableOn(disk, true);
    let [count, busy] = [0, false];
    const files = interceptFiles(disk, (_call, proceed) => {
      count += 1;
      // Another generation at every ninth call, for a while.
      if (count % 9 === 0 && count < 200 && !busy) {
        busy = true;
        if (count === 9 * 7) change(writer);
        else writer.attr = count;
        states.push(open(disk));
        busy = false;
      }
      return proceed();
    });
    states.push(open(disk));
    const found = open(files);
    expect(states).toContainEqual(found);
    expect(states.length).toBeGreaterThan(10);
    writer.close();
  });
});

describe("a reader of a table that changes all the time", () => {
  it("gives up at some time, and says so", () => {
    const disk = template.killState();
    using writer = tableOn(disk, true);
    let count = 0;
    const files = interceptFiles(disk, (call, proceed) => {
      if (call.name === "list" && call.path === ROOT) {
        count += 1;
        writer.attr = count;
      }
      return proceed();
    });
    const clock = performance.now;
    const start = clock.call(performance);
    // An hour passes with every change.
    performance.now = () => start + count * 3_600_000;
    try {
      expect(() => open(files)).toThrow(StaleError);
    } finally {
      performance.now = clock;
    }
    expect(count).toBeLessThan(5);
  });

  it("takes up the newest when it refreshes, and nothing when nothing came", () => {
    const disk = template.killState();
    using writer = tableOn(disk, true);
    using reader = tableOn(disk, false);
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
