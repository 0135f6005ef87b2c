import type { Dialect } from "./import-options.js";
import { quotePaths } from "./import-source.js";
import type { TextColumn } from "./import-wrong-cell.js";
import { quoteText } from "./quote.js";

/** The longest line that is read. */
const MAX_LINE_BYTES = 4 << 20;
/** What each thread reads at once. */
const BUFFER_BYTES = 8 << 20;

/** A CSV file, and what its cells are read as. */
export interface CsvSource {
  readonly paths: readonly string[];
  readonly dialect: Dialect;
  readonly columns: readonly TextColumn[];
  /** Whether several threads may read it. */
  readonly isParallel: boolean;
  /** Whether empty cells and empty cells in quotes are told apart. */
  readonly keepsEmpty: boolean;
}

/** What DuckDB is told of the dialect. */
export function dialectSql({ header, delimiter, quote, escape, encoding }: Dialect): string {
  return `header = ${header}, delim = ${quoteText(delimiter)}, quote = ${quoteText(quote)}, escape = ${quoteText(escape)}, encoding = ${quoteText(encoding)}, strict_mode = true, comment = '', skip = 0, max_line_size = ${MAX_LINE_BYTES}, buffer_size = ${BUFFER_BYTES}`;
}

/** The cells of files as text. */
export function cellsOf({ paths, dialect, columns, keepsEmpty, isParallel }: CsvSource): string {
  const types = columns.map(({ cell }) => `'${cell}': 'VARCHAR'`).join(", ");
  return `read_csv(${quotePaths(paths)}, columns = {${types}}, auto_detect = false, ${dialectSql(dialect)}, nullstr = ${quoteText(dialect.nullString ?? "")}, allow_quoted_nulls = ${!keepsEmpty}, parallel = ${isParallel}, hive_partitioning = false, union_by_name = false)`;
}
