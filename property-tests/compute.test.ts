import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as compute from "../src/compute/index.js";
import {
  bigArrays,
  complexArrays,
  cook,
  cuts,
  elementsOf,
  exactly,
  floatArrays,
  inf,
  integerArrays,
  isNaNElement,
  NAT,
  nan,
  numbersOf,
  numericArrays,
  pieces,
  recipes,
  reduce,
} from "./compute-arrays.js";

describe("sums", () => {
  it("of integers are exact", () => {
    fc.assert(
      fc.property(integerArrays, cuts, (values, places) => {
        const expected = elementsOf(values).reduce((sum: bigint, x) => sum + BigInt(x), 0n);
        expect(BigInt(reduce(new compute.IntegerSum(), values, values.length, places))).toBe(expected);
      }),
    );
  });

  it("of 64-bit integers are exact", () => {
    fc.assert(
      fc.property(bigArrays, cuts, (values, places) => {
        const expected = elementsOf(values).reduce((sum: bigint, x) => sum + BigInt(x), 0n);
        expect(reduce(new compute.BigSum(), values, values.length, places)).toBe(expected);
      }),
    );
  });

  it("of floats err by few units of the sum of the absolute values, however they are cut", () => {
    fc.assert(
      fc.property(recipes, cuts, fc.boolean(), (recipe, places, skipNaN) => {
        const values = Float64Array.from(numbersOf(recipe, [nan, 0, -0, 5e-324, 2 ** 60, -(2 ** 60)]));
        const kept = [...values].filter((x) => !skipNaN || !Number.isNaN(x));
        const accumulator = new compute.FloatSum({ skipNaN });
        const sum = reduce(accumulator, values, values.length, places);
        expect(accumulator.count).toBe(kept.length);
        if (kept.some(Number.isNaN)) {
          expect(sum).toBe(nan);
          return;
        }
        const error = exactly(sum) - kept.reduce((total, x) => total + exactly(x), 0n);
        const size = kept.reduce((total, x) => total + exactly(Math.abs(x)), 0n);
        // 48 roundings is more than the longest way through lanes, tree and cascade.
        expect((error < 0n ? -error : error) << 53n <= 48n * size).toBe(true);
      }),
    );
  });

  it("of infinities follow the rules of infinities", () => {
    fc.assert(
      fc.property(recipes, cuts, (recipe, places) => {
        const values = Float64Array.from(numbersOf(recipe, [inf, -inf, nan, 1]));
        const [hasPositive, hasNegative] = [values.includes(inf), values.includes(-inf)];
        const sum = reduce(new compute.FloatSum(), values, values.length, places);
        if (values.includes(nan) || (hasPositive && hasNegative)) expect(sum).toBe(nan);
        else if (hasPositive || hasNegative) expect(sum).toBe(hasPositive ? inf : -inf);
        else expect(Number.isFinite(sum)).toBe(true);
      }),
    );
  });

  it("of complex numbers are those of their parts", () => {
    fc.assert(
      fc.property(complexArrays, cuts, (values, places) => {
        const [re, im] = [values.filter((_, i) => i % 2 === 0), values.filter((_, i) => i % 2 === 1)];
        const sums = [re, im].map((part) => reduce(new compute.FloatSum(), part, part.length, places));
        const sum = reduce(new compute.ComplexSum(), values, values.length / 2, places);
        expect([sum.re, sum.im]).toEqual(sums);
      }),
    );
  });
});

describe("moments", () => {
  it("agree with exact arithmetic, however they are cut", () => {
    fc.assert(
      fc.property(recipes, cuts, fc.integer({ min: -1e6, max: 1e6 }), (recipe, places, shift) => {
        const values = Int32Array.from(cook(recipe, (a) => (a % 2000) + shift, [0]));
        const { count, mean, m2 } = reduce(new compute.MomentsAccumulator(), values, values.length, places);
        expect(count).toBe(values.length);
        if (count === 0) {
          expect([mean, m2]).toEqual([nan, 0]);
          return;
        }
        const n = BigInt(count);
        const sum = values.reduce((total, x) => total + BigInt(x), 0n);
        const squares = values.reduce((total, x) => total + BigInt(x) ** 2n, 0n);
        const exact = Number(n * squares - sum * sum) / count;
        expect(Math.abs(mean - Number(sum) / count)).toBeLessThanOrEqual(1e-14 * Math.max(1, Math.abs(mean)));
        expect(Math.abs(m2 - exact)).toBeLessThanOrEqual(1e-9 * Math.max(1, exact));
        const wide = BigInt64Array.from(values, BigInt);
        expect(reduce(new compute.MomentsAccumulator(), wide, wide.length, places)).toEqual({
          count,
          mean,
          m2,
        });
      }),
    );
  });
});

describe("extrema, truth and count", () => {
  const sides = fc.constantFrom("min" as const, "max" as const);

  it("agree with a plain search", () => {
    fc.assert(
      fc.property(
        numericArrays,
        cuts,
        sides,
        fc.boolean(),
        fc.boolean(),
        (values, places, side, skipNaN, nat) => {
          const dates = nat && values instanceof BigInt64Array;
          const isMissing = (x: number | bigint) => isNaNElement(x) || (dates && x === NAT);
          let best: { value: number | bigint; index: number } | null = null;
          for (const [index, value] of elementsOf(values).entries()) {
            if (isMissing(value)) {
              if (skipNaN) continue;
              best = { value, index };
              break;
            }
            if (best === null || (side === "min" ? value < best.value : value > best.value))
              best = { value, index };
          }
          const options = { skipNaN, nat: dates };
          const found =
            values instanceof BigInt64Array || values instanceof BigUint64Array
              ? reduce(new compute.BigExtremum(side, options), values, values.length, places)
              : reduce(new compute.NumberExtremum(side, options), values, values.length, places);
          expect(found).toEqual(best);
          const kept = elementsOf(values).filter((x) => !skipNaN || !isMissing(x));
          expect(reduce(new compute.Count(options), values, values.length, places)).toBe(kept.length);
        },
      ),
    );
  });

  it("of complex numbers agree with a plain search", () => {
    fc.assert(
      fc.property(complexArrays, cuts, sides, fc.boolean(), (values, places, side, skipNaN) => {
        const pairs = Array.from(
          { length: values.length / 2 },
          (_, i) => [values[2 * i] ?? 0, values[2 * i + 1] ?? 0] as const,
        );
        const sign = side === "min" ? 1 : -1;
        let best = -1;
        for (const [i, [re, im]] of pairs.entries()) {
          if (Number.isNaN(re) || Number.isNaN(im)) {
            if (skipNaN) continue;
            best = i;
            break;
          }
          const [bestRe, bestIm] = pairs[best] ?? [sign * inf, sign * inf];
          if (best < 0 || re * sign < bestRe * sign || (re === bestRe && im * sign < bestIm * sign)) best = i;
        }
        const [re, im] = pairs[best] ?? [0, 0];
        const found = reduce(new compute.ComplexExtremum(side, { skipNaN }), values, pairs.length, places);
        expect(found).toEqual(best < 0 ? null : { value: { re, im }, index: best });
      }),
    );
  });

  it("of truth agree with a plain count", () => {
    fc.assert(
      fc.property(numericArrays, cuts, (values, places) => {
        const nonzero = elementsOf(values).filter((x) => x !== 0 && x !== 0n).length;
        expect(reduce(new compute.CountNonzero(), values, values.length, places)).toBe(nonzero);
        expect(reduce(new compute.Any(), values, values.length, places)).toBe(nonzero > 0);
        expect(reduce(new compute.All(), values, values.length, places)).toBe(nonzero === values.length);
      }),
    );
  });
});

describe("cumulative sums", () => {
  it("of integers wrap around at 64 bits", () => {
    fc.assert(
      fc.property(fc.oneof(integerArrays, bigArrays), cuts, (values, places) => {
        const out = new BigInt64Array(values.length);
        const cumsum = new compute.IntegerCumsum();
        for (const [start, end] of pieces(values.length, places)) cumsum.add(values, start, end, out, start);
        let total = 0n;
        const expected = elementsOf(values).map((x) => (total = BigInt.asIntN(64, total + BigInt(x))));
        expect(out).toEqual(BigInt64Array.from(expected));
      }),
    );
  });

  it("of floats add one after the other", () => {
    fc.assert(
      fc.property(floatArrays, cuts, (values, places) => {
        const out = values.slice();
        const cumsum = new compute.FloatCumsum();
        for (const [start, end] of pieces(values.length, places)) cumsum.add(values, start, end, out, start);
        const round = values instanceof Float32Array ? Math.fround : (x: number) => x;
        let total = -0;
        const expected = values.map((x) => (total = round(total + x)));
        expect(out).toEqual(expected);
      }),
    );
  });
});
