import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataFrame } from "danfojs-node";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { assignDataFrame, fromDataFrame, toDataFrame } from "../src/frame/danfo/index.js";
import { CastError, type DType, fromDate, MemmapTable, type TableView, toDate } from "../src/index.js";
import { anyRows, anySchema, checkStore, isSame } from "../src/testing/index.js";

const directory = mkdtempSync(join(tmpdir(), "memmap-table-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let count = 0;
const fresh = () => {
  count += 1;
  return join(directory, `table-${count}`);
};
const quick = { durability: "process" } as const;

/** Names of a frame's own properties, which are the columns of some tables. */
const RESERVED = ["shape", "values", "index", "$data", "shape_"];

/** Columns of dtypes that a frame holds. */
const anyColumns = fc
  .tuple(anySchema({ dtypes: { kinds: "biufSUMm", nesting: 0 } }), fc.subarray(RESERVED, { maxLength: 2 }))
  .map(([schema, reserved]) => {
    const columns = Array.from(schema, ([name, { dtype }], i): [string, DType] => [
      reserved[i] ?? name,
      dtype,
    ]);
    return [...new Map(columns)];
  });

const anyTable = anyColumns.chain((columns) =>
  fc.record({
    columns: fc.constant(columns),
    batch: anyRows(columns, { maxRows: 5 }),
    start: fc.integer({ min: -6, max: 6 }),
    step: fc.constantFrom(1, 1, -1, 2, -3),
  }),
);

const anyOptions = fc.record({
  bigint: fc.constantFrom("error", "bigint"),
  dates: fc.constantFrom("Date", "string", "number"),
} as const);

/** Whether a column of this dtype has a cell for the element, by the README's table. */
function isHeld(
  dtype: DType,
  element: unknown,
  { bigint, dates }: { readonly bigint: string; readonly dates: string },
): boolean {
  if (typeof element !== "bigint") return true;
  if (dtype.kind !== "M" || dates === "number")
    return bigint === "bigint" || (element <= 2n ** 53n && element >= -(2n ** 53n));
  if (dates === "string") return true;
  try {
    return fromDate(toDate(element, dtype), dtype) === element;
  } catch (error) {
    if (error instanceof CastError) return false;
    throw error;
  }
}

function isAllHeld(view: TableView, options: { readonly bigint: string; readonly dates: string }): boolean {
  return Array.from(view.columns()).every(([, column]) => {
    const { dtype } = column;
    if (dtype.kind === "M" && dtype.step?.unit === "generic" && options.dates === "Date") return false;
    return Array.from(column).every((element) => isHeld(dtype, element, options));
  });
}

function requireEqual(actual: TableView, expected: TableView): void {
  expect(actual.columnNames).toEqual(expected.columnNames);
  expect(actual.length).toBe(expected.length);
  for (const [name, column] of expected.columns()) {
    const other = actual.column(name);
    expect(String(other.dtype)).toBe(String(column.dtype));
    for (let row = 0; row < expected.length; row++) {
      const same =
        column.dtype.kind === "f"
          ? isSame(other.at(row), column.at(row))
          : Buffer.compare(other.bytes(row), column.bytes(row)) === 0;
      if (!same) expect([name, row, other.at(row)]).toEqual([name, row, column.at(row)]);
    }
  }
}

describe("table, frame, table", () => {
  it("is the identity, or says what a frame cannot hold", () => {
    fc.assert(
      fc.property(anyTable, anyOptions, ({ columns, batch, start, step }, options) => {
        using table = MemmapTable.create(fresh(), { columns, ...quick });
        table.append(batch.source);
        const view: TableView = table.slice(start, null, step);
        const make = () => toDataFrame(view, { ...options, reserved: "rename" });
        if (!isAllHeld(view, options)) {
          expect(make).toThrow(CastError);
          return;
        }
        const df = make();
        using again = fromDataFrame(df, fresh(), quick);
        requireEqual(again, view);
        checkStore(again.root);
        // Into zeros, by assignment.
        again.resize(0);
        again.resize(view.length);
        assignDataFrame(again, df);
        requireEqual(again, view);
      }),
      { numRuns: process.env.RUNS === undefined ? 50 : Number(process.env.RUNS) },
    );
  });
});

const anyCells = (rows: number) => {
  const cells = (sort: fc.Arbitrary<unknown>, missing = true) =>
    fc.array(missing ? fc.option(sort, { freq: 6 }) : sort, { minLength: rows, maxLength: rows });
  const text = fc.string({ unit: "grapheme", maxLength: 5 }).filter((value) => !value.endsWith("\0"));
  return fc.oneof(
    cells(fc.double()),
    cells(fc.integer()),
    cells(fc.constantFrom(0, -0, 2 ** 31 - 1, -(2 ** 31), 2 ** 31), false),
    cells(fc.boolean(), false),
    cells(text, false),
    cells(fc.date({ noInvalidDate: true })),
    cells(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), false),
    cells(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), false),
  );
};

const anyFrame = fc
  .record({ rows: fc.integer({ min: 1, max: 5 }), width: fc.integer({ min: 1, max: 5 }) })
  .chain(({ rows, width }) =>
    fc.record({
      columns: fc.array(
        fc.tuple(anyCells(rows), fc.constantFrom("float32", "int32", "string", "boolean", "datetime")),
        { minLength: width, maxLength: width },
      ),
      index: fc.option(
        fc.uniqueArray(fc.oneof(fc.string(), fc.double({ noNaN: true })), {
          minLength: rows,
          maxLength: rows,
          // danfo tells labels apart as a Set does.
          comparator: (a, b) => a === b,
        }),
      ),
      rows: fc.constant(rows),
    }),
  );

describe("frame, table, frame", () => {
  it("keeps values and labels, whatever danfo calls the columns", () => {
    fc.assert(
      fc.property(anyFrame, ({ columns, index, rows }) => {
        const values = Array.from({ length: rows }, (_, row) => columns.map(([cells]) => cells[row]));
        const isNothing = columns.map(([cells]) => cells.every((cell) => cell === null));
        const names = columns.map((_, c) => `c${c}`);
        const df = new DataFrame(values, {
          columns: names,
          dtypes: columns.map(([, word], c) => (isNothing[c] === true ? "float32" : word)),
          ...(index === null ? {} : { index }),
        });
        using table = fromDataFrame(df, fresh(), quick);
        const isNumber = names.map((name) => table.column(name).dtype.kind === "f");
        const back = toDataFrame(table, { bigint: "bigint" });
        expect(back.columns).toEqual(names);
        expect(back.index.every((label, row) => Object.is(label, index?.[row] ?? row))).toBe(true);
        const expected = values.map((cells) =>
          cells.map((cell, c) => (cell === null && isNumber[c] === true ? Number.NaN : cell)),
        );
        if (!isSame(back.values, expected)) expect(back.values).toEqual(expected);
      }),
      { numRuns: process.env.RUNS === undefined ? 50 : Number(process.env.RUNS) },
    );
  });
});
