import { describe, expect, it } from "vitest";
import { compareComplexArrays, compareComplexScalar } from "../../src/compute/compare-complex.js";
import type { CompareOp } from "../../src/compute/plan.js";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const OPS: readonly CompareOp[] = ["eq", "ne", "lt", "le", "gt", "ge"];

describe("compareComplexScalar", () => {
  it("orders by real, then imaginary part", () => {
    const values = Float64Array.of(0, 9, 1, 1, 1, 2, 1, 3, 2, -9, -0, inf);
    const masks = OPS.map((op) => {
      const out = new Uint8Array(6);
      compareComplexScalar(op, values, 0, 6, { re: 1, im: 2 }, out, 0);
      return out.join("");
    });
    expect(masks).toEqual(["001000", "110111", "110001", "111001", "000110", "001110"]);
  });

  it("takes -0 and 0 for equal", () => {
    const out = new Uint8Array(1);
    compareComplexScalar("eq", Float32Array.of(-0, 0), 0, 1, { re: 0, im: -0 }, out, 0);
    expect(out[0]).toBe(1);
  });

  it("reads and writes only the ranges", () => {
    const out = new Uint8Array(4).fill(9);
    compareComplexScalar("ge", Float32Array.of(5, 5, 0, 1, 1, 0, 5, 5), 1, 3, { re: 1, im: 0 }, out, 1);
    expect([...out]).toEqual([9, 0, 1, 9]);
  });
});

describe("compareComplexArrays", () => {
  it("agrees with NumPy on NaN in any part", () => {
    // x = np.array([complex(nan, 1), complex(2, nan), 1+5j, complex(1, nan), complex(inf, 1), complex(1, inf)])
    const x = [nan, 1, 2, nan, 1, 5, 1, nan, inf, 1, 1, inf];
    const [left, right]: [number[], number[]] = [[], []];
    for (let i = 0; i < 12; i += 2) {
      for (let j = 0; j < 12; j += 2) {
        left.push(...x.slice(i, i + 2));
        right.push(...x.slice(j, j + 2));
      }
    }
    const masks = OPS.map((op) => {
      const out = new Uint8Array(36);
      compareComplexArrays(op, Float64Array.from(left), 0, Float64Array.from(right), 0, 36, out, 0);
      return out.join("").replace(/(.{6})(?=.)/g, "$1 ");
    });
    expect(masks).toEqual([
      "000000 000000 001000 000000 000010 000001",
      "111111 111111 110111 111111 111101 111110",
      "000000 000000 000011 000000 000000 000010",
      "000000 000000 001011 000000 000010 000011",
      "000000 000000 000000 000000 001001 001000",
      "000000 000000 001000 000000 001011 001001",
    ]);
  });

  it("reads and writes only the ranges, over many blocks and two types", () => {
    const a = new Float32Array(2 * 5001).fill(1);
    const b = Float64Array.from({ length: 2 * 5002 }, (_, i) => (i % 4 === 3 ? 2 : 1));
    const out = new Uint8Array(5002).fill(9);
    compareComplexArrays("lt", a, 1, b, 2, 5000, out, 1);
    expect([...out]).toEqual([9, ...Array.from({ length: 5000 }, (_, i) => i % 2), 9]);
  });
});
