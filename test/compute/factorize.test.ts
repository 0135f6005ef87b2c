import { describe, expect, it } from "vitest";
import {
  ascendingRuns,
  complexKeys,
  factorize,
  joinKeys,
  keysOf,
  type NumberArray,
  orderByCodes,
  orderedRuns,
  orderOf,
  type RangedKeys,
  rangedKeys,
  rankedKeys,
  unitKeys,
} from "../../src/compute/index.js";

const { NaN: nan } = Number;

const keys = (values: NumberArray): RangedKeys =>
  rangedKeys(values.length, (start, end) => keysOf(values.subarray(start, end)));

/** What factorize gives, as lists. */
function listed(of: RangedKeys, limit?: number) {
  const found = factorize(of, limit);
  return found === undefined ? undefined : { codes: [...found.codes], firsts: [...found.firsts] };
}

describe("factorize", () => {
  it("numbers the distinct elements in ascending order, and says where each is first", () => {
    expect(listed(keys(Int32Array.of(7, -3, 7, 2, -3)))).toEqual({
      codes: [2, 0, 2, 1, 0],
      firsts: [1, 3, 0],
    });
  });

  it("takes -0 for 0 and all NaN for one, last", () => {
    const values = Float64Array.of(nan, -0, 1, 0, -1, nan);
    expect(listed(keys(values))).toEqual({ codes: [3, 1, 2, 1, 0, 3], firsts: [4, 1, 2, 0] });
  });

  it("takes keys of many words", () => {
    const words = ["b", "", "abcdefghij", "b", "abcdefghik", ""];
    const units = new Uint32Array(10 * words.length);
    for (const [i, word] of words.entries()) {
      units.set(Uint32Array.from(Buffer.from(word)), 10 * i);
    }
    const texts = rangedKeys(words.length, (start, end) =>
      unitKeys(units.subarray(10 * start, 10 * end), 10),
    );
    expect(listed(texts)).toEqual({ codes: [3, 0, 1, 3, 2, 0], firsts: [1, 2, 4, 0] });
    const parts = Float32Array.of(1, 2, 1, 1, 0, 5, 1, 2);
    const complex = rangedKeys(4, (start, end) => complexKeys(parts.subarray(2 * start, 2 * end)));
    expect(listed(complex)).toEqual({ codes: [2, 1, 0, 2], firsts: [2, 1, 0] });
  });

  it("gives up where there are more than the limit, and only there", () => {
    const values = Int16Array.of(1, 2, 3, 1, 2, 3);
    expect(listed(keys(values), 2)).toBeUndefined();
    expect(listed(keys(values), 3)?.firsts).toEqual([0, 1, 2]);
    const many = Int32Array.from({ length: 2 ** 16 + 1 }, (_, i) => i);
    expect(listed(keys(many))).toBeUndefined();
    expect(factorize(keys(many.subarray(1)))?.firsts).toHaveLength(2 ** 16);
  });

  it("works over many blocks", () => {
    const values = Float64Array.from({ length: 20_000 }, (_, i) => ((i * 7919) % 3001) / 7);
    const found = factorize(keys(values));
    expect(found?.firsts).toHaveLength(3001);
    expect(Array.from(found?.codes ?? [], (code) => code / 7)).toEqual([...values]);
    expect([...(found?.firsts ?? [])].every((place, code) => values.indexOf(code / 7) === place)).toBe(true);
  });

  it("knows nothing, and one thing", () => {
    expect(listed(keys(new Int8Array(0)))).toEqual({ codes: [], firsts: [] });
    expect(listed(joinKeys([], 3))).toEqual({ codes: [0, 0, 0], firsts: [0] });
  });
});

describe("ranked keys", () => {
  const values = Float64Array.of(2, 3, nan, 1, 3, 2);
  const missing = Uint8Array.of(0, 0, 1, 0, 1, 0);

  it("put what is missing last, up and down, and keep the order of equals", () => {
    expect([...orderOf(rankedKeys(keys(values), { missing }))]).toEqual([3, 0, 5, 1, 2, 4]);
    expect([...orderOf(rankedKeys(keys(values), { missing, descending: true }))]).toEqual([1, 0, 5, 3, 2, 4]);
    expect([...orderOf(rankedKeys(keys(Int8Array.of(1, -1, 1, 0)), { descending: true }))]).toEqual([
      0, 2, 3, 1,
    ]);
  });

  it("tell what is missing from the greatest value", () => {
    const greatest = Uint32Array.of(2 ** 32 - 1, 0, 2 ** 32 - 1);
    expect([...orderOf(rankedKeys(keys(greatest), { missing: Uint8Array.of(1, 0, 0) }))]).toEqual([1, 2, 0]);
  });

  it("are the keys themselves where nothing is to be changed", () => {
    const plain = keys(values);
    expect(rankedKeys(plain, {})).toBe(plain);
  });
});

describe("joined keys", () => {
  it("order by the first, then by the next", () => {
    const both = joinKeys([keys(Int8Array.of(1, 0, 1, 0)), keys(Float64Array.of(1, 2, 0, 2))], 4);
    expect(both.words).toBe(3);
    expect([...orderOf(both)]).toEqual([1, 3, 2, 0]);
    expect(orderedRuns(both, orderOf(both))).toEqual([0, 2, 3, 4]);
  });

  it("of none are all equal", () => {
    expect(ascendingRuns(joinKeys([], 3))).toEqual([0, 3]);
  });
});

describe("runs", () => {
  it("of elements in order begin where they change", () => {
    expect(ascendingRuns(keys(Int8Array.of(1, 1, 2, 5, 5)))).toEqual([0, 2, 3, 5]);
    expect(ascendingRuns(keys(Int8Array.of(1, 1, 2, 1)))).toBeUndefined();
    expect(ascendingRuns(keys(new Int8Array(0)))).toEqual([0]);
    expect(ascendingRuns(keys(Int8Array.of(7)))).toEqual([0, 1]);
  });

  it("are found across blocks", () => {
    const values = Uint32Array.from({ length: 10_000 }, (_, i) => Math.floor(i / 2047));
    expect(ascendingRuns(keys(values))).toEqual([0, 2047, 4094, 6141, 8188, 10_000]);
    for (const place of [1, 2046, 2047, 2048, 4094, 9999]) {
      const broken = values.with(place, 0).with(place - 1, 9);
      expect(ascendingRuns(keys(broken))).toBeUndefined();
    }
  });

  it("may have the upper words in common alone", () => {
    const both = joinKeys([keys(Int8Array.of(1, 1, 2, 2)), keys(Int8Array.of(1, 2, 0, 0))], 4);
    expect(ascendingRuns(both)).toEqual([0, 1, 2, 4]);
    expect(ascendingRuns(both, 1)).toEqual([0, 2, 4]);
    expect(ascendingRuns(both, 0)).toEqual([0, 4]);
    const doubles = keys(Float64Array.of(0.1, 0.1, 0.1 + 2 ** -50, 2));
    expect(ascendingRuns(doubles)).toEqual([0, 2, 3, 4]);
  });
});

describe("orderByCodes", () => {
  it("sorts places by number, stably, and says where each number begins", () => {
    const order = new Uint32Array(6);
    expect(orderByCodes(Uint32Array.of(2, 0, 2, 3, 0, 2), 4, undefined, order)).toEqual([0, 2, 2, 5, 6]);
    expect([...order]).toEqual([1, 4, 0, 2, 5, 3]);
  });

  it("keeps the order that there was", () => {
    const order = new Uint32Array(5);
    orderByCodes(Uint32Array.of(1, 0, 1, 0, 1), 2, Int32Array.of(4, 3, 2, 1, 0), order);
    expect([...order]).toEqual([3, 1, 4, 2, 0]);
  });
});
