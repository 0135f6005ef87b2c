import { describe, expect, it } from "vitest";
import {
  type ArraySource,
  BLOCK_BYTES,
  denseLayout,
  RecordArray,
  type RowSelection,
  STRIDED,
  slice,
  wrap,
} from "../../src/array/index.js";
import { filterRows } from "../../src/array/pick.js";
import { isMask, MaskedRows, maskOf, rowsOf } from "../../src/array/rows.js";
import { withoutKernels } from "../../src/compute/kernels/engine.js";
import { parseDType } from "../../src/dtype/index.js";
import { CastError, DTypeError, IndexError, ShapeError, StaleError } from "../../src/errors.js";
import { arrayOf, counting, type ErrorClass, nested } from "./support.js";

const WIDE = Math.floor(BLOCK_BYTES / 8) + 1000;

describe("take", () => {
  const column = counting("i4", [5]);

  it.each<[string, Parameters<typeof column.take>[0], number[]]>([
    ["a list", [3, 0, 3], [3, 0, 3]],
    ["negative positions", [-1, -5, 4], [4, 0, 4]],
    ["no positions", [], []],
    ["a typed array", Uint8Array.of(1, 2), [1, 2]],
    ["floats that are whole", Float64Array.of(1, -2), [1, 3]],
    ["bigints", [1n, -1n], [1, 4]],
    ["an array of bigints", BigInt64Array.of(0n, -1n), [0, 4]],
    ["a set", new Set([2, 1]), [2, 1]],
    ["an array of this package", arrayOf("i8", [2], [1n, -1n]), [1, 4]],
    ["a strided one", arrayOf("u2", [4], [1, 9, 2, 9]).slice(null, null, 2), [1, 2]],
    ["a big-endian one", arrayOf(">i4", [2], [-2, 0]), [3, 0]],
  ])("takes %s", (_, indices, expected) => {
    const taken = column.take(indices);
    expect([taken.shape, taken.dtype, nested(taken)]).toEqual([[expected.length], column.dtype, expected]);
  });

  it.each<[string, unknown, ErrorClass, string]>([
    [
      "a position outside",
      [0, 5],
      IndexError,
      "index 5 (position 1 of the indices) is outside array of 5 rows",
    ],
    [
      "one before the start",
      [-6],
      IndexError,
      "index -6 (position 0 of the indices) is outside array of 5 rows",
    ],
    [
      "a bigint beyond all numbers",
      [2n ** 64n],
      IndexError,
      "index 18446744073709551616 (position 0 of the indices) is outside array of 5 rows",
    ],
    ["a fraction", [0, 0.5], DTypeError, "position 1 of the indices is 0.5, which is no whole number"],
    ["NaN", [Number.NaN], DTypeError, "position 0 of the indices is NaN, which is no whole number"],
    [
      "a list of booleans",
      [true, false],
      DTypeError,
      "position 0 of the indices is true, which is no whole number",
    ],
    [
      "a list with a hole",
      Array(2),
      DTypeError,
      "position 0 of the indices is undefined, which is no whole number",
    ],
    ["texts", ["1"], DTypeError, 'position 0 of the indices is "1", which is no whole number'],
    ["an array of floats", counting("f8", [2]), DTypeError, "indices are whole numbers, not <f8"],
    ["a mask", arrayOf("b1", [5]), DTypeError, "indices are whole numbers, not |b1"],
    ["two axes", counting("i4", [1, 2]), ShapeError, "indices have one axis, not shape (1, 2)"],
    ["no axis", counting("i4", [2]).view(0), ShapeError, "indices have one axis, not shape ()"],
    ["one number", 3, DTypeError, "indices are a list of whole numbers, not 3"],
    ["text", "12", DTypeError, 'indices are a list of whole numbers, not "12"'],
    ["nothing", undefined, DTypeError, "indices are a list of whole numbers, not undefined"],
  ])("refuses %s", (_, indices, type, message) => {
    const act = () => Reflect.apply(column.take, column, [indices]);
    expect(act).toThrow(type);
    expect(act).toThrow(message);
  });

  it("takes an Int32Array as it takes lists, and copies it", () => {
    const given = Int32Array.of(0, 4, 4, 2);
    const rows = rowsOf(given, 5, "array");
    given[0] = 3;
    expect(rows).toEqual(Int32Array.of(0, 4, 4, 2));
    expect(rowsOf(Int32Array.of(-1, 0, -5), 5, "array")).toEqual(Int32Array.of(4, 0, 0));
    expect(rowsOf(Int32Array.of(), 0, "array")).toEqual(Int32Array.of());
    for (const [index, length] of [
      [5, 5],
      [-6, 5],
      [0, 0],
      [2 ** 31 - 1, 5],
      [-(2 ** 31), 5],
    ] as const) {
      expect(() => rowsOf(Int32Array.of(index), length, "array")).toThrow(
        new IndexError(`index ${index} (position 0 of the indices) is outside array of ${length} rows`),
      );
    }
  });

  it("reads strided indices of more than one block", () => {
    const indices = counting("i8", [2 * WIDE]).slice(null, null, 2);
    const rows = rowsOf(indices, 2 * WIDE, "array");
    expect(rows).toEqual(Int32Array.from({ length: WIDE }, (_, i) => 2 * i));
  });

  it("takes places that argsort gave, and names one that is outside", () => {
    const column = counting("i4", [1500]);
    const order = column.slice(null, null, -1).argsort();
    expect(nested(column.take(order))).toEqual(nested(column.slice(null, null, -1)));
    order.set(1200, 1500n);
    expect(() => column.take(order)).toThrow(
      new IndexError("index 1500 (position 1200 of the indices) is outside array of 1500 rows"),
    );
  });

  it("takes rows that lie together, in strides, as columns, and backwards", () => {
    const dense = counting("i2", [3, 2, 2]);
    const fortran = wrap({ ...dense2("i2"), layout: denseLayout([3, 2, 2], 2, true) }, true);
    fortran.assign(dense);
    const wide = counting("i2", [3, 2, 4]).view("...", slice(null, null, 2));
    const expected = [
      [
        [8, 9],
        [10, 11],
      ],
      [
        [0, 1],
        [2, 3],
      ],
    ];
    expect(nested(dense.take([2, 0]))).toEqual(expected);
    expect(nested(fortran.take([-1, 0]))).toEqual(expected);
    expect(nested(dense.slice(null, null, -1).take([0, 2]))).toEqual(expected);
    expect(nested(wide.take([2, 0]))).toEqual([
      [
        [16, 18],
        [20, 22],
      ],
      [
        [0, 2],
        [4, 6],
      ],
    ]);
    // More rows than elements in a row.
    const often = [2, 0, 2, 0, 2, 0];
    expect(nested(fortran.take(often))).toEqual([...expected, ...expected, ...expected]);
    expect(fortran.take([1]).shape).toEqual([1, 2, 2]);
  });

  it("moves columns of more than one block", () => {
    const bytes = new Uint8Array(WIDE * 16);
    const columns = wrap<"f8", "r+">(
      { dtype: parseDType("f8"), layout: denseLayout([WIDE, 2], 8, true), bytes },
      true,
    );
    columns.view("...", 0).assign(counting("f8", [WIDE]));
    columns.view("...", 1).assign(counting("f8", [WIDE]).slice(null, null, -1));
    const reversed = Int32Array.from({ length: WIDE }, (_, i) => WIDE - 1 - i);
    const taken = columns.take(reversed);
    const isRow = (row: number, first: number) =>
      taken.at(row, 0) === first && taken.at(row, 1) === WIDE - 1 - first;
    expect(reversed.every((first, row) => isRow(row, first))).toBe(true);
    columns.put(reversed, taken);
    expect(
      reversed.every((_, row) => columns.at(row, 0) === row && columns.at(row, 1) === WIDE - 1 - row),
    ).toBe(true);
    columns.put(reversed, columns.take(reversed).slice(null, null, -1));
    expect(columns.view("...", 0).values.every((value, row) => value === WIDE - 1 - row)).toBe(true);
  });

  it("takes nothing from nothing", () => {
    expect(arrayOf("f8", [0, 2]).take([]).shape).toEqual([0, 2]);
    expect(arrayOf("f8", [3, 0]).take([2, 1]).shape).toEqual([2, 0]);
    expect(() => arrayOf("f8", [0]).take([0])).toThrow(IndexError);
  });

  it("keeps every bit, of records too", () => {
    const dtype = [
      ["a", "f8"],
      ["b", "S3"],
    ] as const;
    const records = RecordArray.zeros(dtype, 2);
    records.field("b").set(1, Uint8Array.of(0xff, 0, 1));
    const taken = records.take([1, 1]);
    expect(taken.bytes(1)).toEqual(records.bytes(1));
    const nan = arrayOf("f8", [1]);
    new BigUint64Array(nan.values.buffer)[0] = 0x7ff4_0000_0000_0001n;
    expect(nan.take([0]).bytes(0)).toEqual(nan.bytes(0));
  });
});

function dense2(dtype: string): { dtype: ReturnType<typeof parseDType>; bytes: Uint8Array } {
  return { dtype: parseDType(dtype), bytes: new Uint8Array(100) };
}

describe("filter", () => {
  const column = counting("i4", [4]);
  const mask = [true, false, false, true];

  it("takes the rows where a mask is true", () => {
    expect(nested(column.filter(mask))).toEqual([0, 3]);
    expect(nested(column.filter(arrayOf("b1", [4], mask)))).toEqual([0, 3]);
    expect(nested(column.filter(Uint8Array.of(1, 0, 0, 1)))).toEqual([0, 3]);
    expect(nested(column.filter(arrayOf("b1", [4], mask).slice(null, null, -1)))).toEqual([0, 3]);
    expect(
      nested(
        column.filter(
          arrayOf(
            "b1",
            [8],
            mask.flatMap((m) => [m, true]),
          ).slice(null, null, 2),
        ),
      ),
    ).toEqual([0, 3]);
    expect(nested(column.filter([false, false, false, false]))).toEqual([]);
    expect(nested(counting("i4", [4, 2]).filter(mask))).toEqual([
      [0, 1],
      [6, 7],
    ]);
    expect(arrayOf("i4", [0]).filter([]).shape).toEqual([0]);
  });

  it.each<[string, unknown, ErrorClass, string]>([
    ["a mask too short", [true], ShapeError, "a mask of length 1 does not fit array of 4 rows"],
    ["one too long", arrayOf("b1", [5]), ShapeError, "a mask of length 5 does not fit array of 4 rows"],
    [
      "numbers in a list",
      [true, false, 1, true],
      DTypeError,
      "position 2 of the mask is 1, which is no boolean",
    ],
    ["a hole", [true, , true, true], DTypeError, "position 1 of the mask is undefined, which is no boolean"],
    [
      "positions in bytes",
      Uint8Array.of(0, 3, 1, 2),
      DTypeError,
      "position 1 of the mask is 3, which is no boolean",
    ],
    ["positions", counting("i4", [4]), DTypeError, "a mask holds booleans (b1), not <i4"],
    ["two axes", arrayOf("b1", [4, 1]), ShapeError, "a mask has one axis, not shape (4, 1)"],
    [
      "other typed arrays",
      Int32Array.of(1, 0, 0, 1),
      DTypeError,
      "a mask is an array of booleans, not Int32Array(4)",
    ],
    ["one boolean", true, DTypeError, "a mask is an array of booleans, not true"],
    ["a function", () => true, DTypeError, "a mask is an array of booleans, not a function"],
  ])("refuses %s", (_, given, type, message) => {
    const act = () => Reflect.apply(column.filter, column, [given]);
    expect(act).toThrow(type);
    expect(act).toThrow(message);
  });

  it("takes any byte of a file's booleans for true, as NumPy does", () => {
    const foreign = wrap(
      { dtype: parseDType("b1"), layout: denseLayout([4], 1), bytes: Uint8Array.of(0, 2, 255, 0) },
      true,
    );
    expect(nested(column.filter(foreign))).toEqual([1, 2]);
    expect(maskOf(foreign, 4, "array")).toHaveLength(4);
  });

  it.each<[string, number]>([
    ["few", 40],
    ["many", 3],
    ["all but few", -40],
  ])("takes %s rows of every size, layout and byte order, bit for bit", (_, every) => {
    const length = 2003;
    const truths = Array.from({ length }, (__, i) => (i % Math.abs(every) === 1) === every > 0);
    const chosen = [...truths.keys()].filter((i) => truths[i]);
    const masked = arrayOf("b1", [length], truths);
    const dtypes = [
      "i1",
      "<u2",
      ">f4",
      "f8",
      "M8[us]",
      "c16",
      "S3",
      "U20",
      "V70",
      [
        ["a", "f8"],
        ["b", "S3"],
      ],
    ] as const;
    for (const dtype of dtypes) {
      for (const shape of [[length], [length, 3]]) {
        const array = arrayOf(dtype, shape);
        const bytes = new Uint8Array(array[STRIDED]().bytes.buffer);
        for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 31 + (i >> 8)) % 251;
        for (const view of [array, array.slice(null, null, -1)]) {
          const [filtered, taken] = [view.filter(masked), view.take(chosen)];
          expect(filtered.shape).toEqual(taken.shape);
          const [a, b] = [filtered, taken].map((copy) => copy[STRIDED]().bytes);
          expect(Buffer.compare(a ?? bytes, b ?? bytes)).toBe(0);
        }
      }
    }
  });

  it("tells masks from positions", () => {
    expect([[true], arrayOf("b1", [1])].map(isMask)).toEqual([true, true]);
    expect([[1], [], counting("i4", [1]), Uint8Array.of(1), undefined, "ab"].map(isMask)).toEqual(
      Array(6).fill(false),
    );
  });
});

describe("a mask that changes while rows are filtered by it", () => {
  it.each([20, 3000, 100_000])("is found out, of %i rows", (length) => {
    for (const array of [counting("i4", [length]), counting("i4", [2 * length]).slice(null, null, 2)]) {
      for (const isSparse of [false, true]) {
        for (const [from, to, value] of [
          [0, length, 1],
          [length >> 1, length, 0],
          [0, 3, 1],
        ] as const) {
          const filter = () => {
            const mask = Uint8Array.from({ length }, (_, i) => Number(i % (isSparse ? 10 : 3) === 1));
            const chosen = new MaskedRows(mask);
            mask.fill(value, from, to);
            return filterRows(array[STRIDED](), chosen);
          };
          expect(filter).toThrow(StaleError);
          expect(() => withoutKernels(filter)).toThrow(StaleError);
        }
      }
    }
  });
});

describe("put", () => {
  // numpy: a = np.arange(6); a[indices] = source
  it.each<[string, [RowSelection, ArraySource<"i4">], number[]]>([
    [
      "a list at positions",
      [
        [1, 4],
        [10, 40],
      ],
      [0, 10, 2, 3, 40, 5],
    ],
    [
      "at positions from the end",
      [
        [-1, -6],
        [50, 0],
      ],
      [0, 1, 2, 3, 4, 50],
    ],
    ["one value", [[1, 2], 9], [0, 9, 9, 3, 4, 5]],
    ["a list of one", [[1, 2], [9]], [0, 9, 9, 3, 4, 5]],
    [
      "the last of several for one row",
      [
        [0, 0, 0],
        [7, 8, 9],
      ],
      [9, 1, 2, 3, 4, 5],
    ],
    ["a typed array", [[5, 0], Int8Array.of(-5, -1)], [-1, 1, 2, 3, 4, -5]],
    [
      "at positions given as bigints",
      [
        [5n, 0n],
        [1, 2],
      ],
      [2, 1, 2, 3, 4, 1],
    ],
    [
      "where a mask is true",
      [
        [true, false, false, false, false, true],
        [8, 9],
      ],
      [8, 1, 2, 3, 4, 9],
    ],
    [
      "where an array is true",
      [arrayOf("b1", [6], [true, false, false, false, false, true]), 3],
      [3, 1, 2, 3, 4, 3],
    ],
    ["nowhere", [[], []], [0, 1, 2, 3, 4, 5]],
    ["one value nowhere", [[], 5], [0, 1, 2, 3, 4, 5]],
    ["an array", [[3, 2], counting("u1", [2])], [0, 1, 1, 0, 4, 5]],
    ["an array of one", [[3, 2], counting("u1", [1])], [0, 1, 0, 0, 4, 5]],
  ])("stores %s", (_, given, expected) => {
    const column = counting("i4", [6]);
    expect(column.put(...given)).toBe(column);
    expect(nested(column)).toEqual(expected);
  });

  it("stores rows of several axes, broadcast as in NumPy", () => {
    const matrix = () => counting("i4", [3, 2]);
    expect(
      nested(
        matrix().put(
          [2, 0],
          [
            [1, 2],
            [3, 4],
          ],
        ),
      ),
    ).toEqual([
      [3, 4],
      [2, 3],
      [1, 2],
    ]);
    expect(nested(matrix().put([2, 0], [9, 8]))).toEqual([
      [9, 8],
      [2, 3],
      [9, 8],
    ]);
    expect(nested(matrix().put([2, 0], [[9], [8]]))).toEqual([
      [8, 8],
      [2, 3],
      [9, 9],
    ]);
    expect(nested(matrix().put([2, 0], [[9, 8]]))).toEqual([
      [9, 8],
      [2, 3],
      [9, 8],
    ]);
    expect(nested(matrix().put([2, 0], Int32Array.of(1, 2, 3, 4)))).toEqual([
      [3, 4],
      [2, 3],
      [1, 2],
    ]);
    expect(nested(matrix().put([1], counting("i8", [1, 2])))).toEqual([
      [0, 1],
      [0, 1],
      [4, 5],
    ]);
    expect(nested(matrix().put([0, 2], [Int32Array.of(7, 8), Int32Array.of(9, 10)]))).toEqual([
      [7, 8],
      [2, 3],
      [9, 10],
    ]);
    const transposed = wrap({ ...dense2("i4"), layout: denseLayout([3, 2], 4, true) }, true);
    transposed.assign(matrix());
    expect(
      nested(
        transposed.put(
          [2, 0],
          [
            [1, 2],
            [3, 4],
          ],
        ),
      ),
    ).toEqual([
      [3, 4],
      [2, 3],
      [1, 2],
    ]);
    expect(
      nested(
        transposed.put(
          [2, 2, 0, 2],
          [
            [1, 2],
            [3, 4],
            [5, 6],
            [7, 8],
          ],
        ),
      ),
    ).toEqual([
      [5, 6],
      [2, 3],
      [7, 8],
    ]);
    const backwards = matrix();
    backwards.slice(null, null, -1).put([0], [[5, 6]]);
    expect(nested(backwards)).toEqual([
      [0, 1],
      [2, 3],
      [5, 6],
    ]);
  });

  it("stores records, and row objects", () => {
    const records = RecordArray.from([{ a: 1 }, { a: 2 }, { a: 3 }], [["a", "i4"]]);
    records.put([2, 0], [{ a: 30 }, { a: 10 }]);
    records.put([1], { a: 20 });
    expect(records.toArray()).toEqual([{ a: 10 }, { a: 20 }, { a: 30 }]);
    records.put([0, 1], records.slice(1));
    expect(records.toArray()).toEqual([{ a: 20 }, { a: 30 }, { a: 30 }]);
  });

  it("copies sources in the same memory first, as NumPy does", () => {
    const column = () => counting("i4", [6]);
    // numpy: a[[5, 4, 3]] = a[:3]; a[[1, 2, 3]] = a[:3]; a[[0, 2, 4]] = a[[1, 0, 2]]
    const one = column();
    expect(nested(one.put([5, 4, 3], one.slice(0, 3)))).toEqual([0, 1, 2, 2, 1, 0]);
    const two = column();
    expect(nested(two.put([1, 2, 3], two.slice(0, 3)))).toEqual([0, 0, 1, 2, 4, 5]);
    const three = column();
    expect(nested(three.put([0, 2, 4], three.take([1, 0, 2])))).toEqual([1, 1, 0, 3, 2, 5]);
    const four = counting("i4", [3, 2]);
    expect(nested(four.put([0, 1], [four.view(1), four.view(0)]))).toEqual([
      [2, 3],
      [0, 1],
      [4, 5],
    ]);
    const five = counting("i4", [3, 2]);
    expect(nested(five.put([0, 2], five.view(1)))).toEqual([
      [2, 3],
      [2, 3],
      [2, 3],
    ]);
    const six = counting("i8", [3]);
    expect(nested(six.put(six.slice(null, null, -1), six))).toEqual([2n, 1n, 0n]);
  });

  it("does so across blocks", () => {
    const column = counting("f8", [WIDE]);
    const reversed = Int32Array.from({ length: WIDE }, (_, i) => WIDE - 1 - i);
    column.put(reversed, column);
    expect([column.at(0), column.at(1), column.at(WIDE - 1)]).toEqual([WIDE - 1, WIDE - 2, 0]);
    expect(column.values.every((value, i) => value === WIDE - 1 - i)).toBe(true);
    const list = Array.from({ length: WIDE }, (_, i) => i);
    column.put(reversed, list);
    expect(column.values.every((value, i) => value === WIDE - 1 - i)).toBe(true);
    const wide = counting("f8", [2, WIDE]);
    wide.put([0, 1], [wide.view(1), wide.view(0)]);
    expect([wide.at(0, 0), wide.at(1, 0), wide.at(1, WIDE - 1)]).toEqual([WIDE, 0, WIDE - 1]);
    column.put(reversed, [5]);
    expect(column.values.every((value) => value === 5)).toBe(true);
  });

  it.each<[string, unknown[], ErrorClass, string]>([
    [
      "values that do not fit",
      [
        [5, 2, 3],
        [1, 2, 300],
      ],
      CastError,
      "array, row 3: 300 is outside |u1 (0 to 255)",
    ],
    ["one that does not fit", [[5, 2], 300], CastError, "array: 300 is outside |u1 (0 to 255)"],
    ["one nowhere", [[], "abc"], CastError, 'array: "abc" is no number, which |u1 needs'],
    [
      "an array that does not fit",
      [[4, 1], Int16Array.of(1, -1)],
      CastError,
      "array, row 1: -1 is outside |u1 (0 to 255)",
    ],
    [
      "an array of another kind",
      [[4, 1], Float64Array.of(1, 1)],
      CastError,
      'array: <f8 does not go into |u1; round it, or say casting: "unsafe"',
    ],
    [
      "too many values",
      [[1], [1, 2]],
      ShapeError,
      "a list of shape (2,) does not go into 1 rows of array, shape (1,)",
    ],
    [
      "too few",
      [
        [1, 2, 3],
        [1, 2],
      ],
      ShapeError,
      "a list of shape (2,) does not go into 3 rows of array, shape (3,)",
    ],
    [
      "values nowhere",
      [[], [1, 2, 3]],
      ShapeError,
      "a list of shape (3,) does not go into 0 rows of array, shape (0,)",
    ],
    [
      "an array too long",
      [[1, 2], Int8Array.of(1, 2, 3)],
      ShapeError,
      "an array of shape (3,) does not go into 2 rows of array, shape (2,)",
    ],
    ["lists too deep", [[1], [[1]]], ShapeError, "lists nested 2 deep do not go into shape (1,)"],
    [
      "positions outside",
      [[6], 1],
      IndexError,
      "index 6 (position 0 of the indices) is outside array of 6 rows",
    ],
    ["masks too short", [[true], 1], ShapeError, "a mask of length 1 does not fit array of 6 rows"],
    [
      "masks with numbers",
      [[true, 1, 0, 0, 0, 0], 1],
      DTypeError,
      "position 1 of the mask is 1, which is no boolean",
    ],
    ["an iterator", [[1], new Set([1])], CastError, "gather an iterator in an array first"],
    [
      "unknown casting",
      [[1], 1, { casting: "same_kind" }],
      CastError,
      'casting is "checked" or "unsafe", not "same_kind"',
    ],
  ])("refuses %s, and nothing has been stored", (_, given, type, message) => {
    const column = counting("u1", [6]);
    const act = () => Reflect.apply(column.put, column, given);
    expect(act).toThrow(type);
    expect(act).toThrow(message);
    expect(nested(column)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("judges all blocks before the first is stored", () => {
    const column = arrayOf("u1", [4]);
    const rows = new Uint8Array(BLOCK_BYTES + 10);
    const source = new Int16Array(rows.length).fill(9);
    source[rows.length - 1] = -1;
    rows[rows.length - 1] = 2;
    expect(() => column.put(rows, source)).toThrow("array, row 2: -1 is outside |u1 (0 to 255)");
    expect(nested(column)).toEqual([0, 0, 0, 0]);
  });

  it("casts as NumPy does where it is told to", () => {
    const column = counting("u1", [3]);
    column.put([0, 2], Float64Array.of(300.7, -1), { casting: "unsafe" });
    expect(nested(column)).toEqual([44, 1, 255]);
  });
});
