import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CompareOp } from "../src/compute/index.js";
import * as compute from "../src/compute/index.js";
import {
  bigsOf,
  elementsOf,
  isNaNElement,
  NAT,
  numericArrays,
  recipes,
  SPECIAL_BIGS,
  SPECIAL_NUMBERS,
} from "./compute-arrays.js";

describe("comparisons", () => {
  const ops = fc.constantFrom<CompareOp>("eq", "ne", "lt", "le", "gt", "ge");
  /** Comparisons of JavaScript are exact between bigint and number. */
  const holds = (op: CompareOp, a: number | bigint, b: number | bigint): boolean => {
    const equal = a <= b && a >= b;
    return { eq: equal, ne: !equal, lt: a < b, le: a <= b, gt: a > b, ge: a >= b }[op];
  };
  const scalars = fc.oneof(
    fc.constantFrom<number | bigint>(...SPECIAL_NUMBERS, ...SPECIAL_BIGS, 10n ** 400n, -(2n ** 70n)),
    fc.double(),
    fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }),
    fc.integer({ min: -4, max: 8 }),
  );

  it("with a scalar are exact for all types", () => {
    fc.assert(
      fc.property(numericArrays, scalars, ops, fc.nat(9), (values, scalar, op, offset) => {
        const out = new Uint8Array(values.length + 10).fill(7);
        compute.compareScalar(op, values, 0, values.length, scalar, out, offset);
        const expected = new Uint8Array(values.length + 10).fill(7);
        expected.set(
          elementsOf(values).map((x) => Number(holds(op, x, scalar))),
          offset,
        );
        expect(out).toEqual(expected);
      }),
    );
  });

  it("with elements nearby are exact", () => {
    fc.assert(
      fc.property(
        numericArrays,
        fc.nat(),
        fc.constantFrom(-1n, 0n, 1n, -0.5, 0, 0.5),
        ops,
        (values, place, by, op) => {
          const element = values[place % Math.max(1, values.length)] ?? 0;
          if (typeof element === "number" && !Number.isFinite(element)) return;
          const scalar =
            typeof by === "bigint"
              ? BigInt(typeof element === "number" ? Math.trunc(element) : element) + by
              : Number(element) + by;
          const out = new Uint8Array(values.length);
          compute.compareScalar(op, values, 0, values.length, scalar, out, 0);
          expect(out).toEqual(Uint8Array.from(elementsOf(values), (x) => Number(holds(op, x, scalar))));
        },
      ),
    );
  });

  it("of two arrays are exact for all pairs of types", () => {
    fc.assert(
      fc.property(numericArrays, numericArrays, ops, fc.nat(3), (a, b, op, start) => {
        const count = Math.max(0, Math.min(a.length, b.length) - start);
        const out = new Uint8Array(count);
        compute.compareArrays(op, a, start, b, 0, count, out, 0);
        const expected = Array.from({ length: count }, (_, i) =>
          Number(holds(op, a[start + i] ?? 0, b[i] ?? 0)),
        );
        expect(out).toEqual(Uint8Array.from(expected));
      }),
    );
  });

  it("take NaT for what is only unequal", () => {
    fc.assert(
      fc.property(recipes, scalars, ops, (recipe, scalar, op) => {
        const dates = BigInt64Array.from(bigsOf(recipe));
        const isUnordered = (x: number | bigint) => x === NAT || isNaNElement(x);
        const judge = (a: number | bigint, b: number | bigint) =>
          Number(isUnordered(a) || isUnordered(b) ? op === "ne" : holds(op, a, b));
        const out = new Uint8Array(dates.length);
        compute.compareScalar(op, dates, 0, dates.length, scalar, out, 0, { nat: true });
        expect(out).toEqual(Uint8Array.from(dates, (x) => judge(x, scalar)));
        const other = dates.toReversed();
        compute.compareArrays(op, dates, 0, other, 0, dates.length, out, 0, { nat: true });
        expect(out).toEqual(Uint8Array.from(dates, (x, i) => judge(x, other[i] ?? 0n)));
      }),
    );
  });

  it("find members as a plain search does", () => {
    fc.assert(
      fc.property(numericArrays, fc.array(scalars, { maxLength: 20 }), (values, candidates) => {
        const some = [...candidates, ...elementsOf(values).slice(0, 3)];
        const out = new Uint8Array(values.length);
        compute.isin(values, 0, values.length, compute.membersFor(values, some), out, 0);
        expect(out).toEqual(
          Uint8Array.from(elementsOf(values), (x) => Number(some.some((y) => holds("eq", x, y)))),
        );
      }),
    );
  });

  it("of strings order by unit, zeros at the end left out", () => {
    const strings = (width: number) =>
      fc.array(fc.array(fc.constantFrom(0, 1, 2, 255), { minLength: width, maxLength: width }), {
        minLength: 12,
        maxLength: 12,
      });
    const trimmed = (units: readonly number[]) =>
      units.slice(0, units.findLastIndex((unit) => unit !== 0) + 1);
    const order = (a: readonly number[], b: readonly number[]) => {
      const [x, y] = [trimmed(a), trimmed(b)];
      const k = x.findIndex((unit, i) => unit !== y[i]);
      if (k < 0) return x.length - y.length;
      return (x[k] ?? 0) - (y[k] ?? -1);
    };
    fc.assert(
      fc.property(strings(2), strings(3), ops, fc.constantFrom(Uint8Array, Uint32Array), (a, b, op, Type) => {
        const out = new Uint8Array(12);
        compute.compareUnitsArrays(op, Type.from(a.flat()), 2, 0, Type.from(b.flat()), 3, 0, 12, out, 0);
        expect([...out]).toEqual(a.map((x, i) => Number(holds(op, order(x, b[i] ?? []), 0))));
        const scalar = Type.from(b[0] ?? []);
        compute.compareUnitsScalar(op, Type.from(a.flat()), 2, 0, 12, scalar, out, 0);
        expect([...out]).toEqual(a.map((x) => Number(holds(op, order(x, b[0] ?? []), 0))));
        const places = [...b.keys()].sort((i, j) => order(b[i] ?? [], b[j] ?? []) || i - j);
        expect([...compute.argsortUnits(Type.from(b.flat()), 3)]).toEqual(places);
      }),
    );
  });
});
