import { describe, expect, it } from "vitest";
import { parseDType } from "../../../src/dtype/index.js";
import { dtypeFromWire, itemFromWire, wireElement, wireType } from "../../../src/remote/wire/index.js";

const EVERY = ["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"];

function classic(spec: string): string {
  const element = wireElement(parseDType(spec), "classic");
  return element.kind === "text" ? "text" : element.dtype.str;
}

describe("the elements that are sent", () => {
  it("are little-endian numbers in the classic dialect, and integers for dates", () => {
    for (const spec of EVERY) {
      const little = parseDType(`<${spec}`).str;
      expect(classic(`<${spec}`)).toBe(little);
      expect(classic(`>${spec}`)).toBe(little);
    }
    expect([classic("S5"), classic("V7"), classic("<U3"), classic(">U3")]).toEqual([
      "|S5",
      "|V7",
      "text",
      "text",
    ]);
    for (const date of ["M8[us]", "M8[25s]", "m8", ">m8[D]", ">M8[ns]"]) expect(classic(date)).toBe("<i8");
  });

  it("are those of the file in NumPy's dialect", () => {
    for (const spec of [...EVERY, "S5", "V7", "U3", "M8[25s]", "m8"]) {
      for (const order of ["<", ">"]) {
        const dtype = parseDType(order + spec);
        expect(wireElement(dtype, "numpy")).toEqual({ kind: "fixed", dtype });
      }
    }
  });

  it("are packed records whose members are as they were", () => {
    const padded = parseDType([
      ["a", "u1"],
      ["", "|V7"],
      [
        "b",
        [
          ["x", ">f8"],
          ["", "|V4"],
          ["y", "U2"],
        ],
        [2, 3],
      ],
      ["", "|V3"],
      ["t", "M8[us]"],
    ]);
    for (const dialect of ["classic", "numpy"] as const) {
      const element = wireElement(padded, dialect);
      expect(element.kind === "fixed" && wireType(element.dtype)).toEqual({
        type: [
          ["a", "<u1"],
          [
            "b",
            [
              ["x", ">f8"],
              ["y", "<U2"],
            ],
            [2, 3],
          ],
          ["t", "<M8[us]"],
        ],
        kind: "V",
      });
    }
  });
});

describe("types on the wire", () => {
  it.each([
    ["b1", "|b1"],
    ["i1", "<i1"],
    ["u1", "<u1"],
    [">i2", ">i2"],
    ["f8", "<f8"],
    ["S5", "S5"],
    ["V7", "|V7"],
    ["<U3", "<U3"],
    ["M8[25s]", "<M8[25s]"],
    ["m8", "<m8"],
  ])("say %s as %s, and are read again", (spec, type) => {
    const dtype = parseDType(spec);
    expect(wireType(dtype)).toEqual({ type, kind: "" });
    expect(dtypeFromWire(type, "")?.str).toBe(dtype.str);
  });

  it("are read as other servers write them", () => {
    const f4x3 = [["pos", ["pos", "<f4"], [3]]];
    expect(dtypeFromWire(f4x3, "V")?.descr).toEqual([["pos", "<f4", [3]]]);
    // A record within a record has lost its name.
    const nested = [
      ["id", "<i8"],
      [
        ["x", "<f4"],
        ["y", "S3"],
      ],
    ];
    expect(dtypeFromWire(nested, "V")?.descr).toEqual([
      ["id", "<i8"],
      [
        "f1",
        [
          ["x", "<f4"],
          ["y", "|S3"],
        ],
      ],
    ]);
    const both = [
      [
        "p",
        [
          ["x", "<f4"],
          ["y", "<f4"],
        ],
        [2],
      ],
    ];
    expect(dtypeFromWire(both, "V")?.descr).toEqual([
      [
        "p",
        [
          ["x", "<f4"],
          ["y", "<f4"],
        ],
        [2],
      ],
    ]);
    // Arrays of arrays: the outer axes come first.
    expect(dtypeFromWire([["m", ["<i2", [3]], [4]]], "V")?.descr).toEqual([["m", "<i2", [4, 3]]]);
    const item = itemFromWire(["<f8", [3, 2]], "V");
    expect([item?.dtype.str, item?.shape]).toEqual(["<f8", [3, 2]]);
    expect(dtypeFromWire(["<f8", [3, 2]], "V")).toBeUndefined();
  });

  it.each([
    ["str", ""],
    ["<i4", "V"],
    ["<i3", ""],
    ["int32", ""],
    ["|O8", ""],
    ["S0", ""],
    [["a", "<i4"], ""],
    [[], "V"],
    [[["a"]], "V"],
    [
      [
        ["a", "<i4"],
        ["a", "<i4"],
      ],
      "V",
    ],
    [[["a", "<i4", [-1]]], "V"],
    [[["a", "<i4", [2 ** 31, 2 ** 31]]], "V"],
    [[["a", "<i4", [1.5]]], "V"],
    [[["a", "<i4", [1], 2]], "V"],
    [[1], "V"],
    [new Map(), "V"],
    [null, ""],
    [undefined, undefined],
  ])("are none: %o, %o", (type, kind) => {
    expect(dtypeFromWire(type, kind)).toBeUndefined();
  });

  it("are none where they are nested without end", () => {
    let type: unknown = [["a", "<i4"]];
    for (let depth = 0; depth < 60; depth++) type = [["a", type]];
    expect(dtypeFromWire(type, "V")).toBeUndefined();
  });
});
