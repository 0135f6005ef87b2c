import { describe, expect, it } from "vitest";
import { RecordArray, slice } from "../../src/array/index.js";
import { CastError, DTypeError, NameError, NotFoundError, ShapeError } from "../../src/errors.js";
import { type ColumnSource, type FrameSource, frameOf } from "../../src/group/column-source.js";
import { MemmapTable } from "../../src/index.js";
import { arrayOf, counting, type ErrorClass, nested } from "../array/support.js";
import { temporaryPaths } from "../support/temporary.js";

const path = temporaryPaths();
const NaT = null;

/** What a list becomes: dtype, elements, and the marks of nulls. */
function listed(values: readonly unknown[]): readonly [string, unknown, readonly number[] | undefined] {
  const { array, nulls } = frameOf({ x: values }).column("x");
  return [array.dtype.str, nested(array), nulls === undefined ? undefined : [...nulls]];
}

describe("lists of plain values", () => {
  it.each<[string, readonly unknown[], string, unknown, (readonly number[])?]>([
    ["whole numbers", [1, -(2 ** 31), 2 ** 31 - 1], "<i4", [1, -(2 ** 31), 2 ** 31 - 1]],
    ["whole numbers beyond 32 bits", [1, 2 ** 31], "<f8", [1, 2 ** 31]],
    ["fractions", [1, 0.5], "<f8", [1, 0.5]],
    ["-0", [0, -0], "<f8", [0, -0]],
    ["missing numbers", [1, null, NaN, undefined], "<f8", [1, NaN, NaN, NaN], [0, 1, 1, 1]],
    ["infinities", [Infinity, 1], "<f8", [Infinity, 1]],
    ["bigints", [1n, -(2n ** 63n)], "<i8", [1n, -(2n ** 63n)]],
    ["large bigints", [0n, 2n ** 64n - 1n], "<u8", [0n, 2n ** 64n - 1n]],
    ["missing bigints", [null, 5n], "<i8", [0n, 5n], [1, 0]],
    ["booleans", [true, false], "|b1", [true, false]],
    ["missing booleans", [true, undefined], "|b1", [true, false], [0, 1]],
    ["Dates", [new Date(5), new Date(-1)], "<M8[ms]", [5n, -1n]],
    ["missing Dates", [null, new Date(5)], "<M8[ms]", [NaT, 5n], [1, 0]],
    ["strings", ["a", "日本", "😀"], "<U2", ["a", "日本", "😀"]],
    ["missing strings", [null, "null", "", NaN], "<U4", ["", "null", "", ""], [1, 0, 0, 1]],
    ["empty strings", ["", ""], "<U1", ["", ""]],
    ["nothing", [], "<f8", []],
    ["nothing but missing values", [null, undefined], "<f8", [NaN, NaN], [1, 1]],
    [
      "lists",
      [
        [1, 2],
        [3, 4],
      ],
      "<i4",
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ["lists in lists", [[["a"], ["bcd"]]], "<U3", [[["a"], ["bcd"]]]],
    ["empty lists", [[], []], "<f8", [[], []]],
    [
      "missing numbers within lists",
      [
        [1, null],
        [NaN, 2],
      ],
      "<f8",
      [
        [1, NaN],
        [NaN, 2],
      ],
    ],
    ["missing Dates within lists", [[new Date(1), undefined]], "<M8[ms]", [[1n, NaT]]],
    [
      "missing lists",
      [null, [1, 2]],
      "<f8",
      [
        [NaN, NaN],
        [1, 2],
      ],
      [1, 0],
    ],
    [
      "typed arrays",
      [Int16Array.of(1, 2), Int16Array.of(3, 4)],
      "<i2",
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ["typed arrays of several sorts", [Int8Array.of(1), Uint8Array.of(200)], "<i2", [[1], [200]]],
    ["missing typed arrays", [Float32Array.of(0.5), null], "<f4", [[0.5], [NaN]], [0, 1]],
    ["missing typed arrays of integers", [null, Uint8Array.of(7)], "|u1", [[0], [7]], [1, 0]],
    ["arrays", [counting(">c8", [0]), counting("c8", [0])], "<c8", [[], []]],
    ["records", [arrayOf([["a", "i2"]], [1], [{ a: 5 }])], `|V2`, [[{ a: 5 }]]],
  ])("%s", (_, values, dtype, elements, nulls) => {
    expect(listed(values)).toEqual([dtype, elements, nulls]);
  });

  it.each<[string, readonly unknown[], ErrorClass, string]>([
    [
      "numbers and text",
      [1, null, "b"],
      CastError,
      'column "x", row 2: "b" is a string, and what comes before it is not, but a number',
    ],
    ["numbers and bigints", [1, 2n], CastError, "row 1: 2n is a bigint"],
    ["booleans and numbers", [true, 1], CastError, "row 1: 1 is a number"],
    ["objects", ["a", {}], CastError, "row 1: {} is no value that a column holds"],
    ["functions", [() => 1], CastError, "row 0: a function is no value"],
    ["bigints beyond 64 bits", [1n, 2n ** 64n], CastError, 'column "x", row 1'],
    ["bigints that no dtype holds together", [-1n, 2n ** 63n], CastError, 'column "x", row 0'],
    ["bigints after missing ones", [null, null, -(2n ** 64n)], CastError, 'column "x", row 2'],
    ["invalid Dates", [new Date(NaN)], CastError, 'column "x", row 0'],
    ["text that ends in NUL", ["a", "b\0"], CastError, 'column "x", row 1'],
    ["half a character", ["a", "\ud800"], CastError, 'column "x", row 1'],
    ["missing booleans within lists", [[true, null]], CastError, 'column "x", row 0: null'],
    ["lists of several lengths", [[1, 2], [3]], ShapeError, 'column "x", row 1'],
    ["lists and numbers", [[1, 2], 3], ShapeError, 'column "x", row 1: 3 where'],
    ["numbers and lists", [3, [1, 2]], CastError, 'column "x", row 1: an array of 2 is no value'],
    ["typed arrays and text", [Int8Array.of(1), ["a"]], CastError, 'column "x", row 1'],
    [
      "typed arrays that go not together",
      [[Int8Array.of(1)], [arrayOf("U1", [1], ["a"])]],
      DTypeError,
      "|i1 and <U1",
    ],
  ])("refuse %s", (_, values, error, message) => {
    expect(() => listed(values)).toThrow(error);
    expect(() => listed(values)).toThrow(message);
  });

  it("refuse lists in themselves", () => {
    const endless: unknown[] = [];
    endless.push(endless);
    expect(() => listed(endless)).toThrow(ShapeError);
  });

  it("are judged and copied once, when they are first asked for", () => {
    const good = [1, 2];
    const frame = frameOf({ good, bad: [1, "a"] });
    const column = frame.column("good");
    good[0] = 9;
    expect(frame.column("good")).toBe(column);
    expect(nested(column.array)).toEqual([1, 2]);
    expect(() => frame.column("bad")).toThrow(CastError);
    expect(good).toEqual([9, 2]);
  });
});

describe("frames", () => {
  it("of objects and maps hold arrays as they are", () => {
    const typed = Float64Array.of(1, NaN);
    const view = counting("i4", [4, 3]).slice(null, null, 2);
    const frame = frameOf(
      new Map<string, unknown>([
        ["__proto__", typed],
        ["b", view],
        ["c", ["x", "y"]],
      ]),
    );
    expect(frame.names).toEqual(["__proto__", "b", "c"]);
    expect(frame.length).toBe(2);
    expect(frame.column("b").array).toBe(view);
    const { array, nulls, name } = frame.column("__proto__");
    expect([name, array.dtype.str, nulls]).toEqual(["__proto__", "<f8", undefined]);
    typed[0] = 7;
    expect(array.at(0)).toBe(7);
    expect(() => array.set(0, 1 as never)).toThrow("read-only");
    expect(frameOf({ a: typed, b: [true, false] }).names).toEqual(["a", "b"]);
    expect(frameOf(Object.assign(Object.create(null), { a: [1] })).length).toBe(1);
  });

  it.each([
    [Int8Array, "|i1"],
    [Uint8Array, "|u1"],
    [Uint8ClampedArray, "|u1"],
    [Int16Array, "<i2"],
    [Uint16Array, "<u2"],
    [Int32Array, "<i4"],
    [Uint32Array, "<u4"],
    [Float32Array, "<f4"],
    [Float64Array, "<f8"],
  ] as const)("of %o", (Type, dtype) => {
    const { array } = frameOf({ a: Type.of(1, 2) }).column("a");
    expect([array.dtype.str, nested(array)]).toEqual([dtype, [1, 2]]);
  });

  it("of bigints in typed arrays, and of shared memory", () => {
    const shared = new BigInt64Array(new SharedArrayBuffer(16));
    const { array } = frameOf({ a: shared }).column("a");
    shared[1] = 5n;
    expect(nested(array)).toEqual([0n, 5n]);
    expect(frameOf({ a: new BigUint64Array(1) }).column("a").array.dtype.str).toBe("<u8");
  });

  it("of tables and views are their columns", () => {
    const root = path();
    using table = MemmapTable.create(root, { rows: 3, columns: { id: "i4", name: "U3", at: "M8[s]" } });
    table.column("id").assign([1, 2, 3]);
    const frame = frameOf(table);
    expect(frame.names).toEqual(["id", "name", "at"]);
    expect(frame.column("id").array).toBe(table.column("id"));
    expect(frame.column("id").nulls).toBeUndefined();
    const part = frameOf(table.slice(1).select(["id"]));
    expect([part.length, nested(part.column("id").array)]).toEqual([2, [2, 3]]);
    const source: ColumnSource = table;
    expect(frameOf(source).length).toBe(3);
    expect(frameOf(table.toColumns()).column("id").array.dtype.str).toBe("<i4");
  });

  it("of records are their fields, without a copy", () => {
    const records = RecordArray.from(
      [
        { a: 1, b: [1, 2] },
        { a: 2, b: [3, 4] },
      ],
      [
        ["a", "u1"],
        ["b", "f4", [2]],
      ] as const,
    );
    const frame = frameOf(records);
    expect(frame.names).toEqual(["a", "b"]);
    expect(nested(frame.column("b").array)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    records.set(0, { a: 9, b: Float32Array.of(1, 2) } as never);
    expect(frame.column("a").array.at(0)).toBe(9);
    expect(frameOf(records.slice(1)).length).toBe(1);
  });

  it("of any source take its nulls", () => {
    const nulls = Uint8Array.of(0, 1);
    const source = {
      columnNames: ["a", "b"],
      length: 2,
      column: () => counting("i4", [2]),
      nulls: (name: string) => (name === "a" ? nulls : undefined),
    };
    const frame = frameOf(source);
    expect(frame.column("a").nulls).toBe(nulls);
    expect(frame.column("b").nulls).toBeUndefined();
  });

  it("say what was meant by a name that is not there", () => {
    const frame = frameOf({ delay: [1], origin: ["JFK"] });
    expect(() => frame.column("dellay")).toThrow(NotFoundError);
    expect(() => frame.column("dellay")).toThrow('did you mean "delay"');
    expect(() => frame.column("toString")).toThrow(NotFoundError);
  });

  const one = (column: unknown): ColumnSource =>
    ({ columnNames: ["a"], length: 2, column: () => column }) as never;

  it.each<[string, () => FrameSource, ErrorClass, string]>([
    ["no columns", () => ({}), ShapeError, "at least one column"],
    ["no columns in a map", () => new Map(), ShapeError, "at least one column"],
    ["other lengths", () => ({ a: [1, 2], b: Int8Array.of(1) }), ShapeError, '"a" has 2 rows, "b" has 1'],
    [
      "other lengths of arrays",
      () => ({ a: [1], b: counting("i4", [2, 2]) }),
      ShapeError,
      '"a" has 1 rows, "b" has 2',
    ],
    ["one value for all", () => ({ a: [1], b: 5 }), CastError, 'column "b" is 5'],
    ["an array without axes", () => ({ a: counting("i4", []) }), ShapeError, 'column "a"'],
    ["a DataView", () => ({ a: new DataView(new ArrayBuffer(8)) }), CastError, 'column "a"'],
    ["a set", () => ({ a: new Set([1]) }), CastError, 'column "a" is a Set;'],
    ["names that are none", () => new Map([[1, [1]]]) as never, NameError, "not 1"],
    ["a list of rows", () => [{ a: 1 }] as never, CastError, "an array of 1"],
    ["an instance", () => new Date() as never, CastError, "not from a Date; columnSource()"],
    ["null", () => null as never, CastError, "not from null"],
    ["text", () => "a" as never, CastError, 'not from "a"'],
    ["an array of numbers", () => counting("i4", [3]), DTypeError, "<i4"],
    ["a typed array", () => Int8Array.of(1) as never, CastError, "from Int8Array(1)"],
  ])("refuse %s", (_, make, error, message) => {
    expect(() => frameOf(make())).toThrow(error);
    expect(() => frameOf(make())).toThrow(message);
  });

  it.each<[string, ColumnSource, ErrorClass, string]>([
    [
      "of other lengths than theirs",
      one(counting("i4", [3])),
      ShapeError,
      'column "a" has 3 rows, and its frame has 2',
    ],
    ["without axes", one(counting("i4", [])), ShapeError, 'column "a"'],
    [
      "with other marks of nulls",
      { ...one(counting("i4", [2])), nulls: () => new Uint8Array(3) },
      ShapeError,
      "3 marks",
    ],
  ])("refuse columns %s", (_, source, error, message) => {
    expect(() => frameOf(source).column("a")).toThrow(error);
    expect(() => frameOf(source).column("a")).toThrow(message);
  });

  it("refuse two columns of one name, and records along two axes", () => {
    const twice = { ...one(counting("i4", [2])), columnNames: ["a", "a"] };
    expect(() => frameOf(twice)).toThrow(NameError);
    const square = arrayOf([["a", "i4"]], [2, 2]);
    expect(() => frameOf(square)).toThrow(ShapeError);
    expect(frameOf(square.view(slice(), 0)).length).toBe(2);
  });

  it("notice a table that grows after it was taken", () => {
    using table = MemmapTable.create(path(), { rows: 2, columns: { a: "i4", b: "i4" } });
    const frame = frameOf(table);
    table.resize(3);
    expect(() => frame.column("a")).toThrow(ShapeError);
  });
});
