import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ArrayView } from "../src/array/index.js";
import { withoutKernels } from "../src/compute/kernels/engine.js";
import { type DType, isComplex } from "../src/dtype/index.js";
import { CastError } from "../src/errors.js";
import {
  type Aggregate,
  count,
  first,
  GroupBy,
  join,
  last,
  max,
  mean,
  min,
  nunique,
  std,
  sum,
} from "../src/query/index.js";
import { copied } from "../src/table/columns.js";
import { TableView } from "../src/table/index.js";
import { anyCell, anyDType } from "../src/testing/index.js";
import { arrayOf } from "../test/array/support.js";

/** A column of a few elements, and in which turn they come. */
interface Recipe {
  readonly dtype: DType;
  readonly pool: readonly unknown[];
  readonly picks: readonly number[];
  readonly step: number;
}

function recipes(kinds: string): fc.Arbitrary<Recipe> {
  return anyDType({ kinds, nesting: 0 }).chain((dtype) =>
    fc.record({
      dtype: fc.constant(dtype),
      pool: fc.array(anyCell(dtype), { minLength: 1, maxLength: 6 }),
      picks: fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 17 }),
      step: fc.constantFrom(1, 1, 2, -1, -3),
    }),
  );
}

function columnOf({ dtype, pool, picks, step }: Recipe, rows: number): ArrayView {
  const stride = Math.abs(step);
  const elements = Array.from(
    { length: rows * stride },
    (_, i) => pool[(picks[Math.floor(i / stride) % picks.length] ?? 0) % pool.length],
  );
  return arrayOf(dtype, [elements.length], step < 0 ? elements.reverse() : elements).slice(null, null, step);
}

function viewOf(columns: { readonly [name: string]: Recipe }, rows: number): TableView {
  const arrays = Object.entries(columns).map(([name, recipe]) => [name, columnOf(recipe, rows)] as const);
  return new TableView(copied(new Map(arrays), rows));
}

const isMissing = (value: unknown): boolean =>
  isComplex(value) ? Number.isNaN(value.re) || Number.isNaN(value.im) : value === null || Number.isNaN(value);

/** One text for each key: equal keys have equal ones. */
function textOf(value: unknown): string {
  if (isMissing(value)) return "missing";
  if (isComplex(value)) return `${value.re + 0},${value.im + 0}`;
  return `${typeof value}:${typeof value === "number" ? value + 0 : String(value)}`;
}

function textAt(columns: readonly ArrayView[], row: number): string {
  return columns.map((column) => textOf(column.at(row))).join("\n");
}

/** The rows of each key. */
function rowsByKey(keys: readonly ArrayView[], rows: number): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (let row = 0; row < rows; row++) {
    const text = textAt(keys, row);
    const known = groups.get(text);
    if (known === undefined) groups.set(text, [row]);
    else known.push(row);
  }
  return groups;
}

function compareKeys(a: unknown, b: unknown): number {
  if (isMissing(a) || isMissing(b)) return Number(isMissing(a)) - Number(isMissing(b));
  if (typeof a === "string" && typeof b === "string") return Buffer.compare(utf32(a), utf32(b));
  return (a as number) < (b as number) ? -1 : Number((a as number) > (b as number));
}

const utf32 = (text: string) =>
  Buffer.concat(
    Array.from(text, (point) =>
      Buffer.from([0, 8, 16].map((s) => ((point.codePointAt(0) ?? 0) >> (16 - s)) & 255)),
    ),
  );

const NUMERIC = "biufm";
const makers: readonly (readonly [kinds: string, make: (skipNaN: boolean) => Aggregate])[] = [
  ["biufcSUMmV", () => count("v")],
  ["biufcSUMmV", (skipNaN) => first("v", { skipNaN })],
  ["biufcSUMmV", (skipNaN) => last("v", { skipNaN })],
  ["biufcSUMm", () => nunique("v")],
  [`${NUMERIC}c`, (skipNaN) => sum("v", { skipNaN })],
  [`${NUMERIC}c`, (skipNaN) => mean("v", { skipNaN })],
  ["biufcSUMm", (skipNaN) => min("v", { skipNaN })],
  ["biufcSUMm", (skipNaN) => max("v", { skipNaN })],
  ["biufc", (skipNaN) => std("v", { skipNaN, ddof: 1 })],
];

/** What an aggregate of some rows is, by the reductions of arrays and plain JavaScript. */
function expected({ kind, options: { skipNaN = false, ddof = 0 } }: Aggregate, column: ArrayView): unknown {
  const elements = Array.from({ length: column.length }, (_, i) => column.at(i));
  const there = elements.filter((element) => !isMissing(element));
  const some = skipNaN && there.length > 0 ? there : elements;
  switch (kind) {
    case "count":
      return BigInt(there.length);
    case "nunique":
      return BigInt(new Set(there.map(textOf)).size);
    case "first":
      return some[0];
    case "last":
      return some.at(skipNaN && there.length === 0 ? 0 : -1);
    case "std":
      return column.std({ skipNaN, ddof });
    default:
      return column[kind]({ skipNaN });
  }
}

/** Whether an exact sum goes into no 64 bits of its dtype; the least duration is NaT. */
function leaves64(sum: unknown, { kind }: DType): boolean {
  if (typeof sum !== "bigint") return false;
  if (kind === "u") return BigInt.asUintN(64, sum) !== sum;
  return BigInt.asIntN(64, sum) !== sum || (kind === "m" && sum === -(2n ** 63n));
}

/** Whether two elements are the same but for rounding. */
function isClose(got: unknown, want: unknown, scale: number): boolean {
  if (isComplex(got) && isComplex(want))
    return isClose(got.re, want.re, scale) && isClose(got.im, want.im, scale);
  if (typeof want === "number" && typeof got === "number") {
    return (
      Object.is(got + 0, want + 0) ||
      Math.abs(got - want) <= 1e-9 * Math.max(scale, Math.abs(want)) ||
      !Number.isFinite(scale * scale)
    );
  }
  if (typeof got === "bigint" && typeof want !== "bigint") return got === BigInt(Number(want));
  if (got instanceof Uint8Array && want instanceof Uint8Array) return Buffer.compare(got, want) === 0;
  return Object.is(got, want);
}

/** How large a column's numbers are: what differences by rounding are measured by. */
function scaleOf(column: ArrayView): number {
  const { kind, itemsize } = column.dtype;
  if (kind !== "f" && kind !== "c")
    return "biu".includes(kind)
      ? 1e4 * Math.max(1, ...Array.from({ length: column.length }, (_, i) => Math.abs(Number(column.at(i)))))
      : 1;
  const parts = Array.from({ length: column.length }, (_, i) => column.at(i)).flatMap((x) =>
    isComplex(x) ? [x.re, x.im] : [Number(x)],
  );
  const rounding = (itemsize === 2 ? 1e6 : 1) * (column.dtype.alignment === 4 ? 1e3 : 1);
  const largest =
    Math.max(1, ...parts.filter((x) => !Number.isNaN(x)).map(Math.abs)) * rounding * column.length;
  // Sums may leave such floats.
  return largest > 1e30 || (itemsize <= 4 && kind === "f" && largest > 1e10)
    ? Number.POSITIVE_INFINITY
    : largest;
}

const cases = fc.record({
  rows: fc.oneof(
    { weight: 8, arbitrary: fc.nat({ max: 20 }) },
    { weight: 2, arbitrary: fc.constant(300) },
    // From 4,096 rows on kernels are used.
    { weight: 1, arbitrary: fc.constant(4100) },
  ),
  chunk: fc.constantFrom(7, 1500, 2 ** 20),
  keys: fc.array(recipes("biufSUMm"), { minLength: 1, maxLength: 3 }),
  maker: fc.nat({ max: makers.length - 1 }).chain((i) => {
    const [kinds, make] = makers[i] as (typeof makers)[number];
    return fc.record({ make: fc.constant(make), value: recipes(kinds) });
  }),
  skipNaN: fc.boolean(),
  plain: fc.boolean(),
});

describe("groupBy", () => {
  it("gives what the rows of each key give, in the order of the keys", () => {
    fc.assert(
      fc.property(cases, ({ rows, chunk, keys, maker: { make, value }, skipNaN, plain }) => {
        const names = keys.map((_, i) => `k${i}`);
        const view = viewOf({ ...Object.fromEntries(keys.map((key, i) => [`k${i}`, key])), v: value }, rows);
        const keyColumns = names.map((name) => view.column(name));
        const groups = rowsByKey(keyColumns, rows);
        const aggregate = make(skipNaN);
        const run = () => new GroupBy(view, names, {}, chunk).agg({ n: count(), a: aggregate });
        const sums =
          aggregate.kind === "sum"
            ? [...groups.values()].map((own) => expected(aggregate, view.column("v").take(own) as ArrayView))
            : [];
        if (sums.some((one) => leaves64(one, value.dtype))) {
          expect(run).toThrow(CastError);
          return;
        }
        const result = plain ? withoutKernels(run) : run();
        expect(result.length).toBe(groups.size);
        const found = names.map((name) => result.column(name as never) as ArrayView);
        let before: unknown[] | undefined;
        for (let row = 0; row < result.length; row++) {
          const own = groups.get(textAt(found, row)) ?? [];
          expect(result.column("n").at(row)).toBe(BigInt(own.length));
          const column = view.column("v").take(own);
          const want = expected(aggregate, column as ArrayView);
          const got = (result.column("a") as ArrayView).at(row);
          if (!isClose(got, want, scaleOf(column as ArrayView))) {
            expect({ kind: aggregate.kind, skipNaN, value: got }).toEqual({
              kind: aggregate.kind,
              skipNaN,
              value: want,
            });
          }
          const now = found.map((key) => key.at(row));
          const order = before?.map((key, i) => compareKeys(key, now[i])).find((sign) => sign !== 0);
          if (before !== undefined) expect(order).toBe(-1);
          before = now;
        }
      }),
      { numRuns: 100 },
    );
  });

  it("gives the same bits with kernels and without", () => {
    fc.assert(
      fc.property(
        recipes("iuUM"),
        recipes("f"),
        recipes("iu"),
        fc.boolean(),
        (key, float, integer, skipNaN) => {
          const view = viewOf({ k: key, f: float, i: integer }, 4100);
          const run = () =>
            new GroupBy(view, ["k"], {}, 1000).agg({
              a: sum("f", { skipNaN }),
              b: std("f", { skipNaN }),
              c: min("f", { skipNaN }),
              d: max("f", { skipNaN }),
              e: mean("i"),
              f: std("i"),
              g: min("i"),
              h: max("i"),
            });
          expect(run().toRecords().bytes).toEqual(withoutKernels(run).toRecords().bytes);
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe("join", () => {
  it("gives every pair of rows whose keys are equal, in the order of the left, then of the right", () => {
    const sides = anyDType({ kinds: "biufSUMm", nesting: 0 }).chain((dtype) =>
      fc.array(anyCell(dtype), { minLength: 1, maxLength: 5 }).chain((pool) => {
        const side = fc.record({
          dtype: fc.constant(dtype),
          pool: fc.constant(pool),
          picks: fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 9 }),
          step: fc.constantFrom(1, 2, -1),
        });
        return fc.tuple(side, side);
      }),
    );
    fc.assert(
      fc.property(
        fc.array(sides, { minLength: 1, maxLength: 2 }),
        fc.nat({ max: 15 }),
        fc.nat({ max: 15 }),
        fc.constantFrom("inner" as const, "left" as const),
        (keys, leftRows, rightRows, how) => {
          const named = (side: 0 | 1) => Object.fromEntries(keys.map((pair, i) => [`k${i}`, pair[side]]));
          const names = Object.keys(named(0));
          const numbered = (view: TableView, name: string, rows: number) => {
            const columns = new Map(view.columns() as Iterable<[string, ArrayView]>);
            columns.set(
              name,
              arrayOf(
                "i4",
                [rows],
                Array.from({ length: rows }, (_, i) => i),
              ),
            );
            return new TableView(copied(columns, rows));
          };
          const left = numbered(viewOf(named(0), leftRows), "l", leftRows);
          const right = numbered(viewOf(named(1), rightRows), "r", rightRows);
          const joined = join(left, right, { on: names, how, indicator: "matched" });
          const places = rowsByKey(
            names.map((name) => right.column(name)),
            rightRows,
          );
          const want: unknown[] = [];
          for (let row = 0; row < leftRows; row++) {
            const found =
              places.get(
                textAt(
                  names.map((name) => left.column(name)),
                  row,
                ),
              ) ?? [];
            for (const other of found) want.push([row, other, true]);
            if (found.length === 0 && how === "left") want.push([row, 0, false]);
          }
          const got = Array.from(joined, (row) => [row.l, row.r, row.matched]);
          expect(got).toEqual(want);
          for (const [i, name] of names.entries()) {
            const column = joined.column(name);
            for (let row = 0; row < joined.length; row++) {
              expect(textOf(column.at(row)), `${i}`).toBe(
                textOf(left.column(name).at(Number(joined.column("l").at(row)))),
              );
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
