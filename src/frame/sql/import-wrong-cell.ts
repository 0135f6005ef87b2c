import type { DuckDBValue } from "@duckdb/node-api";
import { showValue } from "../../dtype/index.js";
import { CastError } from "../../errors.js";
import type { Connection } from "./connection.js";
import { isRight, type TextType } from "./import-cast.js";
import { isInterrupt, queryRows } from "./import-query.js";

/** A column that is read as text, and what its cells must be. */
export interface TextColumn {
  /** As the source calls it. */
  readonly name: string;
  /** As SQL calls it. */
  readonly cell: string;
  readonly type: TextType;
}

/** A cell that is not what it must be. */
export interface WrongCell {
  readonly column: TextColumn;
  /** The row, from 0. */
  readonly row: number;
  readonly value: DuckDBValue;
}

/** The first cell that is not what it must be; undefined where there is none, or where rows cannot be read. */
export async function wrongCell(
  connection: Connection,
  relation: string,
  all: readonly TextColumn[],
): Promise<WrongCell | undefined> {
  const columns = all.filter(({ type }) => type.sql !== "VARCHAR");
  if (columns.length === 0) return undefined;
  const tests = columns.map(({ type, cell }) => isRight(type, cell));
  const selected = columns.map(({ cell }, i) => `${cell}, ${tests[i]}`).join(", ");
  const numbered = `(SELECT row_number() OVER () - 1, * FROM ${relation}) AS t("the number of the row")`;
  const sql = `SELECT "the number of the row", ${selected} FROM ${numbered} WHERE NOT (${tests.join(" AND ")}) LIMIT 1`;
  // One thread reads rows in their order, and so no further than to the first that is wrong.
  await connection.run("SET threads = 1");
  const [row] = await queryRows(connection, sql).catch((error) => {
    if (isInterrupt(error)) throw error;
    return [];
  });
  const which = columns.findIndex((_, i) => row?.[2 + 2 * i] === false);
  const column = columns[which];
  if (row === undefined || column === undefined) return undefined;
  return { column, row: Number(row[0]), value: row[1 + 2 * which] ?? null };
}

/** The dtypes of the types that text is read as. */
const DTYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    BOOLEAN: "b1",
    TINYINT: "i1",
    SMALLINT: "i2",
    INTEGER: "i4",
    BIGINT: "i8",
    UTINYINT: "u1",
    USMALLINT: "u2",
    UINTEGER: "u4",
    UBIGINT: "u8",
    FLOAT: "f4",
    DOUBLE: "f8",
    DATE: "M8[D]",
    TIMESTAMP: "M8[us]",
    TIMESTAMPTZ: "M8[us] (with a time zone)",
    TIMESTAMP_NS: "M8[ns]",
    INTERVAL: "m8",
  }),
);

/** The error for such a cell. @param line where it is, as messages say it */
export function wrongCellError({ column, row, value }: WrongCell, path: string, line: string): CastError {
  const name = JSON.stringify(column.name);
  return new CastError(
    `${path}: column ${name}, row ${row}${line}: ${showValue(value)} is no ${DTYPES.get(column.type.sql)}, as which the column is read; say in dtypes what it is, such as { ${name}: "U" }`,
    { path },
  );
}
