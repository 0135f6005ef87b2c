import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { ArrayView } from "../src/index.js";
import { COLUMNS, tableOfColumns } from "../test/array/parallel-columns.js";
import { bytesOf, parallelAlways, pathsAndWorkers } from "../test/array/parallel-support.js";

const fresh = pathsAndWorkers();
const numRuns = process.env.RUNS === undefined ? 15 : Number(process.env.RUNS);

/** Enough for kernels in each of three parts. */
const ROWS = 6000;
let columns: ArrayView[] = [];

beforeAll(() => {
  const { seed } = fc.readConfigureGlobal();
  const table = tableOfColumns(fresh(), ROWS, seed ?? 1);
  columns = COLUMNS.map((_, i) => table.column(`c${i}`) as ArrayView);
  return () => table.close();
});

const arrays = fc
  .record({
    column: fc.nat(COLUMNS.length - 1),
    rows: fc.tuple(fc.nat(ROWS), fc.nat(ROWS), fc.constantFrom(1, 1, 1, 2, -1)),
    copied: fc.boolean(),
  })
  .map(({ column, rows: [a, b, step], copied }) => () => {
    const rows = columns[column].slice(...(step < 0 ? [b, a, step] : [Math.min(a, b), a + b, step]));
    return copied ? rows.take(Int32Array.from({ length: rows.length }, (_, i) => i)) : rows;
  });

/** What is given or thrown, in words that say each bit. */
async function outcomeOf(act: () => unknown): Promise<unknown> {
  try {
    return show(await act());
  } catch (error) {
    const { name, message } = error as Error;
    return { name, message };
  }
}

function show(result: unknown): unknown {
  if (typeof result !== "object" || result === null) return result;
  if (!("storage" in result)) {
    return Object.fromEntries(Object.entries(result).map(([name, one]) => [name, show(one)]));
  }
  const array = result as ArrayView;
  const elements = array.dtype.native ? bytesOf(array).toString("base64") : array.toArray().join();
  return { dtype: array.dtype.str, shape: array.shape, elements };
}

type Name = "sort" | "argsort" | "unique";

async function expectSame(array: ArrayView, name: Name, options: object) {
  const expected = await outcomeOf(() => array[name](options as object));
  for (const workers of [1, 2, 3]) {
    const asked = { ...options, workers };
    const found = await outcomeOf(() =>
      parallelAlways(() => array[`${name}Async`](asked) as Promise<unknown>),
    );
    expect(found).toEqual(expected);
  }
}

describe("the asynchronous form", () => {
  it("of sort and argsort gives the same bits, whatever the number of workers", async () => {
    const axis = fc.constantFrom(undefined, null, 0, -1, 2);
    await fc.assert(
      fc.asyncProperty(arrays, fc.constantFrom("sort", "argsort"), axis, (array, name, along) =>
        expectSame(array(), name, { axis: along }),
      ),
      { numRuns },
    );
  });

  it("of unique gives the same", async () => {
    const options = fc.record(
      { index: fc.boolean(), inverse: fc.boolean(), counts: fc.boolean() },
      { noNullPrototype: true },
    );
    await fc.assert(
      fc.asyncProperty(arrays, options, (array, asked) => expectSame(array(), "unique", asked)),
      { numRuns },
    );
  });
});
