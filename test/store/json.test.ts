import { describe, expect, it } from "vitest";
import { FormatError, LimitError } from "../../src/errors.js";
import { type JsonValue, MAX_JSON_BYTES, parseJson, stringifyJson, toBytes } from "../../src/store/json.js";
import { JsonReader } from "../../src/store/json-reader.js";

const parse = (text: string) => parseJson(Buffer.from(text), { path: "x.attr" });
/** Without the short cut through JSON.parse. */
const read = (text: string) => new JsonReader(text, "x.attr", 128).read();

function refusal(act: () => unknown): FormatError {
  try {
    act();
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

describe("parseJson", () => {
  it.each<[string, JsonValue]>([
    ["null", null],
    [" \t\r\n[ true , false ]\n", [true, false]],
    ["{}", {}],
    ["[]", []],
    ['{"a": {"b": [1, -2.5, 1e3, 1E-2, 0.1]}}', { a: { b: [1, -2.5, 1000, 0.01, 0.1] } }],
    ['"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\ude00é😀"', '"\\/\b\f\n\r\té😀é😀'],
    ['"\\ud800"', "\ud800"],
    ['"\\udc00\\ud800x"', "\udc00\ud800x"],
    ['{"a": 1, "b": 2, "a": 3}', { a: 3, b: 2 }],
    ["-0", -0],
    ["-0.0", -0],
    ["1e400", Number.POSITIVE_INFINITY],
    ["[NaN, Infinity, -Infinity]", [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    ['{"a": NaN}', { a: Number.NaN }],
  ])("reads %s", (text, value) => {
    expect(parse(text)).toStrictEqual(value);
    expect(read(text)).toStrictEqual(value);
  });

  it.each<[string, number | bigint]>([
    ["9007199254740991", 9007199254740991],
    ["9007199254740992", 9007199254740992],
    ["9007199254740993", 9007199254740993n],
    ["-9007199254740993", -9007199254740993n],
    ["9007199254740994", 9007199254740994],
    ["1180591620717411303424", 2 ** 70],
    ["1180591620717411303425", 2n ** 70n + 1n],
    ["18446744073709551615", 2n ** 64n - 1n],
    [`1${"0".repeat(400)}`, 10n ** 400n],
    ["9".repeat(309), BigInt("9".repeat(309))],
    ["1234567890123456789.0", 1234567890123456789],
    ["12345678901234567890e0", 12345678901234567890],
    ["0.12345678901234567", 0.12345678901234567],
  ])("reads %s as a bigint only where a number would lose digits", (text, value) => {
    expect(parse(text)).toBe(value);
    expect(parse(`[[${text}]]`)).toStrictEqual([[value]]);
    expect(parse(`{"a": ${text}, "b": "16 digits: 1234567890123456"}`)).toHaveProperty("a", value);
  });

  it("keeps __proto__ and its like as ordinary keys, at every depth", () => {
    for (const reader of [parse, read]) {
      const value = reader('{"__proto__": {"polluted": {"__proto__": 1}}, "constructor": 2, "toString": 3}');
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(Object.keys(value ?? {})).toEqual(["__proto__", "constructor", "toString"]);
      expect(stringifyJson(value)).toBe(
        '{"__proto__": {"polluted": {"__proto__": 1}}, "constructor": 2, "toString": 3}',
      );
      expect(Object.hasOwn(structuredClone(Object(value)), "__proto__")).toBe(true);
    }
    expect("polluted" in {}).toBe(false);
  });

  it("skips one byte order mark", () => {
    expect(parse('\ufeff{"a": NaN}')).toStrictEqual({ a: Number.NaN });
    expect(parse("\ufeff[1]")).toStrictEqual([1]);
    expect(refusal(() => parse("\ufeff\ufeff1")).message).toContain("line 1, column 1");
  });

  it.each([
    ["", "line 1, column 1, where the text ends"],
    ["  \n ", "line 2, column 2, where the text ends"],
    ["nul", "a value is a string"],
    ["nan", "a value is a string"],
    ["+1", "line 1, column 1, where it says +1"],
    ["-", "a value is a string"],
    ["01", "line 1, column 2, where it says 1"],
    ["1.", "nothing but spaces follows the value"],
    [".5", "a value is a string"],
    ["1e", "nothing but spaces follows the value"],
    ["0x10", "column 2"],
    ["'a'", "a string in double quotes"],
    ['"a', 'a string has no closing quote (line 1, column 1, where it says "a)'],
    ['"a\nb"', "a string has no bare control characters (line 1, column 3"],
    ['"\\x41"', "an escape is one of"],
    ['"\\u12"', "an escape is one of"],
    ['"\\u12g4"', "an escape is one of"],
    ['"\\', "an escape is one of"],
    ["[1, 2", "a comma or ] follows a value (line 1, column 6, where the text ends)"],
    ["[1,]", "column 4, where it says ]"],
    ["[1 2]", "a comma or ] follows a value"],
    ["[,1]", "column 2"],
    ['{"a" 1}', "a colon follows a key"],
    ['{"a": 1,}', "a key is a string in double quotes"],
    ["{a: 1}", "a key is a string in double quotes (line 1, column 2, where it says a: 1})"],
    ['{"a": 1 "b": 2}', "a comma or } follows a value"],
    ["{1: 2}", "a key is a string in double quotes"],
    ["[1] [2]", "nothing but spaces follows the value (line 1, column 5"],
    ["]", "a value is a string"],
    ["[NaN, nan]", "column 7"],
    ["// a comment\n1", "column 1"],
    ["\u00a01", "column 1"],
    ['{"attr": [1,\n  2,\n oops]}', "line 3, column 2, where it says oops]})"],
  ])("refuses %j and says where", (text, message) => {
    const error = refusal(() => parse(text));
    expect(error.message).toMatch(/^x\.attr: /);
    expect(error.message).toContain(message);
    expect(error.path).toBe("x.attr");
    expect(refusal(() => read(text)).message).toBe(error.message);
  });

  it("reads 128 arrays and objects within one another, and no more", () => {
    expect(stringifyJson(parse(nested(128)))).toBe(nested(128));
    expect(stringifyJson(read(nested(128)))).toBe(nested(128));
    for (const text of [
      nested(129),
      `${'{"a":['.repeat(64)}[`,
      `[NaN, ${nested(128)}]`,
      "[".repeat(2 ** 20),
    ]) {
      expect(refusal(() => parse(text)).message).toContain("nested more than 128 deep");
    }
    expect(parse(`["${"[".repeat(500)}", "\\"${"{".repeat(500)}"]`)).toHaveLength(2);
    expect(refusal(() => parse("]".repeat(500) + "[".repeat(500))).message).toContain("column 1");
    expect(refusal(() => parseJson(Buffer.from("[[1]]"), { path: "p", maxDepth: 1 })).message).toContain(
      "nested more than 1 deep",
    );
  });

  it("reads 16 MiB, and no more", () => {
    const text = `"${"a".repeat(MAX_JSON_BYTES - 2)}"`;
    expect(parse(text)).toHaveLength(MAX_JSON_BYTES - 2);
    expect(refusal(() => parse(`${text} `)).message).toBe(
      "x.attr: 16777217 bytes of JSON are too many; the most are 16777216",
    );
    expect(refusal(() => parseJson(Buffer.from("[1]"), { path: "p", maxBytes: 2 })).code).toBe("FORMAT");
    expect(parseJson(Buffer.from("[1]"), { path: "p", maxBytes: 3 })).toEqual([1]);
  });

  it.each([
    [[0x22, 0xff, 0x22], "from 1 on"],
    [[0xff, 0xfe, 0x7b, 0x00], "from 0 on"],
    [[0x22, 0xed, 0xa0, 0x80, 0x22], "from 1 on"],
    [[0x22, 0xc3], "from 1 on"],
    [[0x22, 0xc0, 0x80, 0x22], "from 1 on"],
  ])("refuses the bytes %j, which are no UTF-8", (bytes, where) => {
    const { message } = refusal(() => parseJson(Uint8Array.from(bytes), { path: "x.attr" }));
    expect(message).toMatch(/^x\.attr: JSON is UTF-8/);
    expect(message).toContain(where);
  });
});

describe("JsonReader", () => {
  it("says where the values of the outermost keys stand, of equal keys the last one's", () => {
    const text = '{"a": [{"a": 1}], "b":"x" , "a" :  2.50 }';
    const reader = new JsonReader(text, "p", 128);
    reader.read();
    const found = Array.from(reader.spans, ([key, { start, end }]) => [key, text.slice(start, end)]);
    expect(found).toEqual([
      ["a", "2.50"],
      ["b", '"x"'],
    ]);
  });
});

describe("stringifyJson", () => {
  it("prints as Python's json.dumps", () => {
    const value = JSON.parse(
      '{"a": "é\\u007f\\n\\"\\\\/\\t\\u0001😀\\ud800", "__proto__": [1, 1e22, 2.5, true, null], "k": {}, "e": []}',
    );
    expect(stringifyJson(value)).toBe(
      '{"a": "\\u00e9\\u007f\\n\\"\\\\/\\t\\u0001\\ud83d\\ude00\\ud800", ' +
        '"__proto__": [1, 1e+22, 2.5, true, null], "k": {}, "e": []}',
    );
  });

  it("prints Python's own words and integers as Python does", () => {
    const text = '{"unit": "\\u00b5m", "x": [NaN, Infinity, -Infinity, 123456789012345678901234567890]}';
    expect(stringifyJson(parse(text))).toBe(text);
  });

  it.each<[JsonValue, string]>([
    [-0, "-0.0"],
    [0, "0"],
    [2 ** 53 - 1, "9007199254740991"],
    [2 ** 53, "9.007199254740992e+15"],
    [123456789012345680000, "1.2345678901234568e+20"],
    [-1e300, "-1e+300"],
    [0.1, "0.1"],
    [5e-324, "5e-324"],
  ])("prints %d so that it reads back as the same number", (value, text) => {
    expect(stringifyJson(value)).toBe(text);
    expect(parse(text)).toBe(value);
    expect(JSON.parse(text)).toBe(value);
  });

  it("sorts keys at every depth when asked", () => {
    expect(stringifyJson({ b: 1, a: [{ d: 1, c: 2 }], B: 3 }, { sortKeys: true })).toBe(
      '{"B": 3, "a": [{"c": 2, "d": 1}], "b": 1}',
    );
  });
});

describe("toBytes", () => {
  it("refuses a text that could not be read again", () => {
    expect(toBytes("[1]", { maxBytes: 3 })).toEqual(Uint8Array.from(Buffer.from("[1]")));
    expect(() => toBytes("[1]", { path: "x.attr", maxBytes: 2 })).toThrow(LimitError);
    expect(() => toBytes("[1]", { path: "x.attr", maxBytes: 2 })).toThrow(
      "x.attr: 3 bytes of JSON are too many",
    );
    expect(() => toBytes(" ".repeat(MAX_JSON_BYTES + 1))).toThrow(LimitError);
  });
});
