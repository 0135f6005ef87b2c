import { describe, expect, it } from "vitest";
import { compareUnitsArrays, compareUnitsScalar } from "../../src/compute/compare-units.js";
import type { CompareOp } from "../../src/compute/plan.js";

const OPS: readonly CompareOp[] = ["eq", "ne", "lt", "le", "gt", "ge"];

/** Strings as code points, `width` each. */
function points(width: number, ...strings: string[]): Uint32Array {
  const units = new Uint32Array(width * strings.length);
  strings.forEach((text, i) => {
    units.set(
      [...text].map((character) => character.codePointAt(0) ?? 0),
      i * width,
    );
  });
  return units;
}

/** Strings as bytes, `width` each. */
const bytes = (width: number, ...strings: string[]) => Uint8Array.from(points(width, ...strings));

describe("compareUnitsScalar", () => {
  it("compares by code point, as NumPy", () => {
    const values = points(3, "b", "", "ab", "a", "abc", "b", "aé", "a😀", "a\uffee");
    const masks = OPS.map((op) => {
      const out = new Uint8Array(9);
      compareUnitsScalar(op, values, 3, 0, 9, points(2, "ab"), out, 0);
      return out.join("");
    });
    expect(masks).toEqual(["001000000", "110111111", "010100000", "011100000", "100011111", "101011111"]);
    const out = new Uint8Array(9);
    compareUnitsScalar("gt", values, 3, 0, 9, points(2, "a\uffee"), out, 0);
    expect(out.join("")).toBe("100001010");
  });

  it("compares bytes as unsigned", () => {
    const values = bytes(5, "b", "", "ab", "a", "abcde", "\xff", "a\x01");
    const out = new Uint8Array(7);
    compareUnitsScalar("lt", values, 5, 0, 7, bytes(2, "ab"), out, 0);
    expect(out.join("")).toBe("0101001");
  });

  it("takes zeros at the end for nothing, on either side", () => {
    const out = new Uint8Array(2).fill(9);
    compareUnitsScalar("eq", points(2, "a", "ab"), 2, 0, 2, points(4, "a"), out, 0);
    expect([...out]).toEqual([1, 0]);
    compareUnitsScalar("eq", points(4, "a", "ab"), 4, 0, 2, points(1, "a"), out, 0);
    expect([...out]).toEqual([1, 0]);
    compareUnitsScalar("lt", points(1, "a", "b"), 1, 0, 2, points(3, "a\0c"), out, 0);
    expect([...out]).toEqual([1, 0]);
    compareUnitsScalar("ge", points(1, "a", ""), 1, 0, 2, new Uint32Array(0), out, 0);
    expect([...out]).toEqual([1, 1]);
  });

  it("reads and writes only the ranges", () => {
    const out = new Uint8Array(4).fill(9);
    compareUnitsScalar("eq", points(2, "a", "b", "a", "a"), 2, 1, 3, points(1, "a"), out, 1);
    expect([...out]).toEqual([9, 0, 1, 9]);
  });
});

describe("compareUnitsArrays", () => {
  it("compares pair by pair, whatever the widths", () => {
    const masks = OPS.map((op) => {
      const out = new Uint8Array(5);
      const [a, b] = [points(2, "a", "ab", "b", "", "x"), points(3, "a", "abc", "az", "", "")];
      compareUnitsArrays(op, a, 2, 0, b, 3, 0, 5, out, 0);
      return out.join("");
    });
    expect(masks).toEqual(["10010", "01101", "01000", "11010", "00101", "10111"]);
  });

  it("reads and writes only the ranges, over many blocks", () => {
    const a = bytes(2, "zz", ...new Array(5000).fill("ab"));
    const b = bytes(1, "z", "z", ...Array.from({ length: 5000 }, (_, i) => (i % 2 === 0 ? "a" : "b")));
    const out = new Uint8Array(5003).fill(9);
    compareUnitsArrays("lt", a, 2, 1, b, 1, 2, 5000, out, 2);
    expect([...out]).toEqual([9, 9, ...Array.from({ length: 5000 }, (_, i) => i % 2), 9]);
  });
});
