import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  type ArrayView,
  CastError,
  DTypeError,
  type DTypeLike,
  ExistsError,
  LimitError,
  MemmapFile,
  openNpy,
  RecordArray,
  ShapeError,
  saveNpy,
  slice,
} from "../../src/index.js";
import { arrayOf, counting, type ErrorClass, nested } from "../array/support.js";
import { refuses } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";
import { openQuick, stored, values } from "./support.js";

const fresh = temporaryPaths();
const NaT = null;

/** One for all arrays that are written to be looked at. */
const file = openQuick(fresh());
afterAll(() => file.close());

/** What data become, read from the file that was written: dtype, shape and elements. */
function written(data: unknown, options: { dtype?: DTypeLike; shape?: readonly number[] } = {}) {
  const array = file.setArray("/g/x", data, options);
  const seen = [String(array.dtype), array.shape, nested(array)];
  using npy = openNpy(join(file.root, "g", "x.npy"));
  expect([String(npy.dtype), npy.shape, nested(npy)]).toEqual(seen);
  return seen;
}

const structured = [
  ["a", "<i4"],
  ["b", "<U2", [2]],
  ["c", [["d", ">f8"]]],
] as const;
const records = [
  { a: 1, b: ["x", "yz"], c: { d: 1.5 } },
  { a: -1, b: ["", "é"], c: { d: -0 } },
];

describe("an array is made of", () => {
  it.each<[ArrayBufferView, string]>([
    [Int8Array.of(-128, 127), "|i1"],
    [Uint8Array.of(0, 255), "|u1"],
    [Uint8ClampedArray.of(0, 255), "|u1"],
    [Buffer.from("ab"), "|u1"],
    [Int16Array.of(-32768, 1), "<i2"],
    [Uint16Array.of(65535, 1), "<u2"],
    [Int32Array.of(-(2 ** 31), 1), "<i4"],
    [Uint32Array.of(2 ** 32 - 1, 1), "<u4"],
    [BigInt64Array.of(-(2n ** 63n), 1n), "<i8"],
    [BigUint64Array.of(2n ** 64n - 1n, 1n), "<u8"],
    [Float32Array.of(0.5, NaN), "<f4"],
    [Float64Array.of(0.1, -0), "<f8"],
    [new Float64Array(new SharedArrayBuffer(16)).fill(0.25), "<f8"],
    [new Float64Array([9, 0.5, 1.5, 9]).subarray(1, 3), "<f8"],
  ])("a typed array %#", (array, dtype) => {
    expect(written(array)).toEqual([dtype, [2], Array.from(array as unknown as ArrayLike<unknown>)]);
  });

  it.each<[string, unknown, string, readonly number[], unknown]>([
    ["whole numbers", [1, 2], "<i4", [2], [1, 2]],
    ["numbers", [[1], [0.5]], "<f8", [2, 1], [[1], [0.5]]],
    ["numbers, one missing", [1, null], "<f8", [2], [1, NaN]],
    ["bigints", [1n, -(2n ** 63n)], "<i8", [2], [1n, -(2n ** 63n)]],
    ["large bigints", [2n ** 64n - 1n], "<u8", [1], [2n ** 64n - 1n]],
    ["booleans", [[[true]], [[false]]], "|b1", [2, 1, 1], [[[true]], [[false]]]],
    ["Dates", [new Date(5), null], "<M8[ms]", [2], [5n, NaT]],
    ["strings", ["a", "😀😀"], "<U2", [2], ["a", "😀😀"]],
    ["nothing", [], "<f8", [0], []],
    ["lists of nothing", [[], []], "<f8", [2, 0], [[], []]],
    [
      "typed arrays",
      [Int8Array.of(1, 2), Int8Array.of(3, 4)],
      "|i1",
      [2, 2],
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      "arrays",
      [counting("i2", [2]), counting(">f4", [2])],
      ">f4",
      [2, 2],
      [
        [0, 1],
        [0, 1],
      ],
    ],
  ])("a list of %s", (_, data, dtype, shape, elements) => {
    const [itsDtype, itsShape, itsElements] = written(data);
    expect([itsShape, itsElements]).toEqual([shape, elements]);
    expect(String(itsDtype).slice(1)).toBe(dtype.slice(1));
  });

  it.each<[unknown, string, unknown, DTypeLike?]>([
    [42, "<i4", 42],
    [-0, "<f8", -0],
    [2n ** 63n, "<u8", 2n ** 63n],
    [true, "|b1", true],
    ["héllo", "<U5", "héllo"],
    [new Date(5), "<M8[ms]", 5n],
    [null, "<M8[s]", NaT, "M8[s]"],
    [{ re: 1, im: -2 }, ">c8", { re: 1, im: -2 }, ">c8"],
    [1.5, "<f2", 1.5, "f2"],
    ["abc", "|S4", "abc", "S4"],
    [Uint8Array.of(65, 0, 66), "|S3", "A\0B", "S3"],
    [Uint8Array.of(1, 2, 3), "|V3", Uint8Array.of(1, 2, 3), "V3"],
    [5n, "<m8[h]", 5n, "m8[h]"],
    [
      { a: 1, b: "x" },
      '[["a","<i4"],["b","<U2"]]',
      { a: 1, b: "x" },
      [
        ["a", "i4"],
        ["b", "U2"],
      ],
    ],
  ])("one value, without axes: %s", (value, dtype, element, given) => {
    const options = given === undefined ? { shape: [] } : { dtype: given, shape: [] };
    expect(written(value, options)).toEqual([dtype, [], element]);
    if (ArrayBuffer.isView(value)) return;
    expect(written(value, given === undefined ? {} : { dtype: given })).toEqual([dtype, [], element]);
  });

  it("one value, which is a list of one for those that take lists", () => {
    using file = openQuick(fresh());
    expect(file.setArray("x", 42, { dtype: "f4" }).toArray()).toEqual(Float32Array.of(42));
    expect(file.setArray("x", "text").toArray()).toEqual(["text"]);
    expect(file.setArray("x", { a: 1 }, { dtype: [["a", "i4"]] }).toArray()).toEqual([{ a: 1 }]);
  });

  it("one value that fills a shape", () => {
    expect(written(7, { dtype: "i2", shape: [2, 2] })).toEqual([
      "<i2",
      [2, 2],
      [
        [7, 7],
        [7, 7],
      ],
    ]);
    expect(written("ab", { shape: [2] })).toEqual(["<U2", [2], ["ab", "ab"]]);
    expect(written(NaT, { dtype: ">m8[10us]", shape: [1, 2] })).toEqual([">m8[10us]", [1, 2], [[NaT, NaT]]]);
    expect(written(1, { shape: [0] })).toEqual(["<i4", [0], []]);
    using file = openQuick(fresh());
    const large = file.setArray("large", 3, { dtype: "u1", shape: [3, 1 << 20] });
    expect(large.values.length).toBe(3 << 20);
    expect(large.values.every((value) => value === 3)).toBe(true);
  });

  it.each<[string, () => ArrayView]>([
    ["every dtype", () => counting("i8", [2, 3])],
    ["the other byte order", () => arrayOf(">f8", [2], [1.5, -0])],
    ["halves", () => arrayOf("f2", [2], [1.5, -0])],
    ["complex numbers", () => arrayOf(">c16", [1], [{ re: 1, im: 2 }])],
    ["text", () => arrayOf(">U3", [2], ["", "añ😀"])],
    ["bytes", () => arrayOf("S3", [2], ["", "abc"])],
    ["dates", () => arrayOf("M8[25s]", [2], [-5n, null])],
    ["durations", () => arrayOf(">m8[D]", [2], [-5n, null])],
    ["times without a unit", () => arrayOf("m8", [2], [-5n, null])],
    ["booleans", () => arrayOf("b1", [2, 1], [true, false])],
    ["anything", () => arrayOf("V3", [1], [Uint8Array.of(1, 2, 3)])],
    ["records", () => arrayOf(structured, [2], records)],
    ["a slice backwards", () => counting("i4", [5]).slice(null, null, -2)],
    ["a column of a matrix", () => counting("i2", [3, 4]).view(slice(), 1)],
    ["rows in another order", () => counting("i2", [3, 4]).take([2, 0]) as unknown as ArrayView],
    ["a field", () => arrayOf(structured, [2], records).field("b") as unknown as ArrayView],
    ["one element", () => counting("i4", [2, 2]).view(1, 1)],
    ["no elements", () => counting("i4", [2, 0, 3])],
    ["many axes", () => arrayOf("i4", new Array(32).fill(1), [7])],
  ] as [string, () => ArrayView][])("an array: %s", (_, make) => {
    const array = make();
    expect(written(array)).toEqual([String(array.dtype), array.shape, nested(array)]);
  });

  it("an array of a file, in Fortran order as well", () => {
    const path = `${fresh("fortran")}.npy`;
    saveNpy(path, counting("f8", [3, 2]));
    const text = readFileSync(path, "latin1");
    const turned = text.replace("False, 'shape': (3, 2)", "True,  'shape': (2, 3)");
    writeFileSync(path, turned, "latin1");
    using npy = openNpy(path);
    const elements = [
      [0, 2, 4],
      [1, 3, 5],
    ];
    expect(nested(npy)).toEqual(elements);
    expect(written(npy)).toEqual(["<f8", [2, 3], elements]);
    expect(written(npy, { dtype: "f4", shape: [6] })).toEqual(["<f4", [6], elements.flat()]);
  });

  it("records", () => {
    const all = RecordArray.from(records, structured);
    const dtype = '[["a","<i4"],["b","<U2",[2]],["c",[["d",">f8"]]]]';
    expect(written(all)).toEqual([dtype, [2], records]);
    expect(written(records, { dtype: structured })).toEqual([dtype, [2], records]);
    expect(written(all, { shape: [1, 2] })).toEqual([dtype, [1, 2], [records]]);
  });

  it("itself: what is read has been read before the file is replaced", () => {
    using file = openQuick(fresh());
    file.setArray("x", [1, 2, 3]);
    file.setArray("x", file.getArray("x", slice(null, null, -1)));
    expect(values(file, "x")).toEqual([3, 2, 1]);
    file.setArray("x", file.getArray("x"), { dtype: "f4", shape: [3, 1] });
    expect(values(file, "x")).toEqual([[3], [2], [1]]);
  });
});

describe("a shape that is said", () => {
  it.each<[string, unknown, readonly number[], unknown]>([
    [
      "a list",
      [1, 2, 3, 4],
      [2, 2],
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ["a typed array", Int8Array.of(1, 2), [1, 2, 1], [[[1], [2]]]],
    ["nothing", new Float64Array(0), [2, 0, 3], [[], []]],
    ["one element", [5], [], 5],
    [
      "a view",
      counting("i4", [4]).slice(null, null, -1),
      [2, 2],
      [
        [3, 2],
        [1, 0],
      ],
    ],
  ])("gives %s its axes", (_, data, shape, elements) => {
    expect(written(data, { shape }).slice(1)).toEqual([shape, elements]);
  });

  it.each<[string, unknown, unknown, RegExp]>([
    ["more elements", [1, 2], [3], /2 elements of shape \(2,\) do not fill shape \(3,\)/],
    ["no elements", new Float64Array(0), [], /0 elements .* do not fill shape \(\)/],
    ["a negative axis", [1, 2], [-1, 2], /at most 32 whole numbers from 0/],
    ["a fraction", [1, 2], [0.5], /at most 32 whole numbers/],
    ["text", [1, 2], "2", /at most 32 whole numbers/],
    ["too many axes", 1, new Array(33).fill(1), /at most 32/],
  ])("is refused where it has %s", (_, data, shape, message) => {
    using file = openQuick(fresh());
    file.setArray("x", [1]);
    refuses(file.root, ShapeError, message, () => file.setArray("x", data, { shape: shape as number[] }));
    expect(values(file, "x")).toEqual([1]);
  });
});

describe("a dtype that is said", () => {
  it.each<[string, unknown, DTypeLike, string, unknown]>([
    ["numbers in a list", [1, 2], "f2", "<f2", [1, 2]],
    ["bigints in a list", [1n, 2n], ">i2", ">i2", [1, 2]],
    ["text as bytes", ["a", "é"], "S2", "|S2", ["a", "é"]],
    ["a typed array of other numbers", Int16Array.of(-1, 5), "i8", "<i8", [-1n, 5n]],
    ["numbers in another byte order", Float64Array.of(1.5), ">f4", ">f4", [1.5]],
    [
      "pairs",
      Float64Array.of(1, 2, 3, 4),
      "c16",
      "<c16",
      [
        { re: 1, im: 2 },
        { re: 3, im: 4 },
      ],
    ],
    ["code points", Uint32Array.of(65, 0, 66, 67), "U2", "<U2", ["A", "BC"]],
    ["bytes of text", Buffer.from("abcdef"), "S3", "|S3", ["abc", "def"]],
    ["bytes of anything", Uint8Array.of(1, 2), "V1", "|V1", [Uint8Array.of(1), Uint8Array.of(2)]],
    ["counts", BigInt64Array.of(1n, -(2n ** 63n)), "M8[us]", "<M8[us]", [1n, NaT]],
    ["Dates in another unit", [new Date(5)], "M8[us]", "<M8[us]", [5000n]],
    ["0 and 1", Uint8Array.of(1, 0), "b1", "|b1", [true, false]],
    ["an array", counting("i4", [2]), ">f8", ">f8", [0, 1]],
  ])("is what %s become", (_, data, dtype, str, elements) => {
    expect(written(data, { dtype })).toEqual([str, [(elements as unknown[]).length], elements]);
  });

  it("is what blocks of a large array become, one after another", () => {
    using file = openQuick(fresh());
    const large = Float64Array.from({ length: 400_000 }, (_, i) => i);
    file.setArray("x", large, { dtype: ">f4", shape: [1000, 400] });
    expect(file.getArray("x").at(999, 399)).toBe(399_999);
    large[399_999] = 1e300;
    const message = /array \/x, .*999.*1e\+300|array \/x, .*1e\+300/;
    refuses(file.root, CastError, message, () =>
      file.setArray("x", large, { dtype: "f4", shape: [1000, 400] }),
    );
    expect(file.getArray("x").at(999, 399)).toBe(399_999);
  });

  it.each<[string, unknown, DTypeLike | undefined, ErrorClass, RegExp]>([
    [
      "a number that is too large",
      Int32Array.of(1, 300),
      "i1",
      CastError,
      /array \/x, row 1: 300 is outside/,
    ],
    ["a fraction", [1, 0.5], "i4", CastError, /array \/x, row 1: 0.5/],
    ["floats as integers", Float64Array.of(1), "i4", CastError, /array \/x: <f8 does not go into <i4/],
    ["text that is too long", ["ab", "c"], "U1", CastError, /array \/x, row 0: "ab" is too long/],
    ["text as numbers", ["1"], "f8", CastError, /array \/x, row 0: "1"/],
    ["a byte that is no boolean", Uint8Array.of(1, 2), "b1", CastError, /array \/x, row 1: the byte 2/],
    ["bits or numbers", Uint16Array.of(1), "f2", CastError, /could be bits or numbers/],
    ["text without a value", ["a", null], undefined, CastError, /array \/x, row 1: there is no value/],
    ["values of several sorts", ["a", 1], undefined, CastError, /array \/x, row 1: 1 is a number/],
    ["an object", { a: 1 }, undefined, CastError, /array \/x.* is no value that a column holds/],
    ["nothing at all", undefined, undefined, CastError, /array \/x: undefined is no number/],
    ["a set", new Set([1]), undefined, CastError, /is no value that a column holds/],
    ["a function", () => 1, undefined, CastError, /a function is no value/],
    ["a buffer without a type", new ArrayBuffer(8), undefined, CastError, /is no value that a column holds/],
    ["rows of different lengths", [[1, 2], [3]], undefined, ShapeError, /array \/x, row 1/],
    ["rows of different lengths", [[1, 2], [3]], "f8", ShapeError, /array \/x, row 1/],
    ["objects of Python", [1], "O", DTypeError, /pickled objects/],
    ["no dtype", [1], "nonsense", DTypeError, /nonsense/],
  ])("refuses %s, and nothing has changed", (_, data, dtype, type, message) => {
    using file = openQuick(fresh());
    file.setArray("x", [7], { attrs: { a: 1 } });
    const before = stored(file);
    refuses(file.root, type, message, () => file.setArray("x", data, { dtype, attrs: { a: 2 } }));
    refuses(file.root, type, /./, () => file.setArray("/new/y", data, { dtype }));
    expect(stored(file)).toEqual(before);
  });

  it("does not make more than there can be", () => {
    using file = openQuick(fresh());
    const shape = [2 ** 40, 2 ** 40];
    for (const act of [
      () => file.setArray("x", 1, { shape }),
      () => file.createArray("x", "f8", shape),
      () => file.createArray("x", "f8", [2 ** 52]),
    ]) {
      refuses(file.root, LimitError, /2\^53/, act);
    }
  });
});

describe("an array that is replaced", () => {
  it("is another one as a whole: shape, dtype, elements", () => {
    using file = openQuick(fresh());
    file.setArray("x", [1, 2]);
    for (const data of [[["a"]], 5, [], RecordArray.zeros([["a", "i4"]], 2), [1, 2]]) {
      file.setArray("x", data);
      expect(stored(file)["/x"]).toMatchObject({
        values: data instanceof RecordArray ? [{ a: 0 }, { a: 0 }] : data,
      });
    }
    expect(existsSync(join(file.root, ".memmap", `stage-${file.generation}`))).toBe(false);
  });

  it("keeps its attributes, unless others are said", () => {
    using file = openQuick(fresh());
    file.setArray("x", [1], { attrs: { unit: "m", n: 1n } });
    expect(file.setArray("x", [[2]]).attr).toEqual({ unit: "m", n: 1n });
    expect(file.setArray("x", 3, { attrs: { unit: "ft" } }).attr).toEqual({ unit: "ft" });
    expect(file.setArray("x", 3, { attrs: {} }).attr).toEqual({});
    expect(stored(file)["/x"]).toMatchObject({ attr: {} });
  });

  it("takes its typed arrays with it, and views say that it is gone", () => {
    using file = openQuick(fresh());
    const before = file.setArray<"i4">("x", [1, 2, 3]);
    const view = before.slice(1);
    const typed = before.values;
    expect(typed[1]).toBe(2);
    const after = file.setArray("x", [4, 5, 6]);
    expect(typed.length).toBe(0);
    for (const act of [() => before.at(0), () => view.at(0), () => before.values, () => before.attr]) {
      expect(act).toThrow(/replaced|deleted/);
    }
    expect(String(before)).toMatch(/^<(replaced|deleted) /);
    expect(nested(after)).toEqual([4, 5, 6]);
    expect(file.getArray("x")).toBe(after);
  });

  it("is kept by readers that have it open", () => {
    using file = openQuick(fresh());
    file.setArray("x", Float64Array.of(1, 2));
    using reader = MemmapFile.open(file.root);
    const held = reader.getArray("x");
    expect(held.at(0)).toBe(1);
    file.setArray("x", Float64Array.of(3, 4));
    expect(nested(held)).toEqual([1, 2]);
    expect(values(reader, "x")).toEqual([1, 2]);
    reader.refresh();
    expect(values(reader, "x")).toEqual([3, 4]);
  });

  it("is not, where overwrite is false", () => {
    using file = openQuick(fresh());
    file.setArray("x", [1]);
    const error = refuses(file.root, ExistsError, /overwrite: true/, () =>
      file.setArray("x", [2], { overwrite: false }),
    );
    expect(error).toMatchObject({ path: join(file.root, "x.npy") });
    file.setArray("y", [2], { overwrite: false });
    expect(values(file, "y")).toEqual([2]);
  });
});

describe("an array that is created", () => {
  it.each<[DTypeLike, readonly number[], unknown]>([
    [
      "f8",
      [2, 2],
      [
        [0, 0],
        [0, 0],
      ],
    ],
    [">i8", [], 0n],
    ["U3", [1], [""]],
    ["M8[s]", [1], [0n]],
    [
      [
        ["a", "i4"],
        ["b", "b1"],
      ],
      [1],
      [{ a: 0, b: false }],
    ],
    ["i4", [0], []],
    ["i4", [2, 0, 3], [[], []]],
  ])("is of zeros: %j %j", (dtype, shape, elements) => {
    using file = openQuick(fresh());
    const array = file.createArray("/g/x", dtype, shape, { attrs: { made: true } });
    expect([array.shape, nested(array), array.attr]).toEqual([shape, elements, { made: true }]);
    expect(stored(file)["/g/x"]).toMatchObject({ shape, values: elements });
  });

  it("is written through its view", () => {
    using file = openQuick(fresh());
    const array = file.createArray("x", "f4", [2, 3]);
    array.values.set([1, 2, 3], 0);
    array.view(1).assign([4, 5, 6]);
    array.view(0).set(1, 9);
    file.createArray("one", "i2", []).fill(5);
    expect(stored(file)).toMatchObject({
      "/x": {
        values: [
          [1, 9, 3],
          [4, 5, 6],
        ],
      },
      "/one": { values: 5 },
    });
    file.setNodeAttr("/x", "unit", "m");
    array.view(0).set(0, 8);
    expect(values(file, "x")).toEqual([
      [8, 9, 3],
      [4, 5, 6],
    ]);
  });

  it("takes nobody's place", () => {
    using file = openQuick(fresh());
    file.setArray("x", [1]);
    refuses(file.root, ExistsError, /there is an array \/x already; setArray/, () =>
      file.createArray("x", "f8", [1]),
    );
    refuses(file.root, ShapeError, /a shape is a list/, () => file.createArray("y", "f8", [-1]));
    refuses(file.root, DTypeError, /./, () => file.createArray("y", "O" as never, [1]));
  });
});
