import { describe, expect, it } from "vitest";
import { floatInterval, integerInterval, intersection } from "../../src/compute/intervals.js";

const { NaN: nan, POSITIVE_INFINITY: inf, MIN_VALUE, MAX_VALUE } = Number;
const BYTES = { low: -128n, high: 127n };
const GREATEST_SINGLE = (2 - 2 ** -23) * 2 ** 127;

const contains = <Bound>({ low, high }: { readonly low: Bound; readonly high: Bound }, value: Bound) =>
  value >= low && value <= high;

describe("integerInterval", () => {
  it("holds what compares so, in the range of the type", () => {
    expect(integerInterval("eq", 5, BYTES)).toEqual({ low: 5n, high: 5n });
    expect(integerInterval("lt", 5n, BYTES)).toEqual({ low: -128n, high: 4n });
    expect(integerInterval("le", 5, BYTES)).toEqual({ low: -128n, high: 5n });
    expect(integerInterval("gt", 5.5, BYTES)).toEqual({ low: 6n, high: 127n });
    expect(integerInterval("ge", -5.5, BYTES)).toEqual({ low: -5n, high: 127n });
    expect(integerInterval("lt", inf, BYTES)).toEqual(BYTES);
    expect(integerInterval("ge", -(10n ** 40n), BYTES)).toEqual(BYTES);
  });

  it("is empty where nothing does", () => {
    const cases = [
      ["eq", 5.5],
      ["eq", 128],
      ["eq", -129n],
      ["eq", inf],
      ["lt", -128],
      ["le", -inf],
      ["gt", 127n],
      ["ge", inf],
      ["eq", nan],
      ["lt", nan],
      ["le", nan],
      ["gt", nan],
      ["ge", nan],
    ] as const;
    for (const [op, scalar] of cases) {
      const { low, high } = integerInterval(op, scalar, BYTES);
      expect([op, scalar, low > high]).toEqual([op, scalar, true]);
    }
  });
});

describe("floatInterval", () => {
  it("ends at the next double where the scalar is left out", () => {
    expect(floatInterval("le", 1, false)).toEqual({ low: -inf, high: 1 });
    expect(floatInterval("lt", 1, false)).toEqual({ low: -inf, high: 1 - 2 ** -53 });
    expect(floatInterval("gt", -1, false)).toEqual({ low: -1 + 2 ** -53, high: inf });
    expect(floatInterval("gt", 0, false)).toEqual({ low: MIN_VALUE, high: inf });
    expect(floatInterval("lt", -0, false)).toEqual({ low: -inf, high: -MIN_VALUE });
    expect(floatInterval("lt", inf, false)).toEqual({ low: -inf, high: MAX_VALUE });
    expect(floatInterval("ge", 2n ** 53n + 1n, false)).toEqual({ low: 2 ** 53 + 2, high: inf });
    expect(floatInterval("le", 2n ** 53n + 1n, false)).toEqual({ low: -inf, high: 2 ** 53 });
  });

  it("ends at floats of 32 bits where elements are such", () => {
    const tenth = Math.fround(0.1);
    // The nearest float is above a tenth.
    expect(floatInterval("ge", 0.1, true).low).toBe(tenth);
    expect(floatInterval("le", 0.1, true).high).toBe(tenth - 2 ** -27);
    expect(floatInterval("gt", tenth, true).low).toBe(tenth + 2 ** -27);
    expect(floatInterval("lt", 1e300, true)).toEqual({ low: -inf, high: GREATEST_SINGLE });
    expect(floatInterval("gt", 1e300, true)).toEqual({ low: inf, high: inf });
    expect(floatInterval("gt", 0, true).low).toBe(2 ** -149);
    expect(floatInterval("lt", 0, true).high).toBe(-(2 ** -149));
    expect(contains(floatInterval("eq", 0.1, true), tenth)).toBe(false);
    expect(contains(floatInterval("eq", tenth, true), tenth)).toBe(true);
  });

  it("holds nothing beyond infinity, and nothing that compares with NaN", () => {
    for (const op of ["eq", "lt", "le", "gt", "ge"] as const) {
      for (const x of [-inf, -1, 0, inf, nan]) {
        expect(contains(floatInterval(op, nan, false), x)).toBe(false);
        expect(contains(floatInterval(op, x, true), nan)).toBe(false);
      }
    }
    expect(contains(floatInterval("lt", -inf, false), -inf)).toBe(false);
    expect(contains(floatInterval("gt", inf, true), inf)).toBe(false);
    expect(contains(floatInterval("eq", 10n ** 400n, false), inf)).toBe(false);
  });
});

describe("intersection", () => {
  it("holds what both do, and nothing where an end of either is NaN", () => {
    expect(intersection({ low: 1, high: 5 }, { low: 2, high: 9 })).toEqual({ low: 2, high: 5 });
    expect(intersection({ low: 3n, high: 5n }, { low: 1n, high: 2n })).toEqual({ low: 3n, high: 2n });
    for (const end of [
      { low: nan, high: 5 },
      { low: 0, high: nan },
      { low: nan, high: nan },
    ]) {
      expect(contains(intersection(end, { low: 0, high: 5 }), 1)).toBe(false);
      expect(contains(intersection({ low: 0, high: 5 }, end), 1)).toBe(false);
    }
  });
});
