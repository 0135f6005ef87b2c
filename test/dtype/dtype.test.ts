import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { NATIVE_ORDER, parseDType } from "../../src/dtype/index.js";

const OTHER_ORDER = NATIVE_ORDER === "<" ? ">" : "<";
const record = parseDType([
  ["a", "<i4"],
  ["", "|V3"],
  ["b", ">f8", [2]],
]);

describe("DType", () => {
  it.each([
    ["<U16", 16],
    ["S16", 16],
    ["V3", 3],
    ["<f8", 8],
    ["<c16", 16],
  ])("%s has the width %i", (spec, width) => {
    expect(parseDType(spec).width).toBe(width);
  });

  it("is native in this machine's byte order, and where there is none", () => {
    expect(parseDType(`${NATIVE_ORDER}f8`).native).toBe(true);
    expect(parseDType(`${OTHER_ORDER}f8`).native).toBe(false);
    expect(parseDType(`${OTHER_ORDER}U3`).native).toBe(false);
    expect(parseDType(`${OTHER_ORDER}i1`).native).toBe(true);
    expect(parseDType(`${OTHER_ORDER}S3`).native).toBe(true);
  });

  it("equals what means the same bytes, and nothing else", () => {
    expect(parseDType("float64").equals(parseDType("f8"))).toBe(true);
    expect(parseDType("M8[1us]").equals(parseDType("datetime64[us]"))).toBe(true);
    expect(parseDType(record.descr).equals(record)).toBe(true);
    const others = [
      "<f8",
      ">f8",
      "<i8",
      "<u8",
      "<M8",
      "<m8",
      "<M8[us]",
      "<M8[2us]",
      "S8",
      "V8",
      "<U2",
      [["a", "<f8"]],
      [["b", "<f8"]],
      [["a", ">f8"]],
      [["a", "<f8", [1]]],
      [["a", "V8"]],
      [["a", [["a", "<f8"]]]],
      [
        ["a", "<f4"],
        ["", "|V4"],
      ],
      [
        ["", "|V4"],
        ["a", "<f4"],
      ],
      [
        ["a", "<f4"],
        ["b", "V4"],
      ],
      [
        ["b", "V4"],
        ["a", "<f4"],
      ],
    ] as const;
    const dtypes = others.map((spec) => parseDType(spec));
    for (const [i, one] of dtypes.entries()) {
      for (const [j, other] of dtypes.entries())
        expect(one.equals(other), `${one} and ${other}`).toBe(i === j);
    }
  });

  it("finds fields by name", () => {
    expect(record.field("b")).toMatchObject({ name: "b", offset: 7, shape: [2] });
    expect(record.field("")).toBeUndefined();
    expect(record.field("toString")).toBeUndefined();
    expect(parseDType("i4").field("a")).toBeUndefined();
    const ordinary = parseDType([["__proto__", "i4"]]);
    expect(ordinary.field("__proto__")?.dtype.str).toBe(`${NATIVE_ORDER}i4`);
  });

  it("cannot be changed", () => {
    expect(Object.isFrozen(record)).toBe(true);
    expect(Object.isFrozen(record.fields)).toBe(true);
    expect(record.fields?.every((field) => Object.isFrozen(field) && Object.isFrozen(field.shape))).toBe(
      true,
    );
  });

  it("prints as NumPy does", () => {
    expect(inspect(parseDType("<M8[us]"))).toBe("dtype('<M8[us]')");
    expect(inspect(record)).toBe('dtype([["a","<i4"],["","|V3"],["b",">f8",[2]]])');
    expect(`${parseDType(">f4")}`).toBe(">f4");
    expect(JSON.stringify({ dtype: record })).toBe('{"dtype":[["a","<i4"],["","|V3"],["b",">f8",[2]]]}');
    expect(JSON.stringify(parseDType("<i4"))).toBe('"<i4"');
  });
});
