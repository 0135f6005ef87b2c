import { describe, expect, it } from "vitest";
import { between, betweenComplex, betweenUnits } from "../../src/compute/between.js";

const nan = Number.NaN;

describe("between", () => {
  it("includes both ends", () => {
    const out = new Uint8Array(7).fill(9);
    between(Float64Array.of(0, 1, 2, 3, 4, nan), 0, 6, 1, 3, out, 1);
    expect([...out]).toEqual([9, 0, 1, 1, 1, 0, 0]);
  });

  it("takes bounds of any kind", () => {
    const out = new Uint8Array(4);
    between(BigInt64Array.of(-1n, 0n, 1n, 2n), 0, 4, -0.5, 1.5, out, 0);
    expect([...out]).toEqual([0, 1, 1, 0]);
    between(Uint8Array.of(0, 1, 254, 255), 0, 4, 1n, 10n ** 30n, out, 0);
    expect([...out]).toEqual([0, 1, 1, 1]);
    between(Uint8Array.of(0, 1, 254, 255), 0, 4, 1, nan, out, 0);
    expect([...out]).toEqual([0, 0, 0, 0]);
    between(BigInt64Array.of(-(2n ** 63n), 0n, 1n, 2n), 0, 4, -Infinity, 1n, out, 0, { nat: true });
    expect([...out]).toEqual([0, 1, 1, 0]);
  });

  it("is false everywhere where the bounds are the wrong way round", () => {
    const out = new Uint8Array(3);
    between(Int8Array.of(1, 2, 3), 0, 3, 3, 1, out, 0);
    expect([...out]).toEqual([0, 0, 0]);
  });

  it("works over many blocks", () => {
    const values = Int32Array.from({ length: 5000 }, (_, i) => i);
    const out = new Uint8Array(5000);
    between(values, 10, 5000, 2000, 4500, out, 0);
    expect(out.indexOf(1)).toBe(1990);
    expect(out.lastIndexOf(1)).toBe(4490);
    expect(out.reduce((a, b) => a + b)).toBe(2501);
  });
});

describe("betweenComplex", () => {
  it("orders by real, then imaginary part", () => {
    const out = new Uint8Array(5);
    const values = Float64Array.of(1, 0, 1, 1, 1, 2, 2, -9, 1, nan);
    betweenComplex(values, 0, 5, { re: 1, im: 1 }, { re: 2, im: -9 }, out, 0);
    expect([...out]).toEqual([0, 1, 1, 1, 0]);
  });
});

describe("betweenUnits", () => {
  it("orders by unit", () => {
    const text = (string: string) => Uint8Array.from(Buffer.from(string, "latin1"));
    const out = new Uint8Array(5).fill(9);
    betweenUnits(text("a\0b\0c\0d\0"), 2, 0, 4, text("b"), text("cc"), out, 1);
    expect([...out]).toEqual([9, 0, 1, 1, 0]);
  });
});
