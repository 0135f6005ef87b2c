import { describe, expect, it } from "vitest";
import { showValue } from "../../src/dtype/index.js";

describe("showValue", () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  const unprintable = {
    toJSON() {
      throw new Error("no");
    },
  };

  it.each<[unknown, string]>([
    ["a\nb", '"a\\nb"'],
    [1, "1"],
    [-0, "-0"],
    [Number.NaN, "NaN"],
    [1n, "1n"],
    [true, "true"],
    [null, "null"],
    [undefined, "undefined"],
    [Symbol("s"), "Symbol(s)"],
    [() => 1, "a function"],
    [[1, 2, 3], "an array of 3"],
    [new Float64Array(2), "Float64Array(2)"],
    [new DataView(new ArrayBuffer(8)), "DataView(8)"],
    [new Date(0), "1970-01-01T00:00:00.000Z"],
    [new Date(Number.NaN), "an invalid Date"],
    [{ a: 1n, b: Number.POSITIVE_INFINITY }, '{"a":"1n","b":"Infinity"}'],
    [Object.create(null), "{}"],
    [{ toJSON: () => undefined }, "an object"],
    [unprintable, "an object"],
    [circle, "an object"],
  ])("shows %o as %s", (value, text) => {
    expect(showValue(value)).toBe(text);
  });

  it("is short and on one line", () => {
    expect(showValue("\n".repeat(100))).toMatch(/^"(\\n)+\\?\.\.\.$/);
    expect(showValue("x".repeat(1000))).toHaveLength(60);
    expect(showValue({ long: "x".repeat(1000) })).toHaveLength(60);
  });
});
