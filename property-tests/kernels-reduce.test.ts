import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ArrayView, wrap } from "../src/array/index.js";
import { denseLayout } from "../src/array/layout.js";
import * as compute from "../src/compute/index.js";
import { engine, withoutKernels } from "../src/compute/kernels/engine.js";
import { parseDType } from "../src/dtype/index.js";
import {
  bigsOf,
  cook,
  cuts,
  elementsOf,
  exactly,
  FLOATS,
  INTEGERS,
  inf,
  NAT,
  nan,
  numbersOf,
  pieces,
  type Recipe,
  randomWords,
  reduce,
} from "./compute-arrays.js";

/**
 * Reductions by the kernels in WebAssembly against the plain ones, bit for bit, and both against exact arithmetic.
 *
 * @module
 */

/** From what is too short for a kernel to three blocks and a bit. */
const lengths = fc.oneof(
  fc.constantFrom(0, 1, 511, 512, 513, 2047, 2048, 2049, 4095, 4096, 6144, 6145),
  fc.integer({ min: 0, max: 7000 }),
);
const recipes: fc.Arbitrary<Recipe> = fc.record({
  length: lengths,
  seed: fc.integer(),
  coarse: fc.boolean(),
  specials: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 6 }),
});

const integers = fc
  .tuple(recipes, fc.constantFrom(...INTEGERS))
  .map(
    ([recipe, Type]): compute.NumberArray =>
      Type.from(
        cook(recipe, (a) => (recipe.coarse ? a % 7 : a), [0, 2 ** 31, 2 ** 31 - 1, 2 ** 32 - 1, 128]),
      ),
  );
const floats = fc
  .tuple(recipes, fc.constantFrom(...FLOATS))
  .map(([recipe, Type]): compute.NumberArray => Type.from(numbersOf(recipe)));
const bigs = fc
  .tuple(recipes, fc.constantFrom(BigInt64Array, BigUint64Array))
  .map(([recipe, Type]): compute.BigArray => Type.from(bigsOf(recipe)));

type Make = () => compute.Accumulator<unknown>;

function numberAccumulators(skipNaN: boolean): Make[] {
  return [
    () => new compute.FloatSum({ skipNaN }),
    () => new compute.NumberExtremum("min", { skipNaN }),
    () => new compute.NumberExtremum("max", { skipNaN }),
    () => new compute.MomentsAccumulator({ skipNaN }),
    ...truths(),
  ];
}

function bigAccumulators(skipNaN: boolean, nat: boolean): Make[] {
  return [
    () => new compute.BigSum({ skipNaN, nat }),
    () => new compute.BigExtremum("min", { skipNaN, nat }),
    () => new compute.BigExtremum("max", { skipNaN, nat }),
    () => new compute.MomentsAccumulator({ skipNaN, nat }),
    ...truths(),
  ];
}

function truths(): Make[] {
  return [() => new compute.CountNonzero(), () => new compute.Any(), () => new compute.All()];
}

/** Everything gives the same by kernels as without them. */
function expectTheSame(
  makes: readonly Make[],
  values: compute.NumericArray,
  places: readonly number[],
): void {
  for (const make of makes) {
    const work = () => reduce(make(), values, values.length, places);
    expect(work()).toEqual(withoutKernels(work));
  }
}

describe("kernels give what the plain ones give", () => {
  it("where there are any", () => {
    expect(engine()).toBeDefined();
    expect(withoutKernels(engine)).toBeUndefined();
  });

  it("of integers", () => {
    fc.assert(
      fc.property(integers, cuts, (values, places) => {
        expectTheSame([() => new compute.IntegerSum(), ...numberAccumulators(false)], values, places);
      }),
    );
  });

  it("of floats", () => {
    fc.assert(
      fc.property(floats, cuts, fc.boolean(), (values, places, skipNaN) => {
        expectTheSame(numberAccumulators(skipNaN), values, places);
      }),
    );
  });

  it("of values whose places nobody asks for", () => {
    fc.assert(
      fc.property(fc.oneof(floats, bigs), cuts, fc.boolean(), (values, places, skipNaN) => {
        const isBig = values instanceof BigInt64Array || values instanceof BigUint64Array;
        const options = { skipNaN, nat: values instanceof BigInt64Array, valueOnly: true };
        for (const side of ["min", "max"] as const) {
          const work = () =>
            isBig
              ? reduce(new compute.BigExtremum(side, options), values, values.length, places)?.value
              : reduce(new compute.NumberExtremum(side, options), values, values.length, places)?.value;
          expect(work()).toEqual(withoutKernels(work));
        }
      }),
    );
  });

  it("of 64-bit integers, dates and durations", () => {
    fc.assert(
      fc.property(bigs, cuts, fc.boolean(), fc.boolean(), (values, places, skipNaN, nat) => {
        expectTheSame(bigAccumulators(skipNaN, nat && values instanceof BigInt64Array), values, places);
      }),
    );
  });

  it("of more than a piece of their memory, with what matters behind it", () => {
    for (const Type of [...INTEGERS, ...FLOATS, BigInt64Array, BigUint64Array]) {
      const values = new Type((1 << 20) / Type.BYTES_PER_ELEMENT + 2500);
      const last = values.length - 7;
      if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
        values.fill(5n);
        values[last] = 3n;
        expectTheSame(bigAccumulators(false, false), values, []);
        expect(reduce(new compute.BigExtremum("min"), values, values.length, [])?.index).toBe(last);
      } else {
        values.fill(5);
        values[last] = 3;
        expectTheSame(numberAccumulators(false), values, []);
        expect(reduce(new compute.NumberExtremum("min"), values, values.length, [])?.index).toBe(last);
      }
    }
  });

  it("of nothing but what is left out", () => {
    for (const side of ["min", "max"] as const) {
      for (const values of [new Float64Array(3000).fill(nan), new Float32Array(3000).fill(nan)]) {
        expect(reduce(new compute.NumberExtremum(side, { skipNaN: true }), values, 3000, [])).toBeNull();
        values[2900] = side === "min" ? inf : -inf;
        expect(reduce(new compute.NumberExtremum(side, { skipNaN: true }), values, 3000, [])?.index).toBe(
          2900,
        );
      }
      const dates = new BigInt64Array(3000).fill(NAT);
      const options = { nat: true, skipNaN: true };
      expect(reduce(new compute.BigExtremum(side, options), dates, 3000, [])).toBeNull();
      dates[2900] = side === "min" ? 2n ** 63n - 1n : NAT + 1n;
      expect(reduce(new compute.BigExtremum(side, options), dates, 3000, [])?.index).toBe(2900);
    }
  });
});

describe("sums by kernels", () => {
  it("of integers are exact", () => {
    fc.assert(
      fc.property(fc.oneof(integers, bigs), (values) => {
        const expected = elementsOf(values).reduce((sum: bigint, x) => sum + BigInt(x), 0n);
        const isBig = values instanceof BigInt64Array || values instanceof BigUint64Array;
        const sum = isBig
          ? reduce(new compute.BigSum(), values, values.length, [])
          : reduce(new compute.IntegerSum(), values, values.length, []);
        expect(BigInt(sum)).toBe(expected);
      }),
    );
  });

  it("of floats, of all or of those that a mask chooses, err by few units of the absolute values", () => {
    fc.assert(
      fc.property(
        recipes,
        fc.constantFrom(...FLOATS),
        fc.boolean(),
        fc.boolean(),
        (recipe, Type, skip, masked) => {
          const values = Type.from(numbersOf(recipe, skip ? [nan, 0, -0, 2 ** 60] : [0, -0, -(2 ** 60)]));
          const mask = maskOf(values.length, recipe.seed);
          const sum = new compute.FloatSum({ skipNaN: skip });
          if (masked) sum.addWhere(values, 0, values.length, { bytes: mask, start: 0 });
          else sum.add(values, 0, values.length);
          const kept = [...values].filter((x, i) => !Number.isNaN(x) && (!masked || mask[i] !== 0));
          expect(sum.count).toBe(kept.length);
          const error = exactly(sum.result()) - kept.reduce((total, x) => total + exactly(x), 0n);
          const size = kept.reduce((total, x) => total + exactly(Math.abs(x)), 0n);
          // 48 roundings is more than the longest way through lanes, tree and cascade.
          expect((error < 0n ? -error : error) << 53n <= 48n * size).toBe(true);
        },
      ),
    );
  });
});

function maskOf(length: number, seed: number): Uint8Array {
  const words = randomWords(seed + 1);
  return Uint8Array.from({ length }, () => Math.max(0, ((words.next().value as number) % 256) - 127));
}

describe("masks", () => {
  it("choose the same elements by kernels as without them, wherever mask and elements begin", () => {
    fc.assert(
      fc.property(
        fc.oneof(integers, floats),
        cuts,
        fc.boolean(),
        fc.nat(9),
        (values, places, skipNaN, ahead) => {
          const mask = maskOf(values.length + ahead, values.length);
          const makes = [() => new compute.FloatSum({ skipNaN }), () => new compute.IntegerSum()];
          for (const make of values instanceof Float32Array || values instanceof Float64Array
            ? [makes[0]]
            : makes) {
            const work = () => {
              const sum = make?.();
              for (const [start, end] of pieces(values.length, places)) {
                sum?.addWhere(values, start, end, { bytes: mask, start: start + ahead });
              }
              return sum?.result();
            };
            expect(work()).toEqual(withoutKernels(work));
          }
        },
      ),
    );
  });
});

/** Bytes of three pieces that kernels have before them, and a bit. */
const SEVERAL = 3 * 2 ** 20 + 5000;

describe("several pieces", () => {
  it("one after the other reduce to the same by kernels as without them, all or those that a mask chooses", () => {
    const mixed = (i: number) => (Math.imul(i + 1, 0x9e3779b1) >>> 17) % 251;
    const mask = Uint8Array.from({ length: SEVERAL }, (_, i) => Number(mixed(i) > 100));
    const all = [Int8Array, Uint16Array, Float32Array, Float64Array].map((Type) =>
      new Type(SEVERAL / Type.BYTES_PER_ELEMENT).map((_, i) => mixed(i) - 120.5),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...all),
        fc.nat(3000),
        fc.double({ min: 0.3, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom(127, -128, nan, 0),
        (whole, start, part, place, special) => {
          const values = whole.slice(start, Math.max(start, Math.floor(part * whole.length)));
          values[Math.floor(place * (values.length - 1))] = special;
          const makes = [...numberAccumulators(true), () => new compute.NumberExtremum("max")];
          expectTheSame(makes, values, []);
          const chosen = () => {
            const sum = new compute.FloatSum({ skipNaN: true });
            sum.addWhere(values, 0, values.length, { bytes: mask, start });
            return [sum.result(), sum.count];
          };
          expect(chosen()).toEqual(withoutKernels(chosen));
        },
      ),
      { numRuns: 8 },
    );
  });
});

describe("states", () => {
  it("that are absorbed in order make what all elements make", () => {
    fc.assert(
      fc.property(fc.oneof(integers, floats), cuts, fc.boolean(), (values, places, skipNaN) => {
        const isFloat = values instanceof Float32Array || values instanceof Float64Array;
        const exact: Make[] = numberAccumulators(skipNaN).filter((_, i) => i !== 0 && i !== 3);
        if (!isFloat) exact.push(() => new compute.IntegerSum());
        for (const make of exact) {
          expect(absorbed(make, values, places)).toEqual(reduce(make(), values, values.length, []));
        }
      }),
    );
  });

  it("of 64-bit integers too", () => {
    fc.assert(
      fc.property(bigs, cuts, fc.boolean(), (values, places, skipNaN) => {
        const makes = bigAccumulators(skipNaN, values instanceof BigInt64Array);
        for (const make of makes.filter((_, i) => i !== 3)) {
          expect(absorbed(make, values, places)).toEqual(reduce(make(), values, values.length, []));
        }
      }),
    );
  });

  it("of sums and moments are those of their parts", () => {
    fc.assert(
      fc.property(integers, cuts, (values, places) => {
        const sum = absorbed(() => new compute.FloatSum(), values, places);
        expect(sum).toBe(Number(reduce(new compute.IntegerSum(), values, values.length, [])));
        const [found, whole] = [
          absorbed(() => new compute.MomentsAccumulator(), values, places) as compute.Moments,
          reduce(new compute.MomentsAccumulator(), values, values.length, []),
        ];
        expect(found.count).toBe(whole.count);
        if (whole.count > 0)
          expect(found.m2 / Math.max(1, whole.m2)).toBeCloseTo(whole.m2 / Math.max(1, whole.m2), 9);
      }),
    );
  });
});

/** What one accumulator makes of the states of others, each of a part, sent as messages are. */
function absorbed(make: Make, values: compute.NumericArray, places: readonly number[]): unknown {
  const all = make();
  for (const [start, end] of pieces(values.length, places)) {
    const part = make();
    part.add(values, start, end);
    all.absorb(structuredClone(part.state()));
  }
  return all.result();
}

const DTYPES = [
  ..."b1 i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8 c8 c16 >i2 >u4 >i8 >f2 >f4 >f8 >c16 M8[s] m8[us] >m8[D]".split(" "),
];
const NAMES = ["sum", "mean", "std", "min", "max", "argmin", "argmax", "any", "all", "countNonzero"] as const;

/** Random bytes as elements, every so often all ones or all zeros. */
function arrayOf(dtype: string, rows: number, columns: number, seed: number): ArrayView {
  const type = parseDType(dtype);
  const words = randomWords(seed);
  const bytes = new Uint8Array(rows * columns * type.itemsize);
  for (let i = 0; i < bytes.length; i++) bytes[i] = (words.next().value as number) >>> 8;
  return wrap({ dtype: type, layout: denseLayout([rows, columns], type.itemsize), bytes }, true);
}

describe("arrays", () => {
  it("of every dtype and layout reduce to the same by kernels as without them", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...DTYPES),
        fc.integer({ min: 1, max: 1500 }),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(1, -1, 2, 3),
        fc.integer(),
        fc.boolean(),
        fc.boolean(),
        (dtype, rows, columns, step, seed, skipNaN, masked) => {
          const whole = arrayOf(dtype, rows, columns, seed);
          const array = step === 1 ? whole : whole.slice(null, null, step);
          const where = masked ? arrayOf("b1", array.shape[0] ?? 0, columns, seed + 1) : undefined;
          for (const name of NAMES) {
            const options = name.startsWith("arg") ? { skipNaN } : { skipNaN, where };
            const work = () => outcome(() => Reflect.apply(array[name], array, [options]));
            expect(work()).toEqual(withoutKernels(work));
            const along = () => outcome(() => Reflect.apply(array[name], array, [{ axis: 0, skipNaN }]));
            expect(along()).toEqual(withoutKernels(along));
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** What it gives, arrays as their elements, or what it throws. */
function outcome(work: () => unknown): unknown {
  try {
    const result = work();
    return typeof result === "object" && result !== null && "toArray" in result
      ? [...(result as ArrayView)]
      : result;
  } catch (error) {
    return String(error);
  }
}
