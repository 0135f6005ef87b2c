import { describe, expect, it } from "vitest";
import { RecordArray, slice } from "../../src/array/index.js";
import { parseDType } from "../../src/dtype/index.js";
import { CastError, DTypeError, LimitError, ShapeError } from "../../src/errors.js";
import { arrayOf, counting, nested } from "./support.js";

const dtype = [
  ["a", "i1"],
  ["b", "<f8"],
  ["c", "<U2"],
  ["d", "<i2", [2]],
] as const;
const rows = [
  { a: 1, b: 0.5, c: "é", d: [1, 2] },
  { a: -2, b: 1.5, c: "ab", d: Int16Array.of(3, 4) },
];

describe("the layout of records", () => {
  // numpy: np.dtype([...]).itemsize, and the offsets of its fields
  it.each([
    [
      [
        ["a", "i1"],
        ["b", "f8"],
      ],
      9,
      [0, 1],
    ],
    [
      [
        ["a", "u1"],
        ["b", ">i2", [2]],
        [
          "c",
          [
            ["x", "f8"],
            ["y", "U1"],
          ],
        ],
      ],
      17,
      [0, 1, 5],
    ],
    [
      [
        ["a", "b1"],
        ["", "V3"],
        ["b", "c16"],
      ],
      20,
      [0, 4],
    ],
    [
      [
        ["a", "i1"],
        ["b", "f8"],
        ["c", "U2"],
        ["d", "<i2", [2, 3]],
      ],
      29,
      [0, 1, 9, 17],
    ],
  ] as const)("is packed as NumPy's: %j", (spec, itemsize, offsets) => {
    const records = RecordArray.zeros(spec, 2);
    expect(records.itemsize).toBe(itemsize);
    expect(records.dtype.fields?.map(({ offset }) => offset)).toEqual(offsets);
    expect([records.shape, records.strides, records.nbytes]).toEqual([[2], [itemsize], 2 * itemsize]);
    expect(records.bytes()).toEqual(new Uint8Array(2 * itemsize));
  });

  it("has NumPy's bytes", () => {
    // numpy: r.tobytes().hex() of the same records
    const hex = "01000000000000e03fe90000000000000001000200fe000000000000f83f610000006200000003000400";
    expect(Buffer.from(RecordArray.from(rows, dtype).bytes()).toString("hex")).toBe(hex);
  });
});

describe("RecordArray.zeros", () => {
  it("takes a dtype that was parsed, and no records at all", () => {
    expect(RecordArray.zeros(parseDType(dtype), 0).shape).toEqual([0]);
    expect(RecordArray.zeros(dtype, 1).readonly).toBe(false);
  });

  it("refuses dtypes without fields, and lengths that are none", () => {
    expect(() => Reflect.apply(RecordArray.zeros, RecordArray, ["f8", 1])).toThrow(
      new DTypeError("records need a dtype with fields, not <f8"),
    );
    expect(() => RecordArray.zeros([], 1)).toThrow(DTypeError);
    for (const length of [-1, 0.5, Number.NaN, 2 ** 53, "1", 1n, undefined]) {
      expect(() => Reflect.apply(RecordArray.zeros, RecordArray, [dtype, length])).toThrow(ShapeError);
    }
    expect(() => RecordArray.zeros(dtype, 2 ** 52)).toThrow(LimitError);
    expect(() => RecordArray.zeros(dtype, 2 ** 52)).toThrow(
      /takes \d+ bytes, which this process cannot have/,
    );
  });
});

describe("RecordArray.from", () => {
  it("takes any iterable of objects with exactly the fields", () => {
    const expected = [
      { a: 1, b: 0.5, c: "é", d: Int16Array.of(1, 2) },
      { a: -2, b: 1.5, c: "ab", d: Int16Array.of(3, 4) },
    ];
    expect(RecordArray.from(rows, dtype).toArray()).toEqual(expected);
    expect(RecordArray.from(new Set(rows), dtype).toArray()).toEqual(expected);
    expect(RecordArray.from(rows.values(), dtype).toArray()).toEqual(expected);
    expect(RecordArray.from([], dtype).toArray()).toEqual([]);
    const one = RecordArray.from(rows.slice(0, 1), dtype);
    expect([one.length, one.at(0).c]).toEqual([1, "é"]);
  });

  it("takes other records by the names of their fields, as bytes", () => {
    const source = RecordArray.zeros(
      [
        ["s", "S2"],
        ["x", "i4"],
      ],
      2,
    );
    source.field("s").set(0, Uint8Array.of(0xff, 0xfe));
    source.field("x").set(1, 7);
    const turned = RecordArray.from(source, [
      ["x", "i8"],
      ["s", "S2"],
    ]);
    expect(turned.bytes(0)).toEqual(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe));
    expect(turned.field("x").at(1)).toBe(7n);
    expect(
      RecordArray.from(source.slice(null, null, -1), [
        ["s", "S2"],
        ["x", "i4"],
      ])
        .field("x")
        .at(0),
    ).toBe(7);
  });

  it("keeps hard names apart from the prototype", () => {
    const hard = [
      ["__proto__", "i4"],
      ["constructor", "U2"],
      ["", "V1"],
      [" ", "b1"],
    ] as const;
    const record = JSON.parse('{"__proto__": 5, "constructor": "x", " ": true}');
    const records = RecordArray.from([record], hard);
    const read: unknown = records.at(0);
    expect(Object.keys(read as object)).toEqual(["__proto__", "constructor", " "]);
    expect(Object.getOwnPropertyDescriptor(read, "__proto__")?.value).toBe(5);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(records.field("__proto__").at(0)).toBe(5);
  });

  it("refuses rows that do not fit, naming row, field and value", () => {
    const from = (given: unknown, options?: unknown) => () =>
      Reflect.apply(RecordArray.from, RecordArray, [given, dtype, options]);
    const bad = [rows[0], { ...rows[1], d: [1, 40000] }];
    expect(from(bad)).toThrow(
      new CastError('records, row 1: field "d": 40000 is outside <i2 (-32768 to 32767)'),
    );
    expect(from(bad, { casting: "unsafe" })).not.toThrow();
    expect(from([{ ...rows[0], e: 1 }])).toThrow(new CastError('records, row 0: a record has no field "e"'));
    expect(from([{ a: 1, b: 1, c: "" }])).toThrow(
      new CastError('records, row 0: the record lacks the field "d"'),
    );
    expect(from([rows[0], null])).toThrow(CastError);
    expect(from([{ ...rows[0], d: [1] }])).toThrow(
      /field "d": an array of 1 does not have the item shape \[2\]/,
    );
    for (const wrong of [5, null, undefined, "text", {}, true]) expect(from(wrong)).toThrow(CastError);
    expect(from(counting("i4", [2]))).toThrow(CastError);
    expect(from(counting("i4", [2, 2]))).toThrow(
      new ShapeError("records come from rows along one axis, not from shape (2, 2)"),
    );
  });
});

describe("records", () => {
  it("are assigned, sliced and picked as other arrays", () => {
    const records = RecordArray.zeros(
      [
        ["a", "i4"],
        ["b", "U3"],
      ],
      4,
    );
    records.field("a").assign([1, 2, 3, 4]);
    records.slice(0, 2).field("b").fill("xyz");
    records.set(-1, { a: 40, b: "end" });
    expect(records.view(slice(null, null, -2)).toArray()).toEqual([
      { a: 40, b: "end" },
      { a: 2, b: "xyz" },
    ]);
    expect(records.filter([true, false, false, true]).field("a").toArray()).toEqual(Int32Array.of(1, 40));
    expect(records.take([-1, 0]).at(0)).toEqual({ a: 40, b: "end" });
    expect(records.view(3).at()).toEqual({ a: 40, b: "end" });
    expect(() => records.set(0, { a: 0.5, b: "" })).toThrow(
      new CastError('records, row 0: field "a": 0.5 is no whole number, which <i4 needs'),
    );
    expect(() => records.at(4)).toThrow("index 4 is outside records of length 4");
  });

  it("hand out copies of their cells", () => {
    const records = RecordArray.from(rows, dtype);
    const { d } = records.at(0);
    d[0] = 100;
    expect(records.at(0).d).toEqual(Int16Array.of(1, 2));
    const bytes = records.bytes(0);
    bytes.fill(0);
    expect(records.at(0).a).toBe(1);
    expect(records.slice(null, null, -1).bytes()).toEqual(
      Uint8Array.from([...records.bytes(1), ...records.bytes(0)]),
    );
  });

  it("hold nested records and swapped cells", () => {
    const spec = [
      [
        "p",
        [
          ["x", ">f4"],
          ["q", [["y", "S1"]]],
        ],
        [2],
      ],
      ["t", "M8[s]"],
    ] as const;
    const row = {
      p: [
        { x: 0.5, q: { y: "a" } },
        { x: 1, q: { y: "" } },
      ],
      t: null,
    };
    const records = RecordArray.from([row], spec);
    expect(records.toArray()).toEqual([row]);
    expect(nested(records.field("p").field("x"))).toEqual([[0.5, 1]]);
    records.field("p").field("q").field("y").set([0, 1], "z");
    expect(records.at(0).p).toEqual([
      { x: 0.5, q: { y: "a" } },
      { x: 1, q: { y: "z" } },
    ]);
  });

  it("of a column become an array of their own", () => {
    const records = RecordArray.from(rows, dtype);
    const copy = arrayOf("<f8", [2]);
    copy.assign(records.field("b"));
    expect(copy.values).toEqual(Float64Array.of(0.5, 1.5));
    expect(() => records.field("b").values).toThrow(ShapeError);
  });
});
