import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import {
  type ArrayView,
  type DTypeLike,
  MemmapTable,
  openNpy,
  parseDType,
  ReadOnlyError,
} from "../../src/index.js";
import { type Described, startPeer } from "./peer.js";
import { Random } from "./random.js";
import { hexOf, QUICK, scratchDirectory } from "./support.js";
import { arrayToWire, nestedFromWire, type Wire } from "./wire.js";

const peer = startPeer();
const directory = scratchDirectory();
let count = 0;
let root = "";
beforeEach(() => {
  root = join(directory, `table-${count++}`);
});

const file = (name: string) => join(root, `${name}.npy`);
const openMap = (key: string, mode: string) => peer.call("open_map", { key, path: file(key), mode });
const readMap = (key: string) => peer.call<Wire[]>("read_map", { key });
const writeMap = (key: string, row: number, values: readonly Wire[]) =>
  peer.call("write_map", { key, row, values });

const KINDS: readonly { readonly dtype: DTypeLike; readonly itemShape: readonly number[] }[] = [
  { dtype: "<i4", itemShape: [] },
  { dtype: "<i8", itemShape: [2] },
  { dtype: ">f8", itemShape: [3] },
  { dtype: "<c8", itemShape: [] },
  { dtype: "|b1", itemShape: [2, 2] },
  { dtype: "<f2", itemShape: [] },
  { dtype: "<U6", itemShape: [2] },
  { dtype: "|S9", itemShape: [] },
  { dtype: ">M8[ns]", itemShape: [] },
  {
    dtype: [
      ["a", "<i4"],
      ["b", "<U3", [2]],
    ],
    itemShape: [],
  },
];

/** The typed array over an array's bytes, as bytes; undefined where there is none. */
function bytesOver(array: ArrayView): Buffer | undefined {
  if (!array.dtype.native || array.dtype.fields !== undefined) return undefined;
  const { buffer, byteOffset, byteLength } = array.values as unknown as Uint8Array;
  return Buffer.from(buffer, byteOffset, byteLength);
}

describe.each(KINDS)("$dtype $itemShape, mapped here and by NumPy at once", ({ dtype, itemShape }) => {
  const parsed = parseDType(dtype);
  const each = itemShape.reduce((size, axis) => size * axis, 1);
  const random = new Random(`${parsed} ${itemShape}`);
  const cell = (wires: readonly Wire[]) => nestedFromWire(parsed, itemShape, wires) as never;

  /** A table of one column, "x", with random rows; what is in it. */
  function create(rows: number): Wire[] {
    const wires = random.wires(parsed, rows * each);
    const data = nestedFromWire(parsed, [rows, ...itemShape], wires) as never;
    using table = MemmapTable.create(root, { rows, ...QUICK });
    table.addColumn("x", dtype, { itemShape, data });
    return wires;
  }

  it("each side sees the other's stores as they happen", async () => {
    const wires = create(10);
    using table = MemmapTable.open(root, { mode: "r+", ...QUICK });
    using reader = MemmapTable.open(root);
    using alone = openNpy(file("x"), { mode: "r+" });
    const views = [table.column("x"), reader.column("x"), alone];
    const typed = views.map((view) => bytesOver(view));
    expect(await openMap("x", "r+")).toEqual([10, ...itemShape]);
    const expectEverywhere = async () => {
      expect(await readMap("x")).toEqual(wires);
      for (const view of views) expect(arrayToWire(view)).toEqual(wires);
      for (const bytes of typed) if (bytes !== undefined) expect(bytes.toString("hex")).toBe(hexOf(alone));
    };
    await expectEverywhere();

    for (const [row, store] of [
      [3, (values: Wire[]) => table.column("x").set(3, cell(values))],
      [9, (values: Wire[]) => writeMap("x", 9, values)],
      [0, (values: Wire[]) => alone.set(0, cell(values))],
      [9, (values: Wire[]) => table.slice(9).assign([{ x: cell(values) }])],
      [3, (values: Wire[]) => writeMap("x", 3, values)],
    ] as const) {
      const values = random.wires(parsed, each);
      await store(values);
      wires.splice(row * each, each, ...values);
      await expectEverywhere();
    }
    await peer.call("close_maps", {});
  });

  it("what a reader stores in a typed array stays with it", async () => {
    const wires = create(4);
    await openMap("x", "r");
    using table = MemmapTable.open(root);
    using alone = openNpy(file("x"));
    for (const view of [table.column("x"), alone]) {
      bytesOver(view)?.fill(1);
      expect(() => view.set(0, cell(wires))).toThrow(ReadOnlyError);
      expect(await readMap("x")).toEqual(wires);
    }
    expect((await peer.call<Described>("describe", { path: file("x") })).values).toEqual(wires);
    await peer.call("close_maps", {});
  });

  it("NumPy's map outlives growing, shrinking, renaming, copying and deleting", async () => {
    const wires = create(1000);
    using table = MemmapTable.open(root, { mode: "r+", ...QUICK });
    const column = table.column("x");
    await openMap("x", "r+");

    const extra = random.wires(parsed, 3000 * each);
    table.append({ x: nestedFromWire(parsed, [3000, ...itemShape], extra) });
    expect(await readMap("x")).toEqual(wires);
    const values = random.wires(parsed, each);
    await writeMap("x", 7, values);
    wires.splice(7 * each, each, ...values);
    expect(arrayToWire(column)).toEqual([...wires, ...extra]);

    table.renameColumn("x", "group/y");
    table.copyColumn("group/y", "z");
    const more = random.wires(parsed, each);
    await writeMap("x", 8, more);
    expect(arrayToWire(table.column("z"))).toEqual([...wires, ...extra]);
    wires.splice(8 * each, each, ...more);
    expect(arrayToWire(column)).toEqual([...wires, ...extra]);

    // Rows that are gone are zeros to whoever still maps them: never a signal, never another's data.
    table.resize(500);
    const nothing = await peer.call<Wire[]>("zeros", { dtype: parsed.descr, shape: [500 * each] });
    expect(await readMap("x")).toEqual([...wires.slice(0, 500 * each), ...nothing]);

    table.deleteColumn("group/y");
    expect(await readMap("x")).toEqual([...wires.slice(0, 500 * each), ...nothing]);
    table.close();
    expect(await readMap("x")).toEqual([...wires.slice(0, 500 * each), ...nothing]);
    await peer.call("close_maps", {});
  });
});

describe("a file that NumPy makes as a map", () => {
  it("is a column, and keeps NumPy's bytes through growth", async () => {
    MemmapTable.create(root, { rows: 6, ...QUICK }).close();
    await peer.call("create_map", { key: "m", path: file("m"), dtype: "<f8", shape: [6, 2] });
    using table = MemmapTable.open(root, { mode: "r+", ...QUICK });
    const one = ["3ff0000000000000", "4000000000000000"];
    await writeMap("m", 5, one);
    expect(arrayToWire(table.column("m").slice(5))).toEqual(one);
    table.resize(8);
    await writeMap("m", 0, one);
    expect(arrayToWire(table.column("m").slice(0, 1))).toEqual(one);
    const after = await peer.call<Described>("describe", { path: file("m") });
    expect(after.shape).toEqual([8, 2]);
    expect(after.values.slice(10, 12)).toEqual(one);
    await peer.call("close_maps", {});
  });
});
