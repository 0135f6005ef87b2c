import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { exportFile, importFile, sql } from "../src/frame/sql/index.js";
import { isMemmapError, MemmapTable, parseDType } from "../src/index.js";
import { anyRows, anySchema, isSame, type RowBatch, type TestSchema } from "../src/testing/index.js";
import { expectedCell, Refused, requireType } from "../test/frame/sql/expected.js";

const directory = mkdtempSync(join(tmpdir(), "memmap-table-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
/** Each case has databases of its own, which take their time. */
const RUNS = Number(process.env.RUNS ?? 12);
let count = 0;

/** A table with these rows, for as long as `use` takes. */
async function withTable(
  columns: TestSchema,
  batch: RowBatch,
  use: (table: MemmapTable) => Promise<void>,
): Promise<void> {
  count += 1;
  const path = join(directory, `table-${count}`);
  try {
    using table = MemmapTable.create(path, { columns, durability: "process" });
    table.append(batch.source);
    await use(table as unknown as MemmapTable);
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

/** The rows that a query should give; undefined where it should refuse the table. */
function expectedRows(columns: TestSchema, table: MemmapTable): { [name: string]: unknown }[] | undefined {
  try {
    for (const { dtype, itemShape } of columns.values()) requireType(parseDType(dtype), itemShape);
    return Array.from(table, (row) =>
      Object.fromEntries(
        Array.from(columns, ([name, { dtype, itemShape = [] }]) => [
          name,
          expectedCell(parseDType(dtype), itemShape, row[name]),
        ]),
      ),
    );
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

const anyTable = anySchema().chain((columns) => fc.tuple(fc.constant(columns), anyRows(columns)));

/** Of a query of one column the others are not read, whatever their types are. */
async function expectFirstColumn(
  table: MemmapTable,
  expected: readonly { readonly [name: string]: unknown }[] | undefined,
): Promise<void> {
  const [name = ""] = table.columnNames;
  const rows = await sql(`SELECT "${name.replaceAll('"', '""')}" AS one FROM t`, {
    tables: { t: table },
  }).toArray();
  const wanted = expected?.map((row) => ({ one: row[name] }));
  if (!isSame(rows, wanted)) expect(rows).toEqual(wanted);
}

describe("a query of all that a table has", () => {
  it("gives its cells as they are, or refuses them by name", async () => {
    let refused = 0;
    let given = 0;
    await fc.assert(
      fc.asyncProperty(anyTable, async ([columns, batch]) => {
        await withTable(columns, batch, async (table) => {
          const expected = expectedRows(columns, table);
          let rows: unknown;
          try {
            rows = await (await sql("FROM t", { tables: { t: table } })).toArray();
          } catch (error) {
            if (!isMemmapError(error)) throw error;
            if (expected !== undefined) throw error;
            refused += 1;
            return;
          }
          given += 1;
          if (!isSame(rows, expected)) expect(rows).toEqual(expected);
          await expectFirstColumn(table, expected);
        });
      }),
      { numRuns: Number(process.env.RUNS ?? 60) },
    );
    // About two of five are given.
    expect(given).toBeGreaterThan(refused / 12);
  });
});

/** The rows of a table as a query would give them. */
function plainRows(table: MemmapTable): { [name: string]: unknown }[] {
  const columns: TestSchema = new Map(
    Array.from(table.columns(), ([name, { dtype, itemShape }]) => [name, { dtype, itemShape }]),
  );
  const rows = expectedRows(columns, table);
  if (rows === undefined) throw new Error("a table of a query's result holds what SQL has no type for");
  return rows;
}

/** Tables of these kinds, for which nothing need be said when they come back. */
function anyOf(kinds: string, { plain = false, nesting = 0 } = {}) {
  return anySchema({ dtypes: { kinds, nesting } })
    .map(
      (columns): TestSchema =>
        plain
          ? new Map(Array.from(columns, ([name, { dtype }]) => [name, { dtype, itemShape: [] }]))
          : columns,
    )
    .chain((columns) => fc.tuple(fc.constant(columns), anyRows(columns)));
}

describe("a table that comes back", () => {
  const isTheSame = (
    name: string,
    tables: ReturnType<typeof anyOf>,
    back: (table: MemmapTable, path: string) => Promise<MemmapTable>,
  ) =>
    it(`has the same values: ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(tables, async ([columns, batch]) => {
          await withTable(columns, batch, async (table) => {
            const expected = expectedRows(columns, table);
            // Others come in the place of those that SQL has no type for.
            fc.pre(expected !== undefined);
            const path = `${table.root}-back`;
            try {
              using again = await back(table, path);
              expect(again.columnNames).toEqual(table.columnNames);
              const rows = plainRows(again);
              if (!isSame(rows, expected)) expect(rows).toEqual(expected);
            } finally {
              rmSync(path, { recursive: true, force: true });
            }
          });
        }),
        { numRuns: RUNS },
      );
    });

  const importing = { durability: "process" } as const;
  // Without V and text in records, whose dtypes would have to be said, and m, whose NaT no integer is.
  const byQuery = (table: MemmapTable, into: string) =>
    sql("FROM t", { tables: { t: table }, into, ...importing });
  isTheSame("by a query", anyOf("biufcSUM"), byQuery);
  isTheSame("records by a query", anyOf("biufcM", { nesting: 1 }), byQuery);
  // Parquet has lists of any lengths, and fewer units of dates.
  isTheSame("by Parquet", anyOf("biufcSU", { plain: true }), async (table, path) => {
    const file = `${path}.parquet`;
    try {
      await exportFile(table, file);
      return await importFile(file, path, importing);
    } finally {
      rmSync(file, { force: true });
    }
  });
});
