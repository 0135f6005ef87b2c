import { CastError } from "../../errors.js";
import type { AttrInput } from "../../store/index.js";
import { entryOf, type ImportOptions, type ImportType, importType } from "../options.js";
import type { RowsPart } from "../whole-column.js";
import type { FrameParts } from "./frame-parts.js";
import { guessFor } from "./infer.js";
import { type KnownColumn, knownColumn, recall } from "./memory.js";
import { storedCells } from "./stored.js";

/** Rows that are taken at a time. */
export const BATCH = 16384;

/** A frame's column on its way into a table. */
export interface ImportColumn {
  /** Its name in the frame. */
  readonly source: string;
  /** What the table is to call it. */
  readonly name: string;
  readonly type: ImportType;
  readonly attr: AttrInput | undefined;
  /** What it was made of, where it is to be that again. */
  readonly known: KnownColumn | undefined;
}

/**
 * What column number `c` of a frame becomes: what the options say, else what it was made of, else what its cells are.
 *
 * @throws CastError naming column, row and value where cells are of several sorts
 */
export function importColumn(df: object, parts: FrameParts, c: number, options: ImportOptions): ImportColumn {
  const source = parts.names[c] ?? "";
  const { name, known } = knownColumn(recall(df), source, parts.names);
  const attr = known?.attr;
  const said = (type: ImportType | "text"): ImportColumn => {
    return { source, name, type: importType(options, source, type), attr, known: undefined };
  };
  if (entryOf(options.dtypes, source) !== undefined) return said("text");
  if (known !== undefined) return { source, name, type: known.dtype, attr, known };
  const guess = guessFor(source, parts.dtypes[c]);
  for (let start = 0; start < parts.length; start += BATCH) {
    guess.add(parts.cells(c, start, Math.min(start + BATCH, parts.length)), start);
  }
  return said(guess.type);
}

/** The cells of column number `c` as a table takes them, rows `start` to before `start + BATCH`. */
export function importPart(
  parts: FrameParts,
  c: number,
  { type, known }: ImportColumn,
  start: number,
): RowsPart {
  const cells = parts.cells(c, start, Math.min(start + BATCH, parts.length));
  return { ...storedCells(cells, type, known), count: cells.length };
}

/** An error, with the reason why a column has its dtype where nobody said it. */
export function explained(error: unknown, columns: readonly ImportColumn[]): unknown {
  if (!(error instanceof CastError)) return error;
  const column = columns.find(({ name }) => error.message.startsWith(`column ${JSON.stringify(name)},`));
  if (column?.known === undefined) return error;
  return new CastError(
    `${error.message}; the frame was made of a column of ${column.known.dtype}; say dtypes: { ${JSON.stringify(column.source)}: … } for another`,
    { cause: error },
  );
}
