import { DTypeError, FormatError, NameError } from "../../errors.js";
import { type ImportType, isTextKind } from "../options.js";
import type { Connection } from "./connection.js";
import { GUESSED, TEXT, type TextType, textTypeFor, tooLarge } from "./import-cast.js";
import type { ImportFileOptions } from "./import-options.js";
import type { Plan } from "./import-plan.js";
import { isQueryError, queryRows } from "./import-query.js";
import { quotePaths, type Source } from "./import-source.js";
import { type Column, describe, isText, planTyped, saidFor } from "./import-typed.js";
import { wrongCell, wrongCellError } from "./import-wrong-cell.js";
import { foldName, quoteName, quoteText } from "./quote.js";

/** Types that text in JSON is taken for by DuckDB: it stays text, but for dates. */
const LOOKALIKES: ReadonlySet<string> = new Set(["VARCHAR", "JSON", "UUID", "TIME"]);

const NUMBERS: ReadonlySet<string> = new Set(["BIGINT", "UBIGINT", "HUGEINT"]);

/**
 * JSON lines: all of them are read to know what keys there are, and of what types. Keys that are missing are null.
 *
 * @throws FormatError for what is no JSON, DTypeError for keys whose values are of several kinds
 */
export async function planJson(
  connection: Connection,
  { paths }: Source,
  options: ImportFileOptions,
): Promise<Plan> {
  const reader = (settings: string) =>
    `read_json(${quotePaths(paths)}, format = 'newline_delimited', records = true, hive_partitioning = false, ${settings})`;
  const whole = reader("sample_size = -1, union_by_name = true");
  const found = await describe(connection, whole).catch((error) => {
    throw jsonError(error);
  });
  const columns = found.map((column) => readAs(column, saidFor(options, column.name)));
  const types = columns.map(({ name, type }) => `${quoteText(name)}: ${quoteText(type)}`).join(", ");
  const relation = reader(`columns = {${types}}`);
  await refuseRenamed(connection, relation, found);
  const settled: Column[] = [];
  for (const [i, column] of columns.entries()) {
    const sql =
      column.text === TEXT || column.text === undefined
        ? await settle(connection, relation, found[i] ?? column, saidFor(options, column.name))
        : undefined;
    settled.push(sql === undefined ? column : { ...column, sql });
  }
  const plan = await planTyped(connection, relation, settled, options);
  const texts = columns.flatMap(({ name, text }) =>
    text === undefined ? [] : [{ name, cell: quoteName(name), type: text }],
  );
  return {
    ...plan,
    explain: async (error) => {
      const wrong = await wrongCell(connection, relation, texts);
      return wrong === undefined ? jsonError(error) : wrongCellError(wrong, paths.join(", "), "");
    },
  };
}

/**
 * DuckDB has other names for keys that are one to SQL, and for empty ones, and would find nothing of those names.
 *
 * @throws NameError
 */
async function refuseRenamed(
  connection: Connection,
  relation: string,
  columns: readonly Column[],
): Promise<void> {
  const names = new Set(columns.map(({ name }) => foldName(name)));
  for (const { name, type } of columns) {
    const base = /^(.*)_\d+$/s.exec(foldName(name))?.[1];
    const isSuspect = /^c\d+$/i.test(name) || (base !== undefined && names.has(base));
    if (!isSuspect || type === "JSON") continue;
    const [[count] = []] = await queryRows(connection, `SELECT count(${quoteName(name)}) FROM ${relation}`);
    if (count !== 0n) continue;
    throw new NameError(
      `there are keys that SQL has no names for, or that differ by capital letters alone; one of them would be ${JSON.stringify(name)}`,
    );
  }
}

function readAs({ name, type }: Column, said: ImportType | undefined): Column {
  // A column of floats may have whole numbers alone.
  const isFloat = said !== undefined && !isTextKind(said) && said.kind === "f";
  if (isFloat && NUMBERS.has(type)) return { name, type: "DOUBLE" };
  const isDate = /^(DATE|TIMESTAMP)/.test(type) && GUESSED.has(type);
  if (!(LOOKALIKES.has(type) || isText(said) || isDate)) return { name, type };
  return { name, type: "VARCHAR", text: textOf(name, said, type) };
}

function textOf(name: string, said: ImportType | undefined, type: string): TextType {
  const guess = GUESSED.get(type) ?? TEXT;
  return said === undefined ? guess : textTypeFor(name, said, guess);
}

/** What is selected of columns that need a second look; undefined for all others. @throws DTypeError */
async function settle(
  connection: Connection,
  relation: string,
  { name, type }: Column,
  said: ImportType | undefined,
): Promise<string | undefined> {
  const cell = quoteName(name);
  if (isText(said)) return undefined;
  if (type === "HUGEINT" || type === "UHUGEINT") {
    const [[least, most] = []] = await queryRows(
      connection,
      `SELECT min(${cell}), max(${cell}) FROM ${relation}`,
    );
    if (said !== undefined || typeof least !== "bigint" || typeof most !== "bigint") return undefined;
    if (least >= 0n && most >= 2n ** 63n && most < 2n ** 64n) return `CAST(${cell} AS UBIGINT)`;
    if (least >= -(2n ** 63n) && most < 2n ** 63n) return `CAST(${cell} AS BIGINT)`;
    throw tooLarge(name);
  }
  if (!/\bJSON\b/.test(type) || said !== undefined) return undefined;
  const [[count] = []] = await queryRows(connection, `SELECT count(${cell}) FROM ${relation}`);
  if (count === 0n) return "CAST(NULL AS DOUBLE)";
  throw new DTypeError(
    `column ${JSON.stringify(name)}: its values are of several kinds; say in dtypes { ${JSON.stringify(name)}: "U" } to have them as text`,
  );
}

function jsonError(error: unknown): unknown {
  if (!isQueryError(error) || !/json/i.test(error.message)) return error;
  return new FormatError(error.message.split("\n")[0] ?? "", { cause: error });
}
