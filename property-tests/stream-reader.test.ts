import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import {
  type ArrayView,
  denseLayout,
  type SelectionPart,
  type Slice,
  select,
  slice,
  wrap,
} from "../src/array/index.js";
import { parseDType, sizeOf } from "../src/dtype/index.js";
import { MemmapError, ShapeError } from "../src/errors.js";
import { MemmapFile } from "../src/group/index.js";
import { exportHdf5 } from "../src/hdf5/index.js";
import type { Dataset } from "../src/stream/dataset.js";
import type { Operation } from "../src/stream/operation.js";
import { Reader } from "../src/stream/reader.js";
import { MemmapTable, type TableView } from "../src/table/index.js";
import { anyRows, anySchema } from "../src/testing/index.js";
import { temporaryPaths } from "../test/support/temporary.js";

const fresh = temporaryPaths();
const SHAPES = [[7], [9, 4], [5, 3, 2], [0, 2], [12, 1], [3, 0]] as const;

/** Numbers in no order, some of them more than once. */
function numbers(shape: readonly number[]): ArrayView {
  const values = Int32Array.from({ length: sizeOf(shape) }, (_, i) => (i * 29) % 31);
  const dtype = parseDType("i4");
  return wrap({ dtype, layout: denseLayout(shape, 4), bytes: new Uint8Array(values.buffer) }, false);
}

interface Case {
  readonly array: ArrayView;
  readonly dataset: Dataset<ArrayView>;
  readonly reader: Reader;
}

const cases: Case[] = [];
const file = MemmapFile.open(fresh("arrays"), { mode: "w+", durability: "process" });
for (const [i, shape] of SHAPES.entries()) file.setArray(`/a${i}`, numbers(shape));
const path = fresh("arrays.h5");
await exportHdf5(file, path, { chunks: 2, gzip: 1, shuffle: true, workers: 0 });
const chunked = await Reader.open(path, { workers: 0 });
for (const [i, shape] of SHAPES.entries()) {
  const array = numbers(shape);
  cases.push({ array, reader: chunked, dataset: await chunked.dataset<ArrayView>(`/a${i}`) });
  const own = await Reader.open(array.slice(null, null, -1), { workers: 0 });
  cases.push({ array: array.slice(null, null, -1), reader: own, dataset: await own.dataset<ArrayView>() });
}
afterAll(async () => {
  await chunked.close();
  file.close();
});

type Step =
  | { readonly op: "slice"; readonly slice: Slice }
  | { readonly op: "take"; readonly rows: readonly number[] }
  | { readonly op: "filter"; readonly mask: readonly boolean[]; readonly fits: boolean }
  | { readonly op: "where"; readonly above: number; readonly slice: Slice }
  | { readonly op: "sorted"; readonly slice: Slice }
  | { readonly op: "view"; readonly parts: readonly SelectionPart[] };

const bound = fc.option(fc.integer({ min: -10, max: 10 }));
const anySlice = fc
  .tuple(bound, bound, fc.option(fc.integer({ min: -3, max: 3 }).filter((step) => step !== 0)))
  .map(([start, stop, step]) => slice(start, stop, step));
const between = fc.tuple(bound, bound).map(([start, stop]) => slice(start, stop));
const position = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -2, max: 1 }) },
  { weight: 1, arbitrary: fc.integer({ min: -12, max: 12 }) },
);
const list = fc.array(position, { minLength: 1, maxLength: 3 });
const part: fc.Arbitrary<SelectionPart> = fc.oneof(
  { weight: 4, arbitrary: anySlice },
  { weight: 3, arbitrary: position },
  { weight: 2, arbitrary: list },
  { weight: 1, arbitrary: fc.tuple(position, position).map(([a, b]) => [[a], [b]]) },
  { weight: 1, arbitrary: fc.constantFrom("..." as const, null) },
);
const truths = fc.array(fc.boolean(), { minLength: 12, maxLength: 12 });
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ op: fc.constant("slice" as const), slice: anySlice }),
  fc.record({ op: fc.constant("take" as const), rows: list }),
  fc.record({
    op: fc.constant("filter" as const),
    mask: truths,
    fits: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
  }),
  fc.record({ op: fc.constant("where" as const), above: fc.integer({ min: 0, max: 30 }), slice: between }),
  fc.record({ op: fc.constant("sorted" as const), slice: between }),
  fc.record({ op: fc.constant("view" as const), parts: fc.array(part, { maxLength: 3 }) }),
);

/** A mask as long as the rows are, mostly. */
function maskFor({ mask, fits }: Extract<Step, { op: "filter" }>, length: number): boolean[] {
  return Array.from({ length: fits ? length : length + 1 }, (_, i) => mask[i % mask.length] ?? false);
}

/** What a step makes of an array that is there. */
function made(array: ArrayView, step: Step): ArrayView {
  switch (step.op) {
    case "slice":
      return array.slice(step.slice.start, step.slice.stop, step.slice.step);
    case "take":
      return array.take(step.rows);
    case "filter":
      return array.filter(maskFor(step, array.length));
    case "where": {
      const rows = array.slice(step.slice.start, step.slice.stop);
      if (rows.ndim !== 1) throw new ShapeError("rows are no elements");
      return rows.filter(rows.gt(step.above));
    }
    case "sorted":
      if (array.ndim !== 1) throw new ShapeError("rows are no elements");
      return array.take(array.argsort()).slice(step.slice.start, step.slice.stop);
    default:
      return select(array, step.parts.includes("...") ? step.parts : [...step.parts, "..."]);
  }
}

function asked(operation: Operation<ArrayView>, step: Step, length: number): Operation<ArrayView> {
  switch (step.op) {
    case "slice":
      return operation.slice(step.slice.start, step.slice.stop, step.slice.step);
    case "take":
      return operation.take(step.rows);
    case "filter":
      return operation.filter(maskFor(step, length));
    case "where":
      return operation.where((column) => column.gt(step.above), {
        from: step.slice.start,
        to: step.slice.stop,
      });
    case "sorted":
      return operation.sorted({ from: step.slice.start, to: step.slice.stop });
    default:
      return operation.view(...step.parts);
  }
}

describe("any steps", () => {
  it("give what they give of an array in memory, one after the other", async () => {
    let answered = 0;
    const property = fc.asyncProperty(
      fc.constantFrom(...cases),
      fc.array(anyStep, { maxLength: 4 }),
      async ({ array, dataset, reader }, steps) => {
        using stage = dataset.createStage({ bytes: 1 << 16 });
        const plain = replayed(array, steps);
        let result: ArrayView | undefined;
        try {
          let operation: Operation<ArrayView> = dataset;
          for (const [i, step] of steps.entries()) {
            const before = replayed(array, steps.slice(0, i));
            operation = asked(operation, step, before?.shape[0] ?? 1);
          }
          result = await reader.request(operation, stage).get();
        } catch (error) {
          if (!(error instanceof MemmapError)) throw error;
        }
        expect(result?.shape).toEqual(plain?.shape);
        expect(result?.toArray()).toEqual(plain?.toArray());
        if (result !== undefined) answered += 1;
        expect(stage.busy).toBe(false);
      },
    );
    const numRuns = Number(process.env.RUNS ?? 400);
    await fc.assert(property, { numRuns });
    // Of a few cases, each may be an error.
    if (numRuns >= 100) expect(answered).toBeGreaterThan(numRuns / 8);
  });
});

describe("rows of any table", () => {
  it("come byte for byte, columns of every dtype and cell", async () => {
    const columnsAndRows = anySchema().chain((columns) =>
      fc.tuple(fc.constant(columns), anyRows(columns), fc.array(fc.nat(100), { maxLength: 8 })),
    );
    const property = fc.asyncProperty(
      columnsAndRows,
      fc.boolean(),
      async ([columns, batch, picks], turned) => {
        using table = MemmapTable.open(fresh(), { mode: "w+", columns, durability: "process" });
        table.append(batch.source);
        await using reader = await Reader.open(table, { workers: 0 });
        const dataset = await reader.dataset();
        const rows = table.length === 0 ? [] : picks.map((pick) => pick % table.length);
        const whole = Array.from({ length: table.length }, (_, row) => row);
        using stage = dataset.createStage(Math.max(rows.length, table.length));
        const operation = turned ? dataset.slice(null, null, -1) : dataset;
        const numbers = turned ? whole.toReversed() : whole;
        const expectRows = async (asked: Operation<TableView>, expected: readonly number[]) => {
          const result = await reader.request(asked, stage).get();
          expect([result.length, result.columnNames]).toEqual([expected.length, table.columnNames]);
          for (const [name, column] of result.columns()) {
            const own = table.column(name);
            expect(column.dtype.equals(own.dtype)).toBe(true);
            expect(column.shape.slice(1)).toEqual(own.shape.slice(1));
            expected.forEach((row, i) => {
              expect(Buffer.compare(column.bytes(i), own.bytes(row))).toBe(0);
            });
          }
        };
        await expectRows(operation, numbers);
        await expectRows(
          operation.take(rows),
          rows.map((row) => numbers[row] ?? 0),
        );
      },
    );
    await fc.assert(property, { numRuns: Number(process.env.RUNS ?? 60) });
  });
});

/** What all steps give; undefined where one of them cannot be made. */
function replayed(array: ArrayView, steps: readonly Step[]): ArrayView | undefined {
  try {
    return steps.reduce(made, array);
  } catch (error) {
    if (error instanceof MemmapError) return undefined;
    throw error;
  }
}
