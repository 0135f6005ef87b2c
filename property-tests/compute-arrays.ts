import fc from "fast-check";
import type { Accumulator, BigArray, NumberArray, NumericArray } from "../src/compute/index.js";

/**
 * Arrays for the properties of the kernels: of every type, of lengths around every block, with NaN, zeros, infinities and
 * extremes anywhere.
 *
 * @module
 */

export const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
export const NAT = -(2n ** 63n);

export const INTEGERS = [Int8Array, Uint8Array, Int16Array, Uint16Array, Int32Array, Uint32Array] as const;
export const FLOATS = [Float32Array, Float64Array] as const;

/** Lengths around everything that a kernel may treat as a block. */
export const lengths = fc.constantFrom(
  0,
  1,
  2,
  3,
  7,
  8,
  9,
  31,
  32,
  33,
  48,
  49,
  127,
  129,
  500,
  2047,
  2048,
  2049,
  4097,
  5000,
);

export const SPECIAL_NUMBERS = [
  nan,
  0,
  -0,
  inf,
  -inf,
  5e-324,
  -5e-324,
  Number.MAX_VALUE,
  2 ** 53,
  2 ** 53 + 2,
  0.5,
  -1,
];
export const SPECIAL_BIGS = [
  0n,
  1n,
  -1n,
  NAT,
  NAT + 1n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
  2n ** 32n,
  2n ** 53n + 1n,
];

/** Long random arrays from a few random numbers, which is what can be shrunk. */
export interface Recipe {
  readonly length: number;
  readonly seed: number;
  /** Few different values, so that equal ones occur. */
  readonly coarse: boolean;
  readonly specials: readonly (readonly [place: number, which: number])[];
}

export const recipes: fc.Arbitrary<Recipe> = fc.record({
  length: lengths,
  seed: fc.integer(),
  coarse: fc.boolean(),
  specials: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 5 }),
});

export function* randomWords(seed: number): Generator<number> {
  for (let state = seed | 0; ; ) {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    yield (word ^ (word >>> 14)) >>> 0;
  }
}

/** Fills an array by `element` of two random words, then puts special values anywhere. */
export function cook<Element>(
  { length, seed, specials }: Recipe,
  element: (a: number, b: number) => Element,
  special: readonly Element[],
): Element[] {
  const words = randomWords(seed);
  const next = () => words.next().value as number;
  const values = Array.from({ length }, () => element(next(), next()));
  for (const [place, which] of specials) {
    const chosen = special[which % special.length];
    if (length > 0 && chosen !== undefined) values[place % length] = chosen;
  }
  return values;
}

export const numbersOf = (recipe: Recipe, special = SPECIAL_NUMBERS) =>
  cook(recipe, (a, b) => (recipe.coarse ? (a % 7) - 3 : (a / 2 ** 32 - 0.5) * 2 ** ((b % 60) - 30)), special);
export const bigsOf = (recipe: Recipe) =>
  cook(recipe, (a, b) => (recipe.coarse ? BigInt(a % 7) : (BigInt(a) << 32n) + BigInt(b)), SPECIAL_BIGS);

export const integerArrays = fc
  .tuple(recipes, fc.constantFrom(...INTEGERS))
  .map(
    ([recipe, Type]): NumberArray =>
      Type.from(cook(recipe, (a) => (recipe.coarse ? a % 7 : a), [0, 2 ** 31, 2 ** 32 - 1])),
  );
export const floatArrays = fc
  .tuple(recipes, fc.constantFrom(...FLOATS))
  .map(([recipe, Type]) => Type.from(numbersOf(recipe)));
export const bigArrays = fc
  .tuple(recipes, fc.constantFrom(BigInt64Array, BigUint64Array))
  .map(([recipe, Type]): BigArray => Type.from(bigsOf(recipe)));
export const complexArrays = floatArrays.map((values) =>
  values.subarray(0, values.length - (values.length % 2)),
);
export const numericArrays = fc.oneof(integerArrays, floatArrays, bigArrays);

export const cuts = fc.array(fc.nat(), { maxLength: 4 });

/** Feeds a run in pieces; the first adds and the reset see to it that a used accumulator is as good as a new one. */
export function reduce<R, A>(
  accumulator: Accumulator<R, A>,
  values: A,
  length: number,
  places: readonly number[],
): R {
  accumulator.add(values, 0, length);
  accumulator.reset();
  for (const [start, end] of pieces(length, places)) accumulator.add(values, start, end);
  return accumulator.result();
}

export function pieces(length: number, places: readonly number[]): [number, number][] {
  const bounds = [0, ...places.map((place) => place % (length + 1)).sort((a, b) => a - b), length];
  return bounds.slice(1).map((end, i) => [bounds[i] ?? 0, end]);
}

export const elementsOf = (values: NumericArray): (number | bigint)[] => [...values];
export const isNaNElement = (x: number | bigint) => typeof x === "number" && Number.isNaN(x);

/** A finite double as a multiple of 2⁻¹⁰⁷⁴. */
export function exactly(x: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(x));
  const bits = view.getBigUint64(0);
  const exponent = bits >> 52n;
  const fraction = bits & (2n ** 52n - 1n);
  const magnitude = exponent === 0n ? fraction : (fraction + 2n ** 52n) << (exponent - 1n);
  return x < 0 ? -magnitude : magnitude;
}
