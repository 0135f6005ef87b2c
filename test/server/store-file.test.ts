import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ArrayView, saveNpy } from "../../src/array/index.js";
import { parseDType, sizeOf } from "../../src/dtype/index.js";
import { CorruptError, NotFoundError, StaleError } from "../../src/errors.js";
import { MemmapFile, MemmapTable } from "../../src/index.js";
import { nodeFiles, overFiles, withFiles } from "../../src/platform/files.js";
import type { ServedDataset, ServedGroup } from "../../src/server/served/served.js";
import { openStoreFile, type StoreFile } from "../../src/server/served/store-file.js";
import { temporaryPaths } from "../support/temporary.js";

const path = temporaryPaths();

function datasetOf(file: StoreFile, name: string): ServedDataset {
  const node = file.node(name);
  if (node?.kind !== "dataset") throw new Error(`${name} is no dataset`);
  return node;
}

function groupOf(file: StoreFile, name: string): ServedGroup {
  const node = file.node(name);
  if (node?.kind !== "group") throw new Error(`${name} is no group`);
  return node;
}

/** All bytes of a dataset. */
async function bytesOf(dataset: ServedDataset): Promise<Buffer> {
  const { element, shape } = dataset;
  if (element.kind !== "fixed") throw new Error("its elements have no fixed size");
  const bytes = Buffer.alloc(sizeOf(shape) * element.dtype.itemsize);
  await dataset.readBox({ start: shape.map(() => 0), count: shape }, bytes);
  return bytes;
}

async function numbersOf(file: StoreFile, name: string): Promise<number[]> {
  const bytes = await bytesOf(datasetOf(file, name));
  return [...new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)];
}

/** A table of one column that counts from 0 on. */
function counting(rows: number): { root: string; table: MemmapTable } {
  const root = path();
  const table = MemmapTable.create(root, { rows, durability: "process" });
  table.addColumn("n", "i4", { data: Int32Array.from({ length: rows }, (_, i) => i) });
  return { root, table };
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Descriptors of this process that are of files below a directory. */
function openDescriptors(root: string): number {
  const links = readdirSync("/proc/self/fd").map((fd) => nodeFiles.realPath(`/proc/self/fd/${fd}`) ?? "");
  return links.filter((link) => link.startsWith(root)).length;
}

describe("a store that is served", () => {
  it("is its groups and arrays, by their paths", () => {
    const root = path();
    using file = MemmapFile.open(root, { mode: "w+", durability: "process" });
    file.setArray("/run1/voltage", Float64Array.of(1, 2, 3), { attrs: { unit: "V" } });
    file.setArray("/run1/current", Float64Array.of(4, 5, 6));
    file.setArray("/run1/deep/er", Int32Array.of(1, 2));
    file.setArray("/answer", 42);
    file.setGroup("/empty");
    file.attrs("/run1").set("by", "Ada");
    const served = openStoreFile(root);
    const all = groupOf(served, "/");
    expect(all.names()).toEqual(["answer", "empty", "run1"]);
    expect(groupOf(served, "run1/").names()).toEqual(["current", "deep", "voltage"]);
    expect(groupOf(served, "/empty").names()).toEqual([]);
    expect(datasetOf(served, "//run1/voltage").path).toBe("/run1/voltage");
    expect(datasetOf(served, "answer").shape).toEqual([]);
    expect(all.member("run1")).toBe(served.node("/run1"));
    expect(groupOf(served, "/run1").attr).toEqual({ by: "Ada" });
    expect(datasetOf(served, "/run1/voltage").attr).toEqual({ unit: "V" });
    expect(datasetOf(served, "/run1/current").attr).toBeUndefined();
    for (const none of [
      "run1/none",
      "run1//voltage",
      "run1/./voltage",
      "../t",
      ".memmap",
      "answer/x",
      "run1.npy",
    ]) {
      expect(served.node(none)).toBeUndefined();
    }
    expect(all.member("none")).toBeUndefined();
    expect(all.member("run1/voltage")).toBeUndefined();
    served.release();
  });

  it("says which groups are tables", () => {
    const root = path();
    using table = MemmapTable.create(root, { rows: 3 });
    table.addColumn("z", "i4");
    table.addColumn("g/b", "f8", { itemShape: [2] });
    table.addColumn("g/a", "U4");
    const served = openStoreFile(root);
    expect(groupOf(served, "/").table).toEqual({ rows: 3, columns: ["z", "g/b", "g/a"] });
    expect(groupOf(served, "/g").table).toEqual({ rows: 3, columns: ["b", "a"] });
    served.release();

    const other = path();
    using file = MemmapFile.open(other, { mode: "w+" });
    file.setArray("/equal/a", Int32Array.of(1, 2));
    file.setArray("/equal/b", Int32Array.of(1, 2));
    file.setArray("/unequal/a", Int32Array.of(1, 2));
    file.setArray("/unequal/b", Int32Array.of(1));
    file.setArray("/scalar/a", 1);
    file.setGroup("/none");
    const tree = openStoreFile(other);
    expect(groupOf(tree, "/equal").table).toEqual({ rows: 2, columns: ["a", "b"] });
    for (const name of ["/", "/unequal", "/scalar", "/none"])
      expect(groupOf(tree, name).table).toBeUndefined();
    tree.release();

    const bare = path();
    MemmapTable.create(bare, { rows: 7 }).close();
    const empty = openStoreFile(bare);
    expect(groupOf(empty, "/").table).toEqual({ rows: 7, columns: [] });
    empty.release();
  });

  it("gives every dtype of either layout as its bytes are", async () => {
    const dtypes = [
      "b1",
      "i1",
      "<i2",
      ">i4",
      "i8",
      "u1",
      ">u2",
      "u4",
      ">u8",
      "f2",
      ">f4",
      "f8",
      "c8",
      ">c16",
      "S5",
      "U3",
      ">U2",
      "M8[us]",
      ">M8[25s]",
      "M8",
      "m8[D]",
      "V7",
      [
        ["a", "u1"],
        ["b", ">f8", [2]],
      ],
    ] as const;
    for (const layout of ["npy", "raw"] as const) {
      const root = path();
      using table = MemmapTable.create(root, { rows: 5, layout, durability: "process" });
      for (const [i, dtype] of dtypes.entries())
        table.addColumn(`c${i}`, dtype, { itemShape: i % 2 ? [2] : [] });
      const served = openStoreFile(root);
      for (const [i, dtype] of dtypes.entries()) {
        const file = join(root, `c${i}.npy`);
        const size = 5 * (i % 2 ? 2 : 1) * parseDType(dtype).itemsize;
        const whole = readFileSync(file);
        const filled = Buffer.from(Uint8Array.from({ length: size }, (_, k) => (k * 37 + i) & 0xff));
        const fd = openSync(file, "r+");
        writeSync(fd, filled, 0, size, layout === "raw" ? 0 : whole.length - size);
        closeSync(fd);
        const dataset = datasetOf(served, `c${i}`);
        expect(dataset.element).toEqual({ kind: "fixed", dtype: parseDType(dtype) });
        expect(dataset.shape).toEqual(i % 2 ? [5, 2] : [5]);
        expect(await bytesOf(dataset)).toEqual(filled);
      }
      served.release();
    }
  });

  it("has attributes in the nearest type there is", () => {
    const root = path();
    using file = MemmapFile.open(root, { mode: "w+" });
    const attr = {
      whole: 3,
      real: 1.5,
      zero: -0,
      nan: Number.NaN,
      big: 2n ** 60n,
      huge: 2n ** 64n - 1n,
      over: 2n ** 64n,
      yes: true,
      text: "Ω",
      when: new Date(0),
      typed: Uint8Array.of(1, 2),
      list: [1, 2, 3],
      reals: [1, 2.5],
      flags: [true, false],
      words: ["a", "b"],
      grid: [
        [1, 2],
        [3, 4],
      ],
      ragged: [[1], [2, 3]],
      none: null,
      mixed: [1, "a"],
      empty: [],
      inner: { a: 1 },
    };
    file.attr = attr;
    const served = openStoreFile(root);
    const shown = groupOf(served, "/")
      .attributes()
      .map(({ name, value }) =>
        value instanceof ArrayView
          ? [name, value.dtype.str, value.shape, plain(value)]
          : [name, "text", value.shape, value.items],
      );
    expect(shown).toEqual([
      ["whole", "<i8", [], [3n]],
      ["real", "<f8", [], [1.5]],
      ["zero", "<f8", [], [-0]],
      ["nan", "<f8", [], [Number.NaN]],
      ["big", "<i8", [], [2n ** 60n]],
      ["huge", "<u8", [], [2n ** 64n - 1n]],
      ["over", "text", [], ['{"$bigint": "18446744073709551616"}']],
      ["yes", "|b1", [], [true]],
      ["text", "text", [], ["Ω"]],
      ["when", "text", [], ["1970-01-01T00:00:00.000Z"]],
      ["typed", "|u1", [2], [1, 2]],
      ["list", "<i8", [3], [1n, 2n, 3n]],
      ["reals", "<f8", [2], [1, 2.5]],
      ["flags", "|b1", [2], [true, false]],
      ["words", "text", [2], ["a", "b"]],
      ["grid", "<i8", [2, 2], [1n, 2n, 3n, 4n]],
      ["ragged", "text", [], ["[[1], [2, 3]]"]],
      ["none", "text", [], ["null"]],
      ["mixed", "text", [], ['[1, "a"]']],
      ["empty", "text", [], ["[]"]],
      ["inner", "text", [], ['{"a": 1}']],
    ]);
    served.release();
    file.attr = "of no keys";
    const whole = openStoreFile(root);
    expect(groupOf(whole, "/").attributes()).toEqual([
      { name: "attr", value: { shape: [], items: ["of no keys"] } },
    ]);
    whole.release();
  });
});

/** All elements, in the order of C. */
function plain(value: ArrayView): unknown[] {
  if (value.ndim < 2) return Array.from<unknown>(value.toArray() as unknown[]);
  return Array.from({ length: value.length }, (_, row) => plain(value.view(row))).flat();
}

describe("a generation that is served", () => {
  it("goes on being read whatever becomes of its names", async () => {
    const { root, table } = counting(1000);
    using writer = table;
    writer.addColumn("other", "i4", { fill: 7 });
    const served = openStoreFile(root);
    expect(await numbersOf(served, "n")).toEqual(upTo(1000));
    writer.renameColumn("n", "m");
    expect(served.isIntact()).toBe(true);
    writer.append([{ m: -1, other: -1 }]);
    expect(served.isIntact()).toBe(true);
    writer.addColumn("m", "i4", { overwrite: true, fill: -5 });
    expect(served.isIntact()).toBe(true);
    writer.deleteColumn("m");
    expect(served.isIntact()).toBe(true);
    expect(await numbersOf(served, "n")).toEqual(upTo(1000));
    expect(served.isCurrent()).toBe(false);
    // What was not opened before is not found any more where it is another by now.
    expect(await numbersOf(served, "other")).toEqual(new Array(1000).fill(7));
    writer.addColumn("other", "i4", { overwrite: true, fill: 8 });
    expect(await numbersOf(served, "other")).toEqual(new Array(1000).fill(7));
    served.release();
  });

  it("is stale where a file is another at its first use", () => {
    const { root, table } = counting(10);
    using writer = table;
    const served = openStoreFile(root);
    writer.addColumn("n", "i4", { overwrite: true, fill: -5 });
    expect(() => datasetOf(served, "n").readBox({ start: [0], count: [1] }, new Uint8Array(4))).toThrow(
      StaleError,
    );
    writer.deleteColumn("n");
    expect(() => datasetOf(served, "n").readBox({ start: [0], count: [1] }, new Uint8Array(4))).toThrow(
      StaleError,
    );
    served.release();
  });

  it("is not intact from before the first of its rows is gone", async () => {
    const { root, table } = counting(100_000);
    using writer = table;
    const served = openStoreFile(root);
    await numbersOf(served, "n");
    const seen: boolean[] = [];
    writer.close();
    const watched = overFiles(nodeFiles, {
      punch: (fd, from, length, name) => {
        seen.push(served.isIntact());
        nodeFiles.punch(fd, from, length, name);
        seen.push(served.isIntact());
      },
      write: (fd, bytes, at, name) => {
        nodeFiles.write(fd, bytes, at, name);
        if (name.includes("commit-")) seen.push(served.isIntact());
      },
    });
    withFiles(watched, () => {
      using again = MemmapTable.open(root, { mode: "r+", durability: "process" });
      again.append([{ n: 1 }]);
      expect(seen).toEqual([true]);
      expect(served.isIntact()).toBe(true);
      again.resize(10);
    });
    expect(seen).toEqual([true, false, false, false]);
    expect(served.isIntact()).toBe(false);
    served.release();
  });

  it("is strict where it has missed a change, and where one is undone", () => {
    const { root, table } = counting(10);
    using writer = table;
    const served = openStoreFile(root);
    writer.append([{ n: 1 }]);
    writer.append([{ n: 2 }]);
    expect(served.isIntact()).toBe(false);
    served.release();
    const later = openStoreFile(root);
    const record = join(root, ".memmap", `commit-${table.generation + 1}`);
    // Half a record counts for nothing: nothing has been done by it.
    writeFileSync(record, '{"version": 1, ');
    expect(later.isIntact()).toBe(true);
    rmSync(record);
    expect(later.isIntact()).toBe(true);
    expect(later.isCurrent()).toBe(true);
    later.release();
  });

  it("shows a change that is committed and not yet applied", async () => {
    const { root, table } = counting(10);
    table.close();
    let served: StoreFile | undefined;
    let rows: readonly number[] | undefined;
    const slow = overFiles(nodeFiles, {
      rename: (from, to) => {
        if (to.endsWith("more.npy") && served === undefined) {
          served = openStoreFile(root, { files: nodeFiles });
          rows = datasetOf(served, "more").shape;
          expect(served.isIntact()).toBe(true);
        }
        nodeFiles.rename(from, to);
      },
    });
    withFiles(slow, () => {
      using writer = MemmapTable.open(root, { mode: "r+" });
      writer.addColumn("more", "i4", { fill: 3 });
    });
    if (served === undefined) throw new Error("no file was moved");
    expect(rows).toEqual([10]);
    expect(served.isIntact()).toBe(true);
    expect(await numbersOf(served, "more")).toEqual(new Array(10).fill(3));
    served.release();
  });

  it("is told apart by its pin", () => {
    const { root, table } = counting(10);
    using writer = table;
    const pins: string[] = [];
    const note = (change: () => void): void => {
      change();
      const served = openStoreFile(root);
      pins.push(served.pin);
      served.release();
    };
    note(() => undefined);
    note(() => undefined);
    expect(pins[0]).toBe(pins[1]);
    note(() => writer.append([{ n: 1 }]));
    note(() => {
      writer.attr = { unit: "m" };
    });
    // As an assignment does, which no generation tells of.
    note(() => utimesSync(join(root, "n.npy"), new Date(), new Date(1e12)));
    expect(new Set(pins).size).toBe(4);
    expect(pins.join()).not.toContain(root);
  });

  it("is not the current one any more where a file was written to", () => {
    const { root, table } = counting(10);
    using _ = table;
    const served = openStoreFile(root);
    expect(served.isCurrent()).toBe(true);
    utimesSync(join(root, "n.npy"), new Date(), new Date(1e12));
    const until = performance.now() + 5;
    while (performance.now() < until);
    expect(served.isCurrent()).toBe(false);
    expect(served.isIntact()).toBe(true);
    served.release();
  });

  it("says so where a file was cut short", async () => {
    const { root, table } = counting(100_000);
    table.close();
    const served = openStoreFile(root);
    const dataset = datasetOf(served, "n");
    await bytesOf(dataset);
    truncateSync(join(root, "n.npy"), 200_000);
    await expect(bytesOf(dataset)).rejects.toThrow(CorruptError);
    expect(() => dataset.readBox({ start: [90_000], count: [5] }, new Uint8Array(20))).toThrow(CorruptError);
    served.release();
    const again = path();
    mkdirSync(again);
    renameSync(root, join(again, "moved"));
    expect(() => openStoreFile(root)).toThrow(NotFoundError);
    expect(() => openStoreFile(join(again, "moved"))).toThrow(CorruptError);
  });
});

describe("a directory of arrays that is served", () => {
  it("is read as it is, until somebody writes to a file that was read", async () => {
    const root = path();
    mkdirSync(root);
    saveNpy(join(root, "a.npy"), Int32Array.of(1, 2, 3));
    saveNpy(join(root, "b.npy"), Int32Array.of(1, 2));
    const served = openStoreFile(root);
    expect(await numbersOf(served, "a")).toEqual([1, 2, 3]);
    expect(served.isIntact()).toBe(true);
    utimesSync(join(root, "b.npy"), new Date(), new Date(1e12));
    expect(served.isIntact()).toBe(true);
    utimesSync(join(root, "a.npy"), new Date(), new Date(1e12));
    expect(served.isIntact()).toBe(false);
    served.release();
  });

  it("is no longer intact once rows are discarded by a writer who makes it a table", async () => {
    const root = path();
    mkdirSync(root);
    saveNpy(join(root, "a.npy"), new Int32Array(50_000).fill(1));
    const served = openStoreFile(root);
    await numbersOf(served, "a");
    using writer = MemmapTable.open(root, { mode: "r+" });
    writer.resize(3);
    expect(served.isIntact()).toBe(false);
    served.release();
  });
});

describe("descriptors", () => {
  it("are few however many columns there are, and none in the end", async () => {
    const root = path();
    {
      using table = MemmapTable.create(root, { rows: 2, durability: "process" });
      table.transaction(() => {
        for (let i = 0; i < 100; i++) table.addColumn(`c${i}`, "i4", { fill: i });
      });
    }
    const served = openStoreFile(root);
    for (let i = 0; i < 100; i++) expect(await numbersOf(served, `c${i}`)).toEqual([i, i]);
    expect(served.openFiles).toBe(64);
    // The record beside them.
    if (process.platform === "linux") expect(openDescriptors(root)).toBe(65);
    served.release();
    if (process.platform === "linux") expect(openDescriptors(root)).toBe(0);
    expect(() => datasetOf(served, "c0").readBox({ start: [0], count: [1] }, new Uint8Array(4))).toThrow(
      "given back",
    );
  });

  it("stay open while they are read", async () => {
    const { root, table } = counting(1_000_000);
    table.close();
    const served = openStoreFile(root);
    const reading = bytesOf(datasetOf(served, "n"));
    served.release();
    expect((await reading).readInt32LE(3_999_996)).toBe(999_999);
    if (process.platform === "linux") expect(openDescriptors(root)).toBe(0);
  });
});
