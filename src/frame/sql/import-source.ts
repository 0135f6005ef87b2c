import { resolve } from "node:path";
import { showValue } from "../../dtype/index.js";
import { FormatError, NotFoundError, UnsupportedError } from "../../errors.js";
import { currentFiles } from "../../platform/files.js";
import type { Connection } from "./connection.js";
import type { ImportFileOptions, ImportFormat } from "./import-options.js";
import { queryRows } from "./import-query.js";
import { quoteText } from "./quote.js";

/** Files that are read one after the other. */
export interface Source {
  /** Their absolute paths. */
  readonly paths: readonly string[];
  readonly format: ImportFormat;
}

const FORMATS: ReadonlyMap<string, ImportFormat> = new Map<string, ImportFormat>([
  ["csv", "csv"],
  ["tsv", "tsv"],
  ["jsonl", "jsonl"],
  ["ndjson", "jsonl"],
  ["parquet", "parquet"],
]);

/**
 * Finds the files.
 *
 * @throws NotFoundError for missing files and patterns that none matches, FormatError for directories, UnsupportedError
 * for unknown endings
 */
export async function findSource(
  connection: Connection,
  source: string | readonly string[],
  { format, glob = false }: ImportFileOptions,
): Promise<Source> {
  const given: readonly unknown[] = typeof source === "string" ? [source] : source;
  if (!Array.isArray(given) || given.length === 0 || !given.every(isPath)) {
    throw new NotFoundError(`a path or a list of paths is wanted, not ${showValue(source)}`);
  }
  const paths: string[] = [];
  for (const path of given) paths.push(...(glob ? await matches(connection, path) : [requireFile(path)]));
  if (format !== undefined && ![...FORMATS.values()].includes(format)) {
    throw new UnsupportedError(`format is "csv", "tsv", "jsonl" or "parquet", not ${showValue(format)}`);
  }
  const formats = new Set(paths.map((path) => format ?? formatOf(path)));
  const [found, other] = formats;
  if (found === undefined || other !== undefined) {
    throw new UnsupportedError(`the files of one table are of one format, not ${[...formats].join(" and ")}`);
  }
  return { paths, format: found };
}

function isPath(path: unknown): path is string {
  return typeof path === "string" && path !== "" && !path.includes("\0");
}

async function matches(connection: Connection, pattern: string): Promise<string[]> {
  const rows = await queryRows(
    connection,
    `SELECT file FROM glob(${quoteText(resolve(pattern))}) ORDER BY file`,
  );
  if (rows.length > 0) return rows.map(([path]) => String(path));
  throw new NotFoundError(`${pattern}: no file matches this`, { path: pattern });
}

function requireFile(path: string): string {
  const stats = currentFiles().look(resolve(path));
  if (stats === undefined) throw new NotFoundError(`${path}: there is no such file`, { path });
  if (stats.isDirectory()) {
    throw new FormatError(`${path}: this is a directory; name its files, or say glob: true and a pattern`, {
      path,
    });
  }
  return resolve(path);
}

/** The format that a file's ending says, which compression may follow. @throws UnsupportedError */
function formatOf(path: string): ImportFormat {
  const ending = /\.([^./\\]+?)(?:\.(?:gz|zst))?$/i.exec(path)?.[1];
  const format = FORMATS.get(ending?.toLowerCase() ?? "");
  if (format !== undefined) return format;
  throw new UnsupportedError(
    `${path}: the ending is none of ${[...FORMATS.keys()].map((name) => `.${name}`).join(", ")}; say format`,
    { path },
  );
}

/** Paths as DuckDB's functions for reading take them, none of their characters standing for others. */
export function quotePaths(paths: readonly string[]): string {
  return `[${paths.map(quotePath).join(", ")}]`;
}

export function quotePath(path: string): string {
  return quoteText(path.replace(/[*?[]/g, "[$&]"));
}
