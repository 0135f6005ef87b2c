import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { slice } from "../src/array/index.js";
import { factorize, joinKeys, keysOf, orderOf, rangedKeys, rankedKeys } from "../src/compute/index.js";
import { type DType, isComplex } from "../src/dtype/index.js";
import { groupRows, type OrderKey } from "../src/group/grouping/group-rows.js";
import { anyCell, anyDType } from "../src/testing/index.js";
import { arrayOf } from "../test/array/support.js";
import { integerArrays } from "./compute-arrays.js";

/** Long columns from a few elements, which is what can be shrunk. */
interface Recipe {
  readonly dtype: DType;
  readonly pool: readonly unknown[];
  readonly picks: readonly number[];
  readonly nulls: readonly number[] | undefined;
  readonly isSorted: boolean;
  readonly step: number;
  readonly ascending: boolean;
}

const recipes: fc.Arbitrary<Recipe> = anyDType({ kinds: "biufcSUMm", nesting: 0 }).chain((dtype) =>
  fc.record({
    dtype: fc.constant(dtype),
    pool: fc.array(anyCell(dtype), { minLength: 1, maxLength: 6 }),
    picks: fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 17 }),
    nulls: fc.option(fc.array(fc.constantFrom(0, 0, 1, 255), { minLength: 1, maxLength: 5 }), {
      nil: undefined,
    }),
    isSorted: fc.boolean(),
    step: fc.constantFrom(1, 1, 2, -1, -3),
    ascending: fc.boolean(),
  }),
);

/** Lengths around those that are sorted by insertion, and those of blocks. */
const rowCounts = fc.oneof(fc.nat({ max: 12 }), fc.constantFrom(47, 49, 2047, 2049, 2200));

const cases = fc.record({
  rows: rowCounts,
  groupBy: fc.array(recipes, { maxLength: 3 }),
  orderBy: fc.array(recipes, { maxLength: 2 }),
});

/** A column to group or order by: its elements, some of them null, in an array of some strides. */
interface Key {
  readonly dtype: DType;
  readonly elements: readonly unknown[];
  readonly nulls: readonly number[] | undefined;
  readonly step: number;
  readonly ascending: boolean;
}

function keyOf({ pool, picks, nulls, isSorted, ...rest }: Recipe, rows: number): Key {
  const sorted = isSorted ? [...pool].sort((a, b) => compareElements(a, b)) : pool;
  const chosen = (i: number) => (isSorted ? Math.floor((i * pool.length) / rows) : picks[i % picks.length]);
  return {
    ...rest,
    elements: Array.from({ length: rows }, (_, i) => sorted[(chosen(i) ?? 0) % pool.length]),
    nulls: nulls && Array.from({ length: rows }, (_, i) => nulls[i % nulls.length] ?? 0),
  };
}

function columnOf({ dtype, elements, nulls, step, ascending }: Key, i: number): OrderKey {
  const stride = Math.abs(step);
  const spread = Array.from(
    { length: elements.length * stride },
    (_, at) => elements[Math.floor(at / stride)],
  );
  const whole = arrayOf(dtype, [spread.length], step < 0 ? spread.reverse() : spread);
  const array = whole.slice(null, null, step);
  return { name: `key ${i}`, array, nulls: nulls && Uint8Array.from(nulls), ascending };
}

function isMissing(value: unknown): boolean {
  if (isComplex(value)) return Number.isNaN(value.re) || Number.isNaN(value.im);
  return value === null || Number.isNaN(value);
}

const points = (text: string) => Array.from(text, (character) => character.codePointAt(0) ?? 0);

/** Below zero where `a` comes before `b`; both of one type, neither null. */
function compareValues(a: unknown, b: unknown): number {
  if (isComplex(a) && isComplex(b)) return compareValues(a.re, b.re) || compareValues(a.im, b.im);
  if (typeof a === "string" && typeof b === "string") {
    const [x, y] = [points(a), points(b)];
    const at = x.findIndex((point, i) => point !== y[i]);
    return at < 0 ? x.length - y.length : (x[at] ?? 0) - (y[at] ?? -1);
  }
  type Ordered = number | bigint | boolean;
  const [x, y] = [a as Ordered, b as Ordered];
  return x < y ? -1 : Number(x > y);
}

function compareElements(a: unknown, b: unknown, ascending = true): number {
  const missing = Number(isMissing(a)) - Number(isMissing(b));
  if (missing !== 0 || isMissing(a)) return missing;
  return ascending ? compareValues(a, b) : compareValues(b, a);
}

/** A row's element as the definition has it: null for nulls, 0 for -0. */
function element({ elements, nulls }: Key, row: number): unknown {
  const value = elements[row];
  if ((nulls?.[row] ?? 0) !== 0 || isMissing(value)) return null;
  if (isComplex(value)) return { re: value.re + 0, im: value.im + 0 };
  return typeof value === "number" ? value + 0 : value;
}

describe("groups of rows", () => {
  it("are what their definition says", () => {
    fc.assert(
      fc.property(cases, ({ rows, groupBy, orderBy }) => {
        const groups = groupBy.map((recipe) => keyOf(recipe, rows));
        const orders = orderBy.map((recipe) => keyOf(recipe, rows));
        const compare = (keys: readonly Key[], i: number, j: number, upward: boolean) => {
          for (const key of keys) {
            const found = compareElements(element(key, i), element(key, j), upward || key.ascending);
            if (found !== 0) return found;
          }
          return 0;
        };
        const places = Array.from({ length: rows }, (_, i) => i);
        const expected = [...places].sort(
          (i, j) => compare(groups, i, j, true) || compare(orders, i, j, false) || i - j,
        );
        const starts = expected.flatMap((row, i) =>
          i === 0 || compare(groups, row, expected[i - 1] ?? 0, true) !== 0 ? [i] : [],
        );
        const values = starts.map((at) => groups.map((key) => element(key, expected[at] ?? 0)));

        const found = groupRows(groups.map(columnOf), orders.map(columnOf), rows);
        expect([...(found.order ?? places)]).toEqual(expected);
        expect(found.order === undefined).toBe(expected.every((row, i) => row === i));
        expect(found.starts).toEqual(groups.length === 0 ? [0, rows] : [...starts, rows]);
        expect(found.values).toEqual(groups.length === 0 ? [[]] : values);
      }),
    );
  });

  it("leave the columns as they were", () => {
    fc.assert(
      fc.property(cases, ({ rows, groupBy, orderBy }) => {
        const columns = [...groupBy, ...orderBy].map((recipe, i) => columnOf(keyOf(recipe, rows), i));
        const bytes = () =>
          columns.map(({ array, nulls }) =>
            Buffer.concat([array.storage.bytes(), nulls ?? new Uint8Array(0)]).toString("latin1"),
          );
        const before = bytes();
        groupRows(columns.slice(0, groupBy.length), columns.slice(groupBy.length), rows);
        expect(bytes()).toEqual(before);
      }),
      { numRuns: 30 },
    );
  });

  it("of the rows of a slice are those of its copy", () => {
    fc.assert(
      fc.property(rowCounts, recipes, fc.nat(), (rows, recipe, from) => {
        const { array, name } = columnOf(keyOf(recipe, rows), 0);
        const part = array.view(slice(from % (array.length + 1), null));
        const copy = arrayOf(array.dtype, [part.length], [...part]);
        expect(groupRows([{ name, array: part }], [], part.length)).toEqual(
          groupRows([{ name, array: copy }], [], part.length),
        );
      }),
    );
  });
});

describe("factorize", () => {
  it("finds what sorting finds, whatever the limit and the keys", () => {
    fc.assert(
      fc.property(
        fc.array(integerArrays, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        fc.constantFrom(1, 2, 7, 100, 2 ** 16),
        (arrays, descending, limit) => {
          const length = Math.min(...arrays.map((values) => values.length));
          const parts = arrays.map((values) =>
            rankedKeys(
              rangedKeys(length, (start, end) => keysOf(values.subarray(start, end))),
              { descending },
            ),
          );
          const keys = joinKeys(parts, length);
          const isSame = (i: number, j: number) => arrays.every((values) => values[i] === values[j]);
          const firsts = [...orderOf(keys)].filter(
            (row, at, order) => at === 0 || !isSame(row, order[at - 1] ?? 0),
          );
          const found = factorize(keys, limit);
          if (firsts.length > limit) {
            expect(found).toBeUndefined();
            return;
          }
          expect([...(found?.firsts ?? [])]).toEqual(firsts);
          expect(found?.codes.every((code, i) => isSame(firsts[code] ?? -1, i))).toBe(true);
        },
      ),
    );
  });
});
