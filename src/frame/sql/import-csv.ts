import { FormatError, ShapeError } from "../../errors.js";
import { fillOf } from "../nulls.js";
import { entryOf, importType, isTextKind } from "../options.js";
import type { Connection } from "./connection.js";
import { checkedCast, GUESSED, TEXT, type TextType, textTypeFor } from "./import-cast.js";
import { csvProblem } from "./import-csv-problem.js";
import { settleGuesses } from "./import-csv-sample.js";
import { type CsvSource, cellsOf, dialectSql } from "./import-csv-source.js";
import { type Dialect, dialectOf, type ImportFileOptions } from "./import-options.js";
import type { Plan } from "./import-plan.js";
import { queryRows } from "./import-query.js";
import { isSafeInParallel } from "./import-quotes.js";
import { firstRecord } from "./import-records.js";
import { quotePath, type Source } from "./import-source.js";
import { quoteText } from "./quote.js";
import type { Decoder } from "./vectors/decoder.js";
import { wholeNumberDecoder } from "./vectors/whole-numbers.js";

/**
 * How CSV files are read: all cells as text, which the query then casts, since what DuckDB reads as a number it rounds.
 *
 * @throws FormatError for an empty file, ShapeError for files of other columns, DTypeError
 */
export async function planCsv(
  connection: Connection,
  { paths, format }: Source,
  options: ImportFileOptions,
): Promise<Plan> {
  const dialect = dialectOf(options, format === "tsv" ? "tsv" : "csv");
  const names = await columnNames(paths, dialect);
  const keepsEmpty =
    dialect.nullString === undefined && (options.masks === true || options.fill !== undefined);
  const isParallel = await isSafeInParallel(paths, dialect, options.signal);
  const untyped = {
    isParallel,
    paths,
    dialect,
    keepsEmpty,
    columns: names.map((name, i) => ({ name, cell: `c${i}`, type: TEXT })),
  };
  const types = await columnTypes(connection, untyped, options).catch(async (error) => {
    throw await csvProblem(connection, untyped, error);
  });
  const source: CsvSource = {
    ...untyped,
    columns: untyped.columns.map((column, i) => ({ ...column, type: types[i] ?? TEXT })),
  };
  const decoders = new Map<number, Decoder>();
  const cells = source.columns.map(({ cell, type }, i) => {
    const { whole } = type;
    if (whole === undefined) return `${checkedCast(type, cell)} AS ${cell}`;
    // This costs less than to have DuckDB make sure of it.
    decoders.set(i, wholeNumberDecoder(whole.dtype, whole.isPlain));
    return cell;
  });
  return {
    sql: `SELECT ${cells.join(", ")} FROM ${cellsOf(source)}`,
    columnNames: names,
    decoders,
    isEmptyText: (column) =>
      dialect.nullString === undefined && options.masks !== true && fillOf(options, column) === undefined,
    explain: (error) => csvProblem(connection, source, error),
  };
}

async function columnNames(paths: readonly string[], dialect: Dialect): Promise<string[]> {
  let names: string[] | undefined;
  for (const path of paths) {
    const first = await firstRecord(path, dialect);
    if (first === undefined) {
      throw new FormatError(`${path}: the file is empty; a CSV file begins with its columns' names`, {
        path,
      });
    }
    const own = dialect.header ? [...first.cells] : first.cells.map((_, i) => `column${i}`);
    names ??= own;
    if (names.length === own.length && own.every((name, i) => name === names?.[i])) continue;
    throw new ShapeError(
      `${path}: the columns are ${JSON.stringify(own)}, not those of ${paths[0]}, ${JSON.stringify(names)}`,
      { path },
    );
  }
  return names ?? [];
}

/** What the cells of each column are read as. */
async function columnTypes(
  connection: Connection,
  source: CsvSource,
  options: ImportFileOptions,
): Promise<TextType[]> {
  const { dtypes } = options;
  const said = source.columns.map(({ name }) =>
    dtypes !== undefined && entryOf(dtypes, name) !== undefined
      ? importType(options, name, "text")
      : undefined,
  );
  // Text is text whatever it looks like.
  const isSettled = said.every(
    (type) => type !== undefined && (isTextKind(type) || !"mM".includes(type.kind)),
  );
  const guessed = isSettled
    ? []
    : await guessTypes(
        connection,
        source,
        said.map((type) => type === undefined),
      );
  return source.columns.map(({ name }, i) => {
    const type = said[i];
    const guess = guessed[i] ?? TEXT;
    return type === undefined ? guess : textTypeFor(name, type, guess);
  });
}

/** What the first rows look like. */
async function guessTypes(
  connection: Connection,
  source: CsvSource,
  isAsked: readonly boolean[],
): Promise<TextType[]> {
  const { paths, dialect, columns } = source;
  const { sampleRows, nullString } = dialect;
  const size = sampleRows === Number.POSITIVE_INFINITY ? -1 : sampleRows;
  const candidates = "['BOOLEAN', 'BIGINT', 'DOUBLE', 'DATE', 'TIMESTAMP', 'TIMESTAMPTZ', 'VARCHAR']";
  const names = columns.map(({ cell }) => quoteText(cell)).join(", ");
  const sql = `SELECT [x.type FOR x IN Columns], TimestampFormat FROM sniff_csv(${quotePath(paths[0] ?? "")}, ${dialectSql(dialect)}, nullstr = ${quoteText(nullString ?? "")}, names = [${names}], sample_size = ${size}, auto_type_candidates = ${candidates}, dateformat = '%Y-%m-%d')`;
  const [row] = await queryRows(connection, sql);
  const types = listOf(row?.[0]);
  // Formats that are not ISO's are a guess of what is day and what is month.
  const isIso = row?.[1] === null || row?.[1] === undefined;
  const guessed = columns.map((_, i) => {
    const type = GUESSED.get(types[i] ?? "") ?? TEXT;
    return type.sql === "TIMESTAMP" && !isIso ? TEXT : type;
  });
  return settleGuesses(connection, { ...source, paths: source.paths.slice(0, 1) }, guessed, isAsked);
}

function listOf(value: unknown): string[] {
  const items = typeof value === "object" && value !== null && "items" in value ? value.items : [];
  return Array.isArray(items) ? items.map(String) : [];
}
