import { showValue } from "../../dtype/index.js";
import { LimitError, UnsupportedError } from "../../errors.js";
import type { ResourceOptions } from "./connection.js";
import type { ReadOptions } from "./import-result.js";

/** The formats of files that tables are made of. */
export type ImportFormat = "csv" | "tsv" | "jsonl" | "parquet";

/** How the text of a CSV file is read. */
export interface CsvOptions {
  /** Whether the first line has the columns' names (the default); without it they are `column0`, `column1`, … */
  readonly header?: boolean | undefined;
  /** What stands between cells: `","`, in TSV a tab. */
  readonly delimiter?: string | undefined;
  /** What encloses cells that hold delimiters and line breaks: `'"'`; `""` for none. */
  readonly quote?: string | undefined;
  /** What stands before a quote within a quoted cell: the quote itself. */
  readonly escape?: string | undefined;
  /**
   * A cell that is null. Without it empty cells are, but in columns of text these are empty strings, unless the column
   * has a fill or `masks` is said; then those in quotes are.
   */
  readonly nullString?: string | undefined;
  /** `"utf-8"` (the default), `"utf-16"` or `"latin-1"`. */
  readonly encoding?: "utf-8" | "utf-16" | "latin-1" | undefined;
  /** Rows from which types are guessed: 20,480; `Infinity` reads everything twice. */
  readonly sampleRows?: number | undefined;
}

/** Options of {@link importFile}. */
export interface ImportFileOptions extends ReadOptions, CsvOptions, ResourceOptions {
  /** What the files are; by their ending if left out: `.csv`, `.tsv`, `.jsonl`, `.ndjson`, `.parquet`, also with `.gz` or `.zst`. */
  readonly format?: ImportFormat | undefined;
  /** Whether `*`, `?`, `[…]` and `**` in paths stand for other characters; by default they are ordinary ones. */
  readonly glob?: boolean | undefined;
}

const SAMPLE_ROWS = 20_480;

/** The dialect of a CSV file with all that is left out. */
export interface Dialect {
  readonly header: boolean;
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string;
  readonly nullString: string | undefined;
  readonly encoding: string;
  readonly sampleRows: number;
}

/** @throws UnsupportedError, LimitError naming the option */
export function dialectOf(options: CsvOptions, format: "csv" | "tsv"): Dialect {
  const { header = true, nullString, encoding = "utf-8", sampleRows = SAMPLE_ROWS } = options;
  const delimiter = options.delimiter ?? (format === "tsv" ? "\t" : ",");
  const quote = options.quote ?? '"';
  const escape = options.escape ?? quote;
  if (typeof header !== "boolean") throw wrong("header", "true or false", header);
  if (!(isText(delimiter) && delimiter.length >= 1 && delimiter.length <= 4)) {
    throw wrong("delimiter", "one to four characters", delimiter);
  }
  if (!(isText(quote) && quote.length <= 1)) throw wrong("quote", "one character or none", quote);
  if (!(isText(escape) && escape.length <= 1)) throw wrong("escape", "one character or none", escape);
  if (nullString !== undefined && !isText(nullString)) throw wrong("nullString", "a string", nullString);
  if (!["utf-8", "utf-16", "latin-1"].includes(encoding)) {
    throw wrong("encoding", '"utf-8", "utf-16" or "latin-1"', encoding);
  }
  if (!(sampleRows === Number.POSITIVE_INFINITY || (Number.isSafeInteger(sampleRows) && sampleRows > 0))) {
    throw new LimitError(`sampleRows is a whole number above zero or Infinity, not ${showValue(sampleRows)}`);
  }
  return { header, delimiter, quote, escape, nullString, encoding, sampleRows };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && !value.includes("\0");
}

function wrong(name: string, what: string, value: unknown): UnsupportedError {
  return new UnsupportedError(`${name} is ${what}, not ${showValue(value)}`);
}
