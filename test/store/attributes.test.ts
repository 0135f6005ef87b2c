import vm from "node:vm";
import { describe, expect, expectTypeOf, it } from "vitest";
import { CastError, isMemmapError, LimitError } from "../../src/errors.js";
import { type AttrInput, type AttrValue, decodeAttr, encodeAttr } from "../../src/store/attributes.js";
import { type JsonValue, parseJson, stringifyJson } from "../../src/store/json.js";

/** Through the bytes of a file and back. */
function roundTrip(value: unknown): AttrValue {
  const text = stringifyJson(encodeAttr(value));
  return decodeAttr(parseJson(Buffer.from(text), { path: "x.attr" }));
}

function refusal(value: unknown): Error {
  try {
    encodeAttr(value, "t/x.attr");
  } catch (error) {
    if (isMemmapError(error)) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

function nest(depth: number, innermost: unknown): unknown {
  let value = innermost;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

const own = (entries: [string, unknown][]) => Object.fromEntries(entries);

describe("an attribute", () => {
  it.each<[string, unknown, string]>([
    ["null", null, "null"],
    ["a string", "µm", '"\\u00b5m"'],
    ["numbers", [1, -2.5, 1e300, 2 ** 53, -0], "[1, -2.5, 1e+300, 9.007199254740992e+15, -0.0]"],
    ["booleans", { a: true, b: false }, '{"a": true, "b": false}'],
    ["a date", new Date(Date.UTC(2024, 0, 31)), '{"$date": "2024-01-31T00:00:00.000Z"}'],
    ["a date far off", new Date(-8.64e15), '{"$date": "-271821-04-20T00:00:00.000Z"}'],
    [
      "bigints",
      [0n, -1n, 2n ** 64n],
      '[{"$bigint": "0"}, {"$bigint": "-1"}, {"$bigint": "18446744073709551616"}]',
    ],
    ["NaN", Number.NaN, '{"$number": "NaN"}'],
    ["infinities", [1 / 0, -1 / 0], '[{"$number": "Infinity"}, {"$number": "-Infinity"}]'],
    ["i1", Int8Array.of(-128, 127), '{"$array": {"dtype": "|i1", "data": [-128, 127]}}'],
    ["u1", Uint8Array.of(0, 255), '{"$array": {"dtype": "|u1", "data": [0, 255]}}'],
    ["clamped", Uint8ClampedArray.of(7), '{"$array": {"dtype": "|u1", "clamped": true, "data": [7]}}'],
    ["i2", Int16Array.of(-32768), '{"$array": {"dtype": "<i2", "data": [-32768]}}'],
    ["u2", Uint16Array.of(65535), '{"$array": {"dtype": "<u2", "data": [65535]}}'],
    ["i4", Int32Array.of(-(2 ** 31)), '{"$array": {"dtype": "<i4", "data": [-2147483648]}}'],
    ["u4", Uint32Array.of(2 ** 32 - 1), '{"$array": {"dtype": "<u4", "data": [4294967295]}}'],
    ["i8", BigInt64Array.of(-(2n ** 63n)), '{"$array": {"dtype": "<i8", "data": ["-9223372036854775808"]}}'],
    [
      "u8",
      BigUint64Array.of(2n ** 64n - 1n),
      '{"$array": {"dtype": "<u8", "data": ["18446744073709551615"]}}',
    ],
    [
      "f4",
      Float32Array.of(0.1, Number.NaN),
      '{"$array": {"dtype": "<f4", "data": [0.10000000149011612, "NaN"]}}',
    ],
    [
      "f8",
      Float64Array.of(-0, 1 / 0, -1 / 0),
      '{"$array": {"dtype": "<f8", "data": [-0.0, "Infinity", "-Infinity"]}}',
    ],
    ["an empty array", new Float64Array(0), '{"$array": {"dtype": "<f8", "data": []}}'],
    [
      "what looks like a tag",
      { $date: "2024-01-31T00:00:00.000Z" },
      '{"$object": {"$date": "2024-01-31T00:00:00.000Z"}}',
    ],
    [
      "what looks like an escape",
      { $object: { $date: 1 } },
      '{"$object": {"$object": {"$object": {"$date": 1}}}}',
    ],
    ["tags in what looks like one", { $bigint: [1n] }, '{"$object": {"$bigint": [{"$bigint": "1"}]}}'],
    ["more keys than a tag has", { $date: 1, $bigint: 2 }, '{"$date": 1, "$bigint": 2}'],
    ["other keys with a dollar", { $ref: "#/a" }, '{"$ref": "#/a"}'],
    ["halves of surrogate pairs", ["\ud800", { "\udc00": 1 }], '["\\ud800", {"\\udc00": 1}]'],
  ])("of %s is written as plain JSON and comes back", (_, value, text) => {
    expect(stringifyJson(encodeAttr(value))).toBe(text);
    expect(roundTrip(value)).toStrictEqual(value);
    // Any reader of JSON understands it.
    expect(() => JSON.parse(text)).not.toThrow();
  });

  it("may have the keys __proto__, constructor and the like", () => {
    const value = own([
      ["__proto__", own([["__proto__", new Date(0)]])],
      ["constructor", 1n],
      ["hasOwnProperty", null],
    ]);
    const back = roundTrip(value);
    expect(Object.keys(Object(back))).toEqual(["__proto__", "constructor", "hasOwnProperty"]);
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(stringifyJson(encodeAttr(back))).toBe(
      '{"__proto__": {"__proto__": {"$date": "1970-01-01T00:00:00.000Z"}}, "constructor": {"$bigint": "1"}, "hasOwnProperty": null}',
    );
    const escaped = stringifyJson({ $object: { $date: JSON.parse('{"__proto__": 1}') } });
    expect(stringifyJson(encodeAttr(decodeAttr(JSON.parse(escaped))))).toBe(escaped);
  });

  it("leaves out properties that are undefined, as JSON.stringify does", () => {
    expect(roundTrip({ a: undefined, b: { c: undefined } })).toStrictEqual({ b: {} });
    // What is left is what decides whether it looks like a tag.
    expect(roundTrip({ $date: "1970-01-01T00:00:00.000Z", other: undefined })).toStrictEqual({
      $date: "1970-01-01T00:00:00.000Z",
    });
  });

  it("may use one object in several places", () => {
    const unit = { unit: "m" };
    expect(roundTrip([unit, { unit }, unit])).toStrictEqual([unit, { unit }, unit]);
  });

  it("may come from another realm, or without a prototype", () => {
    const foreign: unknown = vm.runInNewContext(
      "({ a: [1, { b: new Date(0) }], c: new Float32Array([1]), d: 2n, e: Object.create(null) })",
    );
    expect(roundTrip(foreign)).toStrictEqual({
      a: [1, { b: new Date(0) }],
      c: Float32Array.of(1),
      d: 2n,
      e: {},
    });
  });

  it("takes a Buffer, and a part of one, as the bytes that it is", () => {
    expect(roundTrip(Buffer.from("xabx").subarray(1, 3))).toStrictEqual(Uint8Array.from([97, 98]));
  });

  it("has types of its own for what is set and what comes back", () => {
    const input = {
      when: new Date(0),
      range: [1, 2n],
      raw: Uint8Array.of(1),
      none: undefined,
    } satisfies AttrInput;
    expectTypeOf(input).toExtend<AttrInput>();
    expectTypeOf<AttrValue>().toExtend<AttrInput>();
    expectTypeOf<JsonValue>().toExtend<AttrValue>();
    expectTypeOf<undefined>().not.toExtend<AttrInput>();
    expectTypeOf<undefined[]>().not.toExtend<AttrInput>();
    expectTypeOf<Map<string, number>>().not.toExtend<AttrInput>();
    expectTypeOf<symbol>().not.toExtend<AttrInput>();
  });
});

describe("what comes back", () => {
  const value = { list: [1, { deep: [2] }], when: new Date(5), data: Float64Array.of(1, 2) };

  it("is frozen at every depth", () => {
    const back = roundTrip(value) as typeof value;
    expect(Object.isFrozen(back)).toBe(true);
    expect(Object.isFrozen(back.list)).toBe(true);
    expect(Object.isFrozen(back.list[1])).toBe(true);
    expect(() => {
      back.list[0] = 5;
    }).toThrow(TypeError);
    expect(() => Object.assign(back, { unit: "m" })).toThrow(TypeError);
    expect(Object.isFrozen(decodeAttr({ $object: { $date: [1] } }))).toBe(true);
  });

  it("shares no memory between two readers", () => {
    const json = encodeAttr(value);
    const one = decodeAttr(json) as typeof value;
    const other = decodeAttr(json) as typeof value;
    one.when.setTime(99);
    one.data.fill(99);
    expect(other).toStrictEqual(value);
    expect(decodeAttr(json)).toStrictEqual(value);
    value.data[0] = 7;
    expect(decodeAttr(json)).toHaveProperty("data", Float64Array.of(1, 2));
    value.data[0] = 1;
  });
});

describe("a sidecar of other software", () => {
  it("gives Python's words and integers as they are", () => {
    const text = '{"a": NaN, "b": [-Infinity, 123456789012345678901234567890], "c": 9007199254740993}';
    expect(decodeAttr(parseJson(Buffer.from(text), { path: "p" }))).toStrictEqual({
      a: Number.NaN,
      b: [Number.NEGATIVE_INFINITY, 123456789012345678901234567890n],
      c: 9007199254740993n,
    });
  });

  it.each<JsonValue>([
    { $date: "2024" },
    { $date: "2024-01-31T00:00:00Z" },
    { $date: 5 },
    { $date: "2024-01-31T00:00:00.000Z", more: 1 },
    { $bigint: 5 },
    { $bigint: "-0" },
    { $bigint: "007" },
    { $bigint: "0x10" },
    { $bigint: "" },
    { $number: "1" },
    { $number: 1 },
    { $number: "-0" },
    { $unknown: "NaN" },
    { $array: [1, 2] },
    { $array: null },
    { $array: { dtype: "<f8" } },
    { $array: { dtype: "<f8", data: {} } },
    { $array: { dtype: "<f2", data: [1] } },
    { $array: { dtype: ">f8", data: [1] } },
    { $array: { dtype: "f8", data: [1] } },
    { $array: { dtype: "<f8", data: [1], more: 1 } },
    { $array: { dtype: "<f8", data: ["1"] } },
    { $array: { dtype: "<f8", data: [null] } },
    { $array: { dtype: "<f4", data: [0.1] } },
    { $array: { dtype: "|u1", data: [256] } },
    { $array: { dtype: "|u1", data: [-1] } },
    { $array: { dtype: "|u1", data: ["NaN"] } },
    { $array: { dtype: "<i4", data: [1.5] } },
    { $array: { dtype: "<i8", data: [1] } },
    { $array: { dtype: "<i8", data: ["9223372036854775808"] } },
    { $array: { dtype: "<u8", data: ["-1"] } },
    { $array: { dtype: "|i1", clamped: true, data: [1] } },
    { $array: { dtype: "|u1", clamped: false, data: [1] } },
    { $object: { a: 1 } },
    { $object: { $date: 1, $bigint: 2 } },
    { $object: [] },
    { $object: null },
    {},
  ])("keeps %j, which is no tag, as it is, and so does writing it again", (json) => {
    const value = decodeAttr(json);
    expect(value).toStrictEqual(json);
    expect(roundTrip(value)).toStrictEqual(json);
  });

  it("reads the elements of an array however JSON says them", () => {
    expect(decodeAttr({ $array: { data: [1, -0, 2.0], dtype: "<i4" } })).toStrictEqual(
      Int32Array.of(1, 0, 2),
    );
    expect(decodeAttr({ $array: { data: [Number.NaN], dtype: "<f8" } })).toStrictEqual(
      Float64Array.of(Number.NaN),
    );
  });
});

describe("encodeAttr refuses", () => {
  class Unit {
    name = "m";
  }
  const cyclic: unknown[] = [1];
  cyclic.push({ back: cyclic });
  const detached = new Float64Array(4);
  structuredClone(detached, { transfer: [detached.buffer] });

  it.each<[unknown, string]>([
    [undefined, "attr is undefined"],
    [() => 1, "attr is a function"],
    [Symbol("s"), "attr is a symbol"],
    [[1, undefined], "attr[1] is undefined"],
    [new Array(3), "attr[0] is undefined"],
    [{ a: [0, 1, 2, () => 1] }, "attr.a[3] is a function"],
    [{ a: { "my key": Symbol() } }, 'attr.a["my key"] is a symbol'],
    [own([["__proto__", [Symbol()]]]), "attr.__proto__[0] is a symbol"],
    [{ "a\nb": [undefined] }, 'attr["a\\nb"][0] is undefined'],
    [new Date(Number.NaN), "attr is an invalid Date"],
    [new Map([[1, 2]]), "attr is an instance of Map"],
    [{ s: new Set() }, "attr.s is an instance of Set"],
    [new Unit(), "attr is an instance of Unit"],
    [[new (class {})()], "attr[0] is an instance of a class"],
    [/x/, "attr is an instance of RegExp"],
    [Object(1), "attr is an instance of Number"],
    [new Error("x"), "attr is an instance of Error"],
    [new DataView(new ArrayBuffer(8)), "attr is an instance of DataView"],
    [new ArrayBuffer(8), "attr is an instance of ArrayBuffer"],
    [Promise.resolve(1), "attr is an instance of Promise"],
    [{ toJSON: () => "x" }, "attr.toJSON is a function"],
    [{ [Symbol("s")]: 1 }, "attr has a key that is a symbol, Symbol(s)"],
    [Math, "attr has a key that is a symbol"],
    [cyclic, "attr[1].back is an object that it is itself in"],
    [{ d: detached }, "attr.d is a typed array whose memory is gone"],
  ])("%s", (value, message) => {
    const error = refusal(value);
    expect(error).toBeInstanceOf(CastError);
    expect(error.message).toContain(`t/x.attr: ${message}`);
    expect(error.message).toContain("an attribute is made of");
    expect(error).toHaveProperty("path", "t/x.attr");
  });

  it("with a key in quotes where it could be taken for an index, and without a path where there is none", () => {
    expect(refusal({ 3: [Symbol()] }).message).toContain('attr["3"][0] is a symbol');
    expect(() => encodeAttr(undefined)).toThrow(/^attr is undefined/);
  });

  it("more than 128 arrays and objects within one another, tags included", () => {
    for (const deepest of [
      nest(128, 1),
      nest(127, 1n),
      nest(127, new Date(0)),
      nest(125, Uint8Array.of(1)),
      nest(126, { $date: 1 }),
    ]) {
      expect(roundTrip(deepest)).toStrictEqual(deepest);
    }
    for (const tooDeep of [
      nest(129, 1),
      nest(128, 1n),
      nest(128, new Date(0)),
      nest(126, Uint8Array.of(1)),
      nest(127, { $date: 1 }),
      nest(100_000, 1),
    ]) {
      const error = refusal(tooDeep);
      expect(error).toBeInstanceOf(LimitError);
      expect(error.message).toContain("nested too deep: in JSON, 128 arrays and objects");
      expect(error.message.length).toBeLessThan(400);
    }
  });

  it("what would be over 16 MiB, before it is made", () => {
    let shared: unknown = ["x".repeat(1000)];
    for (let level = 0; level < 100; level++) shared = [shared, shared];
    const large = [
      { a: ["x".repeat(2 ** 24)] },
      { a: [new Float64Array(2 ** 23)] },
      { a: [2n ** (2n ** 27n)] },
      { a: [own([["k".repeat(2 ** 24), 1]])] },
    ];
    for (const value of large) {
      const error = refusal(value);
      expect(error).toBeInstanceOf(LimitError);
      expect(error.message).toContain("t/x.attr: attr.a[0] is where the attribute gets too large");
    }
    expect(refusal(shared)).toBeInstanceOf(LimitError);
    expect(refusal(new Array(2 ** 31))).toBeInstanceOf(LimitError);
    expect(encodeAttr("x".repeat(2 ** 24 - 2))).toHaveLength(2 ** 24 - 2);
  });
});
