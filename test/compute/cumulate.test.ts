import { describe, expect, it } from "vitest";
import { ComplexCumsum, FloatCumsum } from "../../src/compute/cumulate.js";
import { IntegerCumsum } from "../../src/compute/cumulate-integers.js";
import type { NumericArray } from "../../src/compute/types.js";

const nan = Number.NaN;
const NAT = -(2n ** 63n);

describe("FloatCumsum", () => {
  it("adds one after the other, as NumPy", () => {
    const out = new Float64Array(3);
    new FloatCumsum().add(Float64Array.of(0.1, 0.1, 0.1), 0, 3, out, 0);
    expect([...out]).toEqual([0.1, 0.2, 0.30000000000000004]);
  });

  it("rounds to single precision after each addition, as NumPy for f4", () => {
    const out = new Float32Array(6);
    new FloatCumsum().add(new Float32Array(6).fill(0.1), 0, 6, out, 0);
    const bits = [1036831949, 1045220557, 1050253722, 1053609165, 1056964608, 1058642330];
    expect([...new Uint32Array(out.buffer)]).toEqual(bits);
  });

  it("carries on over blocks, from and to any place, until reset", () => {
    const cumsum = new FloatCumsum();
    const out = new Float64Array(5).fill(-1);
    cumsum.add(Int32Array.of(9, 1, 2, 9), 1, 3, out, 1);
    cumsum.add(Uint8Array.of(3), 0, 1, out, 3);
    expect([...out]).toEqual([-1, 1, 3, 6, -1]);
    cumsum.reset();
    cumsum.add(Uint8Array.of(3), 0, 1, out, 4);
    expect(out[4]).toBe(3);
  });

  it("keeps the sign of leading negative zeros", () => {
    const out = new Float64Array(3);
    new FloatCumsum().add(Float64Array.of(-0, -0, 0), 0, 3, out, 0);
    expect([...out]).toEqual([-0, -0, 0]);
  });

  it("has NaN propagate, or counts it as zero", () => {
    const values = Float64Array.of(nan, -0, 1, nan, 2);
    const out = new Float64Array(5);
    new FloatCumsum().add(values, 0, 5, out, 0);
    expect([...out]).toEqual([nan, nan, nan, nan, nan]);
    // np.nancumsum
    new FloatCumsum({ skipNaN: true }).add(values, 0, 5, out, 0);
    expect([...out]).toEqual([0, 0, 1, 1, 3]);
    expect(values[0]).toBe(nan);
  });

  it("is exact for whole numbers over a long run", () => {
    const out = new Float64Array(5000);
    new FloatCumsum().add(new Uint16Array(5000).fill(3), 0, 5000, out, 0);
    expect(out.every((total, i) => total === 3 * (i + 1))).toBe(true);
  });
});

describe("ComplexCumsum", () => {
  it("adds both parts into pairs", () => {
    const out = new Float64Array(8);
    const cumsum = new ComplexCumsum();
    cumsum.add(Float64Array.of(9, 9, 1, 2, 3, 4), 1, 3, out, 1);
    cumsum.add(Float32Array.of(0.5, -1), 0, 1, out, 3);
    expect([...out]).toEqual([0, 0, 1, 2, 4, 6, 4.5, 5]);
    cumsum.reset();
    cumsum.add(Float32Array.of(0.5, -1), 0, 1, out, 0);
    expect([...out.subarray(0, 2)]).toEqual([0.5, -1]);
  });

  it("rounds each part for single precision", () => {
    const out = new Float32Array(12);
    new ComplexCumsum().add(new Float32Array(12).fill(0.1), 0, 6, out, 0);
    expect(new Uint32Array(out.buffer)[11]).toBe(1058642330);
    expect(new Uint32Array(out.buffer)[10]).toBe(1058642330);
  });

  it("has NaN propagate in its part, or counts the whole number as zero", () => {
    const values = Float64Array.of(1, 2, nan, 1, 3, 4);
    const out = new Float64Array(6);
    new ComplexCumsum().add(values, 0, 3, out, 0);
    expect([...out]).toEqual([1, 2, nan, 3, nan, 7]);
    // np.nancumsum
    new ComplexCumsum({ skipNaN: true }).add(values, 0, 3, out, 0);
    expect([...out]).toEqual([1, 2, 1, 2, 4, 6]);
  });
});

describe("IntegerCumsum", () => {
  const signed = (values: NumericArray) => {
    const out = new BigInt64Array(values.length);
    new IntegerCumsum().add(values, 0, values.length, out, 0);
    return [...out];
  };
  const unsigned = (values: NumericArray) => {
    const out = new BigUint64Array(values.length);
    new IntegerCumsum().add(values, 0, values.length, out, 0);
    return [...out];
  };

  it("widens to 64 bits", () => {
    expect(signed(Int8Array.of(-1, -128, 127))).toEqual([-1n, -129n, -2n]);
    expect(signed(Int32Array.of(-(2 ** 31), -(2 ** 31), 1))).toEqual([
      -(2n ** 31n),
      -(2n ** 32n),
      1n - 2n ** 32n,
    ]);
    expect(unsigned(new Uint32Array(3).fill(2 ** 32 - 1))).toEqual([4294967295n, 8589934590n, 12884901885n]);
  });

  it("wraps around, as NumPy", () => {
    expect(signed(BigInt64Array.of(2n ** 63n - 1n, 1n, -1n))).toEqual([2n ** 63n - 1n, NAT, 2n ** 63n - 1n]);
    expect(unsigned(BigUint64Array.of(2n ** 63n, 2n ** 63n, 5n))).toEqual([2n ** 63n, 0n, 5n]);
    expect(signed(BigInt64Array.of(-1n, 2n ** 32n, 0xffff_ffffn))).toEqual([
      -1n,
      0xffff_ffffn,
      0x1_ffff_fffen,
    ]);
  });

  it("carries on over blocks, from and to any place, until reset", () => {
    const cumsum = new IntegerCumsum();
    const out = new BigInt64Array(6).fill(7n);
    cumsum.add(Int16Array.of(9, -1, -2, 9), 1, 3, out, 1);
    cumsum.add(BigInt64Array.of(9n, 2n ** 40n), 1, 2, out, 3);
    cumsum.add(Uint8Array.of(4), 0, 1, out, 4);
    expect([...out]).toEqual([7n, -1n, -3n, 2n ** 40n - 3n, 2n ** 40n + 1n, 7n]);
    cumsum.reset();
    cumsum.add(Uint8Array.of(4), 0, 1, out, 0);
    expect(out[0]).toBe(4n);
  });

  it("stays exact over a long run", () => {
    const length = 5000;
    const of32 = unsigned(new Uint32Array(length).fill(2 ** 32 - 1));
    expect(of32.every((total, i) => total === BigInt(i + 1) * (2n ** 32n - 1n))).toBe(true);
    const of64 = signed(new BigInt64Array(length).fill(-(2n ** 62n) + 1n));
    expect(of64.every((total, i) => total === BigInt.asIntN(64, BigInt(i + 1) * (1n - 2n ** 62n)))).toBe(
      true,
    );
  });

  it("has NaT propagate through durations, or counts it as zero", () => {
    const values = BigInt64Array.of(3n, NAT, 1n);
    const out = new BigInt64Array(4);
    const strict = new IntegerCumsum({ nat: true });
    strict.add(values, 0, 3, out, 0);
    strict.add(values, 2, 3, out, 3);
    // np.cumsum(np.array([3, "NaT", 1], "m8[s]"))
    expect([...out]).toEqual([3n, NAT, NAT, NAT]);
    strict.reset();
    strict.add(values, 2, 3, out, 0);
    expect(out[0]).toBe(1n);
    const lenient = new IntegerCumsum({ nat: true, skipNaN: true });
    lenient.add(values, 0, 3, out, 0);
    expect([...out.subarray(0, 3)]).toEqual([3n, 3n, 4n]);
    expect(values[1]).toBe(NAT);
  });
});
