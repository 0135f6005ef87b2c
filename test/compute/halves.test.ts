import { describe, expect, it } from "vitest";
import { floatToHalf, halfToFloat } from "../../src/compute/halves.js";
import { fromHalf, toHalf } from "../../src/dtype/half.js";

const PATTERNS = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);

describe("halfToFloat", () => {
  it("gives for every pattern what one element gives", () => {
    const out = new Float32Array(PATTERNS.length);
    halfToFloat(PATTERNS, out);
    const wrong = PATTERNS.filter((bits, i) => !Object.is(out[i], fromHalf(bits)));
    expect([...wrong]).toEqual([]);
  });

  it("keeps sign and payload of NaN, as NumPy does", () => {
    const out = new Float32Array(3);
    halfToFloat(Uint16Array.of(0x7e00, 0xfe01, 0x7c01), out);
    expect([...new Uint32Array(out.buffer)]).toEqual([0x7fc00000, 0xffc02000, 0x7f802000]);
  });

  it("writes no further than it reads", () => {
    const out = new Float32Array(4).fill(7);
    halfToFloat(Uint16Array.of(0x3c00, 0xc000), out);
    expect([...out]).toEqual([1, -2, 7, 7]);
  });
});

describe("floatToHalf", () => {
  it("gives back every pattern, from single and from double precision", () => {
    for (const Type of [Float32Array, Float64Array]) {
      const out = new Uint16Array(PATTERNS.length);
      expect(floatToHalf(new Type([...PATTERNS].map(fromHalf)), out)).toBe(-1);
      const wrong = PATTERNS.filter((bits) => out[bits] !== ((bits & 0x7fff) > 0x7c00 ? 0x7e00 : bits));
      expect([...wrong]).toEqual([]);
    }
  });

  it("rounds once", () => {
    const values = Float64Array.of(1 + 2 ** -11 + 2 ** -40, 1 / 3, 2049, 2 ** -25);
    const out = new Uint16Array(4);
    floatToHalf(values, out);
    expect([...out]).toEqual([0x3c01, 0x3555, 0x6800, 0]);
    expect([...out]).toEqual([...values].map(toHalf));
  });

  it("says where the first finite value became infinite", () => {
    const out = new Uint16Array(5);
    expect(floatToHalf(Float64Array.of(Infinity, 65519, -65520, 1e9, Number.NaN), out)).toBe(2);
    expect([...out]).toEqual([0x7c00, 0x7bff, 0xfc00, 0x7c00, 0x7e00]);
    expect(floatToHalf(Float64Array.of(-Infinity, Number.NaN), out)).toBe(-1);
  });
});
