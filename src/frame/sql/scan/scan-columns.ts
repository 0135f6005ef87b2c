import type { ArrayView } from "../../../array/index.js";
import { DTypeError, ShapeError } from "../../../errors.js";
import type { TableView } from "../../../table/index.js";
import { requireDistinct } from "../quote.js";
import { columnWriter, writtenBytes } from "./column-writer.js";
import type { Writer, WriterOptions } from "./writer.js";

/** What is behind the name of a column's mask. */
const MASK = ".null";

/** How tables show themselves to SQL. */
export interface ScanOptions extends WriterOptions {
  /**
   * Whether a column of booleans `name.null` is the mask of the column `name`: it is null where the mask is true, and the
   * mask is no column of its own.
   */
  readonly masks?: boolean | undefined;
}

/** A column on its way into DuckDB. */
export interface ScanColumn {
  readonly name: string;
  readonly array: ArrayView;
  readonly mask: ArrayView | undefined;
  readonly writer: Writer;
  /** Bytes of one row on the way. */
  readonly rowBytes: number;
}

/**
 * The columns of a table with the types that SQL sees.
 *
 * @throws DTypeError for columns that no type holds, ShapeError for a table without columns, NameError where SQL takes two
 * names for one
 */
export function scanColumns(view: TableView, { masks = false, ...options }: ScanOptions): ScanColumn[] {
  // Its bounds are those of now: a table may grow while it is read.
  const rows = view.slice(0, view.length);
  const arrays = new Map(rows.named());
  const columns: ScanColumn[] = [];
  for (const [name, array] of arrays) {
    if (masks && name.endsWith(MASK) && arrays.has(name.slice(0, -MASK.length))) continue;
    const { dtype, shape } = array;
    const itemShape = shape.slice(1);
    const label = `column ${JSON.stringify(name)}`;
    const mask = masks ? arrays.get(name + MASK) : undefined;
    if (mask !== undefined && (mask.dtype.kind !== "b" || mask.ndim !== 1)) {
      throw new DTypeError(
        `column ${JSON.stringify(name + MASK)} is no mask: it holds ${mask.dtype}, not b1`,
      );
    }
    const writer = columnWriter(dtype, itemShape, label, options);
    columns.push({ name, array, mask, writer, rowBytes: writtenBytes(dtype, itemShape) });
  }
  if (columns.length === 0) throw new ShapeError("a table without columns is nothing to SQL");
  requireDistinct(
    columns.map(({ name }) => name),
    "columns",
  );
  return columns;
}
