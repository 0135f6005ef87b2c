import { describe, expect, it } from "vitest";
import type { TypeInfo } from "../../src/hdf5/h5wasm.js";
import { elementType, enumNames, hasPointers, libraryType, TYPE_CLASS } from "../../src/hdf5/types.js";

/** A type as h5wasm describes it. */
function type(said: Partial<TypeInfo> & Pick<TypeInfo, "type" | "size">): TypeInfo {
  return {
    signed: false,
    littleEndian: true,
    vlen: false,
    shape: [],
    maxshape: null,
    chunks: null,
    total_size: 1,
    ...said,
  };
}

const int = (size: number, more: Partial<TypeInfo> = {}) =>
  type({ type: TYPE_CLASS.integer, size, signed: true, ...more });
const float = (size: number, more: Partial<TypeInfo> = {}) => type({ type: TYPE_CLASS.float, size, ...more });
const text = (size: number, vlen = false) =>
  type({ type: TYPE_CLASS.string, size, vlen, littleEndian: false });
const opaque = (size: number) => type({ type: TYPE_CLASS.opaque, size, littleEndian: false });
const array = (base: TypeInfo, ...shape: number[]) =>
  type({
    type: TYPE_CLASS.array,
    size: shape.reduce((a, b) => a * b, base.size),
    array_type: { ...base, shape },
    littleEndian: base.littleEndian,
  });
const enumeration = (size: number, members: Record<string, number>, more: Partial<TypeInfo> = {}) => {
  const nmembers = Object.keys(members).length;
  return int(size, { type: TYPE_CLASS.enumeration, enum_type: { type: 0, nmembers, members }, ...more });
};
function compound(size: number, ...fields: [name: string, offset: number, type: TypeInfo][]): TypeInfo {
  const members = fields.map(([name, offset, member]) => ({ ...member, name, offset }));
  return type({
    type: TYPE_CLASS.compound,
    size,
    littleEndian: members.every(({ littleEndian }) => littleEndian),
    compound_type: { nmembers: members.length, members },
  });
}
const BIG = { littleEndian: false };
const TRUTH = { FALSE: 0, TRUE: 1 };

describe("types of HDF5 that have a dtype", () => {
  it.each([
    ["<i8", int(8)],
    [">i4", int(4, BIG)],
    ["|u1", int(1, { signed: false, ...BIG })],
    ["<u2", type({ type: TYPE_CLASS.bitfield, size: 2 })],
    ["<f2", float(2)],
    [">f8", float(8, BIG)],
    ["|S5", text(5)],
    ["|b1", enumeration(1, TRUTH)],
    [">i2", enumeration(2, { A: 1, B: 2 }, BIG)],
    ["|i1", enumeration(1, { NO: 0, YES: 1 })],
    ["<i2", enumeration(2, TRUTH)],
    ["|V3", opaque(3)],
    ["<c8", compound(8, ["r", 0, float(4)], ["i", 4, float(4)])],
    [">c16", compound(16, ["r", 0, float(8, BIG)], ["i", 8, float(8, BIG)])],
    ["<c16", type({ type: TYPE_CLASS.complex, size: 16 })],
  ])("%s", (dtype, info) => {
    expect(elementType(info)).toEqual({ dtype: expect.objectContaining({ str: dtype }), shape: [] });
  });

  it("keeps the offsets and the size of a compound, in the order of the offsets", () => {
    const info = compound(24, ["b", 8, float(8)], ["a", 0, int(1)]);
    expect(elementType(info).dtype?.descr).toEqual([
      ["a", "|i1"],
      ["", "|V7"],
      ["b", "<f8"],
      ["", "|V8"],
    ]);
  });

  it("gives fields the axes of array types, and nests compounds", () => {
    const inner = compound(5, ["k", 0, float(4, BIG)], ["s", 4, text(1)]);
    const info = compound(29, ["p", 0, array(int(4), 2, 3)], ["q", 24, inner]);
    expect(elementType(info).dtype?.descr).toEqual([
      ["p", "<i4", [2, 3]],
      [
        "q",
        [
          ["k", ">f4"],
          ["s", "|S1"],
        ],
      ],
    ]);
  });

  it("adds the axes of an array type, of one within another too", () => {
    const info = array(array(int(2), 3), 2);
    expect(elementType(info)).toEqual({ dtype: expect.objectContaining({ str: "<i2" }), shape: [2, 3] });
  });

  it("reads the tags of opaque types in the order of the members", () => {
    const info = compound(19, ["d", 0, opaque(8)], ["v", 8, opaque(3)], ["t", 11, opaque(8)]);
    const { dtype } = elementType(info, ["NUMPY:<M8[10us]", "NUMPY:<i8", "NUMPY:>m8[D]"]);
    expect(dtype?.fields?.map((field) => field.dtype.str)).toEqual(["<M8[10us]", "|V3", ">m8[D]"]);
  });

  it.each(["NUMPY:nonsense", "NUMPY:|O", "something", ""])("takes the tag %j for no dtype", (tag) => {
    expect(elementType(opaque(8), [tag]).dtype?.str).toBe("|V8");
  });

  it("takes no other compound for a complex number", () => {
    for (const info of [
      compound(8, ["i", 0, float(4)], ["r", 4, float(4)]),
      compound(12, ["r", 0, float(4)], ["i", 4, float(4)]),
      compound(8, ["r", 0, int(4)], ["i", 4, int(4)]),
      compound(4, ["r", 0, float(2)], ["i", 2, float(2)]),
    ]) {
      expect(elementType(info).dtype?.fields).toHaveLength(2);
    }
  });
});

describe("types of HDF5 that have none", () => {
  it.each([
    ["strings of variable length", text(4, true)],
    ["floats of 16 bytes", float(16)],
    ["integers of 3 bytes", int(3)],
    ["references to objects", type({ type: TYPE_CLASS.reference, size: 8, ref_type: "object" })],
    ["references to regions", type({ type: TYPE_CLASS.reference, size: 12, ref_type: "region" })],
    ["lists of variable length", type({ type: TYPE_CLASS.variableLength, size: 8, vlen_type: int(4) })],
    ["HDF5's times", type({ type: TYPE_CLASS.time, size: 8 })],
    [
      'compounds whose field "b" has strings of variable length',
      compound(8, ["a", 0, int(4)], ["b", 4, text(4, true)]),
    ],
    ['compounds with two fields "a"', compound(8, ["a", 0, int(4)], ["a", 4, int(4)])],
    ["compounds with a field without a name", compound(4, ["", 0, int(4)])],
    ["compounds without fields", compound(4)],
    ["elements of HDF5's class 42", type({ type: 42, size: 8 })],
  ])("%s", (problem, info) => {
    expect(elementType(info)).toEqual({ problem });
  });
});

describe("what the library makes of byte orders", () => {
  const orders = (info: TypeInfo) =>
    elementType(libraryType(info)).dtype?.fields?.map(({ dtype }) => dtype.byteorder);

  it("is little-endian where all numbers are big-endian, strings or not", () => {
    expect(elementType(libraryType(int(4, BIG))).dtype?.str).toBe("<i4");
    expect(orders(compound(9, ["a", 0, int(4, BIG)], ["s", 4, text(1)], ["b", 5, float(4, BIG)]))).toEqual([
      "<",
      "|",
      "<",
    ]);
  });

  it("stays as it is where orders are mixed, and from an enumeration on", () => {
    expect(orders(compound(8, ["a", 0, int(4, BIG)], ["b", 4, float(4)]))).toEqual([">", "<"]);
    const named = enumeration(2, { A: 1 }, BIG);
    expect(orders(compound(10, ["a", 0, int(4, BIG)], ["e", 4, named], ["b", 6, int(4, BIG)]))).toEqual([
      "<",
      ">",
      ">",
    ]);
  });
});

it("knows which elements point into the library's memory", () => {
  expect(hasPointers(compound(8, ["a", 0, int(4)], ["b", 4, text(4, true)]))).toBe(true);
  expect(hasPointers(array(text(4, true), 2))).toBe(true);
  expect(hasPointers(compound(8, ["a", 0, int(4)], ["b", 4, text(4)]))).toBe(false);
});

it("names the integers of enumerations, but for those that h5wasm cuts off", () => {
  expect(enumNames(array(enumeration(2, { A: 1, B: -2 }), 3))).toEqual({ A: 1, B: -2 });
  expect(enumNames(enumeration(1, TRUTH))).toBeUndefined();
  expect(enumNames(enumeration(8, { A: 1, B: 2 ** 31 - 1 }))).toBeUndefined();
  expect(enumNames(int(4))).toBeUndefined();
});
