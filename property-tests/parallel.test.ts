import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { ArrayView } from "../src/index.js";
import { COLUMNS, tableOfColumns } from "../test/array/parallel-columns.js";
import { parallelAlways, pathsAndWorkers } from "../test/array/parallel-support.js";
import { outcomeOf, partOf, parts, ROWS, zerosOf } from "./parallel-parts.js";

const fresh = pathsAndWorkers();
const numRuns = process.env.RUNS === undefined ? 40 : Number(process.env.RUNS);

let columns: ArrayView[] = [];
/** One mask in a file, and the same in ordinary memory. */
let masks: ArrayView[] = [];

beforeAll(() => {
  const { seed } = fc.readConfigureGlobal();
  const table = tableOfColumns(fresh(), ROWS, seed ?? 1);
  columns = COLUMNS.map((_, i) => table.column(`c${i}`) as ArrayView);
  masks = [columns[0], columns[0].not() as ArrayView];
  return () => table.close();
});

type Methods = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

/** Expects of the method and its asynchronous form, by one to three workers, one outcome. */
async function expectSame(array: ArrayView, name: string, args: readonly unknown[], options?: object) {
  const methods = array as unknown as Methods;
  const here = options === undefined ? args : [...args, options];
  const expected = await outcomeOf(() => methods[name](...here));
  for (const workers of [1, 2, 3]) {
    const asked = [...args, { ...options, workers }];
    const found = await outcomeOf(() => parallelAlways(async () => methods[`${name}Async`](...asked)));
    expect(found).toEqual(expected);
  }
}

const REDUCTIONS = [
  ...["sum", "mean", "var", "std", "min", "max", "argmin", "argmax"],
  ...["any", "all", "countNonzero"],
];

describe("the asynchronous form", () => {
  it("of a reduction gives the same bits, whatever the number of workers", async () => {
    const options = fc.record(
      {
        axis: fc.constantFrom(0, 1, -1, null),
        keepdims: fc.boolean(),
        skipNaN: fc.boolean(),
        ddof: fc.constantFrom(0, 1),
      },
      { requiredKeys: [], noNullPrototype: true },
    );
    const name = fc.constantFrom(...REDUCTIONS);
    const mask = fc.option(fc.nat(1), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(parts, name, options, mask, (part, reduction, chosen, chooser) => {
        const where = chooser === undefined ? undefined : partOf(masks[chooser], { ...part, inner: false });
        return expectSame(partOf(columns[part.column], part), reduction, [], { ...chosen, where });
      }),
      { numRuns },
    );
  });

  it("of a mask gives the same", async () => {
    const comparison = fc.constantFrom("eq", "ne", "lt", "le", "gt", "ge", "isin", "between");
    const place = fc.nat(ROWS - 1);
    const kinds = fc.constantFrom("value", "row", "itself", "copy");
    await fc.assert(
      fc.asyncProperty(parts, comparison, place, kinds, async (part, name, at, kind) => {
        const array = partOf(columns[part.column], part);
        if (array.size === 0) return;
        const value =
          array.ndim === 1 ? array.at(at % array.length) : array.at(at % array.length, ...zerosOf(array));
        const operands: Readonly<Record<string, unknown>> = {
          value,
          row: array.slice(0, 1),
          itself: array.slice(null, null, -1),
          copy: array.filter(new Uint8Array(array.length).fill(1)),
        };
        const other = name === "isin" ? [value] : operands[kind];
        await expectSame(array, name, name === "between" ? [other, value] : [other]);
        await expectSame(array, "isnan", []);
      }),
      { numRuns },
    );
  });

  it("of what puts masks together gives the same", async () => {
    const name = fc.constantFrom("and", "or", "not");
    await fc.assert(
      fc.asyncProperty(parts, name, fc.nat(1), fc.nat(1), async (part, how, one, other) => {
        const [mask, side] = [masks[one], masks[other]].map((each) => partOf(each, part));
        await expectSame(mask, how, how === "not" ? [] : [side]);
      }),
      { numRuns: Math.ceil(numRuns / 3) },
    );
  });

  it("of filter and take gives the same", async () => {
    await fc.assert(
      fc.asyncProperty(parts, fc.nat(1), fc.array(fc.nat(), { maxLength: 50 }), async (part, one, places) => {
        const array = partOf(columns[part.column], part);
        await expectSame(array, "filter", [partOf(masks[one], part)]);
        await expectSame(array, "take", [places.map((place) => place % (array.length + 1))]);
      }),
      { numRuns: Math.ceil(numRuns / 2) },
    );
  });
});
