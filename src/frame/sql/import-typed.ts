import { DTypeError } from "../../errors.js";
import { entryOf, type ImportType, importType, isTextKind } from "../options.js";
import type { Connection } from "./connection.js";
import { checkedCast, type TextType } from "./import-cast.js";
import type { ImportFileOptions } from "./import-options.js";
import type { Plan } from "./import-plan.js";
import { queryRows } from "./import-query.js";
import { quotePaths, type Source } from "./import-source.js";
import { quoteName } from "./quote.js";

/** Parquet files: they say themselves what they hold. */
export async function planParquet(
  connection: Connection,
  { paths }: Source,
  options: ImportFileOptions,
): Promise<Plan> {
  const relation = `read_parquet(${quotePaths(paths)}, hive_partitioning = false)`;
  const columns = await describe(connection, relation);
  return planTyped(connection, relation, columns, options);
}

/** A column whose type is known. */
export interface Column {
  readonly name: string;
  /** DuckDB's type. */
  readonly type: string;
  /** Of a column that is read as text: what it becomes. */
  readonly text?: TextType;
  /** What is selected of it, where that is known already. */
  readonly sql?: string;
}

/** The columns of what a function of DuckDB's reads. */
export async function describe(connection: Connection, relation: string): Promise<Column[]> {
  const rows = await queryRows(
    connection,
    `SELECT column_name, column_type FROM (DESCRIBE FROM ${relation})`,
  );
  return rows.map(([name, type]) => ({ name: String(name), type: String(type) }));
}

/** What the options say of a column. */
export function saidFor(options: ImportFileOptions, name: string): ImportType | undefined {
  const { dtypes } = options;
  return dtypes === undefined || entryOf(dtypes, name) === undefined
    ? undefined
    : importType(options, name, "text");
}

export function isText(said: ImportType | undefined): boolean {
  return said !== undefined && (isTextKind(said) || said.kind === "U" || said.kind === "S");
}

/** Reads columns whose types are known. @throws DTypeError for lists of several lengths */
export async function planTyped(
  connection: Connection,
  relation: string,
  columns: readonly Column[],
  options: ImportFileOptions,
): Promise<Plan> {
  const cells = [];
  for (const column of columns)
    cells.push(
      `${await cellOf(connection, relation, column, saidFor(options, column.name))} AS ${quoteName(column.name)}`,
    );
  return {
    sql: `SELECT ${cells.join(", ")} FROM ${relation}`,
    columnNames: columns.map(({ name }) => name),
    explain: async (error) => error,
  };
}

/** What is selected of a column. */
async function cellOf(
  connection: Connection,
  relation: string,
  { name, type, text, sql }: Column,
  said: ImportType | undefined,
): Promise<string> {
  const cell = quoteName(name);
  if (sql !== undefined) return sql;
  if (text !== undefined) return checkedCast(text, cell);
  if (isText(said) && type !== "VARCHAR") return `CAST(${cell} AS VARCHAR)`;
  if (type.endsWith("[]")) return arrayCell(connection, relation, { name, type });
  return cell;
}

/** Lists of one length are arrays. @throws DTypeError for others */
async function arrayCell(connection: Connection, relation: string, { name, type }: Column): Promise<string> {
  const cell = quoteName(name);
  const axes: string[] = [];
  let of = cell;
  let element = type;
  while (element.endsWith("[]")) {
    const [[least, most] = []] = await queryRows(
      connection,
      `SELECT min(len(${of})), max(len(${of})) FROM ${relation}`,
    );
    if (least !== most || least === null || least === 0n) {
      throw new DTypeError(
        `column ${JSON.stringify(name)}: its lists have ${least === most ? "no length to go by" : `${least} to ${most} items`}; rows of a column are of one shape`,
      );
    }
    element = element.slice(0, -2);
    // SQL has the outermost axis last.
    axes.unshift(`[${least}]`);
    of = `${of}[1]`;
  }
  return `CAST(${cell} AS ${element}${axes.join("")})`;
}
