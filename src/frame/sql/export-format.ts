import { DTypeError, UnsupportedError } from "../../errors.js";
import { duckdb } from "./duckdb.js";
import { quoteText } from "./quote.js";
import type { ScanColumn } from "./scan/scan-columns.js";

/** Formats of files. */
export type ExportFormat = "csv" | "tsv" | "jsonl" | "parquet";
/** How a file is compressed; a Parquet file is so within. */
export type Compression = "none" | "gzip" | "zstd" | "snappy";

const BY_ENDING: ReadonlyMap<string, ExportFormat> = new Map<string, ExportFormat>([
  [".csv", "csv"],
  [".tsv", "tsv"],
  [".jsonl", "jsonl"],
  [".ndjson", "jsonl"],
  [".parquet", "parquet"],
]);
const FORMATS: readonly string[] = [...BY_ENDING.values()];

const COMPRESSIONS: ReadonlyMap<string, Compression> = new Map<string, Compression>([
  ["", "none"],
  [".gz", "gzip"],
  [".zst", "zstd"],
]);

/** What a file is to be. */
export interface FileKind {
  readonly format: ExportFormat;
  readonly compression: Compression;
}

/**
 * The format and compression that are said, else those that the path ends in. Parquet is compressed by Snappy.
 *
 * @throws UnsupportedError where there is none of that name, or the path does not tell
 */
export function fileKind(
  path: string,
  said: { readonly format?: ExportFormat | undefined; readonly compression?: Compression | undefined },
): FileKind {
  const match = /(\.[a-z]+?)(\.gz|\.zst)?$/i.exec(path);
  const format = said.format ?? BY_ENDING.get(match?.[1]?.toLowerCase() ?? "");
  if (format === undefined || !FORMATS.includes(format)) {
    const list = [...BY_ENDING.keys()].join(", ");
    throw new UnsupportedError(
      format === undefined
        ? `${path}: the name does not say what the file is to be; it ends in ${list}, or format says it`
        : `format is "csv", "tsv", "jsonl" or "parquet", not ${JSON.stringify(format)}`,
      { path },
    );
  }
  const ending = COMPRESSIONS.get(match?.[2]?.toLowerCase() ?? "") ?? "none";
  const compression = said.compression ?? (format === "parquet" ? "snappy" : ending);
  const known = format === "parquet" ? ["none", "gzip", "zstd", "snappy"] : ["none", "gzip", "zstd"];
  if (known.includes(compression)) return { format, compression };
  throw new UnsupportedError(`compression of ${format} is one of ${known.join(", ")}, not ${compression}`);
}

/** Rows of a group of a Parquet file: DuckDB's own number. */
export const GROUP_ROWS = 122_880;
/** Bytes of a group at most: each is held as a whole until it is written. */
const GROUP_BYTES = 64 << 20;
/** Groups have whole vectors of DuckDB's. */
const VECTOR_ROWS = 2048;

/** How many rows go into a group of a Parquet file: of wide rows fewer. */
export function rowsOfGroup(columns: readonly ScanColumn[]): number {
  const rowBytes = columns.reduce((sum, column) => sum + column.rowBytes, 1);
  const vectors = Math.max(1, Math.floor(GROUP_BYTES / rowBytes / VECTOR_ROWS));
  return Math.min(GROUP_ROWS, vectors * VECTOR_ROWS);
}

/** What `COPY … TO` is told of a format. */
export function copyOptions({ format, compression }: FileKind, groupRows: number): string {
  const packing = compression === "none" ? (format === "parquet" ? "uncompressed" : "none") : compression;
  // DuckDB's own temporary name is not needed: the file has one already.
  const common = `USE_TMP_FILE false, COMPRESSION ${quoteText(packing)}`;
  switch (format) {
    case "csv":
      return `FORMAT csv, HEADER true, ${common}`;
    case "tsv":
      return `FORMAT csv, HEADER true, DELIMITER '\t', ${common}`;
    case "jsonl":
      return `FORMAT json, ${common}`;
    case "parquet":
      return `FORMAT parquet, ROW_GROUP_SIZE ${groupRows}, ${common}`;
    default:
      return format satisfies never;
  }
}

/** @throws DTypeError for the first column that a format has no exact text for */
export function requireWritable(columns: readonly ScanColumn[], format: ExportFormat): void {
  if (format === "parquet") return;
  for (const { name, array, writer } of columns) {
    const type = String(writer.type);
    const isNested = writer.type.typeId === duckdb.DuckDBTypeId.STRUCT || array.ndim > 1;
    if (/\bBLOB\b/.test(type) || (isNested && format !== "jsonl")) {
      throw new DTypeError(
        `column ${JSON.stringify(name)} is ${type} to SQL, which ${format.toUpperCase()} has no text for; Parquet holds it`,
      );
    }
  }
}
