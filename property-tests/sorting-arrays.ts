import fc from "fast-check";
import type { BigArray, NumericArray } from "../src/compute/index.js";
import { FLOATS, INTEGERS, randomWords } from "./compute-arrays.js";

/**
 * Long arrays for the properties of sorting: of every type, made of random bits, of few distinct ones, of bits that are the same
 * in their upper or lower parts, in order, in reversed order, or in order but for some elements.
 *
 * @module
 */

/** Lengths below and above those from which kernels sort, and one or two of the blocks that they number elements by. */
const LENGTHS = [0, 1, 49, 999, 1000, 1001, 2500, 32768, 70_000];

const TYPES = [...INTEGERS, ...FLOATS, BigInt64Array, BigUint64Array] as const;

const SHAPES = ["random", "few", "upper", "lower", "ascending", "descending", "nearly", "narrow"] as const;

/** Bits of special elements, as two words: NaN of both signs and several payloads, zeros, infinities, NaT. */
const SPECIAL: readonly (readonly [low: number, high: number])[] = [
  [0, 0x7ff80000],
  [0x1234, 0xfff80000],
  [1, 0x7ff00000],
  [0x7fc00001, 0xffc00000],
  [0, 0],
  [0x80000000, 0x80000000],
  [0, 0x80000000],
  [0, 0x7ff00000],
  [0xff800000, 0xfff00000],
  [0xffffffff, 0xffffffff],
];

/** An array, and keys whose order is that of its elements. */
export interface SortCase {
  readonly values: NumericArray;
  readonly keys: readonly bigint[];
}

export const longArrays: fc.Arbitrary<SortCase> = fc
  .record({
    Type: fc.constantFrom(...TYPES),
    // Long ones are rare, since they take long.
    length: fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(...LENGTHS.slice(0, 7)) },
      fc.constantFrom(...LENGTHS),
    ),
    shape: fc.constantFrom(...SHAPES),
    seed: fc.integer(),
    specials: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 12 }),
  })
  .map(({ Type, length, shape, seed, specials }) => {
    const words = new Uint32Array(2 * length + 2);
    const random = randomWords(seed);
    const next = () => random.next().value as number;
    for (let i = 0; i < words.length; i++) words[i] = next();
    const some = words.slice(0, 64);
    for (let i = 0; i < length; i++) shapeElement(words, some, i, shape);
    for (const [place, which] of length === 0 ? [] : specials) {
      words.set(SPECIAL[which % SPECIAL.length] ?? [], 2 * (place % length));
    }
    const values: NumericArray = new Type(words.buffer, 0, length);
    if (shape === "ascending" || shape === "nearly") values.sort();
    if (shape === "descending") values.sort().reverse();
    if (shape === "nearly" && length > 1) values.copyWithin(length >> 1, 0, 1);
    return { values, keys: keysOf(values) };
  });

function shapeElement(
  words: Uint32Array,
  some: Uint32Array,
  i: number,
  shape: (typeof SHAPES)[number],
): void {
  if (shape === "few") words.set(some.subarray(2 * (i % 32), 2 * (i % 32) + 2), 2 * i);
  if (shape === "upper") words[2 * i] = 0;
  if (shape === "narrow") words.set([(words[2 * i] ?? 0) & 0xfff, 0], 2 * i);
  if (shape === "lower") words[2 * i + 1] = some[1] ?? 0;
}

function keysOf(values: NumericArray): readonly bigint[] {
  if (values instanceof Float64Array) return DOUBLE_KEYS(values);
  if (values instanceof Float32Array) return SINGLE_KEYS(values);
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) return BIG_KEYS(values);
  return Array.from(values, BigInt);
}

export const BIG_KEYS = (values: BigArray): readonly bigint[] => [...values];

export const DOUBLE_KEYS = (values: Float64Array): readonly bigint[] => {
  const bits = new BigUint64Array(values.buffer, values.byteOffset, values.length);
  return Array.from(values, (value, i) => floatKey(value, bits[i] ?? 0n, 64n));
};

export const SINGLE_KEYS = (values: Float32Array): readonly bigint[] => {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Array.from(values, (value, i) => floatKey(value, BigInt(bits[i] ?? 0), 32n));
};

function floatKey(value: number, bits: bigint, size: bigint): bigint {
  const top = 1n << (size - 1n);
  if (Number.isNaN(value)) return 2n * top - 1n;
  if (value === 0) return top;
  return value < 0 ? 2n * top - 1n - bits : bits + top;
}
