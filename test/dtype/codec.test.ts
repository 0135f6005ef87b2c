import { describe, expect, it } from "vitest";
import {
  cellProblem,
  codecOf,
  type DTypeLike,
  NATIVE_ORDER,
  ownEntry,
  parseDType,
  readCell,
  writeCell,
} from "../../src/dtype/index.js";
import { decode, encode, problemOf } from "./support.js";

const OTHER_ORDER = NATIVE_ORDER === "<" ? ">" : "<";

const NESTED = [
  ["id", "<u8"],
  ["", "|V2"],
  [
    "at",
    [
      ["x", ">f4", [2]],
      ["when", "<M8[D]"],
    ],
  ],
  ["tags", "<U2", [2]],
] as const;
const RECORD = { id: 7n, at: { x: [1, -2], when: 3n }, tags: ["é", "😀"] };

describe("records", () => {
  // np.array([(7, ([1, -2], 3), ["é", "😀"])], dtype).tobytes().hex(), 2 bytes of padding after the first field
  const HEX =
    "0700000000000000" +
    "a5a5" +
    "3f800000c0000000" +
    "0300000000000000" +
    "e90000000000000000f6010000000000";

  it("are their fields side by side, padding left as it is", () => {
    expect(encode(NESTED, RECORD)).toBe(HEX);
    expect(decode(NESTED, HEX)).toStrictEqual(RECORD);
  });

  it("are plain objects in the order of the fields", () => {
    const record = decode(NESTED, HEX);
    expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
    expect(Object.keys(record ?? {})).toEqual(["id", "at", "tags"]);
  });

  it("are judged field by field", () => {
    const { at, ...rest } = RECORD;
    expect(problemOf(NESTED, rest)).toBe('the record lacks the field "at"');
    expect(problemOf(NESTED, { ...RECORD, extra: 1 })).toBe('a record has no field "extra"');
    expect(problemOf(NESTED, { ...RECORD, "": 1 })).toBe('a record has no field ""');
    expect(problemOf(NESTED, { ...RECORD, id: -1 })).toContain('field "id": -1 is outside');
    expect(problemOf(NESTED, { ...RECORD, id: undefined })).toContain('field "id": undefined is no number');
    expect(problemOf(NESTED, { ...RECORD, at: { ...at, when: "now" } })).toContain(
      'field "at": field "when": "now" cannot',
    );
    expect(problemOf(NESTED, { ...RECORD, at: { ...at, x: [1, "2"] } })).toContain(
      'field "at": field "x": "2" is no number',
    );
    expect(problemOf(NESTED, { ...RECORD, tags: ["a"] })).toContain('field "tags": an array of 1');
  });

  it.each([null, undefined, 1, "x", [7n], new Uint8Array(58), () => RECORD])("%o is none", (value) => {
    expect(problemOf(NESTED, value)).toContain("is no record of [[");
  });

  it("may be of any class whose fields are its own", () => {
    class Row {
      a = 1;
      b = 2;
    }
    const spec: DTypeLike = [
      ["a", "u1"],
      ["b", "u1"],
    ];
    expect(encode(spec, new Row())).toBe("0102");
    expect(encode(spec, Object.assign(Object.create(null), { b: 2, a: 1 }))).toBe("0102");
    expect(problemOf(spec, Object.create({ a: 1, b: 2 }))).toContain("lacks the field");
  });

  it("treat names of Object.prototype as ordinary", () => {
    const spec: DTypeLike = [
      ["__proto__", "u1"],
      ["constructor", "u1"],
      ["toString", "u1"],
    ];
    const record = JSON.parse('{"__proto__": 1, "constructor": 2, "toString": 3}');
    expect(encode(spec, record)).toBe("010203");
    const read = decode(spec, "010203");
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(Object.entries(read ?? {})).toEqual([
      ["__proto__", 1],
      ["constructor", 2],
      ["toString", 3],
    ]);
    expect(problemOf(spec, {})).toBe('the record lacks the field "__proto__"');
    expect(problemOf([["a", "u1"]], JSON.parse('{"a": 1, "__proto__": 1}'))).toContain("__proto__");
  });

  it("cannot change a prototype through the value of a __proto__ field", () => {
    const spec: DTypeLike = [["__proto__", [["polluted", "b1"]]]];
    const read = decode(spec, "01");
    expect(read).not.toHaveProperty("polluted");
    expect(Object.hasOwn(read ?? {}, "__proto__")).toBe(true);
    expect("polluted" in {}).toBe(false);
  });
});

describe("ownEntry", () => {
  it("sets properties that are enumerable, and can be set again", () => {
    const record: { [name: string]: unknown } = {};
    ownEntry(record, "__proto__", 1);
    ownEntry(record, "a", 2);
    ownEntry(record, "__proto__", 3);
    expect(Object.entries(record)).toEqual([
      ["__proto__", 3],
      ["a", 2],
    ]);
    expect(Reflect.deleteProperty(record, "__proto__")).toBe(true);
  });
});

/** A cell written to odd bytes and read again. */
function through(spec: DTypeLike, shape: readonly number[], cell: unknown): unknown {
  const dtype = parseDType(spec);
  expect(cellProblem(dtype, shape, cell)).toBeUndefined();
  const size = shape.reduce((product, axis) => product * axis, dtype.itemsize);
  const view = new DataView(new ArrayBuffer(size + 5), 1);
  writeCell(dtype, shape, view, 3, cell);
  return readCell(dtype, shape, view, 3);
}

describe("cells", () => {
  it.each<[string, unknown]>([
    ["i1", Int8Array.of(-128, 0, 127, 1)],
    ["i2", Int16Array.of(-32768, 0, 1, 2)],
    ["i4", Int32Array.of(-1, 0, 1, 2)],
    ["i8", BigInt64Array.of(-1n, 0n, 2n ** 63n - 1n, 2n)],
    ["u1", Uint8Array.of(255, 0, 1, 2)],
    ["u2", Uint16Array.of(65535, 0, 1, 2)],
    ["u4", Uint32Array.of(4294967295, 0, 1, 2)],
    ["u8", BigUint64Array.of(2n ** 64n - 1n, 0n, 1n, 2n)],
    ["f2", Float32Array.of(65504, -0, Number.NaN, 2)],
    ["f4", Float32Array.of(0.1, -0, Number.NaN, 2)],
    ["f8", Float64Array.of(0.1, -0, Number.NaN, 2)],
  ])("%s of four are a typed array of their own, whatever the axes", (dtype, values) => {
    for (const shape of [[4], [2, 2], [1, 4, 1]]) expect(through(dtype, shape, values)).toStrictEqual(values);
  });

  it("give complex numbers in pairs, and take pairs, objects and real parts", () => {
    const pairs = Float32Array.of(1, -0, 3, 4);
    expect(through("c8", [2], pairs)).toStrictEqual(pairs);
    expect(
      through(
        "c8",
        [2],
        [
          { re: 1, im: -0 },
          { re: 3, im: 4 },
        ],
      ),
    ).toStrictEqual(pairs);
    expect(through("c16", [2, 1], [Float64Array.of(1, 2), Float64Array.of(3, 4)])).toStrictEqual(
      Float64Array.of(1, 2, 3, 4),
    );
    expect(through("c16", [2], Float64Array.of(1, 3))).toStrictEqual(Float64Array.of(1, 0, 3, 0));
  });

  it.each<[string, readonly unknown[]]>([
    ["b1", [true, false]],
    ["S3", ["é", ""]],
    ["U3", ["é", "😀"]],
    ["M8[us]", [null, -1n]],
    ["m8[us]", [1n, null]],
    ["V2", [Uint8Array.of(1, 2), Uint8Array.of(3, 0)]],
    [`${OTHER_ORDER}f4`, [0.5, -0]],
    [`${OTHER_ORDER}f2`, [0.5, -0]],
    [`${OTHER_ORDER}i8`, [1n, 2n]],
    [
      `${OTHER_ORDER}c8`,
      [
        { re: 1, im: 2 },
        { re: 3, im: 4 },
      ],
    ],
  ])("%s are nested arrays", (dtype, [a, b]) => {
    expect(through(dtype, [2], [a, b])).toStrictEqual([a, b]);
    expect(
      through(
        dtype,
        [2, 2],
        [
          [a, b],
          [b, a],
        ],
      ),
    ).toStrictEqual([
      [a, b],
      [b, a],
    ]);
    expect(through(dtype, [2, 1, 1], [[[a]], [[b]]])).toStrictEqual([[[a]], [[b]]]);
  });

  it("of records are nested arrays of objects", () => {
    const rows = [[{ a: 1 }], [{ a: 2 }]];
    expect(through([["a", "i4"]], [2, 1], rows)).toStrictEqual(rows);
  });

  it("take typed arrays in byte orders that have none of their own", () => {
    expect(through(`${OTHER_ORDER}f8`, [2], Float64Array.of(1, 2))).toStrictEqual([1, 2]);
    expect(through(`${OTHER_ORDER}c16`, [1], Float64Array.of(1, 2))).toStrictEqual([{ re: 1, im: 2 }]);
    expect(through("M8[s]", [2], BigInt64Array.of(1n, 2n))).toStrictEqual([1n, 2n]);
  });

  it("mix nested arrays and typed arrays", () => {
    expect(through("i4", [2, 2], [Int32Array.of(1, 2), [3, 4n]])).toStrictEqual(Int32Array.of(1, 2, 3, 4));
  });

  it("may be empty", () => {
    expect(through("i4", [0], [])).toStrictEqual(new Int32Array());
    expect(through("i4", [2, 0], [[], []])).toStrictEqual(new Int32Array());
    expect(through("U3", [2, 0], [[], []])).toStrictEqual([[], []]);
    expect(through("U3", [0, 2], [])).toStrictEqual([]);
  });

  it("are copies", () => {
    const bytes = Uint8Array.of(1, 2, 3, 4);
    const cell = readCell(parseDType("u1"), [4], new DataView(bytes.buffer), 0);
    bytes.fill(9);
    expect(cell).toStrictEqual(Uint8Array.of(1, 2, 3, 4));
  });

  it("hold as many elements as there are, not as a stack does", () => {
    const row = new Float64Array(300_000).fill(0.5);
    expect(through("f8", [2, row.length], [row, row])).toHaveLength(2 * row.length);
  });

  const problem = (spec: string, shape: readonly number[], cell: unknown) =>
    cellProblem(parseDType(spec), shape, cell);

  it.each<[readonly number[], unknown, string]>([
    [[3], [1, 2], "an array of 2 does not have the item shape [3]"],
    [[3], [1, 2, 3, 4], "an array of 4 does not have the item shape [3]"],
    [[3], Int32Array.of(1, 2), "Int32Array(2) does not fill the item shape [3]"],
    [[2, 2], [1, 2, 3, 4], "an array of 4 does not have the item shape [2, 2]"],
    [[2, 2], [[1, 2], [3]], "an array of 1 does not have the item shape [2]"],
    [[2, 2], [[1, 2], Int32Array.of(3)], "Int32Array(1) does not fill the item shape [2]"],
    [[2, 2], Int32Array.of(1, 2), "Int32Array(2) does not fill the item shape [2, 2]"],
    [[2], [[1], [2]], "an array of 1 is no number"],
    [[2], 5, "5 does not have the item shape [2]"],
    [[2], "ab", '"ab" does not have the item shape [2]'],
    [[2], null, "null does not have the item shape [2]"],
    [[2], undefined, "undefined does not have the item shape [2]"],
    [[2], { 0: 1, 1: 2, length: 2 }, "does not have the item shape [2]"],
    [[2], new DataView(new ArrayBuffer(8)), "does not have the item shape [2]"],
    [[0], [1], "an array of 1 does not have the item shape [0]"],
    [[2], [1, 2.5], "2.5 is no whole number"],
    [[2], [1, 2 ** 31], "2147483648 is outside"],
    [[2], new Array(2), "undefined is no number"],
    [[2, 1], [, [1]], "undefined does not have the item shape [1]"],
  ])("of shape %o refuse %o", (shape, cell, message) => {
    expect(problem("i4", shape, cell)).toContain(message);
  });

  it("take arrays of floats only where floats go, whole or not", () => {
    for (const values of [new Float64Array(2), new Float32Array(2)]) {
      for (const dtype of ["i4", "u8", "m8[s]"]) {
        expect(problem(dtype, [2], values)).toContain(`does not go into ${parseDType(dtype)}; round it`);
        expect(problem(dtype, [1, 2], [values])).toContain("round it");
      }
    }
    expect(problem("f4", [1], Float64Array.of(1e300))).toContain("overflows");
    expect(problem("f4", [2], Int32Array.of(1, 2))).toBeUndefined();
    expect(problem("i1", [2], Int32Array.of(1, 128))).toContain("128 is outside");
    expect(problem("i4", [2], BigInt64Array.of(1n, 2n ** 40n))).toContain("is outside");
  });

  it("take complex numbers whole", () => {
    expect(problem("c8", [2], new Float32Array(3))).toContain("does not fill the item shape [2]");
    expect(problem("c8", [2], new Float32Array(8))).toContain("does not fill the item shape [2]");
    expect(problem("f4", [2], new Float32Array(4))).toContain("does not fill the item shape [2]");
  });

  it("take no numbers for booleans and strings", () => {
    expect(problem("b1", [2], Uint8Array.of(0, 1))).toContain("is no boolean");
    expect(problem("U3", [2], Uint32Array.of(65, 66))).toContain("is no string");
  });
});

describe("a record codec", () => {
  it("is one with its nested cells", () => {
    const dtype = parseDType([["v", "i2", [2, 2]]]);
    expect(codecOf(dtype).problem({ v: Int16Array.of(1, 2, 3, 4) })).toBeUndefined();
    expect(codecOf(dtype).problem({ v: [1, 2, 3, 4] })).toContain('field "v": an array of 4');
  });
});
