import { describe, expect, it } from "vitest";
import { ComplexCount, Count } from "../../src/compute/count.js";

describe("Count", () => {
  it("counts elements of any type", () => {
    const count = new Count();
    count.add(Int8Array.of(1, 2, 3), 1, 3);
    count.add(BigInt64Array.of(1n), 0, 1);
    count.add(Float64Array.of(Number.NaN), 0, 1);
    expect(count.result()).toBe(4);
    count.reset();
    expect(count.result()).toBe(0);
  });

  it("leaves out NaN, and NaT among dates", () => {
    const count = new Count({ skipNaN: true });
    count.add(Float32Array.of(1, Number.NaN, 3), 0, 3);
    count.add(Uint8Array.of(0, 0), 0, 2);
    count.add(BigInt64Array.of(-(2n ** 63n)), 0, 1);
    expect(count.result()).toBe(5);
    const dates = new Count({ skipNaN: true, nat: true });
    dates.add(BigInt64Array.of(-(2n ** 63n), -(2n ** 63n) + 1n, 2n ** 63n - 1n), 0, 3);
    expect(dates.result()).toBe(2);
  });
});

describe("ComplexCount", () => {
  it("counts pairs, without those with NaN in either part on demand", () => {
    const values = Float64Array.of(1, 2, Number.NaN, 4, 5, Number.NaN);
    const all = new ComplexCount();
    all.add(values, 0, 3);
    expect(all.result()).toBe(3);
    const some = new ComplexCount({ skipNaN: true });
    some.add(values, 0, 3);
    expect(some.result()).toBe(1);
    some.reset();
    expect(some.result()).toBe(0);
  });
});
