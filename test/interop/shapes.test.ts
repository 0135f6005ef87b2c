import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  type ArrayView,
  MemmapTable,
  openNpy,
  ShapeError,
  saveNpy,
  UnsupportedError,
} from "../../src/index.js";
import { type Described, startPeer } from "./peer.js";
import { expectSame, hexOf, QUICK, scratchDirectory, seed } from "./support.js";
import { arrayToWire, elementFromWire } from "./wire.js";

const peer = startPeer();
const directory = scratchDirectory();

const STRUCTURED = [
  ["a", "|i1"],
  ["größe", "<f8", [2]],
  ["", "|V3"],
  ["c", "<U3"],
];
const DTYPES = ["|b1", "<i8", ">i4", "<f2", "<f8", ">c16", "<U5", "|S7", "<M8[us]", "|V3", STRUCTURED].map(
  (dtype) => ({
    title: String(dtype),
    dtype,
  }),
);

/** Has NumPy save random data. */
function save(path: string, dtype: unknown, shape: readonly number[], more: object = {}): Promise<Described> {
  return peer.call("save", { path, dtype, shape, seed, ...more });
}

describe.each(DTYPES)("$title, many rows", ({ title, dtype }) => {
  it.each([{ shape: [100_003] }, { shape: [33_335, 3] }])("$shape, in both directions", async ({ shape }) => {
    const folder = join(directory, `${title.replaceAll(/\W/g, "")}-${shape.length}`);
    const path = join(folder, "big.npy");
    const { sha256 } = (await save(path, dtype, shape, { full: false })) as unknown as { sha256: string };
    const file = readFileSync(path);
    using array = openNpy(path);
    expect(array.shape).toEqual(shape);
    const copy = join(directory, "copy.npy");
    saveNpy(copy, array);
    expect(readFileSync(copy).equals(file)).toBe(true);

    using theirs = MemmapTable.open(folder);
    expect(digestOf(theirs.column("big"))).toBe(sha256);

    const root = `${folder}-ours`;
    using ours = MemmapTable.create(root, { rows: shape[0] ?? 0, ...QUICK });
    ours.addColumn("data", array.dtype, { itemShape: shape.slice(1), data: array });
    expect(readFileSync(join(root, "data.npy")).equals(file)).toBe(true);
    ours.append(new Map([["data", array.slice(0, 50)]]));
    ours.append(new Map([["data", array]]));
    const said = await peer.call("describe", { path: join(root, "data.npy"), full: false });
    const rows = [
      readRows(file, array),
      readRows(file, array).subarray(0, 50 * rowBytes(array)),
      readRows(file, array),
    ];
    expect(said).toMatchObject({
      shape: [2 * (shape[0] ?? 0) + 50, ...shape.slice(1)],
      sha256: createHash("sha256").update(Buffer.concat(rows)).digest("hex"),
    });
  });
});

function rowBytes({ nbytes, length }: ArrayView): number {
  return nbytes / length;
}

/** The data at the end of a file. */
function readRows(file: Buffer, { nbytes }: ArrayView): Buffer {
  return file.subarray(file.length - nbytes);
}

function digestOf(column: ArrayView): string {
  const hash = createHash("sha256");
  for (let row = 0; row < column.length; row++) hash.update(column.bytes(row));
  return hash.digest("hex");
}

describe.each(DTYPES)("$title in Fortran order", ({ title, dtype }) => {
  it.each([
    { shape: [4, 3] },
    { shape: [2, 3, 4] },
    { shape: [1, 3] },
    { shape: [3, 1] },
    { shape: [0, 3] },
    { shape: [5] },
  ])("$shape is read by position, and saved in C order", async ({ shape }) => {
    const folder = join(directory, `fortran-${title.replaceAll(/\W/g, "")}-${shape.join("x")}`);
    const path = join(folder, "a.npy");
    const said = await save(path, dtype, shape, { order: "F" });
    using array = openNpy(path);
    expectSame(array, said);
    const copy = join(directory, "c.npy");
    saveNpy(copy, array);
    const problems = await peer.call("judge", { path: copy, dtype, shape, hex: said.hex, exact: true });
    expect(problems).toEqual([]);

    using table = MemmapTable.open(folder, { mode: "r+", ...QUICK });
    expectSame(table.column("a"), said);
    table.addColumn("b", array.dtype, { itemShape: shape.slice(1), data: table.column("a") });
    const own = { path: join(folder, "b.npy"), dtype, shape, hex: said.hex, exact: true };
    expect(await peer.call("judge", own)).toEqual([]);

    // What is stored here by position is what NumPy finds there.
    table.column("a").assign(table.column("b").slice(null, null, -1));
    const after = await peer.call<Described>("describe", { path });
    expect(after.hex).toBe(hexOf(table.column("b").slice(null, null, -1)));
    expect(readFileSync(path).includes("'fortran_order': True")).toBe(shape.length > 1 && !isBoth(shape));
  });

  it("cannot change its rows before it is added anew", async () => {
    const folder = join(directory, `fortran-rows-${title.replaceAll(/\W/g, "")}`);
    const path = join(folder, "a.npy");
    const said = await save(path, dtype, [4, 3], { order: "F" });
    using table = MemmapTable.open(folder, { mode: "r+", ...QUICK });
    expect(() => table.resize(3)).toThrow(UnsupportedError);
    expect(() => table.resize(5)).toThrow(UnsupportedError);
    expectSame(table.column("a"), said);
    expect((await peer.call<Described>("describe", { path })).hex).toBe(said.hex);

    const old = table.column("a");
    table.addColumn("a", old.dtype, { itemShape: [3], data: old, overwrite: true });
    table.resize(3);
    const hex = said.hex.slice(0, (said.hex.length / 4) * 3);
    expect(await peer.call("judge", { path, dtype, shape: [3, 3], hex })).toEqual([]);
  });
});

/** NumPy says C order of arrays that are in both orders. */
function isBoth(shape: readonly number[]): boolean {
  return shape.includes(0) || shape.filter((axis) => axis > 1).length < 2;
}

describe.each(DTYPES)("$title without axes", ({ title, dtype }) => {
  it("is one element, of no table", async () => {
    const path = join(directory, `scalar-${title.replaceAll(/\W/g, "")}`, "a.npy");
    const said = await save(path, dtype, []);
    const before = readFileSync(path);
    {
      using array = openNpy(path);
      expectSame(array, said);
      expect(array.ndim).toBe(0);
      expect(() => array.length).toThrow(ShapeError);
      saveNpy(join(directory, "scalar.npy"), array);
      expect(readFileSync(join(directory, "scalar.npy")).equals(before)).toBe(true);
    }
    expect(() => MemmapTable.open(dirname(path))).toThrow(ShapeError);

    const other = await save(join(directory, `other-${basename(dirname(path))}.npy`), dtype, []);
    using array = openNpy(path, { mode: "r+" });
    array.set([], elementFromWire(array.dtype, other.values[0] ?? null) as never);
    const after = await peer.call<Described>("describe", { path });
    expect(after.values).toEqual(other.values);
  });
});

describe.each([
  [2, 0],
  [3, 0],
])("headers of version %i.%i", (...version) => {
  it.each(DTYPES)("$title", async ({ title, dtype }) => {
    const folder = join(directory, `version-${version.join()}-${title.replaceAll(/\W/g, "")}`);
    const path = join(folder, "a.npy");
    const said = await save(path, dtype, [9, 2], { version });
    const extra = await save(join(directory, "extra.npy"), dtype, [4, 2]);
    using array = openNpy(path);
    expectSame(array, said);
    {
      using table = MemmapTable.open(folder, { mode: "r+", ...QUICK });
      expectSame(table.column("a"), said);
      table.resize(5);
      using more = openNpy(join(directory, "extra.npy"));
      table.append(new Map([["a", more]]));
    }
    expect(readFileSync(path)[6]).toBe(version[0]);
    const after = await peer.call<Described>("describe", { path });
    expect(after.shape).toEqual([9, 2]);
    expect(after.values).toEqual([...said.values.slice(0, 10), ...extra.values]);
    using reopened = MemmapTable.open(folder);
    expect(arrayToWire(reopened.column("a"))).toEqual(after.values);
  });
});

describe("dtypes that NumPy writes in more than one way", () => {
  it("arrays of arrays as fields", async () => {
    const path = join(directory, "nested", "a.npy");
    const expression = "np.arange(48.).view([('a', ('<f8', (4,)), (3,)), ('b', '<f8', (2, 2))])";
    await peer.call("save_expression", { path, expression });
    using array = openNpy(path);
    expect(array.dtype.descr).toEqual([
      ["a", "<f8", [3, 4]],
      ["b", "<f8", [2, 2]],
    ]);
    expect(array.field("a").at(2, 1, 3)).toBe(39);
    expect(array.field("b").at(1, 1, 0)).toBe(30);
  });

  it("fields at places of their own", async () => {
    const path = join(directory, "places", "a.npy");
    const dtype = "{'names': ['a', 'b'], 'formats': ['<i2', '<f4'], 'offsets': [3, 9], 'itemsize': 20}";
    const expression = `np.array([(1, 2.5), (-3, 4.5)], ${dtype})`;
    const said = await peer.call<Described>("save_expression", { path, expression });
    using array = openNpy(path);
    expectSame(array, said);
    expect(array.at(1)).toEqual({ a: -3, b: 4.5 });
  });
});
