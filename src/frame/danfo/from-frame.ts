import type { NDframe } from "danfojs-node";
import { LimitError } from "../../errors.js";
import type { AttrInput } from "../../store/index.js";
import type { MemmapTable, Schema } from "../../table/index.js";
import { NewTable } from "../new-table.js";
import { checkOptionNames, entryOf, type FillOption, isByName, oneOf } from "../options.js";
import { type FrameParts, framePartsOf } from "./frame-parts.js";
import { BATCH, explained, type ImportColumn, importColumn, importPart } from "./import-column.js";
import { isDefault, withLabels, withoutLabels } from "./labels.js";
import { recall } from "./memory.js";
import type { FrameImportOptions } from "./options.js";

/** Most bytes of labels: what an attribute may have, less what else it says. */
const MAX_LABELS = 15 << 20;

/**
 * Makes a table of a danfo DataFrame (or of a Series, a table of one column). What fails leaves no table.
 *
 * Columns become what `dtypes` says; else what `toDataFrame` made them of, if it made this frame, together with names that
 * it changed and the attributes; else what their values are (never by danfo's dtypes alone, which guess): see the table in
 * the README. An index that is neither 0 to n - 1 nor a column's, by the option of `toDataFrame`, is kept in the table's
 * attribute, as `danfo.index`, duplicates and all, and `toDataFrame` gives it back.
 *
 * ```ts
 * using table = fromDataFrame(df, "flights", { dtypes: { delay: "i2" } });
 * ```
 *
 * @returns the table, open for writing
 * @throws CastError naming column, row and value; NotFoundError for columns that only the options have; DTypeError,
 * NameError, ExistsError, LimitError for an index too long to be kept, DiskError, LockedError
 */
export function fromDataFrame(
  df: NDframe,
  path: string,
  options: FrameImportOptions = {},
): MemmapTable<Schema, "r+"> {
  const { index = "keep", dtypes: _, fill: said, ...rest } = options;
  oneOf(index, ["keep", "drop"], "index");
  const parts = framePartsOf(df);
  // By the names in the frame; the table may call them otherwise.
  checkOptionNames(options, parts.names);
  const columns = parts.names.map((_name, c) => importColumn(df, parts, c, options));
  const attr = attrOf(df, parts, rest.attr, index);
  const fill = renamed(said, columns);
  using making = NewTable.begin(path, columns, {
    ...rest,
    ...(attr === undefined ? {} : { attr }),
    ...(fill === undefined ? {} : { fill }),
  });
  for (let start = 0; start < parts.length; start += BATCH) {
    const end = Math.min(start + BATCH, parts.length);
    const cells = columns.map((column, c) => importPart(parts, c, column, start));
    try {
      making.append(cells, end - start);
    } catch (error) {
      throw explained(error, columns);
    }
  }
  return making.finish();
}

/** The table's attribute: as the options say, else that of the table which the frame was made of; and the index. */
function attrOf(
  df: object,
  parts: FrameParts,
  said: AttrInput | undefined,
  index: "keep" | "drop",
): AttrInput | undefined {
  const { labels } = parts;
  const attr = said === undefined ? withoutLabels(recall(df)?.attr) : said;
  if (index === "drop" || isDefault(labels) || areOfColumn(df, parts)) return attr;
  if (sizeOf(labels) > MAX_LABELS) {
    throw new LimitError(
      `the frame's index of ${labels.length} labels is too long for an attribute, which may have 16 MiB; say index: "drop", or make it a column`,
    );
  }
  return withLabels(attr, labels);
}

/** The most bytes that labels take in JSON. */
function sizeOf(labels: readonly unknown[]): number {
  return labels.reduce<number>((sum, label) => sum + jsonBytes(label) + 2, 0);
}

function jsonBytes(label: unknown): number {
  if (typeof label === "string") return Buffer.byteLength(JSON.stringify(label));
  const isPlain = typeof label === "number" && Number.isFinite(label);
  // Dates, bigints and NaN are tagged; -0 is longer than it looks.
  return String(label).length + (isPlain ? 2 : 20);
}

/** Whether the labels are those of the column that `toDataFrame` took them of, where they are kept already. */
function areOfColumn(df: object, { names, labels, length, cells }: FrameParts): boolean {
  const column = names.indexOf(recall(df)?.labelled ?? "");
  if (column === -1) return false;
  const own = cells(column, 0, length);
  return labels.every((label, row) => Object.is(label, own[row]));
}

/** Fills by the names that columns get: a name that `toDataFrame` changed is another in the frame. */
function renamed(fill: FillOption | undefined, columns: readonly ImportColumn[]): FillOption | undefined {
  if (!isByName(fill)) return fill;
  return new Map(columns.map(({ source, name }) => [name, entryOf(fill, source)]));
}
