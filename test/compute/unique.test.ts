import { describe, expect, it } from "vitest";
import { unique, uniqueComplex, uniqueUnits } from "../../src/compute/unique.js";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const NAT = -(2n ** 63n);
const ALL = { index: true, inverse: true, counts: true };

/** The result with its arrays as lists. */
const lists = (result: object) =>
  Object.fromEntries(Object.entries(result).map(([name, array]) => [name, [...array]]));

describe("unique", () => {
  it("gives the distinct values and all about them, as NumPy", () => {
    expect(lists(unique(Int32Array.of(3, 1, 2, 1, 3), ALL))).toEqual({
      values: [1, 2, 3],
      index: [1, 2, 0],
      inverse: [2, 0, 1, 0, 2],
      counts: [2, 1, 2],
    });
  });

  it("gives no more than is asked for", () => {
    const values = Uint8Array.of(2, 1);
    expect(Object.keys(unique(values))).toEqual(["values"]);
    expect(Object.keys(unique(values, { counts: true }))).toEqual(["values", "counts"]);
  });

  it("takes all NaN for one, and -0 for 0", () => {
    const values = Float64Array.of(nan, 1, nan, -0, 0);
    expect(lists(unique(values, ALL))).toEqual({
      values: [-0, 1, nan],
      index: [3, 1, 0],
      inverse: [2, 1, 2, 0, 0],
      counts: [2, 1, 2],
    });
    expect([...unique(Float32Array.of(nan, nan)).values]).toEqual([nan]);
  });

  it("takes all NaT for one, last", () => {
    const dates = BigInt64Array.of(5n, NAT, 3n, NAT);
    expect(lists(unique(dates, { ...ALL, nat: true }))).toEqual({
      values: [3n, 5n, NAT],
      index: [2, 0, 1],
      inverse: [1, 2, 0, 2],
      counts: [1, 1, 2],
    });
    expect([...unique(dates).values]).toEqual([NAT, 3n, 5n]);
  });

  it("keeps the type", () => {
    expect(unique(Int16Array.of(1)).values).toBeInstanceOf(Int16Array);
    expect(unique(BigUint64Array.of(1n)).values).toBeInstanceOf(BigUint64Array);
  });

  it("gives empty arrays for none", () => {
    expect(lists(unique(new Float64Array(0), ALL))).toEqual({
      values: [],
      index: [],
      inverse: [],
      counts: [],
    });
  });

  it("tells apart integers that differ in one word only", () => {
    const values = BigInt64Array.of(1n, 2n ** 32n + 1n, 2n ** 32n, 1n, 0n);
    expect([...unique(values).values]).toEqual([0n, 1n, 2n ** 32n, 2n ** 32n + 1n]);
  });

  it("works for many elements", () => {
    const values = Int32Array.from({ length: 3000 }, (_, i) => (i * 7919) % 1000);
    const { values: distinct, index, inverse, counts } = unique(values, ALL);
    expect([...distinct]).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(counts?.every((count) => count === 3)).toBe(true);
    expect([...(index ?? [])]).toEqual([...distinct].map((value) => values.indexOf(value)));
    expect([...(inverse ?? [])].map((group) => distinct[group])).toEqual([...values]);
  });
});

describe("uniqueComplex", () => {
  it("takes all numbers with a NaN for one, as NumPy", () => {
    const values = [
      nan,
      1,
      2,
      nan,
      1,
      5,
      1,
      nan,
      nan,
      nan,
      nan,
      0,
      1,
      2,
      nan,
      nan,
      0,
      0,
      inf,
      1,
      1,
      inf,
      -inf,
      nan,
    ];
    expect(lists(uniqueComplex(Float64Array.from(values), ALL))).toEqual({
      values: [0, 0, 1, 2, 1, 5, 1, inf, inf, 1, -inf, nan],
      index: [8, 6, 2, 10, 9, 11],
      inverse: [5, 5, 2, 5, 5, 5, 1, 5, 0, 4, 3, 5],
      counts: [1, 1, 1, 1, 1, 7],
    });
  });

  it("tells apart numbers that differ in one part", () => {
    expect([...uniqueComplex(Float32Array.of(1, 2, 1, 3, 0, 2, 1, 2)).values]).toEqual([0, 2, 1, 2, 1, 3]);
  });
});

describe("uniqueUnits", () => {
  it("gives the distinct strings in their width", () => {
    const units = Uint32Array.from([..."b a abb "], (character) =>
      character === " " ? 0 : character.charCodeAt(0),
    );
    const result = uniqueUnits(units, 2, ALL);
    expect(String.fromCodePoint(...result.values)).toBe("a\0abb\0");
    expect(lists({ ...result, values: [] })).toEqual({
      values: [],
      index: [1, 2, 0],
      inverse: [2, 0, 1, 2],
      counts: [1, 1, 2],
    });
    expect([...uniqueUnits(Uint8Array.of(1, 0, 0, 0, 1, 1, 0, 0, 0, 1), 5).values]).toEqual([1, 0, 0, 0, 1]);
  });
});
