import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as compute from "../src/compute/index.js";
import { complexArrays, elementsOf, isNaNElement, NAT, numericArrays } from "./compute-arrays.js";

describe("sorting", () => {
  const byValue = (x: number | bigint, y: number | bigint, nat: boolean) => {
    const rank = (z: number | bigint) => Number(isNaNElement(z) || (nat && z === NAT));
    return rank(x) - rank(y) || (x < y ? -1 : Number(x > y));
  };

  it("is stable, with NaN and NaT last", () => {
    fc.assert(
      fc.property(numericArrays, fc.boolean(), (values, wantsNat) => {
        const nat = wantsNat && values instanceof BigInt64Array;
        const elements = elementsOf(values);
        const places = [...elements.keys()].sort(
          (i, j) => byValue(elements[i] ?? 0, elements[j] ?? 0, nat) || i - j,
        );
        expect(compute.argsort(values, { nat })).toEqual(Int32Array.from(places));
        expect(elementsOf(compute.sort(values, { nat }))).toEqual(places.map((i) => elements[i]));
      }),
    );
  });

  it("finds each value once, with first place, inverse and count", () => {
    fc.assert(
      fc.property(numericArrays, fc.boolean(), (values, wantsNat) => {
        const nat = wantsNat && values instanceof BigInt64Array;
        const elements = elementsOf(values);
        // A Map takes all NaN for one key, and -0 for 0.
        const groups = new Map<number | bigint, number[]>();
        for (const [i, x] of elements.entries()) groups.set(x, [...(groups.get(x) ?? []).slice(0, 50), i]);
        const counts = new Map<number | bigint, number>();
        for (const x of elements) counts.set(x, (counts.get(x) ?? 0) + 1);
        const distinct = [...groups.keys()].sort((x, y) => byValue(x, y, nat));
        const result = compute.unique(values, { nat, index: true, inverse: true, counts: true });
        expect([...(result.index ?? [])]).toEqual(distinct.map((x) => groups.get(x)?.[0]));
        expect(elementsOf(result.values)).toEqual(distinct.map((x) => elements[groups.get(x)?.[0] ?? -1]));
        expect([...(result.counts ?? [])]).toEqual(distinct.map((x) => counts.get(x)));
        const groupOf = new Map(distinct.map((x, group) => [x, group]));
        expect([...(result.inverse ?? [])]).toEqual(elements.map((x) => groupOf.get(x)));
      }),
    );
  });

  it("of complex numbers puts NaN last, the imaginary before the real", () => {
    fc.assert(
      fc.property(complexArrays, (values) => {
        const part = (i: number, which: 0 | 1) => values[2 * i + which] ?? 0;
        const rank = (i: number) => 2 * Number(Number.isNaN(part(i, 0))) + Number(Number.isNaN(part(i, 1)));
        const compare = (i: number, j: number) =>
          rank(i) - rank(j) ||
          byValue(part(i, 0), part(j, 0), false) ||
          byValue(part(i, 1), part(j, 1), false) ||
          i - j;
        const places = Array.from({ length: values.length / 2 }, (_, i) => i).sort(compare);
        expect(compute.argsortComplex(values)).toEqual(Int32Array.from(places));
        expect([...compute.sortComplex(values)]).toEqual(places.flatMap((i) => [part(i, 0), part(i, 1)]));
      }),
    );
  });
});
