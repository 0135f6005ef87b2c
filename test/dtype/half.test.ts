import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { fromHalf, toHalf } from "../../src/dtype/half.js";

const PATTERNS = Array.from({ length: 0x10000 }, (_, bits) => bits);
const isNaNPattern = (bits: number) => (bits & 0x7fff) > 0x7c00;

/** The neighbouring double of a positive one, `by` places away. */
function neighbour(x: number, by: bigint): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  view.setBigUint64(0, view.getBigUint64(0) + by);
  return view.getFloat64(0);
}

describe("fromHalf", () => {
  it("gives NumPy's doubles for all patterns that are not NaN", () => {
    const values = Float64Array.from(PATTERNS.filter((bits) => !isNaNPattern(bits)).map(fromHalf));
    const digest = createHash("sha256").update(new Uint8Array(values.buffer)).digest("hex");
    // hashlib.sha256(f[~np.isnan(f)].tobytes()) of f = np.arange(65536, dtype="<u2").view("<f2").astype("<f8")
    expect(digest).toBe("79fc8fde206ab7db2664c1760bbe8c8b0fc5adf41ce6112ff5bde9f19a6d9b46");
  });

  it("gives NaN for the 2046 patterns of NaN, and only for them", () => {
    const found = PATTERNS.filter((bits) => Number.isNaN(fromHalf(bits)));
    expect(found).toEqual(PATTERNS.filter(isNaNPattern));
    expect(found).toHaveLength(2046);
  });

  it.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3c00, 1],
    [0xc100, -2.5],
    [0x7bff, 65504],
    [0xfbff, -65504],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
  ])("reads the pattern %i as %d", (bits, value) => {
    expect(fromHalf(bits)).toBe(value);
  });
});

describe("toHalf", () => {
  it("gives back every pattern that is not NaN", () => {
    const wrong = PATTERNS.filter((bits) => !isNaNPattern(bits) && toHalf(fromHalf(bits)) !== bits);
    expect(wrong).toEqual([]);
  });

  it("gives the quiet NaN for NaN", () => {
    expect(toHalf(Number.NaN)).toBe(0x7e00);
  });

  it("rounds the midpoint of any two neighbours to the even one, and its own neighbours away from it", () => {
    const wrong: number[] = [];
    for (let bits = 0; bits < 0x7c00; bits++) {
      const below = fromHalf(bits);
      const above = bits === 0x7bff ? 65536 : fromHalf(bits + 1);
      const middle = (below + above) / 2;
      const even = bits + (bits & 1);
      const ok =
        toHalf(middle) === even &&
        toHalf(-middle) === (even | 0x8000) &&
        toHalf(neighbour(middle, -1n)) === bits &&
        toHalf(neighbour(middle, 1n)) === bits + 1 &&
        toHalf(-neighbour(middle, -1n)) === (bits | 0x8000) &&
        toHalf(-neighbour(middle, 1n)) === ((bits + 1) | 0x8000);
      if (!ok) wrong.push(bits);
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    [0.1, 0x2e66],
    [1 / 3, 0x3555],
    [65519.99999999999, 0x7bff],
    [65520, 0x7c00],
    [-65520, 0xfc00],
    [1e300, 0x7c00],
    [-Infinity, 0xfc00],
    [-0, 0x8000],
    [1e-300, 0x0000],
    [-5e-324, 0x8000],
    [2 ** -25, 0x0000],
    [3 * 2 ** -25, 0x0002],
    [6.1e-5, 0x03ff],
    [2 ** -14 * (1 - 2 ** -12), 0x0400],
    [2049, 0x6800],
    [2051, 0x6802],
  ])("writes %d as NumPy does", (value, bits) => {
    expect(toHalf(value)).toBe(bits);
  });

  it("does not round twice: just above a tie that single precision would fall back onto", () => {
    const value = 1 + 2 ** -11 + 2 ** -40;
    expect(Math.fround(value)).toBe(1 + 2 ** -11);
    expect(toHalf(value)).toBe(0x3c01);
  });
});
