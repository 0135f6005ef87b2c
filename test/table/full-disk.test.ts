import { readdirSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { DiskError, MemmapTable, openNpy } from "../../src/index.js";
import { isPosix } from "../support/platform.js";
import { smallDisk } from "../support/small-disk.js";
import { refuses, snapshot } from "../support/snapshot.js";

// Where all tests are skipped, nothing after them is run: what is mounted would stay.
const disk = isPosix ? smallDisk() : undefined;
const quick = { durability: "process" } as const;

/** Bytes that are free. */
function free(): number {
  const { bavail, bsize } = statfsSync(disk ?? "");
  return bavail * bsize;
}

/** What a page that is only begun may take. */
const ROUNDING = 4 * 4096;

const made: { resize(rows: number): void; close(): void }[] = [];

/** A table of 100,000 rows, 1.2 MB. */
function create() {
  const table = MemmapTable.create(join(disk ?? "", `table-${made.length}`), {
    ...quick,
    rows: 100_000,
    columns: { a: "f8", b: "i4" },
  });
  made.push(table);
  table.column("a").fill(1.5);
  table.column("b").fill(7);
  return table;
}

afterEach(() => {
  // Rows give their room back at once; a file that is removed, when no address of it is kept any more.
  for (const table of made) table.resize(0);
  for (const table of made.splice(0)) table.close();
  for (const name of disk === undefined ? [] : readdirSync(disk))
    rmSync(join(disk ?? "", name), { recursive: true });
});

describe.skipIf(disk === undefined)("on a disk of 8 MB", () => {
  it("a column that does not fit is an error that names what is missing, and changes nothing", () => {
    const table = create();
    const before = free();
    refuses(table.root, DiskError, /has \d+/, () => table.addColumn("c", "f8", { itemShape: [100] }));
    refuses(table.root, DiskError, /has \d+/, () =>
      table.addColumn("a", "f8", { itemShape: [100], overwrite: true }),
    );
    refuses(table.root, DiskError, /has \d+/, () => table.resize(10_000_000));
    expect(free()).toBe(before);
    table.addColumn("c", "u1");
    expect(table.at(-1)).toEqual({ a: 1.5, b: 7, c: 0 });
  });

  it("rows of which only the first columns fit are given back", () => {
    const table = create();
    const before = free();
    // Column a grows by 5.6 MB; what is left is too little for b.
    expect(() => table.resize(800_000)).toThrow(DiskError);
    expect(free()).toBeGreaterThan(before - ROUNDING);
    expect(table.length).toBe(100_000);
    expect(() => table.append({ a: new Float64Array(700_000), b: new Int32Array(700_000) })).toThrow(
      DiskError,
    );
    expect(free()).toBeGreaterThan(before - ROUNDING);
    expect(table.length).toBe(100_000);
    // The mappings are as good as before.
    table.column("a").fill(2.5);
    expect(table.column("a").sum()).toBe(250_000);
    using array = openNpy(join(table.root, "a.npy"));
    expect(array.shape).toEqual([100_000]);
    table.resize(200_000);
    expect(table.column("a").at(-1)).toBe(0);
  });

  it("an append gets what room there is, with no spare", () => {
    const table = create();
    table.resize(500_000);
    // 6 MB are in use: spare room for half as many rows again is not to be had.
    expect(table.append([{ a: 5, b: 6 }])).toBe(1);
    expect(table.at(-1)).toEqual({ a: 5, b: 6 });
    expect(statSync(join(table.root, "a.npy")).size).toBeGreaterThanOrEqual(128 + 500_001 * 8);
  });

  it("a transaction that does not fit is undone whole", () => {
    const table = create();
    const [before, files] = [free(), snapshot(table.root)];
    expect(() =>
      table.transaction(() => {
        table.copyColumn("a", "c");
        table.renameColumn("b", "d");
        table.addColumn("e", "f8", { itemShape: [100] });
      }),
    ).toThrow(DiskError);
    expect(free()).toBe(before);
    expect(snapshot(table.root)).toEqual(files);
    // One that goes on without what did not fit has the room.
    table.transaction(() => {
      expect(() => table.addColumn("e", "f8", { itemShape: [100] })).toThrow(DiskError);
      expect(() => table.copyColumn("nothing" as "a", "c")).toThrow();
      table.addColumn("e", "f8", { itemShape: [6] });
    });
    expect(table.columnNames).toEqual(["a", "b", "e"]);
  });

  it("a full disk leaves the table whole, and lets a writer in", () => {
    const table = create();
    const filler = join(disk ?? "", "filler");
    writeFileSync(filler, Buffer.alloc(free()));
    expect(free()).toBe(0);
    // What is there already needs no room.
    table.column("a").fill(3.5);
    const before = snapshot(table.root);
    for (const change of [
      () => table.addColumn("c", "u1"),
      () => table.addColumn("c/d", "u1"),
      () => table.copyColumn("a", "c"),
      () => table.append([{ a: 1, b: 1 }]),
      () => table.resize(200_000),
      () => {
        table.attr = "x";
      },
    ]) {
      expect(change).toThrow(DiskError);
    }
    const { "./a.npy": _a, "./b.npy": _b, ...others } = before;
    expect(snapshot(table.root)).toMatchObject(others);
    expect(Object.keys(snapshot(table.root))).toEqual(Object.keys(before));
    expect(table.length).toBe(100_000);
    expect(table.column("a").sum()).toBe(350_000);
    made.pop();
    table.close();
    using again = MemmapTable.open(table.root, { ...quick, mode: "r+" });
    rmSync(filler);
    again.append([{ a: 1, b: 1 }]);
    expect(again.length).toBe(100_001);
    again.resize(0);
  });

  it("a table that does not fit is not made", () => {
    const path = join(disk ?? "", "too-large");
    refuses(path, DiskError, /has \d+/, () =>
      MemmapTable.create(path, { ...quick, rows: 10_000_000, columns: { a: "u1", b: "u1" } }),
    );
  });
});
