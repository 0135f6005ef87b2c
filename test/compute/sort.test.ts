import { describe, expect, it } from "vitest";
import { argsortSmall } from "../../src/compute/small-words.js";
import {
  argsort,
  argsortComplex,
  argsortUnits,
  sort,
  sortComplex,
  sortUnits,
} from "../../src/compute/sort.js";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const NAT = -(2n ** 63n);

/** Pseudo-random whole numbers below `limit`, the same in every run. */
function numbers(length: number, limit: number): number[] {
  let state = 12345;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  });
}

describe("argsort and sort of numbers", () => {
  it("order floats as NumPy: -0 and 0 equal, NaN last, stable", () => {
    const values = [3, nan, -0, 0, -inf, nan, inf, -1, 5e-324, -5e-324];
    const order = [4, 7, 9, 2, 3, 8, 0, 6, 1, 5];
    const sorted = [-inf, -1, -5e-324, -0, 0, 5e-324, 3, inf, nan, nan];
    expect([...argsort(Float64Array.from(values))]).toEqual(order);
    expect([...sort(Float64Array.from(values))]).toEqual(sorted);
    // Long enough for the other algorithm: ten times the same.
    const many = Float64Array.from({ length: 100 }, (_, i) => values[i % 10] ?? 0);
    expect([...sort(many)]).toEqual(
      sorted
        .flatMap((x) => new Array(10).fill(x))
        .map((x, i) => (i >= 30 && i < 50 ? (i % 2 === 0 ? -0 : 0) : x)),
    );
    const single = Float32Array.of(1, nan, -0, 0, -inf, 1e-45, -1e-45, nan, inf, -2);
    expect([...argsort(single)]).toEqual([4, 9, 6, 2, 3, 5, 0, 8, 1, 7]);
  });

  it.each([
    [Int8Array, -128, 256],
    [Uint8Array, 0, 256],
    [Int16Array, -32768, 65536],
    [Uint16Array, 0, 65536],
    [Int32Array, -(2 ** 31), 2 ** 32],
    [Uint32Array, 0, 2 ** 32],
    [Float32Array, -1000, 2000],
    [Float64Array, -1e15, 2e15],
  ])("order %s of any length, stably", (Type, least, range) => {
    for (const length of [0, 1, 2, 47, 48, 49, 100, 3000]) {
      const values = Type.from(numbers(length, range).map((x) => x + least));
      const expected = [...values.keys()].sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b);
      const order = argsort(values);
      expect(order).toBeInstanceOf(Int32Array);
      expect([...order]).toEqual(expected);
      const words = new Uint32Array(2 * length).fill(7);
      expect(argsortSmall(values, words)).toBe(Type.BYTES_PER_ELEMENT === 1 && length >= 256);
      if (Type.BYTES_PER_ELEMENT === 1 && length >= 256) {
        expect([...new BigUint64Array(words.buffer)].map(Number)).toEqual(expected);
      }
      const sorted = sort(values);
      expect(sorted).toBeInstanceOf(Type);
      expect([...sorted]).toEqual(expected.map((i) => values[i]));
    }
  });

  it.each([Int16Array, Uint16Array])("give the places of many %s as integers of 64 bits", (Type) => {
    const values = Type.from([...Array(2 ** 16 + 1).keys()].map((i) => (i * 40503) >> 5));
    const words = new Uint32Array(2 * values.length).fill(7);
    expect(argsortSmall(values, words)).toBe(true);
    expect(
      Buffer.from(words.buffer).equals(Buffer.from(BigUint64Array.from(argsort(values), BigInt).buffer)),
    ).toBe(true);
  });

  it("order 64-bit integers; NaT last among dates", () => {
    const values = BigInt64Array.of(2n ** 63n - 1n, NAT, 0n, -1n, 1n, NAT);
    expect([...argsort(values)]).toEqual([1, 5, 3, 2, 4, 0]);
    expect([...argsort(values, { nat: true })]).toEqual([3, 2, 4, 0, 1, 5]);
    expect([...argsort(BigUint64Array.of(2n ** 64n - 1n, 2n ** 63n, 0n, 2n ** 63n - 1n))]).toEqual([
      2, 3, 1, 0,
    ]);
    const sorted = sort(values, { nat: true });
    expect(sorted).toBeInstanceOf(BigInt64Array);
    expect([...sorted]).toEqual([-1n, 0n, 1n, 2n ** 63n - 1n, NAT, NAT]);
  });

  it("order many 64-bit integers by both words", () => {
    const [high, low] = [numbers(3000, 5), numbers(3000, 2 ** 32)];
    const values = BigInt64Array.from(high, (x, i) => (BigInt(x - 2) << 32n) + BigInt((low[i] ?? 0) % 97));
    const expected = [...values.keys()].sort(
      (a, b) => Number((values[a] ?? 0n) - (values[b] ?? 0n)) || a - b,
    );
    expect([...argsort(values)]).toEqual(expected);
    const dates = values.map((x, i) => (i % 10 === 0 ? NAT : x));
    const later = (i: number) => (dates[i] === NAT ? 2n ** 63n : (dates[i] ?? 0n));
    const inOrder = [...dates.keys()].sort((a, b) => Number(later(a) - later(b)) || a - b);
    expect([...argsort(dates, { nat: true })]).toEqual(inOrder);
  });

  it("leave what is in order in order, and see the one that is not", () => {
    const ascending = Float64Array.from({ length: 200 }, (_, i) => Math.floor(i / 3));
    const places = Array.from({ length: 200 }, (_, i) => i);
    expect([...argsort(ascending)]).toEqual(places);
    ascending[199] = 0;
    expect([...argsort(ascending)]).toEqual([0, 1, 2, 199, ...places.slice(3, 199)]);
    const times = BigInt64Array.from({ length: 200 }, (_, i) => BigInt(i) << 31n);
    expect([...argsort(times)]).toEqual(places);
    times[101] = 100n << 31n;
    times[100] = (100n << 31n) + 1n;
    expect([...argsort(times)]).toEqual(places.with(100, 101).with(101, 100));
    expect([...argsort(Int32Array.from(places))]).toEqual(places);
  });

  it("do not change their argument, nor share its memory", () => {
    const values = Buffer.from([3, 1, 2]);
    const sorted = sort(values);
    expect([...values]).toEqual([3, 1, 2]);
    expect([...sorted]).toEqual([1, 2, 3]);
  });

  it("know NaN of every sign and payload, and sort them as equals", () => {
    const inf64 = 0x7ff0_0000_0000_0000n;
    const doubles = BigUint64Array.of(
      -1n,
      inf64 + 1n,
      0xfff8n << 48n,
      inf64,
      inf64 | (1n << 32n),
      0xfffn << 52n,
    );
    expect([...argsort(new Float64Array(doubles.buffer))]).toEqual([5, 3, 0, 1, 2, 4]);
    const singles = Uint32Array.of(0xffffffff, 0x7f800001, 0xffc00000, 0x7f800000, 0xff800000);
    expect([...argsort(new Float32Array(singles.buffer))]).toEqual([4, 3, 0, 1, 2]);
  });

  it("keep the payload of NaN", () => {
    const bits = BigUint64Array.of(0x7ff8_0000_0000_1234n, 0n);
    const sorted = sort(new Float64Array(bits.buffer));
    expect(new BigUint64Array(sorted.buffer)[1]).toBe(0x7ff8_0000_0000_1234n);
  });
});

describe("argsortComplex and sortComplex", () => {
  // np.argsort of these, kind="stable"
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
  const order = [8, 6, 2, 10, 9, 11, 3, 1, 5, 0, 4, 7];

  it("order as NumPy: first what has no NaN, last what is all NaN", () => {
    expect([...argsortComplex(Float64Array.from(values))]).toEqual(order);
    expect([...argsortComplex(Float32Array.from(values))]).toEqual(order);
    const expected = order.flatMap((i) => values.slice(2 * i, 2 * i + 2));
    const sorted = sortComplex(Float32Array.from(values));
    expect(sorted).toBeInstanceOf(Float32Array);
    expect([...sorted]).toEqual(expected);
    expect([...sortComplex(Float64Array.from(values))]).toEqual(expected);
  });

  it("order many, stably", () => {
    const parts = Float64Array.from(numbers(4000, 7), (x) => x - 3);
    const key = (i: number) => (parts[2 * i] ?? 0) * 10 + (parts[2 * i + 1] ?? 0);
    const expected = Array.from({ length: 2000 }, (_, i) => i).sort((a, b) => key(a) - key(b) || a - b);
    expect([...argsortComplex(parts)]).toEqual(expected);
    expect([...argsortComplex(Float32Array.from(parts))]).toEqual(expected);
  });
});

describe("argsortUnits and sortUnits", () => {
  const points = (width: number, strings: readonly string[]) => {
    const units = new Uint32Array(width * strings.length);
    strings.forEach((text, i) => {
      units.set(
        [...text].map((character) => character.codePointAt(0) ?? 0),
        i * width,
      );
    });
    return units;
  };

  it("order by code point, as NumPy", () => {
    const strings = ["b", "", "ab", "a", "abc", "b", "aé", "a😀"];
    expect([...argsortUnits(points(3, strings), 3)]).toEqual([1, 3, 2, 4, 6, 7, 0, 5]);
    const sorted = sortUnits(points(3, strings), 3);
    expect([...sorted]).toEqual([...points(3, ["", "a", "ab", "abc", "aé", "a😀", "b", "b"])]);
    // By UTF-16 units, the surrogates of the second would come first.
    expect([...argsortUnits(points(1, ["\uffee", "😀", "a"]), 1)]).toEqual([2, 0, 1]);
  });

  it("order bytes as unsigned, whatever the width", () => {
    const strings = ["b", "", "ab", "a", "abcde", "\xff", "a\x01"];
    for (const width of [5, 6, 7, 8, 9]) {
      const bytes = Uint8Array.from(points(width, strings));
      expect([...argsortUnits(bytes, width)]).toEqual([1, 3, 6, 2, 4, 0, 5]);
    }
    expect([...sortUnits(Uint8Array.of(2, 255, 1), 1)]).toEqual([1, 2, 255]);
  });

  it("order many, stably", () => {
    const strings = numbers(2000, 26 ** 3).map((x) => x.toString(26).slice(0, 1 + (x % 3)));
    const expected = strings
      .map((text, i) => ({ text, i }))
      .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : a.i - b.i))
      .map(({ i }) => i);
    expect([...argsortUnits(points(4, strings), 4)]).toEqual(expected);
    expect([...argsortUnits(Uint8Array.from(points(7, strings)), 7)]).toEqual(expected);
  });
});
