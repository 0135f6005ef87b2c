import { describe, expect, it } from "vitest";
import {
  DType,
  type DTypeLike,
  dtypeFromDescr,
  NATIVE_ORDER,
  parseDType,
  structOf,
} from "../../src/dtype/index.js";
import { DTypeError } from "../../src/errors.js";

/** What JavaScript callers may hand over, whatever the types say. */
const parseAnything = (spec: unknown) => parseDType(spec as DTypeLike);

function refusal(parse: (spec: unknown) => DType, spec: unknown): string {
  try {
    parse(spec);
  } catch (error) {
    expect(error).toBeInstanceOf(DTypeError);
    if (error instanceof DTypeError) return error.message;
  }
  return "accepted";
}

describe("type strings", () => {
  // np.dtype(spec).str, .itemsize, .alignment
  it.each([
    ["b1", "|b1", 1, 1],
    ["i1", "|i1", 1, 1],
    ["u1", "|u1", 1, 1],
    ["<i2", "<i2", 2, 2],
    [">i2", ">i2", 2, 2],
    ["<u2", "<u2", 2, 2],
    [">u2", ">u2", 2, 2],
    ["<i4", "<i4", 4, 4],
    [">i4", ">i4", 4, 4],
    ["<u4", "<u4", 4, 4],
    [">u4", ">u4", 4, 4],
    ["<i8", "<i8", 8, 8],
    [">i8", ">i8", 8, 8],
    ["<u8", "<u8", 8, 8],
    [">u8", ">u8", 8, 8],
    ["<f2", "<f2", 2, 2],
    [">f2", ">f2", 2, 2],
    ["<f4", "<f4", 4, 4],
    [">f4", ">f4", 4, 4],
    ["<f8", "<f8", 8, 8],
    [">f8", ">f8", 8, 8],
    ["<c8", "<c8", 8, 4],
    [">c8", ">c8", 8, 4],
    ["<c16", "<c16", 16, 8],
    [">c16", ">c16", 16, 8],
    ["S1", "|S1", 1, 1],
    ["<S7", "|S7", 7, 1],
    ["<U1", "<U1", 4, 4],
    [">U1", ">U1", 4, 4],
    ["<U16", "<U16", 64, 4],
    ["V1", "|V1", 1, 1],
    [">V8", "|V8", 8, 1],
    ["<M8", "<M8", 8, 8],
    [">M8", ">M8", 8, 8],
    ["<m8", "<m8", 8, 8],
    [">m8", ">m8", 8, 8],
    ["<M8[2Y]", "<M8[2Y]", 8, 8],
    [">M8[M]", ">M8[M]", 8, 8],
    ["<M8[W]", "<M8[W]", 8, 8],
    [">M8[5D]", ">M8[5D]", 8, 8],
    ["<M8[h]", "<M8[h]", 8, 8],
    [">M8[m]", ">M8[m]", 8, 8],
    ["<M8[8s]", "<M8[8s]", 8, 8],
    [">M8[ms]", ">M8[ms]", 8, 8],
    ["<M8[us]", "<M8[us]", 8, 8],
    [">M8[11ns]", ">M8[11ns]", 8, 8],
    ["<M8[ps]", "<M8[ps]", 8, 8],
    [">M8[fs]", ">M8[fs]", 8, 8],
    ["<M8[14as]", "<M8[14as]", 8, 8],
    ["<m8[2Y]", "<m8[2Y]", 8, 8],
    [">m8[M]", ">m8[M]", 8, 8],
    ["<m8[W]", "<m8[W]", 8, 8],
    [">m8[5D]", ">m8[5D]", 8, 8],
    ["<m8[h]", "<m8[h]", 8, 8],
    [">m8[m]", ">m8[m]", 8, 8],
    ["<m8[8s]", "<m8[8s]", 8, 8],
    [">m8[ms]", ">m8[ms]", 8, 8],
    ["<m8[us]", "<m8[us]", 8, 8],
    [">m8[11ns]", ">m8[11ns]", 8, 8],
    ["<m8[ps]", "<m8[ps]", 8, 8],
    [">m8[fs]", ">m8[fs]", 8, 8],
    ["<m8[14as]", "<m8[14as]", 8, 8],
    ["<M8[1us]", "<M8[us]", 8, 8],
    ["<M8[generic]", "<M8", 8, 8],
    ["<M8[2147483647s]", "<M8[2147483647s]", 8, 8],
    ["<i1", "|i1", 1, 1],
    [">b1", "|b1", 1, 1],
    ["|b1", "|b1", 1, 1],
    ["S2147483647", "|S2147483647", 2 ** 31 - 1, 1],
    ["<U536870911", "<U536870911", 2147483644, 4],
  ])("%s has NumPy's str %s, itemsize %i and alignment %i", (spec, str, itemsize, alignment) => {
    const dtype = parseDType(spec);
    expect(dtype).toMatchObject({ str, itemsize, alignment });
    expect(dtype.descr).toBe(str);
    expect(dtype.toString()).toBe(str);
    expect(dtype.fields).toBeUndefined();
    expect(dtypeFromDescr(str).equals(dtype)).toBe(true);
  });

  const native = (rest: string) => NATIVE_ORDER + rest;
  it.each([
    ["i4", native("i4")],
    ["=i4", native("i4")],
    ["int8", "|i1"],
    ["int16", native("i2")],
    ["int32", native("i4")],
    ["int64", native("i8")],
    ["int", native("i8")],
    ["uint8", "|u1"],
    ["uint16", native("u2")],
    ["uint32", native("u4")],
    ["uint64", native("u8")],
    ["uint", native("u8")],
    ["float16", native("f2")],
    ["half", native("f2")],
    ["float32", native("f4")],
    ["single", native("f4")],
    ["float64", native("f8")],
    ["double", native("f8")],
    ["float", native("f8")],
    ["complex64", native("c8")],
    ["complex128", native("c16")],
    ["complex", native("c16")],
    ["bool", "|b1"],
    ["?", "|b1"],
    [">int32", ">i4"],
    ["U16", native("U16")],
    ["=U16", native("U16")],
    ["str16", native("U16")],
    [">str3", ">U3"],
    ["=S3", "|S3"],
    ["=M8[us]", native("M8[us]")],
    ["datetime64", native("M8")],
    ["datetime64[us]", native("M8[us]")],
    [">datetime64[D]", ">M8[D]"],
    ["timedelta64", native("m8")],
    ["timedelta64[7D]", native("m8[7D]")],
  ])("reads %s as %s", (spec, str) => {
    expect(parseDType(spec).str).toBe(str);
  });

  it("gives one object for one spelling, and a DType for itself", () => {
    const dtype = parseDType("M8[10ns]");
    expect(parseDType("M8[10ns]")).toBe(dtype);
    expect(parseDType(dtype)).toBe(dtype);
    expect(dtype.step).toEqual({ unit: "ns", multiple: 10 });
    expect(parseDType("m8").step).toEqual({ unit: "generic", multiple: 1 });
    expect(parseDType("i8").step).toBeUndefined();
  });

  it.each([
    ["i", "i1, i2, i4, i8"],
    ["u", "u1, u2, u4, u8"],
    ["f", "f2, f4, f8"],
    ["c", "c8, c16"],
    ["b", "b1"],
    ["i3", "i1, i2, i4, i8"],
    ["i16", "i1, i2, i4, i8"],
    ["i04", "i1, i2, i4, i8"],
    ["b2", "b1"],
    ["c4", "c8, c16"],
    ["c32", "c8, c16"],
    ["f3", "f2, f4, f8"],
    ["<f16", "f2, f4, f8"],
    ["float128", "f2, f4, f8"],
    ["longdouble", "f2, f4, f8"],
    ["str", "str16"],
    ["S", "S16"],
    ["U", "U16"],
    ["V", "V16"],
    ["U0", "no bytes"],
    ["S0", "no bytes"],
    ["V0", "no bytes"],
    ["S007", 'write "S7"'],
    ["S00", "no bytes"],
    ["a5", "S"],
    ["O", "objects"],
    ["|O", "objects"],
    ["O8", "objects"],
    ["object", "objects"],
    ["<ixy", "i1 to i8"],
    ["I4", "i1 to i8"],
    ["g", "i1 to i8"],
    ["q", "i1 to i8"],
    ["|i4", '"<" or ">"'],
    ["|U4", '"<" or ">"'],
    ["|M8[us]", '"<" or ">"'],
    ["i4,f8", "list"],
    ["M8[us],i4", "list"],
    ["i4,M8[us]", "list"],
    ["datetime64[ns, UTC]", "units"],
    ["M8[Q]", "units"],
    ["M8[]", "units"],
    ["M8[0s]", "units"],
    ["M8[-1s]", "units"],
    ["M8[07D]", "units"],
    ["M8[2147483648s]", "units"],
    ["M8[3generic]", "units"],
    ["M8[us/4]", "units"],
    ["M8[US]", "units"],
    ["M8us", "no type string"],
    ["M8[us", "no type string"],
    ["M4[us]", "M8"],
    ["i4[us]", "unit"],
    ["S2147483648", "2147483647"],
    ["U536870912", "2147483647"],
    ["U99999999999999999999", "2147483647"],
    ["", "no type string"],
    [" i4", "no type string"],
    ["i4 ", "no type string"],
    ["i4\n", "no type string"],
    ["<<i4", "no type string"],
    ["(3,)i4", "list"],
    ["i4.", "no type string"],
    ["U-3", "no type string"],
    ["S1e3", "no type string"],
    ["i４", "no type string"],
    ["__proto__", "no type string"],
    ["constructor", "known are"],
    ["toString", "known are"],
    ["hasOwnProperty", "known are"],
    ["valueOf", "known are"],
  ])("refuses %j and says what would be right", (spec, right) => {
    const message = refusal(parseAnything, spec);
    expect(message).toContain(`dtype ${JSON.stringify(spec)} is not supported: `);
    expect(message).toContain(right);
  });

  it.each([
    [4, "4"],
    [Number.NaN, "NaN"],
    [10n, "10n"],
    [null, "null"],
    [undefined, "undefined"],
    [true, "true"],
    [Symbol("i4"), "Symbol(i4)"],
    [() => "i4", "a function"],
    [Float64Array, "a function"],
    [{}, "{}"],
    [{ a: "i4" }, '{"a":"i4"}'],
    [{ names: ["a"], formats: ["i4"] }, '{"names":["a"],"formats":["i4"]}'],
    [new Map([["a", "i4"]]), "{}"],
    [Object.create(null), "{}"],
    [new Float64Array(1), '{"0":0}'],
  ])("refuses %o, which is no type string", (spec, shown) => {
    const message = refusal(parseAnything, spec);
    expect(message).toContain(`dtype ${shown} is not supported: say a type string`);
  });

  it("shows at most a line of what it read", () => {
    expect(refusal(parseAnything, "x".repeat(10_000)).length).toBeLessThan(250);
  });
});

describe("fields", () => {
  // np.dtype(spec).itemsize, .descr, offsets
  it.each<[DTypeLike, number, unknown, number[]]>([
    [
      [
        ["a", "<i4"],
        ["b", "<f8"],
      ],
      12,
      [
        ["a", "<i4"],
        ["b", "<f8"],
      ],
      [0, 4],
    ],
    [
      [
        ["a", "?"],
        ["b", ">f4", [3]],
        ["c", "<U3"],
      ],
      25,
      [
        ["a", "|b1"],
        ["b", ">f4", [3]],
        ["c", "<U3"],
      ],
      [0, 1, 13],
    ],
    [
      [
        ["a", "S5", [2, 3]],
        ["b", "<M8[10us]"],
      ],
      38,
      [
        ["a", "|S5", [2, 3]],
        ["b", "<M8[10us]"],
      ],
      [0, 30],
    ],
    [
      [
        [
          "p",
          [
            ["x", ">i2"],
            ["y", "<c8", [2]],
          ],
        ],
        ["q", [["z", "V3"]], [4]],
      ],
      30,
      [
        [
          "p",
          [
            ["x", ">i2"],
            ["y", "<c8", [2]],
          ],
        ],
        ["q", [["z", "|V3"]], [4]],
      ],
      [0, 18],
    ],
    [
      [
        ["", "V1"],
        ["a", "i1"],
        ["", "|V4"],
        ["", "|V2"],
        ["b", "<i4"],
        ["", "|V4"],
      ],
      16,
      [
        ["", "|V1"],
        ["a", "|i1"],
        ["", "|V6"],
        ["b", "<i4"],
        ["", "|V4"],
      ],
      [1, 8],
    ],
    [[["a", "<i4", 2]], 8, [["a", "<i4", [2]]], [0]],
    [[["a", "<i4", 1]], 4, [["a", "<i4", [1]]], [0]],
    [[["a", "<i4", []]], 4, [["a", "<i4"]], [0]],
    [
      [
        ["a", "<i4", [2, 0]],
        ["b", "i1"],
      ],
      1,
      [
        ["a", "<i4", [2, 0]],
        ["b", "|i1"],
      ],
      [0, 0],
    ],
    [
      [
        ["__proto__", "u1"],
        ["constructor", "<u8"],
        ["toString", "S2"],
      ],
      11,
      [
        ["__proto__", "|u1"],
        ["constructor", "<u8"],
        ["toString", "|S2"],
      ],
      [0, 1, 9],
    ],
    [
      [
        ["日本", "i1"],
        [" ", "<f2"],
        ["é\"'\\\n", "<m8"],
      ],
      11,
      [
        ["日本", "|i1"],
        [" ", "<f2"],
        ["é\"'\\\n", "<m8"],
      ],
      [0, 1, 3],
    ],
  ])("%j has NumPy's itemsize %i, descr and offsets", (spec, itemsize, descr, offsets) => {
    const dtype = parseDType(spec);
    expect(dtype.itemsize).toBe(itemsize);
    expect(dtype.str).toBe(`|V${itemsize}`);
    expect(dtype.alignment).toBe(1);
    expect(dtype.kind).toBe("V");
    expect(dtype.descr).toEqual(descr);
    expect(dtype.fields?.map(({ offset }) => offset)).toEqual(offsets);
    expect(dtype.toString()).toBe(JSON.stringify(descr));
    expect(parseDType(dtype.descr).equals(dtype)).toBe(true);
    expect(dtypeFromDescr(JSON.parse(JSON.stringify(dtype))).equals(dtype)).toBe(true);
  });

  it("takes DTypes and every spelling in a field", () => {
    const inner = parseDType(">M8[us]");
    const dtype = parseDType([
      ["t", inner],
      ["f", "float32"],
    ]);
    expect(dtype.field("t")?.dtype).toBe(inner);
    expect(dtype.field("f")?.dtype.str).toBe(`${NATIVE_ORDER}f4`);
  });

  it.each<[unknown, string]>([
    [[], "at least one field"],
    [[["", "|V3"]], "named field"],
    [["i4"], "a field is [name, dtype]"],
    [["a", "i4"], "a field is [name, dtype]"],
    [[["a"]], "a field is [name, dtype]"],
    [[["a", "i4", [2], 3]], "a field is [name, dtype]"],
    [[[1, "i4"]], "a field is [name, dtype]"],
    [[[["title", "a"], "i4"]], "a field is [name, dtype]"],
    [[null], "a field is [name, dtype]"],
    [[{ name: "a", dtype: "i4" }], "a field is [name, dtype]"],
    [[["a", "i4"], , ["b", "i4"]], "a field is [name, dtype]"],
    [[["", "i4"]], "needs a name"],
    [[["", "|V3", [2]]], "needs a name"],
    [[["", [["a", "i1"]]]], "needs a name"],
    [
      [
        ["a", "i4"],
        ["b", "i4"],
        ["a", "f8"],
      ],
      'two fields are called "a"',
    ],
    [
      [
        ["__proto__", "i4"],
        ["__proto__", "i4"],
      ],
      'two fields are called "__proto__"',
    ],
    [[["a", "O"]], "objects"],
    [[["a", [["b", [["c", "O"]]]]]], "objects"],
    [[["a", "i4,i4"]], "list"],
    [[["a", []]], "at least one field"],
    [[["a", 4]], "type string"],
    [[["a", null]], "type string"],
    [[["a", ["i4", [2]], [3]]], "a field is [name, dtype]"],
    [[["a", "i4", [-1]]], "whole numbers"],
    [[["a", "i4", [-0]]], "whole numbers"],
    [[["a", "i4", [1.5]]], "whole numbers"],
    [[["a", "i4", [true]]], "whole numbers"],
    [[["a", "i4", ["3"]]], "whole numbers"],
    [[["a", "i4", [3n]]], "whole numbers"],
    [[["a", "i4", [Number.NaN]]], "whole numbers"],
    [[["a", "i4", [Number.POSITIVE_INFINITY]]], "whole numbers"],
    [[["a", "i4", [2, , 3]]], "whole numbers"],
    [[["a", "i4", null]], "whole numbers"],
    [[["a", "i4", "2"]], "whole numbers"],
    [[["a", "i4", [0, 2 ** 31]]], "at most 2147483647"],
    [[["a", "i4", Array(33).fill(1)]], "at most 32 axes"],
    [[["a", "i4", [0]]], "no bytes"],
    [[["a", "i4", [2 ** 29]]], "at most 2147483647 bytes"],
    [[["a", "i4", [2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1]]], "at most 2147483647 bytes"],
    [
      [
        [
          "a",
          "i4",
          Array(32)
            .fill(2 ** 31 - 1)
            .concat(0),
        ],
      ],
      "at most 32 axes",
    ],
    [
      [
        ["a", "S2147483647"],
        ["b", "i1"],
      ],
      "at most 2147483647 bytes",
    ],
  ])("refuses %o: %s", (spec, right) => {
    expect(refusal(parseAnything, spec)).toContain(right);
  });

  it("does not let infinitely many empty elements through", () => {
    const shape = [0, ...Array(31).fill(2 ** 31 - 1)];
    expect(
      parseAnything([
        ["a", "i4", shape],
        ["b", "i1"],
      ]).itemsize,
    ).toBe(1);
    // Another order of the same axes overflows a double on the way to nothing.
    const turned = [...Array(31).fill(2 ** 31 - 1), 0];
    expect(
      parseAnything([
        ["a", "i4", turned],
        ["b", "i1"],
      ]).itemsize,
    ).toBe(1);
  });

  const deep = (levels: number): unknown => {
    let spec: unknown = "|u1";
    for (let i = 0; i < levels; i++) spec = [["a", spec]];
    return spec;
  };
  it.each([
    ["parseDType", parseAnything],
    ["dtypeFromDescr", dtypeFromDescr],
  ])("%s reads 33 levels and refuses more, however many", (_name, parse) => {
    expect(parse(deep(33)).itemsize).toBe(1);
    expect(refusal(parse, deep(34))).toContain("nested more than 32 deep");
    expect(refusal(parse, deep(100_000))).toContain("nested more than 32 deep");
    const circle: unknown[] = [];
    circle.push(["a", circle]);
    expect(refusal(parse, circle)).toContain("nested more than 32 deep");
  });
});

describe("dtypeFromDescr", () => {
  it.each<[unknown]>([
    ["i4"],
    ["=i4"],
    ["<int32"],
    ["<?"],
    ["|bool"],
    ["<str16"],
    ["<datetime64[us]"],
    ["<timedelta64"],
    ["<float"],
    ["|O"],
    ["<f16"],
    ["|i4"],
    ["<i4,<f8"],
    ["<M8[0s]"],
    [[["a", "i4"]]],
    [[["a", [["b", "float64"]]]]],
    [[]],
    [4],
    [null],
    [undefined],
    [{}],
    [new Map()],
  ])("refuses %j", (descr) => {
    expect(refusal(dtypeFromDescr, descr)).toMatch(/^dtype .* is not supported: /);
  });

  it("says that files hold short forms", () => {
    expect(refusal(dtypeFromDescr, "<int32")).toContain("short form");
    expect(refusal(dtypeFromDescr, "i4")).toContain('begins with "<", ">" or "|"');
  });
});

describe("structOf", () => {
  it("packs fields in their order", () => {
    const dtype = structOf([
      ["a", parseDType("i1"), []],
      ["b", parseDType("<f8"), [2]],
    ]);
    expect(
      dtype.equals(
        parseDType([
          ["a", "i1"],
          ["b", "<f8", [2]],
        ]),
      ),
    ).toBe(true);
    expect(Object.isFrozen(dtype.fields)).toBe(true);
  });

  it("gives a table without columns a dtype too", () => {
    expect(structOf([])).toMatchObject({ itemsize: 0, fields: [] });
  });
});
