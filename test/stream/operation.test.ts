import { describe, expect, it } from "vitest";
import { type ArrayView, RecordArray, type SelectionPart, select, slice } from "../../src/array/index.js";
import { NotFoundError } from "../../src/errors.js";
import type { Dataset } from "../../src/stream/dataset.js";
import type { Operation } from "../../src/stream/operation.js";
import { Reader } from "../../src/stream/reader.js";
import type { Stage } from "../../src/stream/stage.js";
import { copied, TableView } from "../../src/table/index.js";

const ROWS = 20;
const records = RecordArray.from(
  Array.from({ length: ROWS }, (_, i) => ({
    id: i,
    c: i % 7 === 3 ? Number.NaN : (i * 5) % 11,
    big: BigInt(i) * 3n,
    name: `n${i % 4}`,
    flag: i % 3 === 0,
    day: BigInt(i % 5),
    v: Float32Array.from({ length: 6 }, (_, k) => 10 * i + k),
  })),
  [
    ["id", ">i4"],
    ["c", "f8"],
    ["big", "u8"],
    ["name", "U3"],
    ["flag", "b1"],
    ["day", "M8[D]"],
    ["v", "f4", [2, 3]],
  ],
);

interface Opened {
  readonly table: Dataset<TableView>;
  readonly cube: Dataset<ArrayView>;
  readonly stage: Stage;
  readonly array: ArrayView;
  read<V>(operation: Operation<V>): Promise<V>;
}

async function opened(): Promise<Opened> {
  const columns = ["id", "c", "big", "name", "flag", "day", "v"] as const;
  const view = new TableView(
    copied(new Map<string, ArrayView>(columns.map((name) => [name, records.field(name)])), ROWS),
  );
  const reader = await Reader.open(view, { workers: 0 });
  const table = await reader.dataset();
  const cube = await reader.dataset<ArrayView>("v");
  const stage = table.createStage(4 * ROWS);
  return {
    table,
    cube,
    stage,
    array: records.field("v"),
    read: (operation) => reader.request(operation, stage).get(),
  };
}

const { table, cube, array, read, stage } = await opened();
const ids = async (operation: Operation<TableView>) =>
  Array.from((await read(operation)).column("id").toArray() as Iterable<number>);
const numbers = Array.from({ length: ROWS }, (_, i) => i);

describe("rows of a table", () => {
  it("are sliced by Python's rules", async () => {
    expect(await ids(table)).toEqual(numbers);
    expect(await ids(table.slice(3, 6))).toEqual([3, 4, 5]);
    expect(await ids(table.slice(-3))).toEqual([17, 18, 19]);
    expect(await ids(table.slice(15, 100, 2))).toEqual([15, 17, 19]);
    expect(await ids(table.slice(null, null, -6))).toEqual([19, 13, 7, 1]);
    expect(await ids(table.slice(5, 5))).toEqual([]);
    expect(await ids(table.slice(2, 18).slice(null, null, 4).slice(1))).toEqual([6, 10, 14]);
  });

  it("are taken, filtered, and selected as NumPy does", async () => {
    expect(await ids(table.take([3, -1, 3]))).toEqual([3, 19, 3]);
    expect(await ids(table.take(BigInt64Array.of(2n)).slice())).toEqual([2]);
    expect(await ids(table.slice(10).take([0, -1]).slice(null, null, -1))).toEqual([19, 10]);
    expect(await ids(table.filter(numbers.map((i) => i % 9 === 0)))).toEqual([0, 9, 18]);
    expect(await ids(table.slice(0, 4).filter(Uint8Array.of(0, 1, 1, 0)))).toEqual([1, 2]);
    expect(await ids(table.view([1, 2]))).toEqual([1, 2]);
    expect(await ids(table.view(slice(1, 3)))).toEqual([1, 2]);
    expect(await ids(table.view("..."))).toEqual(numbers);
    expect(await ids(table.view(numbers.map((i) => i === 4)))).toEqual([4]);
    expect(await ids(table.take([]))).toEqual([]);
  });

  it("are all columns, with their dtypes and cells", async () => {
    const rows = await read(table.slice(7, 9));
    expect(rows.columnNames).toEqual(["id", "c", "big", "name", "flag", "day", "v"]);
    expect(rows.column("id").dtype.str).toBe(">i4");
    expect(rows.column("v").shape).toEqual([2, 2, 3]);
    expect([...rows]).toEqual([records.at(7), records.at(8)]);
    expect(rows.column("c").values).toBeInstanceOf(Float64Array);
  });

  it("are one as an object, or one cell of it", async () => {
    expect(await read(table.at(7))).toEqual(records.at(7));
    expect(await read(table.at(-1).column("name"))).toBe("n3");
    expect(await read(table.column("big").at(4))).toBe(12n);
    expect(await read(table.column("flag").at(-2))).toBe(true);
    expect(await read(table.view(5).column("id"))).toBe(5);
    expect(await read(table.at(2).column("v"))).toEqual(array.at(2));
    await expect(read(table.at(20))).rejects.toThrow("index 20 is outside the table of length 20");
    await expect(read(table.at(-21))).rejects.toThrow(/-21.*20/);
    await expect(read(table.take([1, 20]))).rejects.toThrow(/index 20 \(position 1.*20 rows/);
    await expect(read(table.filter([true]))).rejects.toThrow("a mask of length 1 does not fit");
  });

  it("are found by conditions", async () => {
    const where = (condition: Parameters<typeof table.where>[0]) => ids(table.where(condition));
    const c = numbers.map((i) => records.at(i).c as number);
    const holds = (test: (i: number) => boolean) => numbers.filter(test);
    expect(await where((column) => column("c").gt(4))).toEqual(holds((i) => c[i] > 4));
    expect(await where((column) => column("c").le(4).not())).toEqual(holds((i) => !(c[i] <= 4)));
    expect(await where((column) => column("c").ne(5))).toEqual(holds((i) => c[i] !== 5));
    expect(await where((column) => column("c").isnan())).toEqual([3, 10, 17]);
    expect(await where((column) => column("c").isin([1, 2]))).toEqual(holds((i) => c[i] === 1 || c[i] === 2));
    expect(await where((column) => column("big").between(6n, 12))).toEqual([2, 3, 4]);
    expect(await where((column) => column("name").eq("n1").and(column("id").lt(9)))).toEqual([1, 5]);
    expect(await where((column) => column("id").lt(2).or(column("id").ge(19)))).toEqual([0, 1, 19]);
    expect(await where((column) => column("flag").eq(true))).toEqual(holds((i) => i % 3 === 0));
    expect(await where((column) => column("day").eq(new Date(86_400_000)))).toEqual([1, 6, 11, 16]);
    expect(await where((column) => column("c").ge(column("id")))).toEqual(holds((i) => c[i] >= i));
    const part = table.where((column) => column("c").gt(4), { from: 5, to: -5 });
    expect(await ids(part)).toEqual(holds((i) => c[i] > 4 && i >= 5 && i < 15));
    expect(await ids(part.slice(-1))).toEqual([Math.max(...holds((i) => c[i] > 4 && i < 15))]);
  });

  it("are sorted, stable, NaN last", async () => {
    const c = numbers.map((i) => records.at(i).c as number);
    const key = (i: number) => (Number.isNaN(c[i]) ? Number.POSITIVE_INFINITY : c[i]);
    const order = numbers.toSorted((a, b) => key(a) - key(b));
    expect(await ids(table.sorted("c"))).toEqual(order);
    expect(await ids(table.sorted("c", { from: 3, to: -2 }))).toEqual(order.slice(3, -2));
    expect(await ids(table.slice(10).sorted("c").slice(0, 2))).toEqual(
      order.filter((i) => i >= 10).slice(0, 2),
    );
    const named = numbers.toSorted((a, b) => (a % 4) - (b % 4));
    expect(await ids(table.sorted("name", { to: 7 }))).toEqual(named.slice(0, 7));
    const late = table.where((column) => column("c").gt(8)).sorted("id", { from: -1 });
    expect(await ids(late)).toEqual([Math.max(...numbers.filter((i) => c[i] > 8))]);
    expect(await read(table.slice(0, 0).sorted("c").column("id"))).toHaveLength(0);
  });
});

describe("selections of an array", () => {
  const truth = numbers.map((i) => i % 5 === 1);
  const cells = numbers.map((i) => [
    [true, false, i % 2 === 0],
    [false, false, i === 3],
  ]);
  const rowMask = array.view(0).gt(3);
  const selections: readonly (readonly SelectionPart[])[] = [
    [slice(3, 6), "...", slice(null, null, -1)],
    ["...", 0],
    ["...", -1, slice(0, 2)],
    [4],
    [-1, 1],
    [slice(), 1, 2],
    [null, slice(1, 3)],
    [slice(1, 3), null],
    [[1, 5, -1]],
    [[1, 5, -1], 0],
    [
      [1, 5, -1],
      [0, 1, 0],
      [2, 1, 0],
    ],
    [[[1], [2], [3]], [0, 1], 2],
    [
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [truth],
    [truth, 1],
    [truth, slice(), [0, 2, 1, 0]],
    [cells],
    [slice(), rowMask],
    [slice(2, 8), rowMask],
    [slice(), [0], slice(), null],
    [slice(), [1, 0], [2, 2]],
    [slice(5, 9), [0, 1], slice(), null],
    [3, rowMask],
    [[4, 4], slice(), [1, 0]],
    ["...", [0, 2]],
    ["..."],
    [],
  ];
  it.each(selections.map((parts) => ({ parts })))("%#: are those of select()", async ({ parts }) => {
    const expected = select(array, parts.includes("...") ? parts : [...parts, "..."]);
    const found = await read(cube.view(...parts));
    expect(found.shape).toEqual(expected.shape);
    expect(found.toArray()).toEqual(expected.toArray());
  });

  it("go on with what they gave", async () => {
    const inner = cube.view("...", 0).view(slice(), 1);
    const plain = array.view("...", 0).view(slice(), 1);
    expect((await read(inner.slice(3, 5))).toArray()).toEqual(plain.slice(3, 5).toArray());
    expect((await read(inner.where((column) => column.gt(95)))).toArray()).toEqual(
      plain.filter(plain.gt(95)).toArray(),
    );
    expect((await read(inner.sorted({ from: -2 }))).toArray()).toEqual(plain.slice(-2).toArray());
    expect(await read(inner.at(3))).toBe(plain.at(3));
    const copy = cube.view(null, slice(2, 6), 0, 1);
    expect((await read(copy.view(0).slice(1))).toArray()).toEqual(Float32Array.of(31, 41, 51));
    expect((await read(copy.view(0).take([-1, 0]).sorted())).toArray()).toEqual(Float32Array.of(21, 51));
    expect((await read(copy.view(0).filter([true, false, false, true]))).toArray()).toEqual(
      Float32Array.of(21, 51),
    );
    expect((await read(copy.view(0).where((column) => column.ge(41)))).toArray()).toEqual(
      Float32Array.of(41, 51),
    );
    expect(await read(copy.view(0).at(-1))).toBe(51);
    expect(await read(cube.at(3, 1, 2))).toBe(35);
    expect(await read(cube.at(-1, 0))).toEqual(array.at(-1, 0));
  });

  it("outside the array are errors", async () => {
    expect(() => cube.view(0, 0, 0, 0)).toThrow("4 indices");
    expect(() => cube.view(slice(), 2)).toThrow("index 2 is outside");
    expect(() => cube.at(3, 5)).toThrow("index 5 is outside");
    expect(() => cube.view("...", "...")).toThrow("at most one");
    expect(() => cube.view(0.5)).toThrow("whole number");
    await expect(read(cube.view(20))).rejects.toThrow("index 20 is outside");
    await expect(read(cube.view([0, 20], [0, 0]))).rejects.toThrow("index 20");
    await expect(read(cube.view([0, 1], [0, 2]))).rejects.toThrow("index 2");
    await expect(read(cube.view([0, 1], [0, 1, 0]))).rejects.toThrow();
  });
});

describe("operations", () => {
  it("are values: steps make new ones, and what they were given may change", async () => {
    const base = table.slice(5, 10);
    const rows = [1, 2];
    const mask = Uint8Array.of(1, 0, 0, 0, 1);
    const taken = base.take(rows);
    const filtered = base.filter(mask);
    rows[0] = 4;
    mask.fill(1);
    expect(await ids(taken)).toEqual([6, 7]);
    expect(await ids(filtered)).toEqual([5, 9]);
    expect(await ids(base)).toEqual([5, 6, 7, 8, 9]);
    expect(await ids(table)).toEqual(numbers);
  });

  it("are judged when they are made", () => {
    expect(() => table.column("nam")).toThrow('no column "nam"; did you mean "name"?');
    expect(() => table.column("nam")).toThrow(NotFoundError);
    expect(() => table.where((column) => column("cc").gt(1))).toThrow(NotFoundError);
    expect(() => table.where((column) => column.gt(1))).toThrow("name one");
    expect(() => table.where((column) => column("name").gt(1))).toThrow(/str|U3/);
    expect(() => table.where((column) => column("v").gt(1))).toThrow("one truth value a row");
    expect(() => table.where((column) => column("c") as never)).toThrow("is none");
    expect(() => table.where((column) => column("c").gt({} as never))).toThrow("compared with a number");
    expect(() => table.where((column) => column("c").isin([[]] as never))).toThrow("compared with a number");
    expect(() => cube.where((column) => column("c").gt(1))).toThrow("has no columns");
    expect(() => table.sorted("cc")).toThrow(NotFoundError);
    expect(() => table.sorted("v")).toThrow("cells of shape [2, 3]");
    expect(() => table.sorted()).toThrow("name one");
    expect(() => cube.column("x")).toThrow("has no columns");
    expect(() => table.slice(0.5)).toThrow("whole number");
    expect(() => table.take([0.5])).toThrow("whole number");
    expect(() => table.take("ab" as never)).toThrow("whole number");
    expect(() => table.take(3 as never)).toThrow("list of whole numbers");
    expect(() => table.filter([1] as never)).toThrow("no boolean");
    expect(() => table.filter(3 as never)).toThrow("array of booleans");
    expect(() => table.view(slice(), 0)).toThrow("2 indices");
    expect(() => table.view([[0, 1]])).toThrow("one axis");
    expect(() => table.at(0, 1)).toThrow("2 indices");
    expect(() => table.at(0.5)).toThrow("whole number");
    expect(() => table.at(0).slice()).toThrow("at() ends an operation");
    expect(() => table.at(0).column("id").column("id")).toThrow("no columns at this point");
  });

  it("leave the stage as free as it was when they fail", async () => {
    const small = table.createStage(3);
    expect(small.byteLength).toBe(3 * records.dtype.itemsize);
    expect(stage.busy).toBe(false);
  });
});
