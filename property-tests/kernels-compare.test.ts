import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CompareOp, NumericArray } from "../src/compute/index.js";
import * as compute from "../src/compute/index.js";
import { SLOT, withoutKernels } from "../src/compute/kernels/engine.js";
import { randomWords, SPECIAL_BIGS, SPECIAL_NUMBERS } from "./compute-arrays.js";

/** Comparisons, masks and what they pick, by kernels and by the plain loops that those are held against. */

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

/** Elements that repeat after so many, a prime number, with values of all kinds among them. */
const TILE = 1009;

/** Bytes before the elements, so that they start at any alignment that the type has. */
const AHEAD = 64;

function tiled(Type: (typeof TYPES)[number], length: number, seed: number, offset: number): NumericArray {
  const words = randomWords(seed);
  const next = () => words.next().value as number;
  const bytes = new Uint8Array(AHEAD + length * Type.BYTES_PER_ELEMENT);
  const values = new Type(bytes.buffer, (offset * Type.BYTES_PER_ELEMENT) % AHEAD, length);
  const place = () => next() % Math.max(1, Math.min(TILE, length));
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    const wide = seed % 2 === 0;
    for (let i = 0; i < Math.min(TILE, length); i++) {
      values[i] = wide ? (BigInt(next()) << 32n) | BigInt(next()) : BigInt(next() % 9);
    }
    for (const special of SPECIAL_BIGS) if (length > 0) values[place()] = special;
  } else {
    const scale = seed % 2 === 0 ? 1 : 2 ** -29;
    for (let i = 0; i < Math.min(TILE, length); i++) values[i] = (next() - 2 ** 31) * scale;
    for (const special of SPECIAL_NUMBERS) if (length > 0) values[place()] = special;
  }
  for (let done = TILE; done < length; done *= 2) values.copyWithin(done, 0, Math.min(done, length - done));
  return values;
}

/** From below the shortest run that kernels are used for to three blocks of the memory that they have. */
const lengthsOf = (itemsize: number) => {
  const block = SLOT / itemsize;
  return fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 500, max: 4200 }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(0, 1, 511, 512, 513, block - 1, block, block + 1, 2 * block + 17, 3 * block),
    },
  );
};

const arrays = fc
  .tuple(fc.constantFrom(...TYPES), fc.nat(), fc.nat(15), fc.nat(20))
  .chain(([Type, seed, offset, cut]) =>
    lengthsOf(Type.BYTES_PER_ELEMENT).map((length) => ({
      values: tiled(Type, length, seed, offset),
      other: tiled(Type, length, seed + 2, offset + 1),
      start: Math.min(cut, length),
    })),
  );

const ops = fc.constantFrom<CompareOp>("eq", "ne", "lt", "le", "gt", "ge");
const ends = fc.constantFrom("eq", "lt", "le", "gt", "ge");

/** Scalars at, next to and far outside of what a type holds, and an element: which one of them is the place's to say. */
const scalars = fc.oneof(
  fc.constantFrom<number | bigint>(
    ...SPECIAL_NUMBERS,
    ...SPECIAL_BIGS,
    10n ** 400n,
    -(2n ** 70n),
    1e300,
    0.1,
  ),
  fc
    .constantFrom(7, 8, 15, 16, 31, 32)
    .chain((bits) =>
      fc.constantFrom(-2, -1.5, -1, 0, 0.5, 1).map((by) => by + 2 ** bits * (by > 0 ? -1 : 1)),
    ),
  fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }),
  fc.double(),
);
const chosen = fc.tuple(scalars, fc.option(fc.nat(), { nil: undefined }), fc.boolean());

const scalarIn = (
  values: NumericArray,
  [scalar, place, rounded]: typeof chosen extends fc.Arbitrary<infer T> ? T : never,
) => {
  if (place !== undefined && values.length > 0) return values[place % values.length];
  return rounded && typeof scalar === "number" ? Math.fround(scalar) : scalar;
};

/** Runs work that writes truths by kernels and without; both must write the same, and nothing beside. */
function same(count: number, write: (out: Uint8Array, at: number) => void): void {
  const [fast, plain] = [new Uint8Array(count + 40).fill(7), new Uint8Array(count + 40).fill(7)];
  write(fast, 3);
  withoutKernels(() => write(plain, 3));
  expect(Buffer.compare(fast, plain)).toBe(0);
}

/** How many of the bytes that work writes without kernels are true. */
function markedBy(count: number, write: (out: Uint8Array, at: number) => void): number {
  const out = new Uint8Array(count);
  withoutKernels(() => write(out, 0));
  return out.reduce((sum, truth) => sum + truth, 0);
}

const runs = (numRuns: number) => ({ numRuns });

describe("kernels of comparisons", () => {
  it("compare with a scalar as the plain loop does", () => {
    fc.assert(
      fc.property(arrays, chosen, ops, fc.boolean(), ({ values, start }, choice, op, dates) => {
        const scalar = scalarIn(values, choice);
        const nat = dates && values instanceof BigInt64Array;
        same(values.length - start, (out, at) =>
          compute.compareScalar(op, values, start, values.length, scalar, out, at, { nat }),
        );
      }),
      runs(150),
    );
  });

  it("count what they would mark", () => {
    fc.assert(
      fc.property(
        arrays,
        chosen,
        chosen,
        ops,
        ends,
        fc.boolean(),
        ({ values, start }, one, two, op, end, dates) => {
          const [low, high] = [scalarIn(values, one), scalarIn(values, two)];
          const options = { nat: dates && values instanceof BigInt64Array };
          const [stop, count] = [values.length, values.length - start];
          const single = markedBy(count, (out, at) =>
            compute.compareScalar(op, values, start, stop, low, out, at, options),
          );
          const asked = () => compute.countScalar(op, values, start, stop, low, options);
          expect([asked(), withoutKernels(asked)]).toEqual([single, single]);
          const ends = [{ op: "ge", scalar: low } as const, { op: end, scalar: high } as const] as const;
          const both = markedBy(count, (out, at) =>
            compute.compareBoth(ends, values, start, stop, out, at, options),
          );
          const askedBoth = () => compute.countBoth(ends, values, start, stop, options);
          expect([askedBoth(), withoutKernels(askedBoth)]).toEqual([both, both]);
        },
      ),
      runs(80),
    );
  });

  it("make two comparisons at once as one after the other", () => {
    fc.assert(
      fc.property(
        arrays,
        chosen,
        chosen,
        ends,
        ends,
        fc.boolean(),
        ({ values, start }, one, two, a, b, dates) => {
          const both = [
            { op: a, scalar: scalarIn(values, one) },
            { op: b, scalar: scalarIn(values, two) },
          ] as const;
          const nat = dates && values instanceof BigInt64Array;
          same(values.length - start, (out, at) =>
            compute.compareBoth(both, values, start, values.length, out, at, { nat }),
          );
        },
      ),
      runs(100),
    );
  });

  it("compare two arrays as the plain loop does", () => {
    fc.assert(
      fc.property(arrays, ops, fc.boolean(), fc.nat(3), ({ values, other, start }, op, dates, ahead) => {
        const nat = dates && values instanceof BigInt64Array;
        const from = Math.min(ahead, values.length - start);
        const count = values.length - start - from;
        same(count, (out, at) =>
          compute.compareArrays(op, values, start, other, from, count, out, at, { nat }),
        );
      }),
      runs(100),
    );
  });

  it("find what is missing as the plain loop does", () => {
    fc.assert(
      fc.property(arrays, fc.boolean(), ({ values, start }, dates) => {
        const nat = dates && values instanceof BigInt64Array;
        same(values.length - start, (out, at) =>
          compute.isnan(values, start, values.length, out, at, { nat }),
        );
      }),
      runs(60),
    );
  });
});

/** Masks whose true bytes are any, from mostly false to mostly true. */
const masks = fc
  .tuple(lengthsOf(4), fc.nat(), fc.constantFrom(1, 2, 3, 40, 2000), fc.boolean(), fc.nat(15))
  .map(([length, seed, every, turned, offset]) => {
    const words = randomWords(seed);
    const mask = new Uint8Array(length + offset).subarray(offset);
    for (let i = 0; i < Math.min(TILE, length); i++) {
      const word = words.next().value as number;
      mask[i] = (word % every === 0) !== turned ? (word >>> 8) % 256 || 1 : 0;
    }
    for (let done = TILE; done < length; done *= 2) mask.copyWithin(done, 0, Math.min(done, length - done));
    return mask;
  });

describe("kernels of masks", () => {
  it("combine, turn around and count as the plain loops do", () => {
    fc.assert(
      fc.property(masks, masks, fc.nat(5), fc.nat(5), (a, b, aAhead, bAhead) => {
        const [aStart, bStart] = [Math.min(aAhead, a.length), Math.min(bAhead, b.length)];
        const count = Math.min(a.length - aStart, b.length - bStart);
        same(count, (out, at) => compute.maskAnd(a, aStart, b, bStart, count, out, at));
        same(count, (out, at) => compute.maskOr(a, aStart, b, bStart, count, out, at));
        same(count, (out, at) => compute.maskNot(a, a.length - count, count, out, at));
        same(count, (out, at) => {
          out.set(b.subarray(bStart, bStart + count), at);
          compute.maskAnd(a, aStart, out, at, count, out, at);
          compute.maskNot(out, at, count, out, at);
        });
        const counted = compute.maskCount(a, aStart);
        expect(counted).toBe(withoutKernels(() => compute.maskCount(a, aStart)));
      }),
      runs(60),
    );
  });

  it("give the places of what is true as the plain loop does", () => {
    fc.assert(
      fc.property(masks, (mask) => {
        const [fast, plain] = [
          compute.maskToIndices(mask),
          withoutKernels(() => compute.maskToIndices(mask)),
        ];
        expect(fast.constructor).toBe(plain.constructor);
        expect(Buffer.compare(Buffer.from(fast.buffer), Buffer.from(plain.buffer))).toBe(0);
      }),
      runs(60),
    );
  });

  it("pick elements of any size as the plain loop does", () => {
    const sizes = fc.oneof(fc.constantFrom(1, 2, 4, 8, 16), fc.integer({ min: 1, max: 70 }));
    fc.assert(
      fc.property(masks, sizes, fc.nat(), fc.nat(7), (mask, itemsize, seed, offset) => {
        const words = Uint32Array.from({ length: 300 }, () => seed).map((word, i) =>
          Math.imul(word + i, 2654435761),
        );
        const tile = new Uint8Array(words.buffer);
        const src = new Uint8Array(mask.length * itemsize + offset).subarray(offset);
        for (let at = 0; at < src.length; at += tile.length) src.set(tile.subarray(0, src.length - at), at);
        same(compute.maskCount(mask) * itemsize, (out, at) => {
          const count = compute.compress(src, itemsize, mask, out.subarray(at, out.length - 37));
          expect(count).toBe(compute.maskCount(mask));
        });
      }),
      runs(60),
    );
  });

  it("gather from few elements as the plain loop does", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 4, 8),
        fc.integer({ min: 1, max: 3000 }),
        fc.constantFrom(511, 512, 3001, SLOT / 4 + 5),
        fc.nat(),
        fc.nat(7),
        (itemsize, size, count, seed, offset) => {
          const words = randomWords(seed);
          const next = () => words.next().value as number;
          const src = Uint8Array.from({ length: offset + size * itemsize }, next);
          const indices = Int32Array.from({ length: Math.min(count, TILE) }, () => next() % size);
          const all = Int32Array.from({ length: count }, (_, i) => indices[i % indices.length]);
          same(count * itemsize, (out, at) => {
            compute.gather(src, itemsize, all, itemsize, offset, out.subarray(at, at + count * itemsize));
          });
        },
      ),
      runs(30),
    );
  });
});
