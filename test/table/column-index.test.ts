import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  ClosedError,
  check,
  DTypeError,
  ExistsError,
  MemmapFile,
  MemmapTable,
  NotFoundError,
  openNpy,
  ReadOnlyError,
  ShapeError,
  UnsupportedError,
} from "../../src/index.js";
import { isLocal } from "../../src/platform/stamp.js";
import { openBelow } from "../support/snapshot.js";
import { startStorer } from "../support/storer.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const storer = startStorer();
/** Elsewhere an index never counts, which is tested of tmpfs. */
const counts = isLocal(tmpdir());

const BLOCK = 65_536;
const ROWS = 2 * BLOCK + 100;

/** A time at which nothing is on its way any more: a build need not wait for it to pass. */
function age(path: string): void {
  const past = new Date(Date.now() - 3_600_000);
  utimesSync(path, past, past);
}

/** A table of one column in order, closed. */
function ordered(options: { layout?: "npy" | "raw" } = {}): string {
  const root = fresh();
  using table = MemmapTable.create(root, { rows: ROWS, durability: "process", ...options });
  table.addColumn("x", "f8", { data: Float64Array.from({ length: ROWS }, (_, i) => i) });
  table.close();
  age(join(root, "x.npy"));
  return root;
}

/** Builds an index by a writer that maps nothing. */
function build(root: string, name = "x") {
  using table = MemmapTable.open(root, { mode: "r+", durability: "process" });
  return table.column(name).buildIndex();
}

function indexOf(root: string, name = "x") {
  using table = MemmapTable.open(root);
  return table.column(name).index;
}

/** How many rows a table of one column has between two numbers, both ways. */
function between(root: string, low: number, high: number, name = "x"): number {
  using table = MemmapTable.open(root);
  const column = table.column(name);
  const mask = column.between(low, high);
  const plain = openNpy(join(root, `${name}.npy`));
  try {
    expect(Buffer.compare(mask.values, plain.between(low, high).values)).toBe(0);
  } finally {
    plain.close();
  }
  return mask.countNonzero();
}

const sideFiles = (root: string) => readdirSync(join(root, ".memmap", "index"));

describe.runIf(counts)("the index of a column", () => {
  it("counts for readers, and tells what it is of", () => {
    const root = ordered();
    expect(indexOf(root)).toBeUndefined();
    const usable = { rows: ROWS, blocks: 3, usable: true, reason: undefined };
    expect(build(root)).toEqual(usable);
    expect(indexOf(root)).toEqual(usable);
    expect(between(root, 10, 19)).toBe(10);
    expect(between(root, -5, 1e9)).toBe(ROWS);
    expect(sideFiles(root)).toEqual([String(statSync(join(root, "x.npy")).ino)]);
    expect(check(root).filter(({ code }) => code !== "unsynced")).toEqual([]);
  });

  it("keeps comparisons from reading blocks: what is in private pages of these is not seen", async () => {
    const root = ordered();
    build(root);
    using table = MemmapTable.open(root);
    const x = table.column("x");
    const stray = x.toArray();
    (x.values as Float64Array).set([-1, -1], BLOCK);
    expect(x.lt(0).countNonzero()).toBe(0);
    expect((await x.ltAsync(0)).countNonzero()).toBe(0);
    // The first block is not decided.
    (x.values as Float64Array)[3] = -1;
    expect(x.lt(1).countNonzero()).toBe(2);
    expect(x.slice(BLOCK, null).ge(0).all()).toBe(true);
    expect(x.ge(stray).all()).toBe(false);
  });

  it("does not count while this process has the file mapped for writing, by whatever handle", () => {
    const root = ordered();
    build(root);
    using reader = MemmapTable.open(root);
    const { column } = { column: reader.column("x") };
    const writer = MemmapTable.open(root, { mode: "r+", durability: "process" });
    expect(column.index?.usable).toBe(true);
    const { values } = writer.column("x");
    expect(column.index).toMatchObject({
      usable: false,
      reason: expect.stringContaining("open for writing"),
    });
    expect(column.lt(0).any()).toBe(false);
    values[ROWS - 1] = -1;
    expect(column.lt(0).countNonzero()).toBe(1);
    writer.close();
    expect(column.index).toMatchObject({ usable: false, reason: expect.stringContaining("changed") });
    expect(column.lt(0).countNonzero()).toBe(1);

    age(join(root, "x.npy"));
    expect(build(root).usable).toBe(true);
    const array = openNpy(join(root, "x.npy"), { mode: "r+" });
    void array.values;
    expect(column.index?.usable).toBe(false);
    array.close();
    expect(column.index?.usable).toBe(true);
  });

  it("is built of what was just stored, which is waited for", () => {
    const root = ordered();
    using table = MemmapTable.open(root, { mode: "r+", durability: "process" });
    const { values } = table.column("x");
    values[70_000] = -7;
    expect(table.column("x").buildIndex()).toMatchObject({ blocks: 3, usable: false });
    table.close();
    expect(indexOf(root)?.usable).toBe(true);
    expect(between(root, -8, -6)).toBe(1);
  });

  it("ends with the first store of another process, at once", async () => {
    const root = ordered();
    const path = join(root, "x.npy");
    using reader = MemmapTable.open(root);
    const column = reader.column("x");
    // What it has mapped, it can store into without a fault until the next sync.
    await storer.store(path, ROWS - 2, -1);
    age(path);
    for (let round = 0; round < 3; round++) {
      expect(build(root).usable).toBe(true);
      expect(column.lt(0).countNonzero()).toBe(round + 1);
      await storer.store(path, ROWS - 3 - round, -1);
      expect(column.index?.usable).toBe(false);
      expect(column.lt(0).countNonzero()).toBe(round + 2);
      age(path);
      expect(column.index?.usable).toBe(false);
    }
  });

  it.each([
    [
      "grows",
      (root: string) => MemmapTable.open(root, { mode: "r+" }),
      (table: MemmapTable) => table.append([{ x: -1 }]),
    ],
    [
      "shrinks",
      (root: string) => MemmapTable.open(root, { mode: "r+" }),
      (table: MemmapTable) => table.resize(BLOCK + 9),
    ],
    [
      "is replaced",
      (root: string) => MemmapTable.open(root, { mode: "r+" }),
      (table: MemmapTable) => void table.addColumn("x", "f8", { fill: -1, overwrite: true }),
    ],
  ])("does not count when the column %s", (_what, open, change) => {
    const root = ordered();
    build(root);
    using reader = MemmapTable.open(root);
    const before = reader.column("x").lt(0).countNonzero();
    using table = open(root) as unknown as MemmapTable;
    change(table);
    table.close();
    expect(before).toBe(0);
    reader.refresh();
    expect(reader.column("x").index?.usable ?? false).toBe(false);
    between(root, -1, -1);
  });

  it("is forgotten with its column, and taken away by the next writer", () => {
    const root = ordered();
    build(root);
    using table = MemmapTable.open(root, { mode: "r+", durability: "process" });
    table.renameColumn("x", "y");
    expect(table.column("y").index).toMatchObject({ usable: false });
    table.deleteColumn("y");
    table.close();
    writeFileSync(join(root, ".memmap", "index", "left.part"), "");
    MemmapTable.open(root).close();
    expect(sideFiles(root)).toHaveLength(2);
    MemmapTable.open(root, { mode: "r+" }).close();
    expect(sideFiles(root)).toEqual([]);
    MemmapTable.open(root, { mode: "w+", rows: 3 }).close();
  });

  it("does not come along when the directory is copied", () => {
    const root = ordered();
    build(root);
    const copy = fresh();
    cpSync(root, copy, { recursive: true, preserveTimestamps: true });
    expect(indexOf(copy)).toBeUndefined();
    expect(between(copy, 5, 6)).toBe(2);
  });

  it("is not believed when it is damaged, and is dropped when it is told to", () => {
    const root = ordered();
    build(root);
    const path = join(root, ".memmap", "index", sideFiles(root)[0] ?? "");
    const bytes = readFileSync(path);
    for (const at of [0, 20, 60, 100, 160, bytes.length - 1]) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      writeFileSync(path, damaged);
      expect(indexOf(root)).toBeUndefined();
      expect(between(root, 5, 6)).toBe(2);
    }
    for (const length of [0, 8, 100, bytes.length - 8]) {
      writeFileSync(path, bytes.subarray(0, length));
      expect(indexOf(root)).toBeUndefined();
    }
    writeFileSync(path, bytes);
    expect(indexOf(root)?.usable).toBe(true);
    using table = MemmapTable.open(root, { mode: "r+" });
    expect(table.column("x").dropIndex()).toBe(true);
    expect(table.column("x").dropIndex()).toBe(false);
    expect(table.column("x").index).toBeUndefined();
  });

  it("is of the store around a group, of arrays of any shape, and of files without a header", () => {
    const root = fresh();
    const table = MemmapTable.create(root, { rows: ROWS, durability: "process", layout: "raw" });
    table.addColumn("g/a", "i2", {
      itemShape: [3],
      data: Int16Array.from({ length: 3 * ROWS }, (_, i) => i >> 4),
    });
    table.addColumn("g/b", "M8[s]", { fill: null });
    table.close();
    for (const name of ["g/a", "g/b"]) {
      age(join(root, `${name}.npy`));
      expect(build(root, name)).toMatchObject({ usable: true, blocks: 3 });
    }
    using group = MemmapTable.open(join(root, "g"));
    expect(group.column("a").index?.usable).toBe(true);
    const a = group.column("a");
    const copy = a.take(Array.from({ length: ROWS }, (_, i) => i));
    expect(Buffer.compare(a.eq(7).values, copy.eq(7).values)).toBe(0);
    expect(a.eq(7).shape).toEqual([ROWS, 3]);
    expect(group.column("b").ne(null).all()).toBe(true);
    expect(group.column("b").le(new Date()).any()).toBe(false);
    using tree = MemmapFile.open(root);
    expect(tree.getArray("/g/a")).toMatchObject({ index: { usable: true } });
  });

  it("is built in between turns of the event loop, and closed when it ends early", async () => {
    const root = ordered();
    using table = MemmapTable.open(root, { mode: "r+", durability: "process" });
    const aborted = AbortSignal.abort(new Error("enough"));
    await expect(table.column("x").buildIndexAsync({ signal: aborted })).rejects.toThrow("enough");
    const controller = new AbortController();
    const building = table.column("x").buildIndexAsync({ signal: controller.signal });
    controller.abort(new Error("later"));
    await expect(building).rejects.toThrow("later");
    expect(await table.column("x").buildIndexAsync()).toMatchObject({ usable: true });
    const grown = table.column("x").buildIndexAsync();
    table.append([{ x: -1 }]);
    expect(await grown).toMatchObject({ rows: ROWS + 1, blocks: 3 });
    const closed = table.column("x").buildIndexAsync();
    table.close();
    await expect(closed).rejects.toThrow(ClosedError);
    expect(openBelow(root).filter((line) => line.startsWith("fd"))).toEqual([]);
    expect(between(root, -1, -1)).toBe(1);
    expect(sideFiles(root).filter((name) => name.endsWith(".part"))).toEqual([]);
  });
});

describe.runIf(counts)("two builds at once", () => {
  it("wait for one another, or say so", async () => {
    const root = ordered();
    using table = MemmapTable.open(root, { mode: "r+", durability: "process" });
    const x = table.column("x");
    const both = [x.buildIndexAsync(), x.buildIndexAsync()];
    await Promise.resolve();
    expect(x.buildIndex()).toMatchObject({ usable: false, reason: expect.stringContaining("already") });
    expect(await Promise.all(both)).toMatchObject([{ usable: true }, { usable: true }]);
    expect(x.buildIndex()).toMatchObject({ usable: true });
  });
});

describe.runIf(counts)("an index of few rows", () => {
  it("says that comparisons do not use it", () => {
    const root = fresh();
    MemmapTable.create(root, { rows: BLOCK, durability: "process", columns: { x: "i1" } }).close();
    age(join(root, "x.npy"));
    const few = { rows: BLOCK, blocks: 1, usable: false, reason: expect.stringContaining("65,536 rows") };
    expect(build(root)).toEqual(few);
    expect(indexOf(root)).toEqual(few);
  });
});

describe("building an index", () => {
  it("refuses a place that something else has, and options that are none", async () => {
    const root = ordered();
    using table = MemmapTable.open(root, { mode: "r+", durability: "process" });
    const x = table.column("x");
    for (const options of [null, 5, { signal: 5 }]) {
      await expect(x.buildIndexAsync(options as never)).rejects.toThrow(UnsupportedError);
    }
    const index = join(root, ".memmap", "index");
    writeFileSync(index, "");
    expect(() => x.buildIndex()).toThrow(ExistsError);
    expect(() => x.dropIndex()).toThrow(ExistsError);
    rmSync(index);
    mkdirSync(join(index, String(statSync(join(root, "x.npy")).ino)), { recursive: true });
    expect(() => x.buildIndex()).toThrow(/is a directory; remove it/);
    expect(() => x.dropIndex()).toThrow(ExistsError);
    expect(x.index).toBeUndefined();
  });

  it("is refused where there is nothing to know, or nobody may write", async () => {
    const root = fresh();
    const table = MemmapTable.create(root, { rows: 3, durability: "process" });
    const text = table.addColumn("text", "U3");
    table.addColumn("z", "c16");
    const none = table.addColumn("none", "f8", { itemShape: [0] });
    expect(() => text.buildIndex()).toThrow(DTypeError);
    await expect(table.column("z").buildIndexAsync()).rejects.toThrow(DTypeError);
    expect(() => none.buildIndex()).toThrow(ShapeError);
    table.transaction(() => {
      expect(() => table.addColumn("new", "f8").buildIndex()).toThrow(UnsupportedError);
    });
    const gone = table.addColumn("gone", "f8");
    table.deleteColumn("gone");
    expect(() => gone.buildIndex()).toThrow(NotFoundError);
    table.close();
    expect(() => text.buildIndex()).toThrow(ClosedError);
    expect(() => text.index).toThrow(ClosedError);
    using reader = MemmapTable.open(root);
    expect(() => reader.column("new").buildIndex()).toThrow(ReadOnlyError);
    expect(() => reader.column("new").dropIndex()).toThrow(ReadOnlyError);
    await expect(reader.column("new").buildIndexAsync()).rejects.toThrow(ReadOnlyError);
  });

  it.runIf(existsSync("/dev/shm"))("comes to nothing where stores through maps leave no trace", () => {
    const directory = mkdtempSync("/dev/shm/memmap-table-");
    try {
      const root = join(directory, "t");
      using table = MemmapTable.create(root, { rows: ROWS });
      const x = table.addColumn("x", "f8", { fill: 1 });
      expect(x.buildIndex()).toMatchObject({ usable: false, reason: expect.stringContaining("file system") });
      expect(x.index).toBeUndefined();
      expect(x.eq(1).all()).toBe(true);
      expect(sideFiles(root)).toEqual([]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
