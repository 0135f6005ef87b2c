import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { type ArrayView, wrap } from "../src/array/index.js";
import { denseLayout } from "../src/array/layout.js";
import { contiguousBytes, STRIDED, type Strided } from "../src/array/strided.js";
import type { CompareOp, NumericArray } from "../src/compute/index.js";
import * as compute from "../src/compute/index.js";
import { engineOver, withoutKernels } from "../src/compute/kernels/engine.js";
import { parseDType } from "../src/dtype/index.js";
import { randomWords, SPECIAL_BIGS, SPECIAL_NUMBERS } from "./compute-arrays.js";
import { BYTES, fillAnyhow, type Home, mappedHomes, put } from "./kernels-in-place-maps.js";

/**
 * Kernels on files where they are mapped, against the plain loops and against kernels that get a copy, bit for bit. They change no byte
 * of the files.
 *
 * @module
 */

const TYPES = [
  Int8Array,
  Uint8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;
type AnyType = (typeof TYPES)[number];

const homes = mappedHomes();
afterAll(() => homes?.close());

/** One of the memories; never without one. */
const home = fc.nat(3).map((which): Home => {
  const found = homes?.all[which];
  if (found === undefined) throw new Error("there are four");
  return found;
});

/** Where operands begin, in elements, how many there are, and what is in them. */
const shape = fc.record({
  ahead: fc.nat(40),
  seed: fc.nat(),
  // From what is hardly worth a kernel to all that there is, to the last byte.
  part: fc.oneof(
    fc.integer({ min: 512, max: 5_000 }),
    fc.constant(Number.POSITIVE_INFINITY),
    fc.integer({ min: 100_000, max: 3_000_000 }),
  ),
});
type Shape = typeof shape extends fc.Arbitrary<infer T> ? T : never;

function valuesIn({ buffer }: Home, Type: AnyType, { ahead, seed, part }: Shape): NumericArray {
  const size = Type.BYTES_PER_ELEMENT;
  fillAnyhow(new Uint8Array(buffer), size, seed);
  const all = Math.floor(BYTES / size) - ahead;
  const length = Math.min(part, all);
  // Half of them end where the memory that is theirs ends.
  const first = seed % 2 === 0 ? ahead : ahead + all - length;
  const values = new Type(buffer, first * size, length);
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) put(values, SPECIAL_BIGS, seed);
  else put(values, SPECIAL_NUMBERS, seed);
  return values;
}

/** The same bytes in ordinary memory. */
function copied<Values extends NumericArray>(values: Values): Values {
  return values.slice() as Values;
}

/** What is done with operands gives the same where they are, without kernels, and on copies; and their bytes stay. */
function same<Operands extends readonly NumericArray[]>(
  operands: Operands,
  used: readonly Home[],
  work: (operands: Operands) => unknown,
): void {
  const before = used.map((each) => each.bytes());
  const found = work(operands);
  expectEqual(found, work(operands.map(copied) as unknown as Operands));
  expectEqual(
    found,
    withoutKernels(() => work(operands)),
  );
  for (const [i, each] of used.entries()) expectEqual(each.bytes(), before[i]);
}

/** Long arrays are compared as bytes. */
function expectEqual(a: unknown, b: unknown): void {
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) {
    const [x, y] = [a, b].map((view) => Buffer.from(view.buffer, view.byteOffset, view.byteLength));
    if (x !== undefined && y !== undefined && x.equals(y)) return;
    throw new Error(`they differ: ${x?.length} and ${y?.length} bytes`);
  }
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    for (const [i, each] of a.entries()) expectEqual(each, b[i]);
  } else expect(a).toEqual(b);
}

const marked = (count: number, write: (out: Uint8Array, at: number) => void): Uint8Array => {
  const out = new Uint8Array(count + 40).fill(7);
  write(out, 3);
  return out;
};
const runs = (numRuns: number) => ({ numRuns });
const ops = fc.constantFrom<CompareOp>("eq", "ne", "lt", "le", "gt", "ge");

function reductionsOf(values: NumericArray, skipNaN: boolean, nat: boolean): compute.Accumulator<unknown>[] {
  const options = { skipNaN, nat: nat && values instanceof BigInt64Array };
  const truths = [new compute.CountNonzero(), new compute.Any(), new compute.All()];
  const others = [new compute.MomentsAccumulator(options), new compute.Count(options), ...truths];
  if (compute.isBig(values)) {
    const extrema = (["min", "max"] as const).map((side) => new compute.BigExtremum(side, options));
    return [new compute.BigSum(options), ...extrema, ...others] as compute.Accumulator<unknown>[];
  }
  const extrema = (["min", "max"] as const).map((side) => new compute.NumberExtremum(side, options));
  const sums = compute.isFloat(values) ? [] : [new compute.IntegerSum()];
  return [new compute.FloatSum(options), ...sums, ...extrema, ...others] as compute.Accumulator<unknown>[];
}

describe.skipIf(homes === undefined)("kernels on files where they are mapped", () => {
  it("are those of the memory that the file is in", () => {
    const engines = homes?.all.map(({ buffer }) => engineOver(new Uint8Array(buffer)));
    expect(new Set(engines).size).toBe(3);
    expect(engines?.[3]).toBeUndefined();
    expect(engines?.[0]).toBe(engines?.[1]);
  });

  it("reduce", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...TYPES),
        home,
        home,
        shape,
        fc.boolean(),
        fc.boolean(),
        (Type, where, other, how, skipNaN, nat) => {
          const values = valuesIn(where, Type, how);
          const mask = new Uint8Array(values.length).map((_, i) => (i * how.seed) % 3);
          const isBeside = other !== where && how.seed % 4 > 0;
          const chosen = isBeside
            ? new Uint8Array(other.buffer, 77, Math.min(values.length, BYTES - 77))
            : mask;
          if (isBeside) chosen.set(mask.subarray(0, chosen.length));
          same([values, chosen] as const, [where, other], ([elements, bytes]) =>
            reductionsOf(elements, skipNaN, nat).map((each) => {
              each.add(elements, 0, elements.length - 1);
              const whole = each.result();
              if (each.addWhere === undefined || bytes.length < elements.length) return whole;
              each.reset();
              each.addWhere(elements, 1, elements.length, { bytes, start: 1 });
              return [whole, each.result()];
            }),
          );
        },
      ),
      runs(9),
    );
  });

  it("compare", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...TYPES),
        home,
        home,
        shape,
        ops,
        fc.nat(),
        fc.boolean(),
        (Type, where, other, how, op, place, dates) => {
          const values = valuesIn(where, Type, how);
          const nat = dates && values instanceof BigInt64Array;
          const pair =
            where === other
              ? values.subarray(7)
              : valuesIn(other, Type, { ...how, ahead: how.ahead + 3, seed: how.seed + 1 });
          const count = Math.min(values.length - 1, pair.length);
          const scalars = [values[place % values.length] ?? 0, pair[(place + 5) % pair.length] ?? 0] as const;
          same([values, pair] as const, [where, other], ([a, b]) => [
            marked(count, (out, at) =>
              compute.compareScalar(op, a, 1, 1 + count, scalars[0], out, at, { nat }),
            ),
            marked(count, (out, at) => compute.between(a, 1, 1 + count, ...scalars, out, at, { nat })),
            compute.countScalar(op, a, 1, 1 + count, scalars[0], { nat }),
            marked(count, (out, at) => compute.compareArrays(op, a, 1, b, 0, count, out, at, { nat })),
            marked(count, (out, at) => compute.isnan(a, 1, 1 + count, out, at, { nat })),
          ]);
        },
      ),
      runs(9),
    );
  });

  it("combine, count and look up masks", () => {
    fc.assert(
      fc.property(home, home, shape, fc.nat(9), (where, other, how, ahead) => {
        const a = valuesIn(where, Uint8Array, how) as Uint8Array;
        a.forEach((byte, i) => {
          if (byte % 3 > 0) a[i] = 0;
        });
        const b =
          where === other
            ? a.subarray(5)
            : (valuesIn(other, Uint8Array, { ...how, seed: how.seed + 1 }) as Uint8Array);
        const count = Math.min(a.length - ahead, b.length);
        same([a, b] as const, [where, other], ([x, y]) => [
          marked(count, (out, at) => compute.maskAnd(x, ahead, y, 0, count, out, at)),
          marked(count, (out, at) => compute.maskOr(x, ahead, y, 0, count, out, at)),
          marked(count, (out, at) => compute.maskNot(x, ahead, count, out, at)),
          compute.maskCount(x, ahead),
          compute.maskToIndices(x),
        ]);
      }),
      runs(8),
    );
  });

  it("pick elements by masks and places", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 4, 8, 16, 3, 12, 64),
        home,
        home,
        shape,
        fc.constantFrom(1, 2, 9, 500),
        (itemsize, where, other, how, every) => {
          const bytes = valuesIn(where, Uint8Array, how) as Uint8Array;
          const rows = Math.floor(bytes.length / itemsize);
          const [start, length] = [bytes.length - rows * itemsize, Math.min(rows, BYTES - 13)];
          const mask = new Uint8Array(where === other ? new ArrayBuffer(BYTES) : other.buffer, 13, length);
          const words = randomWords(how.seed);
          for (let i = 0; i < length; i++)
            mask[i] = (words.next().value as number) % every === 0 ? 1 + (i % 255) : 0;
          const places = Int32Array.from(
            { length: Math.min(rows, 20_000) },
            () => (words.next().value as number) % length,
          );
          same(
            [bytes.subarray(start, start + length * itemsize), mask] as const,
            [where, other],
            ([src, chosen]) => {
              const count = compute.maskCount(chosen);
              const picked = new Uint8Array(count * itemsize + 9);
              const taken = new Uint8Array(places.length * itemsize);
              compute.gather(src, itemsize, places, itemsize, 0, taken);
              return [
                compute.compress(src, itemsize, chosen, picked.subarray(4, picked.length - 5)),
                picked,
                taken,
              ];
            },
          );
        },
      ),
      runs(8),
    );
  });

  it("pack rows and take them apart, and store nothing beside", () => {
    const sizes = fc.array(fc.constantFrom(1, 2, 4, 8, 3, 16), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(sizes, home, home, shape, (itemsizes, columns, records, how) => {
        if (columns === records) return;
        const rowBytes = itemsizes.reduce((sum, size) => sum + size, 0);
        const count = Math.min(how.part, Math.floor((BYTES - 128) / rowBytes) - 40);
        const start = 128 + how.ahead;
        let [column, field] = [start, 0];
        const fields = itemsizes.map((itemsize) => {
          const found = { itemsize, column, field: start + field };
          column += itemsize * count;
          field += itemsize;
          return found;
        });
        const sides = (apart: Uint8Array, together: Uint8Array, isPacking: boolean): compute.StridedCopy[] =>
          fields.map(({ itemsize, column: from, field: at }) => {
            const lone = { bytes: apart, offset: from, stride: itemsize };
            const joint = { bytes: together, offset: at, stride: rowBytes };
            const [src, dst] = isPacking ? [lone, joint] : [joint, lone];
            return {
              src: src.bytes,
              srcOffset: src.offset,
              srcStride: src.stride,
              dst: dst.bytes,
              dstOffset: dst.offset,
              dstStride: dst.stride,
              itemsize,
            };
          });
        for (const isPacking of [true, false]) {
          const [apart, together] = [new Uint8Array(columns.buffer), new Uint8Array(records.buffer)];
          const [src, dst] = isPacking ? [apart, together] : [together, apart];
          fillAnyhow(src, 8, how.seed);
          const source = src.slice();
          const results = [true, false].map((byKernels) => {
            dst.fill(7);
            const work = () => compute.copyTogether(sides(apart, together, isPacking), count);
            if (byKernels) work();
            else withoutKernels(work);
            return dst.slice();
          });
          expectEqual(results[0], results[1]);
          expectEqual(src, source);
        }
      }),
      runs(8),
    );
  });

  const DTYPES =
    "b1 i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8 c8 c16 >i2 >u4 >i8 >f2 >f4 >f8 >c16 M8[s] m8[us] >m8[D]".split(" ");
  const NAMES = [
    "sum",
    "mean",
    "std",
    "min",
    "max",
    "argmin",
    "argmax",
    "any",
    "all",
    "countNonzero",
    "isnan",
  ] as const;
  const PAIRED = ["eq", "lt", "ge"] as const;

  it("work for arrays of every dtype, sliced in any way", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...DTYPES),
        home,
        home,
        shape,
        fc.constantFrom(1, 1, 2, -1),
        fc.boolean(),
        (dtype, where, other, how, step, skipNaN) => {
          const type = parseDType(dtype);
          const rows = Math.min(Math.floor((BYTES - 128) / type.itemsize), how.part, 200_000);
          const array = (bytes: Uint8Array): ArrayView => {
            return wrap({ dtype: type, layout: denseLayout([rows], type.itemsize), bytes }, false)
              .slice(how.ahead % 5, -1)
              .slice(null, null, step);
          };
          for (const [i, each] of [where, other].entries())
            fillAnyhow(new Uint8Array(each.buffer), type.itemsize, how.seed + i);
          const one = new Uint8Array(where.buffer, 128, rows * type.itemsize);
          const two = new Uint8Array(other.buffer, 128, rows * type.itemsize);
          const [a, b] = [array(one), array(two)];
          const before = [where.bytes(), other.bytes()];
          const all = (x: ArrayView, y: ArrayView): unknown[] => {
            return [
              ...NAMES.map((name) => outcome(() => Reflect.apply(x[name], x, [{ skipNaN }]))),
              ...PAIRED.map((name) => outcome(() => Reflect.apply(x[name], x, [y]))),
              outcome(() => Reflect.apply(x.eq, x, [x.at(7)])),
              outcome(() => x.filter(Reflect.apply(x.lt, x, [y]))),
              outcome(() => x.take([5, 1, -1])),
            ];
          };
          const found = all(a, b);
          expectEqual(found, all(array(one.slice()), array(two.slice())));
          expectEqual(
            found,
            withoutKernels(() => all(a, b)),
          );
          expectEqual([where.bytes(), other.bytes()], before);
        },
      ),
      runs(8),
    );
  });
});

/** What it gives, arrays as their bytes, or what it throws. */
function outcome(work: () => unknown): unknown {
  try {
    const result = work();
    return isArrayView(result) ? contiguousBytes(result[STRIDED]()) : result;
  } catch (error) {
    return String(error);
  }
}

function isArrayView(value: unknown): value is { [STRIDED](): Strided } {
  return typeof value === "object" && value !== null && STRIDED in value;
}
