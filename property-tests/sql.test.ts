import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { sql } from "../src/frame/sql/index.js";
import { isMemmapError, MemmapTable, parseDType } from "../src/index.js";
import { anyRows, anySchema, isSame, type RowBatch, type TestSchema } from "../src/testing/index.js";
import { expectedCell, Refused, requireType } from "../test/frame/sql/expected.js";

const directory = mkdtempSync(join(tmpdir(), "memmap-table-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
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
        });
      }),
    );
    expect(given).toBeGreaterThan(refused / 4);
  });
});
