import { showValue } from "../../dtype/index.js";
import { FormatError, isMemmapError, LimitError } from "../../errors.js";
import type { Connection } from "./connection.js";
import { type CsvSource, cellsOf } from "./import-csv-source.js";
import { isInterrupt, isQueryError } from "./import-query.js";
import { recordsOf } from "./import-records.js";
import { wrongCell, wrongCellError } from "./import-wrong-cell.js";
import { WrongTextError } from "./vectors/whole-numbers.js";

/**
 * What is wrong with CSV files that could not be read: the first cell that is not what its column wants, or the first row
 * that is none.
 *
 * @param error what DuckDB said, which stands where nothing is found
 */
export async function csvProblem(
  connection: Connection,
  source: CsvSource,
  error: unknown,
): Promise<unknown> {
  const isText = isQueryError(error) || error instanceof WrongTextError;
  if (!isText || isMemmapError(error, "DISK") || isMemmapError(error, "LIMIT") || isInterrupt(error)) {
    return error;
  }
  try {
    for (const path of source.paths) {
      const only = { ...source, paths: [path] };
      const cell = await wrongCell(connection, cellsOf(only), only.columns);
      if (cell !== undefined) return wrongCellError(cell, path, await lineOf(only, path, cell.row));
      const row = await wrongRow(only, path);
      if (row !== undefined) return row;
    }
  } catch (cause) {
    return isInterrupt(cause) ? cause : withoutAdvice(error, source.paths);
  }
  return withoutAdvice(error, source.paths);
}

/** The line of a row, as messages say it. */
async function lineOf(source: CsvSource, path: string, row: number): Promise<string> {
  let number = source.dialect.header ? -1 : 0;
  for await (const record of recordsOf(path, source.dialect)) {
    if (isBlank(source, record.cells)) continue;
    if (number === row) return ` (line ${record.line})`;
    number++;
  }
  return "";
}

/** Empty lines are no rows, unless that is what a row of one column looks like. */
function isBlank({ columns }: CsvSource, cells: readonly string[]): boolean {
  return columns.length > 1 && cells.length === 1 && cells[0] === "";
}

async function wrongRow(source: CsvSource, path: string): Promise<FormatError | undefined> {
  const { columns, dialect } = source;
  let row = dialect.header ? -1 : 0;
  for await (const record of recordsOf(path, dialect)) {
    const { cells, line, isOpen } = record;
    if (isBlank(source, cells)) continue;
    const where = `${path}: row ${row} (line ${line})`;
    if (isOpen) return new FormatError(`${where}: a cell's quote is never closed`, { path });
    const isTrailing = cells.length === columns.length + 1 && cells.at(-1) === "";
    if (cells.length !== columns.length && !isTrailing) {
      return new FormatError(
        `${where}: there are ${cells.length} cells instead of ${columns.length}: ${showValue(cells.join(dialect.delimiter))}`,
        { path },
      );
    }
    row++;
  }
  return undefined;
}

/** What DuckDB said, without the settings that it lists. */
function withoutAdvice(error: unknown, paths: readonly string[]): unknown {
  if (!isQueryError(error)) return error;
  const line = /CSV Error on Line: (\d+)/.exec(error.message)?.[1];
  const path = paths.length === 1 ? paths[0] : /file = (.*)/.exec(error.message)?.[1];
  const where = `${path}${line === undefined ? "" : `, line ${line}`}`;
  const details = { path, cause: error };
  if (/Invalid unicode|not utf-8/i.test(error.message)) {
    return new FormatError(
      `${where}: the text is not in the encoding that it is read in; say encoding`,
      details,
    );
  }
  if (/Maximum line size of \d+ bytes exceeded|larger than max_line_size/i.test(error.message)) {
    return new LimitError(`${where}: a line is longer than what is read at once`, details);
  }
  if (/invalid state|not possible to automatically detect|CSV Error/i.test(error.message)) {
    return new FormatError(
      `${where}: this is no CSV as RFC 4180 has it: its lines end in several ways, or quotes stand within cells`,
      details,
    );
  }
  return error;
}
