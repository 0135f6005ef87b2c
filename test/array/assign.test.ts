import { describe, expect, it, vi } from "vitest";
import {
  type ArraySource,
  BLOCK_BYTES,
  denseLayout,
  planAssign,
  RecordArray,
  STRIDED,
  slice,
  wrap,
  zeros,
} from "../../src/array/index.js";
import { parseDType } from "../../src/dtype/index.js";
import { CastError, ShapeError } from "../../src/errors.js";
import { arrayOf, counting, type ErrorClass, nested } from "./support.js";

/** `assign`, free of the types of what goes in. */
function assign(array: { assign: unknown }, source: unknown, options?: unknown): void {
  Reflect.apply(array.assign as (...args: unknown[]) => unknown, array, [source, options]);
}

/** What an array holds after an assignment to zeros. */
function stored(dtype: string, shape: readonly number[], source: unknown, options?: unknown): unknown {
  const array = arrayOf(dtype, shape);
  assign(array, source, options);
  return nested(array);
}

describe("broadcasting", () => {
  // numpy: a = np.zeros(shape, "i4"); a[...] = source
  it.each<[string, readonly number[], unknown, unknown]>([
    [
      "one value",
      [2, 2],
      7,
      [
        [7, 7],
        [7, 7],
      ],
    ],
    [
      "a row in a list",
      [2, 3],
      [1, 2, 3],
      [
        [1, 2, 3],
        [1, 2, 3],
      ],
    ],
    [
      "a column in lists",
      [2, 3],
      [[1], [2]],
      [
        [1, 1, 1],
        [2, 2, 2],
      ],
    ],
    [
      "lists of lists",
      [2, 2],
      [
        [1, 2],
        [3, 4],
      ],
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      "one list of lists for all",
      [2, 2, 2],
      [
        [1, 2],
        [3, 4],
      ],
      [
        [
          [1, 2],
          [3, 4],
        ],
        [
          [1, 2],
          [3, 4],
        ],
      ],
    ],
    [
      "an array",
      [2, 3],
      counting("i4", [2, 3]),
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
    ],
    [
      "a row",
      [2, 3],
      counting("i2", [3]),
      [
        [0, 1, 2],
        [0, 1, 2],
      ],
    ],
    [
      "a column",
      [2, 3],
      counting("u1", [2, 1]),
      [
        [0, 0, 0],
        [1, 1, 1],
      ],
    ],
    [
      "an element",
      [2, 2],
      counting("i4", [5]).view(3),
      [
        [3, 3],
        [3, 3],
      ],
    ],
    ["leading axes of length 1", [3], counting("i4", [1, 1, 3]), [0, 1, 2]],
    [
      "a typed array as a row",
      [2, 3],
      Int8Array.of(1, 2, 3),
      [
        [1, 2, 3],
        [1, 2, 3],
      ],
    ],
    [
      "a typed array of all elements",
      [2, 2],
      Int16Array.of(1, 2, 3, 4),
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ["a typed array of one", [3], Uint8Array.of(9), [9, 9, 9]],
    [
      "typed arrays in a list",
      [2, 2],
      [Int8Array.of(1, 2), Int8Array.of(3, 4)],
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      "typed arrays of all that is below",
      [2, 2, 2],
      [Int8Array.of(1, 2, 3, 4), Int8Array.of(5, 6, 7, 8)],
      [
        [
          [1, 2],
          [3, 4],
        ],
        [
          [5, 6],
          [7, 8],
        ],
      ],
    ],
    [
      "typed arrays as rows",
      [2, 2, 2],
      [[Int8Array.of(1, 2), Int8Array.of(3, 4)]],
      [
        [
          [1, 2],
          [3, 4],
        ],
        [
          [1, 2],
          [3, 4],
        ],
      ],
    ],
    [
      "arrays in a list",
      [2, 2],
      [counting("i4", [2]), counting("u2", [2])],
      [
        [0, 1],
        [0, 1],
      ],
    ],
    [
      "arrays of one in a list",
      [2, 2],
      [counting("i4", [3]).slice(1, 2), [5]],
      [
        [1, 1],
        [5, 5],
      ],
    ],
    ["elements in a list", [2], [counting("i4", [3]).view(2), 7], [2, 7]],
    [
      "lists and typed arrays",
      [2, 2],
      [[1, 2], Int8Array.of(3, 4)],
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      "typed arrays and lists",
      [2, 2],
      [Int8Array.of(1, 2), [3, 4]],
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ["a view backwards", [3], counting("i4", [3]).slice(null, null, -1), [2, 1, 0]],
    ["one value without axes", [], 5, 5],
    ["an array of one without axes", [], counting("i4", [1]), 0],
    ["nothing", [0], [], []],
    ["nothing in lists", [2, 0], [[], []], [[], []]],
    ["no rows of three", [0, 3], [], []],
    ["no rows of three, broadcast", [0, 3], [1, 2, 3], []],
    ["an empty typed array", [0], new Float64Array(0).subarray(0, 0) && new Int8Array(0), []],
    ["one value nowhere", [0], 5, []],
    ["an empty array", [0, 2], counting("i4", [0, 2]), []],
  ])("stores %s", (_, shape, source, expected) => {
    expect(stored("i4", shape, source)).toEqual(expected);
  });

  it.each<[string, readonly number[], unknown, string]>([
    ["a list too short", [3], [1, 2], "a list of shape (2,) does not go into array of shape (3,)"],
    ["a list too long", [3], [1, 2, 3, 4], "a list of shape (4,) does not go into array of shape (3,)"],
    ["an empty list", [3], [], "a list of shape (0,) does not go into array of shape (3,)"],
    [
      "lists of another length",
      [2, 3],
      [
        [1, 2],
        [3, 4],
      ],
      "a list of shape (2, 2) does not go into array of shape (2, 3)",
    ],
    [
      "lists of different lengths",
      [2, 2],
      [[1, 2], [3]],
      "array, row 1: an array of 1 where the first part has shape (2,)",
    ],
    ["a value among lists", [2, 2], [[1, 2], 3], "array, row 1: 3 where the first part has shape (2,)"],
    [
      "a hole among lists",
      [2, 2],
      [[1, 2], ,],
      "array, row 1: undefined where the first part has shape (2,)",
    ],
    ["text among lists", [2, 2], [[1, 2], "34"], 'array, row 1: "34" where the first part has shape (2,)'],
    [
      "typed arrays of different lengths",
      [2, 2],
      [Int8Array.of(1, 2), Int8Array.of(3)],
      "array, row 1: an array of shape (1,) where the first part has shape (2,)",
    ],
    [
      "an array of another shape in a list",
      [2, 2],
      [[1, 2], counting("i4", [2, 1])],
      "array, row 1: an array of shape (2, 1) where the first part has shape (2,)",
    ],
    ["lists too deep", [2], [[1, 2]], "lists nested 2 deep do not go into shape (2,)"],
    ["a list without axes", [], [5], "lists nested 1 deep do not go into shape ()"],
    [
      "a typed array too long",
      [2],
      Int8Array.of(1, 2, 3),
      "an array of shape (3,) does not go into array of shape (2,)",
    ],
    [
      "an array of more axes",
      [2],
      counting("i4", [3, 2]),
      "an array of shape (3, 2) does not go into array of shape (2,)",
    ],
    [
      "an array of other axes",
      [2, 3],
      counting("i4", [3, 2]),
      "an array of shape (3, 2) does not go into array of shape (2, 3)",
    ],
  ])("refuses %s", (_, shape, source, message) => {
    const array = arrayOf("i4", shape);
    expect(() => assign(array, source)).toThrow(new ShapeError(message));
    expect(nested(array)).toEqual(nested(arrayOf("i4", shape)));
  });
});

describe("typed arrays like the destination's own values", () => {
  it.each<[string, readonly number[], unknown, unknown]>([
    ["b1", [2], Uint8Array.of(1, 0), [true, false]],
    [
      "c8",
      [2],
      Float32Array.of(1, 2, 3, 4),
      [
        { re: 1, im: 2 },
        { re: 3, im: 4 },
      ],
    ],
    ["c16", [1, 1], Float64Array.of(1, 2), [[{ re: 1, im: 2 }]]],
    [">c16", [1], Float64Array.of(1, 2), [{ re: 1, im: 2 }]],
    ["S2", [2], Uint8Array.of(97, 98, 99, 0), ["ab", "c"]],
    ["U2", [2], Uint32Array.of(97, 0x1f600, 99, 0), ["a😀", "c"]],
    [">U2", [2], Uint32Array.of(97, 0x1f600, 99, 0), ["a😀", "c"]],
    ["M8[us]", [2], BigInt64Array.of(5n, -(2n ** 63n)), [5n, null]],
    [">m8[us]", [2], BigInt64Array.of(5n, -(2n ** 63n)), [5n, null]],
    ["V2", [2], Uint8Array.of(1, 2, 3, 4), [Uint8Array.of(1, 2), Uint8Array.of(3, 4)]],
    ["f4", [2], Float32Array.of(0.5, 2), [0.5, 2]],
    ["u1", [2], Uint8ClampedArray.of(1, 255), [1, 255]],
    ["u1", [2], Buffer.of(1, 255), [1, 255]],
    ["i8", [2], BigInt64Array.of(1n, -1n), [1n, -1n]],
  ])("are taken as such: %s", (dtype, shape, source, expected) => {
    expect(stored(dtype, shape, source)).toEqual(expected);
  });

  it("are numbers where their length is not that of the values", () => {
    expect(stored("c8", [2], Float32Array.of(1, 2))).toEqual([
      { re: 1, im: 0 },
      { re: 2, im: 0 },
    ]);
    expect(() => stored("M8[us]", [2], BigInt64Array.of(1n))).toThrow("array: <i8 does not go into <M8[us]");
    expect(() => stored("b1", [2], Uint8Array.of(1))).toThrow("array: |u1 does not go into |b1");
    expect(() => stored("U1", [3], Uint32Array.of(1))).toThrow("array: <u4 does not go into <U1");
    expect(() => stored("S2", [3], Uint8Array.of(1, 2, 3))).toThrow("array: |u1 does not go into |S2");
  });

  it("must hold 0 and 1 for booleans", () => {
    const array = arrayOf("b1", [3], [true, true, true]);
    expect(() => array.assign(Uint8Array.of(0, 1, 2))).toThrow(
      new CastError("array, row 2: the byte 2 is no boolean (0 or 1)"),
    );
    expect(nested(array)).toEqual([true, true, true]);
    assign(array, Uint8Array.of(0, 1, 2), { casting: "unsafe" });
    expect([...array.values]).toEqual([0, 1, 1]);
    const foreign = wrap(
      { dtype: parseDType("b1"), layout: denseLayout([3], 1), bytes: Uint8Array.of(7, 0, 1) },
      true,
    );
    expect(() => array.assign(foreign)).toThrow("array, row 0: the byte 7 is no boolean (0 or 1)");
    expect(() => array.slice(1).assign(foreign.slice(1))).not.toThrow();
  });

  it("are one element where the destination's elements are bytes and they are as long as one", () => {
    expect(stored("V2", [3], Uint8Array.of(1, 2))).toEqual(Array(3).fill(Uint8Array.of(1, 2)));
    expect(() => stored("V2", [2], Uint8Array.of(1, 2, 3))).toThrow(
      "an array of shape (3,) does not go into array of shape (2,)",
    );
    expect(stored("V3", [2], [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6)])).toEqual([
      Uint8Array.of(1, 2, 3),
      Uint8Array.of(4, 5, 6),
    ]);
    expect(stored("S3", [2], [Uint8Array.of(97), "b"])).toEqual(["a", "b"]);
    expect(stored("V1", [2, 2], [Uint8Array.of(1), Uint8Array.of(2)])).toEqual([
      [Uint8Array.of(1), Uint8Array.of(2)],
      [Uint8Array.of(1), Uint8Array.of(2)],
    ]);
    expect(stored("V2", [2, 2, 1], [[Uint8Array.of(1, 2)], [Uint8Array.of(3, 4)]])).toEqual(
      Array(2).fill([[Uint8Array.of(1, 2)], [Uint8Array.of(3, 4)]]),
    );
    const text = arrayOf("S3", [2]);
    text.fill(Uint8Array.of(97, 98));
    expect(nested(text)).toEqual(["ab", "ab"]);
    expect(() => text.fill(Uint8Array.of(97, 98, 99, 100))).toThrow("array: 4 bytes are too long for |S3");
    text.set(0, Uint8Array.of(99));
    expect(nested(text)).toEqual(["c", "ab"]);
  });
});

describe("fill", () => {
  it("stores one value, or one row's cell, into every row", () => {
    const matrix = counting("f8", [2, 2]);
    expect(matrix.fill(3)).toBe(matrix);
    expect(nested(matrix)).toEqual([
      [3, 3],
      [3, 3],
    ]);
    expect(nested(matrix.fill([1, 2]))).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(nested(matrix.fill(Float64Array.of(4, 5)))).toEqual([
      [4, 5],
      [4, 5],
    ]);
    expect(nested(counting("i4", [2, 2, 2]).fill(Int32Array.of(1, 2, 3, 4)))).toEqual(
      Array(2).fill([
        [1, 2],
        [3, 4],
      ]),
    );
    expect(nested(arrayOf("c8", [2, 1]).fill(Float32Array.of(1, 2)))).toEqual(
      Array(2).fill([{ re: 1, im: 2 }]),
    );
    expect(() => matrix.fill([1, 2, 3])).toThrow(ShapeError);
    expect(nested(arrayOf("u1", [3]).fill(256, { casting: "unsafe" }))).toEqual([0, 0, 0]);
  });

  it.each([
    ["b1", true],
    ["u1", 7],
    ["i1", -1],
    ["u2", 513],
    ["f2", 0.5],
    ["i4", 1e6],
    ["f8", 0.1],
    ["i8", 2n ** 40n],
    ["c16", { re: 1, im: 2 }],
    ["S3", "abc"],
    ["S5", "aaaaa"],
    ["U2", "é"],
    ["M8[s]", 5n],
    ["M8[s]", null],
    ["V3", Uint8Array.of(1, 2, 3)],
    [">i4", 5],
    [">f8", 0.1],
  ])("repeats the bytes of any element: %s", (dtype, value) => {
    for (const length of [1, 2, 3, 7, 100]) {
      expect(nested(arrayOf(dtype, [length]).fill(value as never))).toEqual(Array(length).fill(value));
      const apart = arrayOf(dtype, [length, 2])
        .view("...", 1)
        .fill(value as never);
      expect(nested(apart)).toEqual(Array(length).fill(value));
    }
    const unaligned = { dtype: parseDType(dtype), bytes: new Uint8Array(200) };
    const { itemsize } = unaligned.dtype;
    const odd = wrap({ ...unaligned, layout: { ...denseLayout([3], itemsize), offset: 1 } }, true);
    expect(nested(odd.fill(value as never))).toEqual([value, value, value]);
    expect(unaligned.bytes[0]).toBe(0);
    expect(unaligned.bytes.subarray(1 + 3 * itemsize)).toEqual(new Uint8Array(199 - 3 * itemsize));
  });
});

describe("checked casting of arrays", () => {
  /** One array of each kind, with elements that any kind which is allowed at all can hold. */
  const samples: Record<string, [dtype: string, elements: unknown[]]> = {
    b: ["b1", [true, false]],
    i: ["i4", [1, 0]],
    u: ["u2", [1, 0]],
    f: ["f4", [1, 0]],
    c: [
      "c8",
      [
        { re: 1, im: 0 },
        { re: 0, im: 0 },
      ],
    ],
    S: ["S2", ["1", "0"]],
    U: ["U2", ["1", "0"]],
    M: ["M8[s]", [1n, 0n]],
    m: ["m8[s]", [1n, 0n]],
    V: ["V2", [Uint8Array.of(1, 0), Uint8Array.of(0, 0)]],
  };
  const allowed: Record<string, string> = {
    b: "biufc",
    i: "iufc",
    u: "iufc",
    f: "fc",
    c: "c",
    S: "SU",
    U: "SU",
    M: "M",
    m: "m",
    V: "V",
  };
  const pairs = Object.keys(samples).flatMap((from) => Object.keys(samples).map((to) => [from, to]));

  it.each(pairs)("goes by kind: %s to %s", (from, to) => {
    const source = arrayOf(samples[from][0], [2], samples[from][1]);
    const target = arrayOf(samples[to][0], [2]);
    if (allowed[from].includes(to)) {
      assign(target, source);
      expect(nested(target)).toEqual(samples[to][1]);
      // An element in a list is judged as the array is.
      assign(target, [source.view(0), source.view(1)]);
      expect(nested(target)).toEqual(samples[to][1]);
    } else {
      const hint = from === "f" && "iu".includes(to) ? '; round it, or say casting: "unsafe"' : "";
      const problem = `${source.dtype} does not go into ${target.dtype}${hint}`;
      expect(() => assign(target, source)).toThrow(new CastError(`array: ${problem}`));
      expect(() => assign(target, [source.view(0), source.view(1)])).toThrow(
        new CastError(`array, row 0: ${problem}`),
      );
      expect(nested(target)).toEqual(nested(arrayOf(samples[to][0], [2])));
    }
  });

  // Each source is good but for its last element.
  it.each<[string, string, unknown[], string]>([
    ["i4", "i2", [1, -32768, 32768], "32768 is outside <i2 (-32768 to 32767)"],
    ["i4", "u4", [1, 0, -1], "-1 is outside <u4 (0 to 4294967295)"],
    ["u4", "i4", [1, 2147483647, 2147483648], "2147483648 is outside <i4 (-2147483648 to 2147483647)"],
    ["i8", "i4", [1n, -5n, 2n ** 31n], "2147483648n is outside <i4 (-2147483648 to 2147483647)"],
    [
      "u8",
      "i8",
      [1n, 2n ** 63n - 1n, 2n ** 63n],
      "9223372036854775808n is outside <i8 (-9223372036854775808 to 9223372036854775807)",
    ],
    ["i2", "u8", [1, 0, -1], "-1 is outside <u8 (0 to 18446744073709551615)"],
    [">i4", "i2", [1, 2, 40000], "40000 is outside <i2 (-32768 to 32767)"],
    ["i4", ">i2", [1, 2, 40000], "40000 is outside >i2 (-32768 to 32767)"],
    ["i8", "f8", [1n, 2n ** 60n, 2n ** 60n + 1n], "1152921504606846977n is not exact in <f8"],
    ["i4", "f2", [1, -65504, 70000], "70000 overflows <f2"],
    ["f8", "f4", [0.1, Number.POSITIVE_INFINITY, 1e39], "1e+39 overflows <f4"],
    ["f8", "f4", [0.1, Number.NaN, -3.4028235677973366e38], "-3.4028235677973366e+38 overflows <f4"],
    ["f8", "f2", [0.1, Number.NaN, 65520], "65520 overflows <f2"],
    ["f8", "c8", [0.1, 2, 1e39], "1e+39 overflows <c8"],
    [
      "c16",
      "c8",
      [
        { re: 1, im: 2 },
        { re: 1e39, im: 0 },
      ],
      "1e+39 overflows <c8",
    ],
    ["U3", "U2", ["ab", "😀a", "abc"], '"abc" is too long for <U2 (3 characters)'],
    ["U2", "S2", ["ab", "é", "éa"], '"éa" is too long for |S2 (3 bytes)'],
    ["S3", "U2", ["é", "ab", "abc"], '"abc" is too long for <U2 (3 characters)'],
    [
      "M8[s]",
      "M8[D]",
      [86400n, null, 86401n],
      "1970-01-02T00:00:01 is not a whole number of [D], which <M8[D] counts",
    ],
    ["m8[D]", "m8[ns]", [1n, null, 2n ** 60n], "cannot be converted to <m8[ns]"],
  ])("then goes by value: %s to %s", (from, to, elements, problem) => {
    const source = arrayOf(from, [elements.length], elements);
    const target = arrayOf(to, [elements.length]);
    const before = target.bytes(0);
    const last = elements.length - 1;
    expect(() => assign(target, source)).toThrow(CastError);
    expect(() => assign(target, source)).toThrow(`array, row ${last}: `);
    expect(() => assign(target, source)).toThrow(problem);
    for (let row = 0; row <= last; row++) expect(target.bytes(row)).toEqual(before);
    assign(target.slice(0, last), source.slice(0, last));
    // A list of values that are read one by one is judged the same where values are all that counts.
    expect(() =>
      assign(target, [...elements.slice(0, last).map((_, i) => source.view(i)), source.view(last)]),
    ).toThrow(`array, row ${last}: `);
  });

  it("rounds floats, and infinities stay", () => {
    expect(stored("f4", [3], Float64Array.of(0.1, Number.NEGATIVE_INFINITY, Number.NaN))).toEqual([
      Math.fround(0.1),
      Number.NEGATIVE_INFINITY,
      Number.NaN,
    ]);
    expect(stored("f4", [1], Float64Array.of(3.4028235677973362e38))).toEqual([3.4028234663852886e38]);
    expect(stored("f4", [1], Int32Array.of(2 ** 24 + 1))).toEqual([2 ** 24]);
    expect(stored("f8", [1], BigInt64Array.of(-(2n ** 62n)))).toEqual([-(2 ** 62)]);
  });

  it("changes byte order, and units exactly", () => {
    expect(stored(">f8", [2], Float64Array.of(0.1, -1))).toEqual([0.1, -1]);
    expect(stored(">i4", [2], arrayOf("<i4", [2], [1, -1]))).toEqual([1, -1]);
    expect(stored("<u2", [2], arrayOf(">u2", [2], [1, 500]))).toEqual([1, 500]);
    expect(stored("M8[us]", [2], arrayOf("M8[D]", [2], [1n, null]))).toEqual([86_400_000_000n, null]);
  });

  it("reports text that cannot be read, with its row", () => {
    const source = arrayOf("S2", [2], ["a", Uint8Array.of(0xff)]);
    expect(() => stored("S3", [2], source)).toThrow(
      new CastError("array, row 1: the bytes of this |S2 are not UTF-8; bytes(i) gives them"),
    );
    const copy = arrayOf("S2", [2]);
    copy.assign(source);
    expect(copy.bytes(1)).toEqual(Uint8Array.of(0xff, 0));
  });
});

describe("unsafe casting", () => {
  // numpy: np.array(elements, from).astype(to)
  it.each<[string, string, unknown[], unknown[]]>([
    ["f8", "i1", [1.9, -1.9, 300.7], [1, -1, 44]],
    ["f4", "i8", [1.5, 2.5, -0.5], [1n, 2n, 0n]],
    ["f8", "i4", [1e10, Number.NaN, -1e10, 2 ** 31], Array(4).fill(-(2 ** 31))],
    ["f8", "u4", [-1.5, 3e9, 1e10], [2 ** 32 - 1, 3e9, 1410065408]],
    ["i8", "u2", [2n ** 40n + 5n, -1n], [5, 65535]],
    ["i4", "u1", [300, -1], [44, 255]],
    ["u8", "i8", [2n ** 63n], [-(2n ** 63n)]],
    ["i4", "f2", [1, 70000], [1, Number.POSITIVE_INFINITY]],
    ["f8", "f4", [1e300, 1], [Number.POSITIVE_INFINITY, 1]],
    ["i1", "b1", [0, 2, -1], [false, true, true]],
    ["f8", "b1", [0, Number.NaN], [false, true]],
    ["b1", "U5", [true, false], ["True", "False"]],
    ["U2", "i4", ["12", "-7"], [12, -7]],
    ["U3", "f8", ["1.5", "nan"], [1.5, Number.NaN]],
    ["f8", "U3", [1.5, 2], ["1.5", "2.0"]],
    ["u1", "S3", [1, 20], ["1", "20"]],
    ["c16", "f8", [{ re: 1, im: 2 }], [1]],
    ["U6", "S3", ["abcdef"], ["abc"]],
    ["S3", "U2", ["abc"], ["ab"]],
    ["M8[D]", "M8[Y]", [18262n], [50n]],
    ["i8", "M8[s]", [5n], [5n]],
    ["m8[h]", "m8[s]", [3n], [10800n]],
    ["V3", "V2", [Uint8Array.of(97, 98, 99)], [Uint8Array.of(97, 98)]],
    ["V2", "V3", [Uint8Array.of(97, 98)], [Uint8Array.of(97, 98, 0)]],
  ])("is NumPy's: %s to %s", (from, to, elements, expected) => {
    const source = arrayOf(from, [elements.length], elements);
    expect(stored(to, [elements.length], source, { casting: "unsafe" })).toEqual(expected);
    expect(stored(to, [elements.length], source.slice(null, null, -1), { casting: "unsafe" })).toEqual(
      expected.toReversed(),
    );
    const list = elements.map((_, i) => source.view(i));
    expect(stored(to, [elements.length], list, { casting: "unsafe" })).toEqual(expected);
  });

  it("refuses what NumPy cannot convert either, before anything is stored", () => {
    const target = counting("i4", [2]);
    expect(() => assign(target, arrayOf("U3", [2], ["7", "abc"]), { casting: "unsafe" })).toThrow(
      new CastError('array, row 1: "abc" cannot be converted to <i4'),
    );
    expect(nested(target)).toEqual([0, 1]);
  });

  it("takes plain values too", () => {
    expect(stored("i1", [3], [300, 1.9, "5"], { casting: "unsafe" })).toEqual([44, 1, 5]);
    expect(stored("S2", [2], ["abc", 12], { casting: "unsafe" })).toEqual(["ab", "12"]);
  });

  it("is the only other casting there is", () => {
    for (const casting of ["safe", "same_kind", "", null, true]) {
      expect(() => stored("i4", [1], 1, { casting })).toThrow(CastError);
    }
    expect(() => stored("i4", [1], 1, { casting: "safe" })).toThrow(
      'casting is "checked" or "unsafe", not "safe"',
    );
    expect(stored("i4", [1], 1, { casting: undefined })).toEqual([1]);
  });
});

describe("plain values", () => {
  it.each<[string, unknown, unknown]>([
    ["i4", [1, 2n], [1, 2]],
    ["u8", [1, 2n ** 63n], [1n, 2n ** 63n]],
    ["f8", [1, 2n ** 60n], [1, 2 ** 60]],
    ["b1", [true, false], [true, false]],
    [
      "c8",
      [1, { re: 2, im: 3 }],
      [
        { re: 1, im: 0 },
        { re: 2, im: 3 },
      ],
    ],
    ["M8[D]", [new Date(86_400_000), null], [1n, null]],
    ["m8[s]", [5, -1n], [5n, -1n]],
    ["U2", ["a", "😀😀"], ["a", "😀😀"]],
    ["S4", ["é", Uint8Array.of(97)], ["é", "a"]],
    ["V1", [Uint8Array.of(1), Uint8Array.of(2)], [Uint8Array.of(1), Uint8Array.of(2)]],
  ])("are judged by value: %s", (dtype, source, expected) => {
    expect(stored(dtype, [2], source)).toEqual(expected);
  });

  it.each<[string, unknown, string]>([
    ["i4", [1, 2.5], "array, row 1: 2.5 is no whole number, which <i4 needs"],
    ["i4", [1, Number.NaN], "array, row 1: NaN is no whole number, which <i4 needs"],
    ["i4", [1, true], "array, row 1: true is no number, which <i4 needs"],
    ["i4", [1, null], "array, row 1: null is no number, which <i4 needs"],
    ["i4", [1, undefined], "array, row 1: undefined is no number, which <i4 needs"],
    ["i4", [1, ,], "array, row 1: undefined"],
    ["u1", [0, 256], "array, row 1: 256 is outside |u1 (0 to 255)"],
    ["i8", [0, 2n ** 63n], "array, row 1: 9223372036854775808n is outside <i8"],
    ["f4", [0, 1e39], "array, row 1: 1e+39 overflows <f4"],
    ["f8", [0, "1"], 'array, row 1: "1" is no number, which <f8 needs'],
    ["b1", [true, 1], "array, row 1: 1 is no boolean"],
    ["U1", ["a", "ab"], 'array, row 1: "ab" is too long for <U1 (2 characters)'],
    ["U2", ["a", "b\0"], 'array, row 1: "b\\u0000" ends in NUL'],
    ["U2", ["a", "\ud83d"], "array, row 1: "],
    ["S1", ["a", "é"], 'array, row 1: "é" is too long for |S1 (2 bytes)'],
    [
      "M8[D]",
      [1n, new Date(1)],
      "array, row 1: 1970-01-01T00:00:00.001Z is not a whole number of steps of [D]",
    ],
    ["M8[D]", [1n, 5], "array, row 1: 5 cannot be stored in <M8[D]"],
    ["V2", [Uint8Array.of(1, 2), Uint8Array.of(1)], "array, row 1: 1 bytes do not fill |V2"],
    ["c8", [1, { re: 1 }], "array, row 1: "],
    ["i4", [1, Int8Array.of(1)], "array, row 1: Int8Array(1) is no number"],
    ["i4", [1, [1]], "array, row 1: an array of 1 is no number"],
  ])("that do not fit are refused with their row: %s (%#)", (dtype, source, message) => {
    const array = arrayOf(dtype, [2]);
    expect(() => assign(array, source)).toThrow(CastError);
    expect(() => assign(array, source)).toThrow(message);
    expect([array.bytes(0), array.bytes(1)]).toEqual([0, 1].map(() => new Uint8Array(array.itemsize)));
  });

  it("may be lists in themselves, which ends somewhere", () => {
    const loop: unknown[] = [1];
    loop.push(loop);
    expect(() => stored("i4", [2], loop)).toThrow(
      new CastError("array, row 1: an array of 2 is no number, which <i4 needs"),
    );
    const deep: unknown[] = [];
    deep.push(deep);
    expect(() => stored("i4", [1, 1], deep)).toThrow(
      new ShapeError("lists nested 3 deep do not go into shape (1, 1)"),
    );
  });

  it("that do not fit are reported from the first one on", () => {
    expect(() => stored("i1", [4], [0, 1000, 2000, 0])).toThrow("array, row 1: 1000 is outside");
    expect(() => stored("i1", [4], Int32Array.of(0, 1000, 2000, 0))).toThrow("array, row 1: 1000 is outside");
    expect(() => stored("i1", [4], BigInt64Array.of(0n, 1000n, 2000n, 0n))).toThrow(
      "array, row 1: 1000n is outside",
    );
    expect(() =>
      stored(
        "i1",
        [2, 2],
        counting("i8", [2, 2]).assign([
          [0, 1000],
          [2000, 0],
        ]),
      ),
    ).toThrow("array, row 0: 1000n");
  });

  it("name the first axis as the row, wherever the value stands", () => {
    const deep = Array.from({ length: 3 }, (_, i) => [
      [0, 0],
      [0, i === 2 ? 0.5 : 0],
    ]);
    expect(() => stored("i4", [3, 2, 2], deep)).toThrow("array, row 2: 0.5 is no whole number");
    expect(() =>
      stored(
        "i4",
        [3, 2, 2],
        [
          [0, 0],
          [0, 0.5],
        ],
      ),
    ).toThrow("array, row 0: 0.5 is no whole number");
    expect(() => stored("i2", [3, 2], counting("i4", [3, 2]).assign([[0], [0], [99999]]))).toThrow(
      "array, row 2: 99999",
    );
    expect(() => stored("i2", [3, 2], Int32Array.of(0, 99999))).toThrow("array, row 0: 99999");
    expect(() => stored("i2", [], 99999)).toThrow(
      new CastError("array: 99999 is outside <i2 (-32768 to 32767)"),
    );
    expect(() => stored("i2", [], counting("i4", [1]).assign(99999))).toThrow("array: 99999 is outside <i2");
  });

  it("carry the label and the number of the first row that they were given", () => {
    const to = zeros(parseDType("i2"), [3]);
    const options = { label: 'column "delay"', firstRow: 1000 };
    const message = new CastError('column "delay", row 1002: 99999 is outside <i2 (-32768 to 32767)');
    expect(() => planAssign(to, [1, 2, 99999], options)).toThrow(message);
    expect(() => planAssign(to, Int32Array.of(1, 2, 99999), options)).toThrow(message);
    expect(() => planAssign(to, [1, 2, 99999], { label: "x", rows: [7, 3, 5] })).toThrow("x, row 5: 99999");
  });

  it.each<[string, () => unknown]>([
    ["a set", () => new Set([1])],
    ["a map", () => new Map([[1, 2]])],
    [
      "a generator",
      () =>
        (function* () {
          yield 1;
        })(),
    ],
    ["an array's iterator", () => [1][Symbol.iterator]()],
  ])("do not come from %s, with a hint", (_, make) => {
    for (const dtype of ["f8", "U3", "b1", "M8[s]", "V2"]) {
      expect(() => stored(dtype, [1], make())).toThrow(CastError);
      expect(() => stored(dtype, [1], make())).toThrow(/; gather an iterator in an array first$/);
      expect(() => stored(dtype, [1], make(), { casting: "unsafe" })).toThrow(CastError);
    }
    const records = RecordArray.zeros([["a", "i4"]], 1);
    expect(() => assign(records, make())).toThrow(/; gather an iterator in an array first$/);
  });

  it.each<[string, unknown]>([
    ["an object", {}],
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["a DataView", new DataView(new ArrayBuffer(8))],
    ["an ArrayBuffer", new ArrayBuffer(8)],
    ["nothing", undefined],
  ])("do not come from %s", (_, source) => {
    for (const dtype of ["f8", "i4", "U3", "b1", "M8[s]", "c8", "V2"])
      expect(() => stored(dtype, [1], source)).toThrow(CastError);
  });
});

describe("records", () => {
  const dtype = [
    ["a", "i4"],
    ["b", "f8", [2]],
    ["s", "S2"],
  ] as const;
  const rows = [
    { a: 1, b: [0.5, 1.5], s: "x" },
    { a: 2, b: Float64Array.of(2.5, 3.5), s: "yz" },
  ];
  const read = [
    { a: 1, b: Float64Array.of(0.5, 1.5), s: "x" },
    { a: 2, b: Float64Array.of(2.5, 3.5), s: "yz" },
  ];

  it("come from row objects, one for all, or others of their dtype", () => {
    const records = RecordArray.zeros(dtype, 2);
    records.assign(rows);
    expect(nested(records)).toEqual(read);
    records.assign(rows[0] as never);
    expect(nested(records)).toEqual([read[0], read[0]]);
    records.assign(RecordArray.from(rows, dtype));
    expect(nested(records)).toEqual(read);
    records.slice(null, null, -1).assign(RecordArray.from(rows, dtype));
    expect(nested(records)).toEqual(read.toReversed());
  });

  it("go by the names of their fields, and their bytes stay as they are", () => {
    const source = RecordArray.from(rows, dtype);
    source.field("s").set(0, Uint8Array.of(0xff, 0));
    const other = RecordArray.zeros(
      [
        ["s", "S2"],
        ["", "V3"],
        ["b", "f8", [2]],
        ["a", "i8"],
      ],
      2,
    );
    other.assign(source);
    expect(other.bytes(0)).toHaveLength(29);
    expect(other.field("s").bytes(0)).toEqual(Uint8Array.of(0xff, 0));
    expect(other.field("a").toArray()).toEqual(BigInt64Array.of(1n, 2n));
    expect(nested(other.field("b"))).toEqual([
      [0.5, 1.5],
      [2.5, 3.5],
    ]);
    const nestedType = [
      [
        "r",
        [
          ["x", "u1"],
          ["s", "S1"],
        ],
      ],
    ] as const;
    const inner = RecordArray.zeros(nestedType, 1);
    inner.field("r").field("s").set(0, Uint8Array.of(0xfe));
    const turned = RecordArray.zeros(
      [
        [
          "r",
          [
            ["s", "S1"],
            ["x", "u2"],
          ],
        ],
      ],
      1,
    );
    turned.assign(inner);
    expect(turned.bytes(0)).toEqual(Uint8Array.of(0xfe, 0, 0));
  });

  it.each<[string, unknown, ErrorClass, string]>([
    [
      "a value that does not fit",
      RecordArray.from([{ a: 1n }, { a: 2n ** 40n }], [["a", "i8"]]),
      CastError,
      'records, row 1: field "a": 1099511627776n is outside <i4',
    ],
    [
      "a missing field",
      RecordArray.from([{ c: 1 }], [["c", "i4"]]),
      CastError,
      'records: the records lack the field "a"',
    ],
    [
      "a field too many",
      RecordArray.from(
        [{ a: 1, c: 1 }],
        [
          ["a", "i4"],
          ["c", "i4"],
        ],
      ),
      CastError,
      'records: there is no field "c"',
    ],
    [
      "another item shape",
      RecordArray.from([{ a: [1] }], [["a", "i4", [1]]]),
      CastError,
      'records: field "a" has shape [1], not []',
    ],
    [
      "another kind",
      RecordArray.from([{ a: 1 }], [["a", "f8"]]),
      CastError,
      'records: field "a": <f8 does not go into <i4',
    ],
    ["numbers", counting("i4", [2]), CastError, "records: <i4 does not go into"],
    ["a row that lacks a field", [{ a: 1 }, {}], CastError, 'records, row 1: the record lacks the field "a"'],
    [
      "a row with a field too many",
      [{ a: 1 }, { a: 1, z: 1 }],
      CastError,
      'records, row 1: a record has no field "z"',
    ],
    [
      "a row with a value that does not fit",
      [{ a: 1 }, { a: 0.5 }],
      CastError,
      'records, row 1: field "a": 0.5 is no whole number',
    ],
    ["a number as row", [{ a: 1 }, 5], CastError, "records, row 1: 5 is no record of"],
    [
      "bytes as row",
      [{ a: 1 }, Uint8Array.of(1, 0, 0, 0)],
      CastError,
      "records, row 1: Uint8Array(4) is no record of",
    ],
  ])("refuse %s", (_, source, type, message) => {
    const records = RecordArray.zeros([["a", "i4"]], 2);
    expect(() => assign(records, source)).toThrow(type);
    expect(() => assign(records, source)).toThrow(message);
    expect(records.bytes()).toEqual(new Uint8Array(8));
  });

  it("are converted field by field, as NumPy does, where told to", () => {
    const source = RecordArray.from(
      [{ a: 300.5, b: "12" }],
      [
        ["a", "f8"],
        ["b", "U2"],
      ],
    );
    const target = RecordArray.zeros(
      [
        ["b", "i4"],
        ["a", "u1"],
      ],
      1,
    );
    target.assign(source, { casting: "unsafe" });
    expect(target.at(0)).toEqual({ b: 12, a: 44 });
    expect(() => target.assign(counting("f8", [1]), { casting: "unsafe" })).toThrow(CastError);
  });

  it("name the record of a value that does not fit, wherever it stands in its cell", () => {
    const source = RecordArray.from([{ b: [1, 2] }, { b: [3, 4] }, { b: [5, 400] }], [["b", "i4", [2]]]);
    const target = RecordArray.zeros([["b", "u1", [2]]], 3);
    expect(() => target.assign(source)).toThrow(
      new CastError('records, row 2: field "b": 400 is outside |u1 (0 to 255)'),
    );
  });

  it("of fields without elements have nothing to judge", () => {
    const source = RecordArray.zeros(
      [
        ["a", "f8", [0]],
        ["b", "i8"],
      ],
      2,
    );
    const target = RecordArray.zeros(
      [
        ["b", "i4"],
        ["a", "f4", [0]],
      ],
      2,
    );
    expect(() => target.assign(source)).not.toThrow();
  });
});

describe("cells that toArray gives", () => {
  it.each<[string, readonly number[], unknown[]]>([
    ["f8", [2, 3], [1, 2, 3, 4, 5, 6]],
    ["f8", [1, 2, 3], [1, 2, 3, 4, 5, 6]],
    ["f2", [2, 2], [0.5, 1, Number.NaN, -0]],
    ["c8", [2, 2], [1, 2, { re: 0, im: 3 }, 4]],
    ["c16", [1, 2, 1], [1, { re: 0, im: 3 }]],
    [">c16", [1, 2], [1, { re: 0, im: 3 }]],
    [">i4", [2, 2], [1, 2, 3, 4]],
    ["i8", [2, 1], [1n, -1n]],
    ["b1", [2, 2], [true, false, false, true]],
    ["U2", [1, 2], ["a", "😀"]],
    ["S2", [2, 1], ["a", "é"]],
    ["M8[s]", [1, 2], [1n, null]],
    ["V2", [2, 2], [1, 2, 3, 4].map((n) => Uint8Array.of(n, n))],
    ["f8", [3, 0], []],
    ["f8", [0, 3], []],
  ])("go back in: %s (%#)", (dtype, shape, elements) => {
    const array = arrayOf(dtype, shape, elements);
    const copy = arrayOf(dtype, shape);
    copy.assign(array.toArray() as ArraySource);
    expect(nested(copy)).toEqual(nested(array));
  });
});

describe("typed arrays in lists", () => {
  it("move as bytes where they are the destination's own, and are judged where they are not", () => {
    const nan = new Float64Array(BigUint64Array.of(0x7ff4_0000_0000_0001n, 0n).buffer);
    const array = arrayOf("<f8", [2, 2]);
    array.assign([nan, Float32Array.of(0.5, 1)]);
    expect(array.bytes(0)).toEqual(new Uint8Array(nan.buffer));
    expect(nested(array.slice(1))).toEqual([[0.5, 1]]);
    expect(stored(">f8", [2, 2], [Float64Array.of(1, 2), Float64Array.of(3, 4)])).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(stored("M8[s]", [2, 1], [BigInt64Array.of(-(2n ** 63n)), BigInt64Array.of(5n)])).toEqual([
      [null],
      [5n],
    ]);
    const none = wrap({ ...arrayOf("f8", [3, 0])[STRIDED](), layout: denseLayout([3, 0], 8, true) }, true);
    none.assign([new Float64Array(0), new Float64Array(0), new Float64Array(0)]);
    expect(() => none.assign([new Float64Array(0), new Float64Array(1), new Float64Array(0)])).toThrow(
      ShapeError,
    );
    expect(stored("U1", [1, 2], [Uint32Array.of(97, 98)])).toEqual([["a", "b"]]);
    expect(stored("S2", [1, 2], [Uint8Array.of(97, 98, 99, 0)])).toEqual([["ab", "c"]]);
    expect(stored("b1", [1, 2], [Uint8Array.of(1, 0)])).toEqual([[true, false]]);
    expect(() => stored("b1", [2, 2], [Uint8Array.of(1, 0), Uint8Array.of(0, 2)])).toThrow(
      new CastError("array, row 1: the byte 2 is no boolean (0 or 1)"),
    );
    expect(() => stored("u1", [2, 2], [Uint8Array.of(1, 0), Int16Array.of(0, 256)])).toThrow(
      new CastError("array, row 1: 256 is outside |u1 (0 to 255)"),
    );
    expect(() => stored("i4", [2, 2], [Int32Array.of(1, 0), Float32Array.of(0, 2)])).toThrow(
      new CastError('array, row 1: <f4 does not go into <i4; round it, or say casting: "unsafe"'),
    );
  });

  it("go where the destination lies apart, backwards, or repeats them", () => {
    const wide = arrayOf("f8", [2, 4]);
    wide.view("...", slice(null, null, 2)).assign([Float64Array.of(1, 2), Float64Array.of(3, 4)]);
    expect(nested(wide)).toEqual([
      [1, 0, 2, 0],
      [3, 0, 4, 0],
    ]);
    wide.view("...", slice(1, null, -1)).assign([Float64Array.of(5, 6)]);
    expect(nested(wide)).toEqual([
      [6, 5, 2, 0],
      [6, 5, 4, 0],
    ]);
    wide.view("...", slice(0, 2)).assign([Float64Array.of(7, 8), Float64Array.of(9, 10)]);
    expect(nested(wide)).toEqual([
      [7, 8, 2, 0],
      [9, 10, 4, 0],
    ]);
  });
});

describe("memory of other kinds", () => {
  it("may be shared", () => {
    const shared = new Float64Array(new SharedArrayBuffer(24));
    shared.set([1, 2, 3]);
    const array = arrayOf("f8", [3]);
    array.assign(shared);
    expect(nested(array)).toEqual([1, 2, 3]);
    expect(stored("f4", [3], shared)).toEqual([1, 2, 3]);
    expect(stored(">f8", [3], shared)).toEqual([1, 2, 3]);
    expect(stored("f8", [2, 3], [shared, shared])).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    array.put([2, 1, 0], shared);
    expect(nested(array)).toEqual([3, 2, 1]);
    const own = wrap<"f8", "r+">(
      { dtype: parseDType("f8"), layout: denseLayout([3], 8), bytes: new Uint8Array(shared.buffer) },
      true,
    );
    own.slice(1).assign(own.slice(0, -1));
    expect([...shared]).toEqual([1, 1, 2]);
    expect(own.values.buffer).toBe(shared.buffer);
  });

  it("may begin anywhere", () => {
    const bytes = new Uint8Array(33);
    const odd = wrap(
      { dtype: parseDType("f8"), layout: denseLayout([4], 8), bytes: bytes.subarray(1) },
      true,
    );
    odd.assign(Float32Array.of(1, 2, 3, 4));
    odd.slice(0, 2).assign(odd.slice(2));
    expect(odd.toArray()).toEqual(Float64Array.of(3, 4, 3, 4));
  });

  const Float16 = Reflect.get(globalThis, "Float16Array") as
    | { of(...values: number[]): ArrayBufferView }
    | undefined;
  it.skipIf(Float16 === undefined)("may be Float16Array, where there is one", () => {
    const halves = Float16?.of(0.5, -1, 65504);
    expect(stored("f2", [3], halves)).toEqual([0.5, -1, 65504]);
    expect(stored("f8", [3], halves)).toEqual([0.5, -1, 65504]);
    expect(() => stored("i4", [3], halves)).toThrow("array: <f2 does not go into <i4");
  });

  it("of arrays may be of another realm", async () => {
    const { runInNewContext } = await import("node:vm");
    expect(stored("i4", [2], runInNewContext("Int16Array.of(1, -2)"))).toEqual([1, -2]);
    expect(stored("i4", [2], runInNewContext("[1, -2]"))).toEqual([1, -2]);
    expect(stored("f2", [2], runInNewContext("Float32Array.of(1, -2)"))).toEqual([1, -2]);
  });
});

describe("the work of an assignment", () => {
  /** Bytes of ArrayBuffers that a call allocates, at most those of what it frees meanwhile too few. */
  function allocated(act: () => unknown): number {
    const before = process.memoryUsage().arrayBuffers;
    act();
    return process.memoryUsage().arrayBuffers - before;
  }

  it("is one move of bytes where dtypes are equal", () => {
    const [from, to] = [counting("f8", [1000]), counting("f8", [1000])];
    const prototype: { set: unknown } = Object.getPrototypeOf(Uint8Array.prototype);
    const set = vi.spyOn(prototype as { set: () => void }, "set");
    try {
      to.assign(from);
      to.assign(from.values);
      to.slice(1).assign(to.slice(0, -1));
      expect(set).toHaveBeenCalledTimes(3);
    } finally {
      set.mockRestore();
    }
  });

  it("takes a block of memory at most", () => {
    const rows = 600_000;
    const [ints, doubles, floats] = (["i4", "f8", "f4"] as const).map((dtype) => arrayOf(dtype, [rows, 3]));
    const backwards = [slice(null, null, -1), slice(null, null, -1)];
    const row = doubles.view(0);
    const cases: Record<string, () => unknown> = {
      "equal dtypes, turned": () => doubles.assign(arrayOf("f8", [1, 3])),
      numbers: () => doubles.assign(ints),
      "numbers, turned": () => doubles.view(...backwards).assign(ints),
      "numbers, checked": () => floats.assign(doubles),
      "numbers, checked and turned": () => floats.view(...backwards).assign(doubles),
      "other elements": () => ints.slice(0, 50_000).assign(counting("i8", [3])),
      "shifted rows": () => doubles.slice(1).assign(doubles.slice(0, -1)),
      "shifted columns": () => doubles.view(slice(), slice(1)).assign(doubles.view(slice(), slice(0, 2))),
      "a row of its own": () => doubles.assign(row),
      "one value": () => doubles.fill(1),
    };
    for (const [name, act] of Object.entries(cases)) {
      expect({ name, blocks: Math.ceil(allocated(act) / BLOCK_BYTES) }).toEqual({
        name,
        blocks: expect.toSatisfy((n: number) => n <= 4),
      });
    }
    expect(doubles[STRIDED]().bytes).toHaveLength(rows * 24);
  });

  it("finds what does not fit in any block", () => {
    const length = Math.floor(BLOCK_BYTES / 8) * 3;
    const [source, target] = [arrayOf("f8", [length]), arrayOf("f4", [length])];
    for (const bad of [0, length / 3 - 1, length / 3, length - 1]) {
      source.fill(1);
      source.set(bad, 1e39);
      expect(() => target.assign(source)).toThrow(`array, row ${bad}: 1e+39 overflows <f4`);
      expect(target.values.every((value) => value === 0)).toBe(true);
      expect(() => target.assign(source.slice(null, null, -1))).toThrow(
        `array, row ${length - 1 - bad}: 1e+39 overflows`,
      );
    }
    source.fill(2);
    target.slice(null, null, -1).assign(source);
    expect(target.values.every((value) => value === 2)).toBe(true);
  });
});
