import { describe, expect, it } from "vitest";
import { formatArray, formatRow } from "../../src/array/display.js";
import { formatAt, formatElement } from "../../src/array/format-element.js";
import { denseLayout, type Strided } from "../../src/array/index.js";
import { codecOf, type DTypeLike, parseDType } from "../../src/dtype/index.js";

/** An array of these elements, stored one by one. */
function arrayOf(type: DTypeLike, shape: readonly number[], elements: readonly unknown[]): Strided {
  const dtype = parseDType(type);
  const bytes = new Uint8Array(elements.length * dtype.itemsize);
  const view = new DataView(bytes.buffer);
  elements.forEach((element, i) => {
    const problem = codecOf(dtype).problem(element);
    if (problem !== undefined) throw new Error(problem);
    codecOf(dtype).write(view, i * dtype.itemsize, element);
  });
  return { dtype, layout: denseLayout(shape, dtype.itemsize), bytes };
}

function counting(type: DTypeLike, shape: readonly number[]): Strided {
  const size = shape.reduce((product, length) => product * length, 1);
  return arrayOf(
    type,
    shape,
    Array.from({ length: size }, (_, i) => i),
  );
}

/** What is below the head. */
function body(array: Strided): string {
  return formatArray(array, "array").split("\n").slice(1).join("\n");
}

describe("formatElement: numbers", () => {
  const f8 = (value: number) => formatElement(parseDType("f8"), value);
  const f4 = (value: number) => formatElement(parseDType("f4"), value);
  const f2 = (value: number) => formatElement(parseDType("f2"), value);

  it("prints booleans and integers", () => {
    expect(formatElement(parseDType("b1"), true)).toBe("True");
    expect(formatElement(parseDType("b1"), false)).toBe("False");
    expect(formatElement(parseDType("i2"), -32768)).toBe("-32768");
    expect(formatElement(parseDType("u8"), 18446744073709551615n)).toBe("18446744073709551615");
  });

  it.each([
    [2, "2.0"],
    [1.5, "1.5"],
    [-0, "-0.0"],
    [0, "0.0"],
    [Number.NaN, "nan"],
    [Number.POSITIVE_INFINITY, "inf"],
    [Number.NEGATIVE_INFINITY, "-inf"],
    [1 / 3, "0.33333333"],
    [0.1 + 0.2, "0.3"],
    [0.9999999999, "1.0"],
    [1234567.123456789, "1234567.12345679"],
    [123456789012.12346, "123456789012.12346"],
    [1e-4, "0.0001"],
    [1e-5, "1e-05"],
    [1e-7, "1e-07"],
    [1e15, "1000000000000000.0"],
    [9999999999999998, "9999999999999998.0"],
    [1e16, "1e+16"],
    [-123456789012345678, "-1.23456789e+17"],
    [5e-324, "5e-324"],
    [Number.MAX_VALUE, "1.79769313e+308"],
  ])("prints the double %s as NumPy does: %s", (value, text) => {
    expect(f8(value)).toBe(text);
  });

  it("rounds exact ties to the even digit, and what only looks like one to the nearer", () => {
    expect(f8(1 / 512)).toBe("0.00195312");
    expect(f8(3 / 512)).toBe("0.00585938");
    expect(f8(-3227.385445665)).toBe("-3227.38544567");
    expect(f2(0.15625)).toBe("0.1562");
  });

  it("prints singles and halves in the digits that lead back to them", () => {
    expect(f4(Math.fround(0.1))).toBe("0.1");
    expect(f4(Math.fround(1 / 3))).toBe("0.33333334");
    expect(f4(Math.fround(0.0012345671))).toBe("0.00123457");
    expect(f4(16777215)).toBe("16777215.0");
    expect(f4(16777216)).toBe("1.6777216e+07");
    expect(f4(2 ** 127)).toBe("1.7014118e+38");
    expect(f2(0.0999755859375)).toBe("0.1");
    expect(f2(0.333251953125)).toBe("0.3333");
    expect(f2(2047)).toBe("2047.0");
    expect(f2(65504)).toBe("6.55e+04");
    expect(f2(2 ** -24)).toBe("6e-08");
    expect(f2(2 ** -6)).toBe("0.01563");
  });

  it("prints complex numbers as Python does", () => {
    const c16 = (re: number, im: number) => formatElement(parseDType("c16"), { re, im });
    expect(c16(1.5, -2)).toBe("1.5-2j");
    expect(c16(0, 1)).toBe("0+1j");
    expect(c16(1e16, -0)).toBe("1e+16-0j");
    expect(c16(Number.NaN, Number.POSITIVE_INFINITY)).toBe("nan+infj");
    expect(formatElement(parseDType("c8"), { re: Math.fround(0.1), im: Math.fround(-0.1) })).toBe("0.1-0.1j");
  });
});

describe("formatElement: times", () => {
  it("prints dates to their unit, durations with it, and NaT", () => {
    expect(formatElement(parseDType("M8[us]"), 978696000000000n)).toBe("2001-01-05T12:00:00.000000");
    expect(formatElement(parseDType("M8[D]"), 11327n)).toBe("2001-01-05");
    expect(formatElement(parseDType("M8[D]"), null)).toBe("NaT");
    expect(formatElement(parseDType("m8[D]"), 5n)).toBe("5 days");
    expect(formatElement(parseDType("m8[s]"), null)).toBe("NaT");
  });
});

describe("formatElement: text", () => {
  const U = parseDType("U16");
  const bare = (text: string, width?: number) => formatElement(U, text, { quote: false, width });

  it("quotes strings as Python, and leaves them bare for tables", () => {
    expect(formatElement(U, "Vega")).toBe("'Vega'");
    expect(formatElement(U, "it's")).toBe(`"it's"`);
    expect(formatElement(U, `"it's"`)).toBe(String.raw`'"it\'s"'`);
    expect(formatElement(U, "a\\b")).toBe(String.raw`'a\\b'`);
    expect(formatElement(parseDType("S4"), "Vega")).toBe("'Vega'");
    expect(formatElement(U, "")).toBe("''");
    expect(bare("Vega")).toBe("Vega");
    expect(bare("a\\b")).toBe("a\\b");
    expect(bare("")).toBe("");
  });

  it("escapes what would move the cursor, colour the terminal or turn the writing", () => {
    expect(bare("a\nb\tc\rd")).toBe(String.raw`a\nb\tc\rd`);
    expect(bare("\x1b[31mred\x7f\x9b")).toBe(String.raw`\x1b[31mred\x7f\x9b`);
    expect(bare("\u202eabc\u2028")).toBe(String.raw`\u202eabc\u2028`);
    expect(formatElement(U, "\x00a\n")).toBe(String.raw`'\x00a\n'`);
  });

  it("cuts long strings, never through a character", () => {
    expect(bare("abcdefghij", 10)).toBe("abcdefghij");
    expect(bare("abcdefghijk", 10)).toBe("abcdefghi…");
    expect(formatElement(U, "abcdefghijk", { width: 10 })).toBe("'abcdefg…'");
    expect(bare("東京国際空港", 10)).toBe("東京国際…");
    expect(bare("e\u0301".repeat(5), 4)).toBe(`${"e\u0301".repeat(3)}…`);
    expect(bare("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 5)).toBe("👩‍👩‍👧👩‍👩‍👧…");
    expect(formatElement(U, "x".repeat(200))).toBe(`'${"x".repeat(72)}…'`);
    expect(bare(`a${"\u0301".repeat(100_000)}`, 5).length).toBeLessThan(200);
  });

  it("shows bytes that are no UTF-8, and code points that are no characters", () => {
    const invalid = arrayOf("S6", [1], [Uint8Array.of(0xff, 0x41, 0x27, 0x0a)]);
    expect(formatArray(invalid, "array")).toBe(String.raw`<array: |S6 (1,)> [b'\xffA\'\n']`);
    expect(formatRow(invalid, 0)).toBe(String.raw`b'\xffA\'\n'`);

    const points = { ...arrayOf("<u4", [1], [0x41]), dtype: parseDType("<U3"), layout: denseLayout([1], 12) };
    const bytes = new Uint8Array(Uint32Array.of(0x41, 0xd800, 0x110000).buffer);
    expect(formatRow({ ...points, bytes }, 0)).toBe(String.raw`'A\ud800\U00110000'`);
    const swapped = { ...points, dtype: parseDType(">U3"), bytes: bytes.map((_, i) => bytes[i ^ 3] ?? 0) };
    expect(formatRow(swapped, 0)).toBe(String.raw`'A\ud800\U00110000'`);
  });

  it("prints void in hexadecimal", () => {
    expect(formatElement(parseDType("V3"), Uint8Array.of(0, 65, 255))).toBe(String.raw`b'\x00\x41\xff'`);
    expect(formatElement(parseDType("V300"), new Uint8Array(300), { width: 12 })).toBe(
      String.raw`b'\x00\x00…'`,
    );
  });
});

describe("formatElement: records", () => {
  const record = parseDType([
    ["a", "i4"],
    ["b", "f8"],
    ["c", "U3"],
  ]);
  const nested = parseDType([
    ["x", "f4", [2, 2]],
    ["r", [["ok", "b1"]]],
  ]);

  it("prints them as tuples, strings quoted in tables too", () => {
    expect(formatElement(record, { a: 1, b: 2.5, c: "x" })).toBe("(1, 2.5, 'x')");
    expect(formatElement(record, { a: 1, b: 2.5, c: "x" }, { quote: false })).toBe("(1, 2.5, 'x')");
    expect(formatElement(nested, { x: Float32Array.of(1, 2, 3, 4.5), r: { ok: true } })).toBe(
      "([[1.0, 2.0], [3.0, 4.5]], (True,))",
    );
  });

  it("prints the same from the bytes", () => {
    const element = { x: Float32Array.of(1, 2, 3, 4.5), r: { ok: true } };
    const { dtype, bytes } = arrayOf(nested.descr as DTypeLike, [1], [element]);
    expect(formatAt(dtype, new DataView(bytes.buffer), 0)).toBe("([[1.0, 2.0], [3.0, 4.5]], (True,))");
  });

  it("leaves out the fields that do not fit", () => {
    expect(formatElement(record, { a: 1, b: 2.5, c: "x" }, { width: 11 })).toBe("(1, 2.5, …)");
    expect(formatElement(nested, { x: Float32Array.of(1, 2, 3, 4.5), r: { ok: true } }, { width: 20 })).toBe(
      "([[1.0, 2.0], …], …)",
    );
  });

  it("shows the other fields when one is no Unicode", () => {
    const dtype = parseDType([
      ["a", "u1"],
      ["s", "S2"],
    ]);
    const view = new DataView(Uint8Array.of(7, 0xff, 0xfe).buffer);
    expect(formatAt(dtype, view, 0)).toBe(String.raw`(7, b'\xff\xfe')`);
  });

  it("never throws, whatever the value", () => {
    for (const type of ["b1", "i4", "f8", "c8", "S2", "U2", "M8[s]", "V2"] as const) {
      for (const value of [undefined, null, {}, Object.create(null), Symbol("s"), [], "x", 1, 1n, true]) {
        expect(typeof formatElement(parseDType(type), value)).toBe("string");
      }
    }
    expect(formatElement(record, null)).toBe("(undefined, undefined, undefined)");
    expect(formatElement(nested, { x: [1], r: 0 })).toBe("(an array of 1, (undefined,))");
  });
});

describe("formatRow: cells on one line", () => {
  it("prints an element bare and a cell in brackets", () => {
    expect(formatRow(arrayOf("U4", [2], ["a", "b c"]), 1)).toBe("b c");
    expect(formatRow(arrayOf("U4", [1, 2], ["a", "b"]), 0)).toBe("['a', 'b']");
    expect(formatRow(counting("f8", [2, 3]), 1)).toBe("[3.0, 4.0, 5.0]");
    expect(formatRow(counting("i4", [2, 2, 2]), 1)).toBe("[[4, 5], [6, 7]]");
    expect(formatRow(counting("i4", [2, 0]), 1)).toBe("[]");
  });

  it("leaves out what does not fit, whole elements at a time", () => {
    const cell = (array: Strided, width: number) => formatRow(array, 0, { width });
    expect(cell(counting("f8", [1, 9]), 15)).toBe("[0.0, 1.0, …]");
    expect(cell(counting("f8", [1, 3]), 15)).toBe("[0.0, 1.0, 2.0]");
    expect(cell(counting("f8", [1, 3]), 14)).toBe("[0.0, 1.0, …]");
    expect(cell(counting("i4", [1, 2, 2]), 15)).toBe("[[0, 1], …]");
    expect(cell(counting("i4", [1, 2, 9]), 15)).toBe("[[0, 1, …], …]");
    expect(cell(counting("i4", [1, 9]), 3)).toBe("[…]");
    expect(cell(arrayOf("U20", [1, 2], ["abcdefghijklmno", "b"]), 15)).toBe("['abcdefg…', …]");
    expect(cell(arrayOf("U20", [1, 2], ["a", "abcdefghijklmno"]), 15)).toBe("['a', …]");
  });

  it("walks strides, and not past the room there is", () => {
    const array = counting("i4", [4, 3]);
    const { layout } = array;
    const transposed = { ...layout, shape: [3, 4], strides: [...layout.strides].reverse() };
    expect(formatRow({ ...array, layout: transposed }, 1)).toBe("[1, 4, 7, 10]");
    const vast = { shape: [1, 1e6, 1e6, 1e6], strides: [0, 0, 0, 0], offset: 0 };
    expect(formatRow({ ...array, layout: vast }, 0, { width: 16 })).toBe("[[[0, …], …], …]");
  });
});

describe("formatArray: one axis", () => {
  it("stands on one line where it fits", () => {
    expect(formatArray(arrayOf("i2", [3], [1, -22, 3]), 'column "delay"')).toBe(
      '<column "delay": <i2 (3,)> [1, -22, 3]',
    );
    expect(formatArray(arrayOf("b1", [2], [true, false]), "array")).toBe("<array: |b1 (2,)> [True, False]");
    expect(formatArray(arrayOf("M8[D]", [2], [0n, null]), "array")).toBe(
      "<array: <M8[D] (2,)> [1970-01-01, NaT]",
    );
  });

  it("shows more than a thousand elements by three at each end", () => {
    expect(formatArray(counting("i4", [1001]), "array")).toBe(
      "<array: <i4 (1001,)> [0, 1, 2, …, 998, 999, 1000]",
    );
    expect(body(counting("i4", [1000]))).toMatch(/^\[ {2}0, {3}1, [^…]* 999\]$/);
  });

  it("breaks long lines and lines elements up, numbers to the right", () => {
    expect(body(arrayOf("f8", [12], [1, 10.25, 1e-7, 0, 0, 0, 0, 0, 0, 0, 0, 123456.5]))).toBe(
      [
        "[     1.0,    10.25,    1e-07,      0.0,      0.0,      0.0,      0.0,",
        "      0.0,      0.0,      0.0,      0.0, 123456.5]",
      ].join("\n"),
    );
    expect(
      body(arrayOf("U20", [5], ["a", "東京", "abcdefghijklmnopqrst", "b", "abcdefghijklmnopqrst"])),
    ).toBe(
      [
        "['a',                    '東京',                 'abcdefghijklmnopqrst',",
        " 'b',                    'abcdefghijklmnopqrst']",
      ].join("\n"),
    );
  });

  it("follows strides and offsets, backwards too", () => {
    const array = counting("i4", [6]);
    const layout = { shape: [3], strides: [-8], offset: 20 };
    expect(formatArray({ ...array, layout }, "array")).toBe("<array: <i4 (3,)> [5, 3, 1]");
  });

  it("reads the other byte order, and elements that are not aligned", () => {
    expect(formatArray(arrayOf(">f4", [2], [1.5, -2]), "array")).toBe("<array: >f4 (2,)> [1.5, -2.0]");
    const bytes = Uint8Array.of(9, 1, 0, 2, 0);
    const layout = { shape: [2], strides: [2], offset: 1 };
    expect(formatArray({ dtype: parseDType("<i2"), layout, bytes }, "array")).toBe(
      "<array: <i2 (2,)> [1, 2]",
    );
  });
});

describe("formatArray: no elements, and no axes", () => {
  it("prints brackets, the shape being in the head", () => {
    expect(formatArray(counting("f8", [0]), "array")).toBe("<array: <f8 (0,)> []");
    expect(formatArray(counting("f8", [3, 0, 2]), "array")).toBe("<array: <f8 (3, 0, 2)> []");
    expect(formatArray(counting("f8", [2000, 0]), "array")).toBe("<array: <f8 (2000, 0)> []");
  });

  it("prints the one element of an array without axes", () => {
    expect(formatArray(arrayOf("f8", [], [2]), "array")).toBe("<array: <f8 ()> 2.0");
    expect(formatArray(arrayOf("U3", [], ["abc"]), "array")).toBe("<array: <U3 ()> 'abc'");
  });
});

describe("formatArray: more axes", () => {
  it("nests brackets over lines as NumPy", () => {
    expect(formatArray(counting("i4", [2, 3]), "array")).toBe(
      "<array: <i4 (2, 3)>\n[[0, 1, 2],\n [3, 4, 5]]",
    );
    expect(body(counting("i4", [2, 2, 6]))).toBe(
      `
[[[ 0,  1,  2,  3,  4,  5],
  [ 6,  7,  8,  9, 10, 11]],

 [[12, 13, 14, 15, 16, 17],
  [18, 19, 20, 21, 22, 23]]]`.slice(1),
    );
    expect(formatArray(counting("i4", [1, 1, 2]), "array")).toBe("<array: <i4 (1, 1, 2)> [[[0, 1]]]");
  });

  it("leaves out the middle of long axes only", () => {
    expect(body(counting("i4", [30, 100]))).toBe(
      `
[[   0,    1,    2, …,   97,   98,   99],
 [ 100,  101,  102, …,  197,  198,  199],
 [ 200,  201,  202, …,  297,  298,  299],
 …,
 [2700, 2701, 2702, …, 2797, 2798, 2799],
 [2800, 2801, 2802, …, 2897, 2898, 2899],
 [2900, 2901, 2902, …, 2997, 2998, 2999]]`.slice(1),
    );
    expect(body(counting("i4", [2, 501]))).toBe(
      "[[   0,    1,    2, …,  498,  499,  500],\n [ 501,  502,  503, …,  999, 1000, 1001]]",
    );
  });

  it("breaks long rows below their own bracket", () => {
    const lines = body(counting("i4", [2, 30])).split("\n");
    expect(lines).toEqual([
      "[[ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,",
      "  18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29],",
      " [30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,",
      "  48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59]]",
    ]);
  });

  it("reads no more than it shows, however large the array", () => {
    const one = arrayOf("f4", [1], [2.5]);
    const vast = (rank: number): Strided => ({
      ...one,
      layout: { shape: Array(rank).fill(1e9), strides: Array(rank).fill(0), offset: 0 },
    });
    expect(formatArray(vast(1), "array")).toBe(
      "<array: <f4 (1000000000,)> [2.5, 2.5, 2.5, …, 2.5, 2.5, 2.5]",
    );
    expect(formatArray(vast(2), "array").split("\n")).toHaveLength(8);
    // With ever more axes, three at each end of each would be 6 ** 32 elements.
    for (const rank of [4, 8, 16, 32]) expect(formatArray(vast(rank), "array").length).toBeLessThan(40_000);
    expect(body(vast(12)).split("\n")[0]).toBe(`${"[".repeat(12)}2.5, …],`);
  });

  it("touches no byte of the elements between", () => {
    const read: number[] = [];
    const array = arrayOf("u1", [5000], Array(5000).fill(1));
    const getUint8 = DataView.prototype.getUint8;
    DataView.prototype.getUint8 = function (this: DataView, at: number) {
      if (this.buffer === array.bytes.buffer) read.push(at);
      return getUint8.call(this, at);
    };
    try {
      formatArray(array, "array");
    } finally {
      DataView.prototype.getUint8 = getUint8;
    }
    expect(read).toEqual([0, 1, 2, 4997, 4998, 4999]);
  });
});
