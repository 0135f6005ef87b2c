import { describe, expect, it } from "vitest";
import {
  type Casting,
  codecOf,
  type DTypeLike,
  elementCaster,
  NATIVE_ORDER,
  parseDType,
  plainCaster,
} from "../../src/dtype/index.js";

const OTHER_ORDER = NATIVE_ORDER === "<" ? ">" : "<";

/** A value put into an array of `from`, cast to `to` and read again; the message if it is refused. */
function cast(from: DTypeLike, value: unknown, to: DTypeLike, casting: Casting = "checked"): unknown {
  const [source, target] = [parseDType(from), parseDType(to)];
  const view = new DataView(new ArrayBuffer(source.itemsize + target.itemsize + 3));
  const problem = codecOf(source).problem(value);
  if (problem !== undefined) throw new Error(problem);
  codecOf(source).write(view, 1, value);
  const element = codecOf(source).read(view, 1);
  const caster = elementCaster(source, target, casting);
  const refused = caster.problem(element);
  if (refused !== undefined) return refused;
  caster.write(view, source.itemsize + 2, element);
  return codecOf(target).read(view, source.itemsize + 2);
}

/** A plain value stored and read again; the message if it is refused. */
function store(value: unknown, to: DTypeLike, casting: Casting = "checked", shape: readonly number[] = []) {
  const target = parseDType(shape.length === 0 ? to : [["cell", to, shape]]);
  const inner = parseDType(to);
  const caster = plainCaster(inner, shape, casting);
  const problem = caster.problem(value);
  if (problem !== undefined) return problem;
  const view = new DataView(new ArrayBuffer(target.itemsize + 3));
  caster.write(view, 1, value);
  const read = codecOf(target).read(view, 1);
  return shape.length === 0 ? read : Object.values(read ?? {})[0];
}

describe("checked, between arrays", () => {
  it.each<[string, unknown, string, unknown]>([
    ["b1", true, "i1", 1],
    ["b1", false, "u8", 0n],
    ["b1", true, "f2", 1],
    ["b1", true, "c8", { re: 1, im: 0 }],
    ["i4", -1, "i8", -1n],
    ["i8", 127n, "i1", 127],
    ["u8", 2n ** 63n - 1n, "i8", 2n ** 63n - 1n],
    ["i4", 5, "f8", 5],
    ["u8", 5n, "c16", { re: 5, im: 0 }],
    ["f8", 0.1, "f4", Math.fround(0.1)],
    ["f8", Number.NaN, "f2", Number.NaN],
    ["f8", Number.NEGATIVE_INFINITY, "f2", Number.NEGATIVE_INFINITY],
    ["f4", 1.5, ">c16", { re: 1.5, im: 0 }],
    ["c16", { re: 0.1, im: -0 }, "c8", { re: Math.fround(0.1), im: -0 }],
    ["U3", "é😀", "S6", "é😀"],
    ["S6", "é😀", ">U2", "é😀"],
    ["U9", "a", "U1", "a"],
    ["M8[D]", 1n, "M8[us]", 86_400_000_000n],
    ["M8[us]", 86_400_000_000n, "M8[D]", 1n],
    ["M8[D]", 59n, "M8[M]", 2n],
    ["M8[ns]", null, ">M8[Y]", null],
    ["M8", 5n, "M8[s]", 5n],
    ["m8[h]", -24n, "m8[D]", -1n],
    ["m8[h]", null, "m8[D]", null],
    ["V2", Uint8Array.of(1, 2), "V2", Uint8Array.of(1, 2)],
  ])("%s of %o into %s is %o", (from, value, to, result) => {
    expect(cast(from, value, to)).toStrictEqual(result);
  });

  it.each<[string, unknown, string, string]>([
    ["i8", 128n, "i1", "128n is outside |i1 (-128 to 127)"],
    ["i1", -1, "<u8", "-1 is outside <u8"],
    ["u8", 2n ** 63n, "<i8", "is outside <i8"],
    ["i8", 2n ** 53n + 1n, "<f8", "9007199254740993n is not exact in <f8"],
    ["i8", 2n ** 24n + 1n, "<f4", "16777217n is not exact in <f4"],
    ["f8", 1e39, "<f4", "1e+39 overflows <f4"],
    ["f4", 65520, "<f2", "65520 overflows <f2"],
    ["c16", { re: 0, im: 1e39 }, "<c8", "1e+39 overflows <c8"],
    ["U3", "abc", "S2", '"abc" is too long for |S2 (3 bytes)'],
    ["U1", "é", "S1", '"é" is too long for |S1 (2 bytes)'],
    ["S3", "abc", "<U2", '"abc" is too long for <U2 (3 characters)'],
    ["M8[us]", 1n, "<M8[D]", "1970-01-01T00:00:00.000001 is not a whole number of [D], which <M8[D] counts"],
    ["M8[D]", 60n, "<M8[M]", "1970-03-02 is not a whole number of [M]"],
    ["<M8[Y]", 10n ** 9n, "<M8[ns]", "1000001970 cannot be converted to <M8[ns]"],
    ["<M8[D]", 5n, "<M8", "1970-01-06 cannot be converted to <M8"],
    ["<m8[h]", 25n, "<m8[D]", "25 hours is not a whole number of [D]"],
    ["<m8[Y]", 1n, "<m8[D]", "1 years cannot be converted to <m8[D]"],
  ])("%s of %o does not go into %s: %s", (from, value, to, message) => {
    expect(cast(from, value, to)).toContain(message);
  });

  it("casts records field by field, by name, each by its own rule", () => {
    const from: DTypeLike = [
      ["t", "M8[s]"],
      ["n", "i8"],
      ["in", [["ok", "b1"]]],
    ];
    const to: DTypeLike = [
      ["in", [["ok", "u1"]]],
      ["n", "i2"],
      ["t", ">M8[ms]"],
    ];
    const row = { t: 2n, n: 3n, in: { ok: true } };
    expect(cast(from, row, to)).toStrictEqual({ in: { ok: 1 }, n: 3, t: 2000n });
    expect(cast(from, { ...row, n: 2n ** 15n }, to)).toContain('field "n": 32768n is outside');
  });

  it("casts the cells of records by the rules of their elements", () => {
    expect(
      cast([["t", "M8[s]", [2]]], { t: [1n, null] }, [["t", "M8[ms]", [2]]]),
      "dates change their unit",
    ).toStrictEqual({ t: [1000n, null] });
    expect(cast([["t", "M8[ms]", [2]]], { t: [1n, null] }, [["t", "M8[s]", [2]]])).toContain(
      'field "t": 1970-01-01T00:00:00.001 is not a whole number',
    );
    expect(cast([["b", "b1", [2]]], { b: [true, false] }, [["b", "i4", [2]]])).toStrictEqual({
      b: Int32Array.of(1, 0),
    });
    expect(cast([["x", "f8", [2]]], { x: [1, 2] }, [["x", "c8", [2]]])).toStrictEqual({
      x: Float32Array.of(1, 0, 2, 0),
    });
    expect(
      cast([["x", "c8", [1, 2]]], { x: Float32Array.of(1, 2, 3, 4) }, [["x", "c16", [1, 2]]]),
    ).toStrictEqual({
      x: Float64Array.of(1, 2, 3, 4),
    });
    expect(cast([["x", "i4", [2]]], { x: [1, 300] }, [["x", "u1", [2]]])).toContain("300 is outside");
    expect(
      cast(
        [
          ["x", "i4", [0]],
          ["y", "i1"],
        ],
        { x: [], y: 1 },
        [
          ["x", "u1", [0]],
          ["y", "i1"],
        ],
      ),
    ).toStrictEqual({
      x: new Uint8Array(),
      y: 1,
    });
    expect(
      cast([["r", [["a", "i4"]], [2]]], { r: [{ a: 1 }, { a: 2 }] }, [
        ["r", [["a", `${OTHER_ORDER}i8`]], [2]],
      ]),
    ).toStrictEqual({ r: [{ a: 1n }, { a: 2n }] });
  });

  it("keeps a __proto__ field", () => {
    const value = JSON.parse('{"__proto__": 5}');
    const result = cast([["__proto__", "i4"]], value, [["__proto__", "i1"]]);
    expect(Object.entries(result ?? {})).toEqual([["__proto__", 5]]);
  });
});

describe("checked, of plain values", () => {
  it("judges by value", () => {
    expect(store(5n, "i4")).toBe(5);
    expect(store(5, "u8")).toBe(5n);
    expect(store(new Date(86_400_000), "M8[D]")).toBe(1n);
    expect(store(null, "M8[D]")).toBeNull();
    expect(store(1.5, "i4")).toContain("1.5 is no whole number");
    expect(store("5", "i4")).toContain('"5" is no number');
    expect(store(1, "b1")).toContain("1 is no boolean");
    expect(store(true, "i4")).toContain("true is no number");
    expect(store("abc", "U2")).toContain("too long");
  });

  it("judges cells element by element", () => {
    expect(store([1n, 2], "i4", "checked", [2])).toStrictEqual(Int32Array.of(1, 2));
    expect(store([1, 2.5], "i4", "checked", [2])).toContain("2.5 is no whole number");
    expect(store(Float64Array.of(1, 2), "i4", "checked", [2])).toContain("round it");
  });
});

const nan = Number.NaN;
const inf = Number.POSITIVE_INFINITY;

describe("unsafe", () => {
  // np.array([value], from).astype(to)
  it.each<[string, unknown, string, unknown]>([
    ["i8", 10n ** 10n, "i4", 1410065408],
    ["i8", -1n, "u1", 255],
    ["i4", 70000, "i2", 4464],
    ["u4", 4294967295, "i2", -1],
    ["u4", 3390693223, "u1", 103],
    ["u4", 3757293993, "i4", -537673303],
    ["u8", 2n ** 64n - 1n, "i8", -1n],
    ["i8", -1n, "u8", 2n ** 64n - 1n],
    ["u1", 200, "i1", -56],
    ["f8", 300.7, "u1", 44],
    ["f8", -1.5, "u1", 255],
    ["f8", 300.7, "i1", 44],
    ["f8", 70000.7, "i2", 4464],
    ["f8", -1.5, "u4", 4294967295],
    ["f8", -1.5, "u8", 2n ** 64n - 1n],
    ["f8", -1.9, "i8", -1n],
    ["f8", 2 ** 63, "u8", 2n ** 63n],
    ["f8", 2 ** 64 - 2048, "u8", 2n ** 64n - 2048n],
    ["f8", -(2 ** 63), "i8", -(2n ** 63n)],
    ["f8", -2147483648.5, "i4", -2147483648],
    ["f8", -2147483647.5, "i4", -2147483647],
    ["f8", -2147483649, "i4", -2147483648],
    ["f4", 2.5, "i4", 2],
    ["c16", { re: 300, im: 1 }, "i1", 44],
    ["b1", true, "i4", 1],
    ["i4", 5, "b1", true],
    ["i8", 0n, "b1", false],
    ["f8", nan, "b1", true],
    ["f8", 0.5, "b1", true],
    ["f8", -0, "b1", false],
    ["c16", { re: 0, im: 1 }, "b1", true],
    ["c16", { re: 0, im: 0 }, "b1", false],
    ["f8", 1e300, "f4", inf],
    ["f8", -1e300, "f4", -inf],
    ["f8", 1e-50, "f4", 0],
    ["f8", 65520, "f2", inf],
    ["f8", 65519, "f2", 65504],
    ["i4", 70000, "f2", inf],
    ["i8", 2n ** 53n + 1n, "f8", 2 ** 53],
    ["c16", { re: 1.5, im: 3 }, "f4", 1.5],
    ["f8", 1.5, "c16", { re: 1.5, im: 0 }],
  ])("%s of %o becomes a number of %s as in NumPy", (from, value, to, result) => {
    expect(cast(from, value, to, "unsafe")).toStrictEqual(result);
  });

  // Undefined in C; these are NumPy's on x86-64.
  it.each<[number, string, unknown]>([
    [1e10, "u1", 0],
    [nan, "i1", 0],
    [inf, "i2", 0],
    [1e300, "u2", 0],
    [1e10, "i4", -(2 ** 31)],
    [nan, "i4", -(2 ** 31)],
    [-inf, "i4", -(2 ** 31)],
    [nan, "i8", -(2n ** 63n)],
    [2 ** 63, "i8", -(2n ** 63n)],
    [inf, "u8", 0n],
    [-inf, "u8", 2n ** 63n],
    [nan, "u8", 2n ** 63n],
    [1e300, "u8", 0n],
  ])("what C leaves undefined is the same everywhere: %d into %s", (value, to, result) => {
    expect(cast("f8", value, to, "unsafe")).toBe(result);
  });

  it.each<[string, unknown, string, unknown]>([
    ["U6", "abcdef", "U3", "abc"],
    ["U6", "a😀b", "U2", "a😀"],
    ["U6", "a\0bc", "U2", "a"],
    ["U2", "é日", "S2", "é"],
    ["U2", "é日", "S4", "é"],
    ["S3", "é", "U1", "é"],
    ["i4", 123456, "U3", "123"],
    ["i4", -12, "S9", "-12"],
    ["u8", 2n ** 63n, "U25", "9223372036854775808"],
    ["b1", true, "U5", "True"],
    ["b1", false, "S2", "Fa"],
    ["f8", 1, "U9", "1.0"],
    ["f8", 0.1, "U9", "0.1"],
    ["f4", Math.fround(0.1), "U9", "0.1"],
    ["f2", 2048, "U9", "2.048e+03"],
    ["f8", 1.25, "U2", "1."],
    ["c16", { re: 1, im: 2 }, "U9", "(1+2j)"],
    ["c8", { re: Math.fround(0.1), im: Math.fround(0.2) }, "U20", "(0.1+0.2j)"],
    ["M8[D]", 11323n, "U10", "2001-01-01"],
    ["M8[10s]", 97830720n, "S19", "2001-01-01T00:00:00"],
    ["M8[D]", null, "U3", "NaT"],
    ["m8[D]", -7n, "U30", "-7 days"],
    ["m8[10us]", 5n, "U30", "50 microseconds"],
    ["m8[D]", 5n, "U3", "5 d"],
    ["m8", 5n, "U30", "5 generic time units"],
    ["m8[D]", null, "U30", "NaT"],
  ])("%s of %o becomes text of %s as in NumPy", (from, value, to, result) => {
    expect(cast(from, value, to, "unsafe")).toBe(result);
  });

  it.each<[string, string, unknown]>([
    [" 12 ", "i4", 12],
    ["1_0", "u8", 10n],
    ["-1", "i8", -1n],
    ["1e3", "f8", 1000],
    ["-Infinity", "f4", -inf],
    ["nan", "f2", nan],
    ["99999999999999999999", "f8", 1e20],
    ["(1+2j)", "c16", { re: 1, im: 2 }],
    ["12", "c8", { re: 12, im: 0 }],
    ["", "b1", false],
    ["0", "b1", true],
    ["False", "b1", true],
    ["2001-02-03", "M8[D]", 11356n],
    ["2001-02-03T04:05:06.7", "M8[ms]", 981173106700n],
    ["2001-02-03T04:05:06.7+01:00", "M8[D]", 11356n],
    ["1969-12-31T23", "M8[D]", -1n],
    ["2001", "M8[Y]", 31n],
    ["1970-03-01", "M8[M]", 2n],
    ["NaT", "M8[D]", null],
    ["", "M8[D]", null],
    ["-5", "m8[s]", -5n],
    ["NaT", "m8[s]", null],
  ])("text %j becomes %s as in NumPy", (text, to, result) => {
    for (const from of ["U40", "S40"]) expect(cast(from, text, to, "unsafe")).toStrictEqual(result);
  });

  it.each([
    ["abc", "i4"],
    ["1.5", "i4"],
    ["", "i4"],
    ["300", "i1"],
    ["-1", "u1"],
    ["99999999999", "i4"],
    ["99999999999999999999", "i8"],
    ["0x10", "f8"],
    ["", "f8"],
    ["True", "f8"],
    ["1+", "c16"],
    ["2001-13", "M8[D]"],
    ["5 days", "m8[D]"],
    ["99999999999999999999", "m8[D]"],
    ["2001", "M8"],
    ["12345", "M8[ns]"],
    ["-12345", "M8[ns]"],
  ])("refuses text %j into %s, which NumPy too does not convert", (text, to) => {
    expect(cast("U40", text, to, "unsafe")).toContain(`${JSON.stringify(text)} cannot be converted to `);
  });

  it.each<[string, bigint | null, string, unknown]>([
    ["M8[us]", -1n, "M8[D]", -1n],
    ["M8[h]", 25n, "M8[M]", 0n],
    ["M8[Y]", 31n, "M8[D]", 11323n],
    ["m8[h]", -1n, "m8[D]", -1n],
    ["m8[Y]", 5n, "m8[D]", 1826n],
    ["m8[Y]", -1n, "m8[D]", -366n],
    ["m8[M]", 1n, "m8[D]", 30n],
    ["m8[M]", -1n, "m8[D]", -31n],
    ["m8[D]", 1000n, "m8[M]", 32n],
    ["m8[D]", 1000n, "m8[Y]", 2n],
    ["m8[D]", -1n, "m8[Y]", -1n],
    ["m8[Y]", 1n, "m8[s]", 31556952n],
    ["m8[D]", 5n, "m8", 5n],
    ["M8[D]", 11323n, "M8", 11323n],
    ["M8[D]", 2n ** 62n, "M8[s]", 0n],
    ["M8[Y]", 100000n, "M8[ns]", 1301963395666673664n],
    ["M8[Y]", 31n, "m8[D]", 31n],
    ["m8[D]", 5n, "M8[h]", 5n],
    ["M8[D]", null, "M8[Y]", null],
    ["M8[D]", null, "m8[Y]", null],
    ["M8[D]", 11323n, "i8", 11323n],
    ["M8[D]", 11323n, "i1", 59],
    ["M8[D]", null, "i8", -(2n ** 63n)],
    ["M8[D]", null, "u8", 2n ** 63n],
    ["M8[D]", null, "i4", 0],
    ["M8[D]", null, "f8", -(2 ** 63)],
    ["m8[D]", null, "f8", -(2 ** 63)],
    ["M8[D]", 11323n, "c16", { re: 11323, im: 0 }],
    ["M8[D]", null, "b1", true],
    ["M8[D]", 0n, "b1", false],
  ])("%s of %s becomes %s as in NumPy", (from, value, to, result) => {
    expect(cast(from, value, to, "unsafe")).toStrictEqual(result);
  });

  it.each<[string, unknown, string, unknown]>([
    ["f8", 1.9, "M8[D]", 1n],
    ["f8", -1.9, "m8[D]", -1n],
    ["f8", nan, "M8[D]", null],
    ["f8", inf, "m8[D]", null],
    ["f8", 1e300, "M8[D]", null],
    ["i8", 5n, "M8", 5n],
    ["i8", -(2n ** 63n), "M8[s]", null],
    ["u8", 2n ** 63n, "M8[D]", null],
    ["u8", 2n ** 64n - 1n, "m8[D]", -1n],
    ["b1", true, "m8[D]", 1n],
    ["c16", { re: 1.9, im: 3 }, "M8[D]", 1n],
  ])("%s of %o becomes a count of %s as in NumPy", (from, value, to, result) => {
    expect(cast(from, value, to, "unsafe")).toBe(result);
  });

  it("cuts no date, as NumPy does not", () => {
    expect(cast("M8[D]", 11323n, "<U9", "unsafe")).toBe("2001-01-01 cannot be converted to <U9");
    expect(cast("M8[D]", null, "<U2", "unsafe")).toBe("NaT cannot be converted to <U2");
    expect(cast("M8", 5n, "<U20", "unsafe")).toBe("5n cannot be converted to <U20");
  });

  it("cuts bytes, or puts zeros behind them", () => {
    expect(cast("V3", Uint8Array.of(1, 2, 3), "V5", "unsafe")).toStrictEqual(Uint8Array.of(1, 2, 3, 0, 0));
    expect(cast("V3", Uint8Array.of(1, 2, 3), "V2", "unsafe")).toStrictEqual(Uint8Array.of(1, 2));
  });

  it("has no conversion between bytes and anything else", () => {
    for (const to of ["i4", "f8", "c8", "b1", "S3", "U3", "M8[s]", "m8[s]"])
      expect(cast("V3", Uint8Array.of(1, 2, 3), to, "unsafe")).toContain("cannot be converted to");
    expect(cast("i4", 5, "V4", "unsafe")).toContain("cannot be converted to |V4");
  });

  it("casts records by name, field by field and cell by cell", () => {
    const from: DTypeLike = [
      ["a", "i4"],
      ["b", "f8", [2]],
      ["c", [["t", "M8[s]"]]],
    ];
    const to: DTypeLike = [
      ["c", [["t", "U10"]]],
      ["b", "i1", [2]],
      ["a", "u1"],
    ];
    expect(cast(from, { a: 300, b: [1.5, -1.5], c: { t: 0n } }, to, "unsafe")).toContain(
      'field "c": field "t": 1970-01-01T00:00:00 cannot be converted',
    );
    expect(cast(from, { a: 300, b: [1.5, -1.5], c: { t: null } }, to, "unsafe")).toStrictEqual({
      c: { t: "NaT" },
      b: Int8Array.of(1, -1),
      a: 44,
    });
  });

  it("refuses records without the fields, and records for what is none", () => {
    const from: DTypeLike = [
      ["re", "f8"],
      ["im", "f8"],
    ];
    const row = { re: 1, im: 2 };
    expect(cast(from, row, [["re", "f8"]], "unsafe")).toBe('there is no field "im"');
    expect(cast(from, row, [["x", "f8"]], "unsafe")).toBe('the records lack the field "x"');
    expect(cast(from, row, "c16", "unsafe")).toContain("does not go into");
    expect(cast("i4", 5, [["re", "f8"]], "unsafe")).toContain("does not go into");
  });
});

describe("unsafe, of plain values", () => {
  it.each<[unknown, string, unknown]>([
    [300, "u1", 44],
    [3e9, "i4", -1294967296],
    [3e9 + 0.5, "i4", -2147483648],
    [-1n, "u8", 2n ** 64n - 1n],
    [1.9, "i4", 1],
    [true, "f8", 1],
    ["12", "i4", 12],
    [12, "U3", "12"],
    [1e21, "U30", "1000000000000000000000"],
    [0.1, "U9", "0.1"],
    [0.1 + 0.2, "U30", "0.30000000000000004"],
    [1234567.5, "U30", "1234567.5"],
    [-0, "U9", "-0.0"],
    [nan, "U9", "nan"],
    [12n, "S3", "12"],
    [true, "U9", "True"],
    [{ re: 1, im: -2 }, "U9", "(1-2j)"],
    [new Date(0), "U30", "1970-01-01T00:00:00.000"],
    [new Date(86_400_001), "M8[D]", 1n],
    [new Date(-1), "M8[s]", -1n],
    [new Date("1970-03-01"), "M8[M]", 2n],
    [{ re: 0.1 + 0.2, im: 1234567.5 }, "U40", "(0.30000000000000004+1234567.5j)"],
    ["1970-01-02", "M8[D]", 1n],
    [5, "M8[D]", 5n],
    [null, "M8[D]", null],
    [null, "m8[D]", null],
    [null, "f8", nan],
    [Uint8Array.of(0x61, 0x62, 0x63), "S2", "ab"],
    [Uint8Array.of(1), "V2", Uint8Array.of(1, 0)],
    ["abc", "U2", "ab"],
    [0, "b1", false],
    ["x", "b1", true],
  ])("%o goes into %s", (value, to, result) => {
    expect(store(value, to, "unsafe")).toStrictEqual(result);
  });

  it.each<[unknown, string[]]>([
    [undefined, ["b1", "i4", "f8", "c16", "S3", "U30", "M8[s]", "m8[s]", "V3"]],
    [{}, ["b1", "i4", "f8", "c16", "S3", "U30", "M8[s]", "m8[s]", "V3"]],
    [[1], ["b1", "i4", "f8", "c16", "S3", "U30", "M8[s]", "m8[s]", "V3"]],
    [Symbol("x"), ["b1", "i4", "f8", "c16", "S3", "U30", "M8[s]", "m8[s]", "V3"]],
    [() => 1, ["b1", "i4", "f8", "c16", "S3", "U30", "M8[s]", "m8[s]", "V3"]],
    [null, ["b1", "i4", "u8", "S3", "U30", "V3"]],
    [new Date(Number.NaN), ["b1", "i4", "f8", "U30", "M8[s]"]],
    [new Date(0), ["i4", "f8", "m8[s]", "M8"]],
    ["abc", ["i4", "f8", "c16", "M8[s]", "m8[s]", "V3"]],
    [new Uint8Array(2), ["b1", "i4", "f8", "U3", "M8[s]"]],
  ])("%o has no conversion", (value, dtypes) => {
    for (const to of dtypes) expect(store(value, to, "unsafe")).toContain("cannot be converted to");
  });

  it("still refuses what is no text", () => {
    expect(store("\ud800", "U3", "unsafe")).toContain("unpaired surrogate");
  });

  it("casts cells element by element", () => {
    expect(store([1.5, "2"], "i4", "unsafe", [2])).toStrictEqual(Int32Array.of(1, 2));
    expect(store(Float64Array.of(1.5, 300), "u1", "unsafe", [2])).toStrictEqual(Uint8Array.of(1, 44));
    expect(store([1, "x"], "i4", "unsafe", [2])).toContain('"x" cannot be converted');
    expect(store([1], "i4", "unsafe", [2])).toContain("does not have the item shape [2]");
  });

  it("casts records field by field", () => {
    const to: DTypeLike = [
      ["a", "u1"],
      ["b", "U2", [2]],
    ];
    expect(store({ a: 300.5, b: [123, "xyz"] }, to, "unsafe")).toStrictEqual({ a: 44, b: ["12", "xy"] });
    expect(store({ a: 1 }, to, "unsafe")).toBe('the record lacks the field "b"');
    expect(store({ a: 1, b: [1, 2], c: 3 }, to, "unsafe")).toBe('a record has no field "c"');
    expect(store({ a: "x", b: [1, 2] }, to, "unsafe")).toContain('field "a": "x" cannot be converted');
    expect(store(5, to, "unsafe")).toContain("is no record of");
  });
});
