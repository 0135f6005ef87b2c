import { describe, expect, it } from "vitest";
import { ArrayView, denseLayout, MemoryStorage, RecordArray, slice, wrap } from "../../src/array/index.js";
import { parseDType } from "../../src/dtype/index.js";
import {
  CastError,
  DTypeError,
  IndexError,
  NotFoundError,
  ReadOnlyError,
  ShapeError,
} from "../../src/errors.js";
import { arrayOf, counting, type ErrorClass, nested } from "./support.js";

/** Bytes that can be exchanged for others, with another version. */
function plainStorage(byteLength: number): {
  writable: boolean;
  version: number;
  byteLength: number;
  label: string;
  bytes: () => Uint8Array;
} {
  const bytes = new Uint8Array(byteLength);
  return { writable: true, version: 0, byteLength, label: "storage", bytes: () => bytes };
}

describe("what an array says of itself", () => {
  it("is what NumPy says", () => {
    const array = counting("f4", [3, 4]);
    const { ndim, size, length, itemsize, nbytes, readonly } = array;
    expect({ ndim, size, length, itemsize, nbytes, readonly }).toEqual({
      ndim: 2,
      size: 12,
      length: 3,
      itemsize: 4,
      nbytes: 48,
      readonly: false,
    });
    expect([array.shape, array.strides]).toEqual([
      [3, 4],
      [16, 4],
    ]);
    const part = array.view(slice(null, null, -2), slice(1, 3));
    expect([part.shape, part.strides, part.nbytes]).toEqual([[2, 2], [-32, 4], 16]);
    expect(array.dtype).toBe(parseDType("f4"));
  });

  it("has no length without axes", () => {
    const one = counting("f4", [3]).view(1);
    expect([one.ndim, one.size, one.nbytes, one.shape]).toEqual([0, 1, 4, []]);
    expect(() => one.length).toThrow(new ShapeError("an array without axes has no length"));
    expect(() => one.slice(0)).toThrow(ShapeError);
    expect(() => [...one]).toThrow(ShapeError);
    expect(() => one.take([0])).toThrow(ShapeError);
  });

  it("is empty where an axis is", () => {
    const none = arrayOf("f8", [0, 3]);
    expect([none.size, none.nbytes, none.length, none.ndim]).toEqual([0, 0, 0, 2]);
    expect(none.values).toEqual(new Float64Array(0));
    expect([...none]).toEqual([]);
    expect(none.toArray()).toEqual([]);
    expect(arrayOf("f8", [0]).toArray()).toEqual(new Float64Array(0));
    const rows = wrap(
      { dtype: parseDType("f8"), layout: denseLayout([3, 4, 0], 8, true), bytes: new Uint8Array(0) },
      true,
    );
    expect([...rows]).toEqual(Array(3).fill(new Float64Array(0)));
    expect(rows.at(2, 3)).toEqual(new Float64Array(0));
  });
});

describe("at", () => {
  const column = counting("i4", [5]);
  const matrix = counting("i4", [2, 3]);

  it("gives one element by one index for each axis, negative ones from the end", () => {
    expect([column.at(0), column.at(4), column.at(-1), column.at(-5), column.at(-0)]).toEqual([
      0, 4, 4, 0, 0,
    ]);
    expect([matrix.at(1, 2), matrix.at(-1, -1), matrix.at(-2, 0), matrix.at(0, -2)]).toEqual([5, 5, 0, 1]);
    expect(counting("i4", [2, 3, 4]).at(1, -1, 2)).toBe(22);
    expect(column.view(3).at()).toBe(3);
  });

  it("gives copies of all that lies below fewer indices", () => {
    const row = matrix.at(1);
    expect(row).toEqual(Int32Array.of(3, 4, 5));
    matrix.set([1, 0], 30);
    expect(row).toEqual(Int32Array.of(3, 4, 5));
    expect(matrix.at(1)).toEqual(Int32Array.of(30, 4, 5));
    matrix.set([1, 0], 3);
    expect(matrix.at()).toEqual(Int32Array.of(0, 1, 2, 3, 4, 5));
    expect(matrix.view(slice(), slice(null, null, -1)).at(0)).toEqual(Int32Array.of(2, 1, 0));
    expect(column.at()).toEqual(Int32Array.of(0, 1, 2, 3, 4));
    expect(arrayOf("b1", [2, 2], [true, false, false, true]).at(0)).toEqual([true, false]);
    expect(arrayOf("U2", [1, 2], ["a", "😀"]).at(0)).toEqual(["a", "😀"]);
    expect(arrayOf(">i2", [1, 2], [1, 2]).at(0)).toEqual([1, 2]);
    expect(arrayOf("f2", [1, 2], [1, 0.5]).at(0)).toEqual(Float32Array.of(1, 0.5));
    expect(arrayOf("c8", [1, 2], [1, { re: 2, im: 3 }]).at(0)).toEqual(Float32Array.of(1, 0, 2, 3));
    expect(arrayOf("M8[s]", [1, 2], [1n, null]).at(0)).toEqual([1n, null]);
  });

  it("reads wherever the elements lie", () => {
    const bytes = Uint8Array.from({ length: 40 }, (_, i) => i);
    for (const offset of [0, 1, 3, 8]) {
      for (const stride of [8, 9, 12, -8, -3]) {
        const start = stride < 0 ? offset - 2 * stride : offset;
        const layout = { shape: [3], strides: [stride], offset: start };
        const array = wrap({ dtype: parseDType("u8"), layout, bytes }, true);
        const view = new DataView(bytes.buffer);
        for (let i = 0; i < 3; i++) {
          expect(array.at(i)).toBe(view.getBigUint64(start + i * stride, true));
        }
      }
    }
  });

  it.each<[string, unknown[], string]>([
    ["an index outside", [5], "index 5 is outside array of length 5; valid are -5 to 4"],
    ["one before the start", [-6], "index -6 is outside array of length 5; valid are -5 to 4"],
    ["a fraction", [1.5], "an index of array is a whole number, not 1.5"],
    ["a fraction below 0", [-0.5], "an index of array is a whole number, not -0.5"],
    ["NaN", [Number.NaN], "an index of array is a whole number, not NaN"],
    ["a bigint", [1n], "an index of array is a whole number, not 1n; say Number(…)"],
    ["text", ["1"], 'an index of array is a whole number, not "1"'],
    ["a slice", [slice(1)], /^an index of array is a whole number, not /.source],
    ["two indices", [1, 1], "2 indices for an array of 1 axes"],
  ])("refuses %s", (_, index, message) => {
    const act = () => Reflect.apply(column.at, column, index);
    expect(act).toThrow(IndexError);
    expect(act).toThrow(message.startsWith("^") ? new RegExp(message) : message);
  });

  it("names the axis of an index outside", () => {
    expect(() => matrix.at(0, 3)).toThrow(
      new IndexError("index 3 is outside axis 1 of length 3; valid are -3 to 2"),
    );
    expect(() => matrix.at(2, 0)).toThrow(/outside axis 0 /);
    expect(() => matrix.at(2)).toThrow(/outside axis 0 /);
    expect(() => matrix.at(0, 0.5)).toThrow(IndexError);
    expect(() => arrayOf("f8", [0]).at(0)).toThrow(/there are none/);
  });
});

describe("set", () => {
  it("stores one element", () => {
    const column = counting("i4", [3]);
    column.set(0, 10);
    column.set(-1, 12n);
    column.set([1], 11);
    expect(column.values).toEqual(Int32Array.of(10, 11, 12));
    const cube = counting("i2", [2, 2, 2]);
    cube.set([1, 0, -1], 50);
    expect(cube.values).toEqual(Int16Array.of(0, 1, 2, 3, 4, 50, 6, 7));
    const one = column.view(1);
    one.set([], 5);
    expect(column.at(1)).toBe(5);
  });

  it("stores cells under fewer indices: one value, lists, typed arrays, arrays", () => {
    const matrix = counting("f8", [3, 2]);
    matrix.set(0, 7);
    matrix.set(1, [8, 9]);
    matrix.set([-1], Float64Array.of(10, 11));
    expect(nested(matrix)).toEqual([
      [7, 7],
      [8, 9],
      [10, 11],
    ]);
    Reflect.apply(matrix.set, matrix, [0, matrix.view(2)]);
    expect(matrix.at(0)).toEqual(Float64Array.of(10, 11));
    const strided = matrix.view(slice(), slice(null, null, -1));
    strided.set(0, [1, 2]);
    expect(matrix.at(0)).toEqual(Float64Array.of(2, 1));
    const complex = arrayOf("c16", [1, 2]);
    complex.set(0, Float64Array.of(1, 2, 3, 4));
    expect(nested(complex)).toEqual([
      [
        { re: 1, im: 2 },
        { re: 3, im: 4 },
      ],
    ]);
    const cube = counting("i4", [2, 2, 2]);
    cube.set([1, 1], [-1, -2]);
    cube.set(0, Int32Array.of(4, 3, 2, 1));
    expect(cube.values).toEqual(Int32Array.of(4, 3, 2, 1, 4, 5, -1, -2));
  });

  it("casts as NumPy does where it is told to", () => {
    const column = arrayOf("u1", [2]);
    column.set(0, 300, { casting: "unsafe" });
    column.set(-1, -1.5, { casting: "unsafe" });
    expect(column.values).toEqual(Uint8Array.of(44, 255));
    expect(() => column.set(0, 1, Object({ casting: "safe" }))).toThrow(
      new CastError('casting is "checked" or "unsafe", not "safe"'),
    );
  });

  it.each<[string, () => unknown, ErrorClass, string]>([
    [
      "a value outside",
      () => counting("i1", [3]).set(-1, 128),
      CastError,
      "array, row 2: 128 is outside |i1 (-128 to 127)",
    ],
    [
      "a fraction",
      () => counting("i4", [3]).set(1, 0.5),
      CastError,
      "array, row 1: 0.5 is no whole number, which <i4 needs",
    ],
    [
      "text",
      () => Reflect.apply(counting("f8", [3]).set, counting("f8", [3]), [0, "1"]),
      CastError,
      'array, row 0: "1" is no number, which <f8 needs',
    ],
    [
      "a value of one of several axes",
      () => counting("u1", [2, 2]).set([1, -1], 256),
      CastError,
      "array, at [1, -1]: 256 is outside |u1 (0 to 255)",
    ],
    [
      "a value in a cell",
      () => counting("u1", [2, 2]).set(-1, [1, 256]),
      CastError,
      "array, row 1, row 1: 256 is outside |u1 (0 to 255)",
    ],
    [
      "a cell of another shape",
      () => counting("u1", [2, 2]).set(0, [1, 2, 3]),
      ShapeError,
      "a list of shape (3,) does not go into array, row 0 of shape (2,)",
    ],
    [
      "floats for integers",
      () => counting("i4", [2, 2]).set(0, Float64Array.of(1, 2)),
      CastError,
      'array, row 0: <f8 does not go into <i4; round it, or say casting: "unsafe"',
    ],
    [
      "an index outside",
      () => counting("i4", [3]).set(3, 0),
      IndexError,
      "index 3 is outside array of length 3; valid are -3 to 2",
    ],
    [
      "an index outside of several",
      () => counting("i4", [3, 2]).set([0, 2], 0),
      IndexError,
      "index 2 is outside axis 1 of length 2; valid are -2 to 1",
    ],
    [
      "a fraction as index",
      () => counting("i4", [3]).set(0.5, 0),
      IndexError,
      "an index of array is a whole number, not 0.5",
    ],
    [
      "a bigint as index",
      () => Reflect.apply(counting("i4", [3]).set, counting("i4", [3]), [0n, 0]),
      IndexError,
      "an index is a whole number or a list of them, not 0n",
    ],
    [
      "no index",
      () => Reflect.apply(counting("i4", [3]).set, counting("i4", [3]), [null, 0]),
      IndexError,
      "an index is a whole number or a list of them, not null",
    ],
    [
      "too many indices",
      () => counting("i4", [3]).set([0, 0], 0),
      IndexError,
      "2 indices for an array of 1 axes",
    ],
  ])("refuses %s", (_, act, type, message) => {
    expect(act).toThrow(type);
    expect(act).toThrow(message);
  });

  it("leaves everything as it was where it refuses", () => {
    const matrix = counting("u1", [2, 2]);
    expect(() => matrix.set(0, [9, 256])).toThrow(CastError);
    expect(matrix.values).toEqual(Uint8Array.of(0, 1, 2, 3));
  });
});

describe("values", () => {
  it.each([
    ["b1", Uint8Array, 2],
    ["i1", Int8Array, 2],
    ["i2", Int16Array, 2],
    ["i4", Int32Array, 2],
    ["i8", BigInt64Array, 2],
    ["u1", Uint8Array, 2],
    ["u2", Uint16Array, 2],
    ["u4", Uint32Array, 2],
    ["u8", BigUint64Array, 2],
    ["f2", Uint16Array, 2],
    ["f4", Float32Array, 2],
    ["f8", Float64Array, 2],
    ["c8", Float32Array, 4],
    ["c16", Float64Array, 4],
    ["S3", Uint8Array, 6],
    ["U3", Uint32Array, 6],
    ["M8[us]", BigInt64Array, 2],
    ["m8[D]", BigInt64Array, 2],
    ["V5", Uint8Array, 10],
  ])("of %s is a %o over the same bytes", (dtype, type, length) => {
    const array = arrayOf(dtype, [2]);
    const { values } = array;
    expect(values).toBeInstanceOf(type);
    expect(values).toHaveLength(length);
    expect(array.values).toBe(values);
    new Uint8Array(values.buffer).fill(1);
    expect(array.bytes(1)).toEqual(new Uint8Array(array.itemsize).fill(1));
  });

  it("of a slice begins at its first row", () => {
    const array = counting("f8", [6]);
    expect(array.slice(2, 4).values).toEqual(Float64Array.of(2, 3));
    expect(array.slice(2, 4).values.buffer).toBe(array.values.buffer);
    expect(counting("f8", [2, 3]).view(1).values).toEqual(Float64Array.of(3, 4, 5));
    expect(counting("f8", [2, 3]).values).toEqual(Float64Array.of(0, 1, 2, 3, 4, 5));
    expect(counting("f8", [3]).view(1).values).toEqual(Float64Array.of(1));
    expect(counting("f8", [6]).slice(4, 1).values).toEqual(new Float64Array(0));
    expect(counting("f8", [6]).slice(5, 6, -1).values).toEqual(new Float64Array(0));
  });

  it.each<[string, () => unknown, ErrorClass, RegExp]>([
    [
      "strided elements",
      () => counting("f8", [4]).slice(null, null, 2).values,
      ShapeError,
      /^this view of array is strided, not contiguous; toArray\(\) makes a copy$/,
    ],
    ["elements backwards", () => counting("f8", [4]).slice(null, null, -1).values, ShapeError, /strided/],
    ["a column of rows", () => counting("f8", [4, 2]).view("...", 0).values, ShapeError, /strided/],
    [
      "byte-swapped elements",
      () => counting(">f8", [4]).values,
      DTypeError,
      /^>f8 has the other byte order than this machine; toArray\(\) converts a copy$/,
    ],
    [
      "records",
      () => RecordArray.zeros([["a", "i4"]], 2).values,
      DTypeError,
      /^records have no typed array; use field\(name\) or toArray\(\)$/,
    ],
    [
      "unaligned elements",
      () =>
        wrap(
          {
            dtype: parseDType("f8"),
            layout: { ...denseLayout([1], 8), offset: 4 },
            bytes: new Uint8Array(16),
          },
          true,
        ).values,
      ShapeError,
      /^array does not begin on a multiple of 8 bytes; toArray\(\) makes a copy$/,
    ],
  ])("says why there are none: %s", (_, act, type, message) => {
    expect(act).toThrow(type);
    expect(act).toThrow(message);
  });

  it("are there for one row of strided ones, for no rows of unaligned ones, and for text at any unit of its own", () => {
    expect(counting("f8", [4]).slice(null, null, 4).values).toEqual(Float64Array.of(0));
    const bytes = new Uint8Array(20);
    const layout = { ...denseLayout([0], 8), offset: 4 };
    expect(wrap({ dtype: parseDType("f8"), layout, bytes }, true).values).toEqual(new Float64Array(0));
    const text = { dtype: parseDType("U2"), layout: { ...denseLayout([2], 8), offset: 4 }, bytes };
    expect(wrap(text, true).values).toEqual(new Uint32Array(4));
  });
});

describe("views", () => {
  it("share the bytes: a store through one is seen by all", () => {
    const base = counting("i4", [4, 3]);
    const part = base
      .slice(1)
      .view(slice(null, null, -1), slice(1))
      .slice(0, 2);
    expect(nested(part)).toEqual([
      [10, 11],
      [7, 8],
    ]);
    part.set([0, 0], -1);
    part.set(1, [-2, -3]);
    base.view(3, 2).set([], -4);
    expect(nested(base)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6, -2, -3],
      [9, -1, -4],
    ]);
    base.values[0] = 100;
    expect(base.view("...", 0).at(0)).toBe(100);
  });

  it("chain as Python's slices do", () => {
    const base = counting("i4", [20]);
    // numpy: np.arange(20)[2:18:3][::-2], [...][1:], [...][::-1][-2:]
    const odd = base.slice(2, 18, 3).slice(null, null, -2);
    expect(nested(odd)).toEqual([17, 11, 5]);
    expect(nested(odd.slice(1))).toEqual([11, 5]);
    expect(nested(base.slice(2, 18, 3).slice(null, null, -1).slice(-2))).toEqual([5, 2]);
    expect(nested(base.slice(5, 5).slice(null, null, -1))).toEqual([]);
  });

  it("keep their class and their storage's name in messages", () => {
    const storage = new MemoryStorage(new Uint8Array(40), { label: 'column "x"' });
    const array = new ArrayView(storage, parseDType("i4"), denseLayout([10], 4));
    expect(() => array.slice(2, 4).at(2)).toThrow(
      'index 2 is outside column "x" of length 2; valid are -2 to 1',
    );
    expect(() => array.slice(2, 4).set(1, 0.5)).toThrow('column "x", row 1: 0.5 is no whole number');
    expect(RecordArray.zeros([["a", "i4"]], 4).slice(1, 3)).toBeInstanceOf(RecordArray);
  });

  it("go by the name that their storage has by then", () => {
    const storage = { ...plainStorage(12), label: 'column "old"' };
    const array = new ArrayView(storage, parseDType("i4"), denseLayout([3], 4));
    array.at(0);
    storage.label = 'column "new"';
    expect(() => array.at(3)).toThrow('outside column "new" of length 3');
    expect(() => array.set(0, 0.5)).toThrow('column "new", row 0: ');
  });

  it("follow a storage that changes, and refuse when their rows are gone", () => {
    const storage = { ...plainStorage(40) };
    const rows = () => denseLayout([storage.byteLength / 4], 4);
    const column = new ArrayView(storage, parseDType("i4"), rows);
    const [head, tail] = [column.slice(0, 2), column.slice(8)];
    const { values } = column;
    column.set(9, 7);
    expect([column.length, column.at(-1), tail.at(-1)]).toEqual([10, 7, 7]);
    Object.assign(storage, plainStorage(20), { version: 1 });
    expect([column.length, column.shape, column.at(-1), head.at(0)]).toEqual([5, [5], 0, 0]);
    expect(column.values).not.toBe(values);
    expect(() => column.at(5)).toThrow(IndexError);
    for (const use of [
      () => tail.at(0),
      () => tail.length,
      () => tail.shape,
      () => tail.set(0, 1),
      () => [...tail],
    ]) {
      expect(use).toThrow(new IndexError("rows of this slice of storage have been discarded"));
    }
    expect(() => tail.assign(1)).toThrow(IndexError);
    expect(column.slice(2, 2).length).toBe(0);
    Object.assign(storage, plainStorage(48), { version: 2 });
    expect([column.length, tail.length]).toEqual([12, 2]);
  });
});

describe("copies", () => {
  it("do not share the bytes", () => {
    const base = counting("i4", [4]);
    const copies = [base.take([0, 1]), base.filter([true, true, false, false])];
    const array = base.toArray();
    const bytes = base.bytes(0);
    base.fill(9);
    for (const copy of copies) expect(nested(copy)).toEqual([0, 1]);
    expect(array).toEqual(Int32Array.of(0, 1, 2, 3));
    expect(bytes).toEqual(new Uint8Array(4));
  });

  it("of take and filter are read-only", () => {
    const base = counting("i4", [4, 2]);
    const message = 'array is read-only; open it with mode "r+", or copy it, to assign to it';
    for (const copy of [base.take([0, 1]), base.filter([true, true, false, true]), base.take([0]).slice(0)]) {
      expect(copy.readonly).toBe(true);
      expect(() => copy.set([0, 0], 1)).toThrow(new ReadOnlyError(message));
      expect(() => copy.assign(1)).toThrow(ReadOnlyError);
      expect(() => copy.fill(1)).toThrow(ReadOnlyError);
      expect(() => copy.put([0], 1)).toThrow(ReadOnlyError);
      // Not for what else is wrong.
      expect(() => copy.put(["x"] as unknown as number[], 1)).toThrow(ReadOnlyError);
      expect(() => copy.set([9, 9], 1)).toThrow(ReadOnlyError);
    }
    const records = RecordArray.zeros([["a", "i4"]], 2);
    expect(records.take([0])).toBeInstanceOf(RecordArray);
    expect(() => records.take([0]).field("a").set(0, 1)).toThrow(ReadOnlyError);
  });
});

describe("toArray", () => {
  it.each<[string, unknown[], unknown]>([
    ["b1", [true, false], [true, false]],
    ["i1", [-1, 2], Int8Array.of(-1, 2)],
    ["u1", [1, 2], Uint8Array.of(1, 2)],
    [">i2", [-1, 2], Int16Array.of(-1, 2)],
    ["u2", [1, 2], Uint16Array.of(1, 2)],
    ["i4", [-1, 2], Int32Array.of(-1, 2)],
    [">u4", [1, 2 ** 31], Uint32Array.of(1, 2 ** 31)],
    ["i8", [-1n, 2n], BigInt64Array.of(-1n, 2n)],
    [">i8", [-1n, 2n], BigInt64Array.of(-1n, 2n)],
    [">u8", [1n, 2n ** 63n], BigUint64Array.of(1n, 2n ** 63n)],
    ["f2", [0.5, 65504, Number.NaN], Float32Array.of(0.5, 65504, Number.NaN)],
    [">f2", [-0, 2 ** -24], Float32Array.of(-0, 2 ** -24)],
    ["f4", [0.5, 1e10], Float32Array.of(0.5, 1e10)],
    [">f4", [0.5, -2], Float32Array.of(0.5, -2)],
    [">f8", [0.1, -2], Float64Array.of(0.1, -2)],
    ["c8", [{ re: 1, im: -2 }], [{ re: 1, im: -2 }]],
    [">c16", [{ re: 1, im: -2 }], [{ re: 1, im: -2 }]],
    ["S3", ["ab", "é", ""], ["ab", "é", ""]],
    ["U2", ["ab", "😀", ""], ["ab", "😀", ""]],
    [">U2", ["ab", "😀", ""], ["ab", "😀", ""]],
    ["M8[us]", [1n, null], [1n, null]],
    [">m8[D]", [-1n, null], [-1n, null]],
    ["V2", [Uint8Array.of(1, 2)], [Uint8Array.of(1, 2)]],
  ])("of %s", (dtype, elements, expected) => {
    const array = arrayOf(dtype, [elements.length], elements);
    expect(array.toArray()).toEqual(expected);
    expect([...array]).toEqual(elements);
    const reversed = array.slice(null, null, -1).toArray();
    expect(Array.from(reversed as ArrayLike<unknown>)).toEqual(
      Array.from(expected as ArrayLike<unknown>).toReversed(),
    );
  });

  it("of several axes is a list of cells, of records a list of objects", () => {
    expect(counting("i4", [2, 2]).toArray()).toEqual([Int32Array.of(0, 1), Int32Array.of(2, 3)]);
    expect(counting("i4", [1, 2, 2]).toArray()).toEqual([Int32Array.of(0, 1, 2, 3)]);
    expect(arrayOf("U1", [1, 2], ["a", "b"]).toArray()).toEqual([["a", "b"]]);
    const records = RecordArray.from(
      [{ a: 1, b: [1, 2] }],
      [
        ["a", "i4"],
        ["b", "f8", [2]],
      ],
    );
    expect(records.toArray()).toEqual([{ a: 1, b: Float64Array.of(1, 2) }]);
  });
});

describe("bytes", () => {
  it("are a copy of one row's, as they lie", () => {
    expect(arrayOf(">u2", [2], [1, 2]).bytes(-1)).toEqual(Uint8Array.of(0, 2));
    expect(arrayOf("S3", [1], [Uint8Array.of(0xff, 0xfe)]).bytes(0)).toEqual(Uint8Array.of(0xff, 0xfe, 0));
    const matrix = counting("u1", [2, 3]).view(slice(), slice(null, null, -1));
    expect(matrix.bytes(1)).toEqual(Uint8Array.of(5, 4, 3));
    expect(() => matrix.bytes(2)).toThrow(IndexError);
  });

  it("are there where text is none", () => {
    const text = arrayOf("S3", [2], [Uint8Array.of(0xff), "ok"]);
    expect(() => text.at(0)).toThrow(
      new CastError("the bytes of this |S3 are not UTF-8; bytes(i) gives them"),
    );
    expect(text.at(1)).toBe("ok");
    const points = arrayOf("U1", [1]);
    points.values[0] = 0xd800;
    expect(() => points.at(0)).toThrow(CastError);
    expect(points.bytes(0)).toEqual(Uint8Array.of(0, 0xd8, 0, 0));
  });
});

describe("field", () => {
  const dtype = [
    ["a", "u1"],
    ["b", ">i2", [2]],
    [
      "inner",
      [
        ["x", "f8"],
        ["y", "U1"],
      ],
    ],
  ] as const;

  it("is a view over the same records", () => {
    const records = RecordArray.zeros(dtype, 3);
    const a = records.field("a");
    a.assign([1, 2, 3]);
    records.field("b").view("...", 1).fill(-1);
    records.field("inner").field("x").set(1, 0.5);
    expect([a.shape, a.strides]).toEqual([[3], [17]]);
    expect([records.field("b").shape, records.field("b").strides]).toEqual([
      [3, 2],
      [17, 2],
    ]);
    expect(records.at(1)).toEqual({ a: 2, b: [0, -1], inner: { x: 0.5, y: "" } });
    expect(records.slice(1, null, -1).field("a").toArray()).toEqual(Uint8Array.of(2, 1));
    expect(records.view(2).field("b").toArray()).toEqual(Int16Array.of(0, -1));
  });

  it("names what is there", () => {
    const records = RecordArray.zeros(dtype, 1);
    expect(() => Reflect.apply(records.field, records, ["c"])).toThrow(
      new NotFoundError('there is no field "c"; fields are "a", "b", "inner"'),
    );
    expect(() => Reflect.apply(records.field, records, ["__proto__"])).toThrow(NotFoundError);
    expect(() => counting("f8", [1]).field("a")).toThrow(
      new DTypeError("array holds <f8, which has no fields"),
    );
  });
});
