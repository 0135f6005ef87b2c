import { type Copy, copyAll, denseLayout, fieldOf, zeros } from "../../array/index.js";
import { type DType, sizeOf, structOf } from "../../dtype/index.js";
import { DTypeError, FormatError, LimitError, NameError } from "../../errors.js";
import { turn } from "../../platform/turns.js";
import { type AxisSelection, transcode } from "../../remote/wire/index.js";
import type { ServedFile, ServedGroup } from "../served/served.js";
import { parseWhere } from "../where/index.js";
import { boundWhere, Matches } from "./matches.js";
import { type RowOrder, rowOrder } from "./row-order.js";
import { RowReader } from "./row-reader.js";
import { type TableColumn, TableColumns } from "./table-columns.js";

/** What of a table is asked for. */
export interface RowsOptions {
  /** Columns in the order in which records have them; all when left out. */
  readonly columns?: readonly string[] | undefined;
  /** A condition that rows are to fulfil; see `parseWhere`. */
  readonly where?: string | undefined;
  /** The rows that are asked for, and that the condition is tried on; all when left out. */
  readonly rows?: AxisSelection | undefined;
  /** The most bytes that are read to try the condition; unlimited when left out. */
  readonly scanBytes?: number | undefined;
  /** The most bytes of the answer; unlimited when left out. */
  readonly resultBytes?: number | undefined;
  /** About the bytes of one piece of the answer; a record is never divided. 256 KiB when left out. */
  readonly pieceBytes?: number | undefined;
  /** Ends the reading with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Rows of a table as they will be sent. */
export interface RowsPlan {
  /** Records of the columns, packed, each member in the byte order of its file. */
  readonly dtype: DType;
  /** How many records there are. */
  readonly count: number;
  /** The columns' names. */
  readonly columns: readonly string[];
  /**
   * The records' bytes, whole records at a time. A piece lasts until the next is asked for.
   *
   * @throws what reading throws, and the reason of the signal
   */
  pieces(): AsyncGenerator<Uint8Array, void, undefined>;
}

/** The widest record: one is held in memory as a whole, and again as its columns. */
const MAX_RECORD_BYTES = 32 * 2 ** 20;
const PIECE_BYTES = 256 * 1024;
/** Numbers of so many rows are held at a time. */
const MAX_PIECE_ROWS = 65536;

/**
 * Plans to read rows of a table. Where there is a condition, its columns are read now, a block at a time, and of each row a bit
 * is kept, so that the number of records is known; `pieces` then reads the columns that are asked for, of those rows alone.
 * Rows come in the order in which they are asked for.
 *
 * Memory: one bit a row asked for and a condition, one block of about 1 MiB, and two pieces. Between blocks others have their turn.
 *
 * @throws NotFoundError for unknown columns, with a guess; NameError for one that is named twice; FormatError for conditions
 * that cannot be read; CastError, DTypeError, ShapeError for comparisons that there are not; IndexError; LimitError;
 * CorruptError and what else reading throws; the reason of the signal
 */
export async function planRows(
  file: ServedFile,
  group: ServedGroup,
  options: RowsOptions = {},
): Promise<RowsPlan> {
  const table = new TableColumns(file, group);
  const columns = chosen(table, options.columns);
  const dtype = recordDType(columns);
  const bound = options.where === undefined ? undefined : boundWhere(parseWhere(options.where), table);
  const order = rowOrder(options.rows, table.rows);
  const maxRows = Math.floor((options.resultBytes ?? Number.POSITIVE_INFINITY) / dtype.itemsize);
  const { signal, scanBytes = Number.POSITIVE_INFINITY, pieceBytes = PIECE_BYTES } = options;
  const size = Math.max(1, Math.min(MAX_PIECE_ROWS, Math.floor(pieceBytes / dtype.itemsize)));
  const parts = { columns, dtype, size, signal };
  if (bound === undefined) {
    if (order.count > maxRows) throw tooMany(order.count, maxRows, dtype);
    return planOf(parts, order.count, () => inBlocks(order, size));
  }
  if (order.count * bound.rowBytes > scanBytes) {
    const most = Math.floor(scanBytes / bound.rowBytes);
    throw new LimitError(
      `the condition would be tried on ${order.count} rows of ${bound.rowBytes} bytes; the most are ${most} rows at a time`,
    );
  }
  const matches = await Matches.find(bound, order, { maxRows, signal });
  return planOf(parts, matches.count, () => matches.rows(size));
}

function tooMany(rows: number, most: number, { itemsize }: DType): LimitError {
  return new LimitError(
    `${rows} rows of ${itemsize} bytes are more than one answer may have, ${most} rows; ask for fewer rows or columns`,
  );
}

function chosen(table: TableColumns, names: readonly string[] = table.names): TableColumn[] {
  if (names.length === 0) throw new FormatError("records have at least one column; there is none");
  const seen = new Set<string>();
  return names.map((name) => {
    if (seen.has(name)) throw new NameError(`column ${JSON.stringify(name)} is asked for twice`);
    seen.add(name);
    return table.column(name);
  });
}

function recordDType(columns: readonly TableColumn[]): DType {
  const fields = columns.map(({ name, sent, itemShape }) => [name, sent, itemShape] as const);
  const bytes = fields.reduce((sum, [, dtype, shape]) => sum + dtype.itemsize * sizeOf(shape), 0);
  if (bytes > MAX_RECORD_BYTES) {
    throw new LimitError(
      `a record of these columns has ${bytes} bytes; the most are ${MAX_RECORD_BYTES}. Ask for fewer columns, or slices of their datasets`,
    );
  }
  if (bytes === 0) throw new DTypeError("a record of these columns has no bytes");
  return structOf(fields);
}

interface PlanParts {
  readonly columns: readonly TableColumn[];
  readonly dtype: DType;
  /** Rows of one piece. */
  readonly size: number;
  readonly signal: AbortSignal | undefined;
}

/** The numbers of rows, some at a time. */
type RowNumbers = Iterable<Float64Array> | AsyncIterable<Float64Array>;

function planOf(parts: PlanParts, count: number, rows: () => RowNumbers): RowsPlan {
  const { dtype, columns } = parts;
  return {
    dtype,
    count,
    columns: columns.map(({ name }) => name),
    pieces: () => pieces(parts, Math.min(count, parts.size), rows()),
  };
}

function* inBlocks(order: RowOrder, size: number): Generator<Float64Array> {
  for (let from = 0; from < order.count; from += size) {
    yield order.rows(from, Math.min(order.count, from + size));
  }
}

async function* pieces(
  { columns, dtype, signal }: PlanParts,
  room: number,
  blocks: RowNumbers,
): AsyncGenerator<Uint8Array, void, undefined> {
  const records = zeros(dtype, [room]);
  const readers = columns.map((column) => ({
    reader: new RowReader(column),
    bytes: new Uint8Array(room * column.rowBytes),
  }));
  for await (const rows of blocks) {
    signal?.throwIfAborted();
    const target = { ...records, layout: denseLayout([rows.length], dtype.itemsize) };
    const copies: Copy[] = [];
    for (const [i, { reader, bytes }] of readers.entries()) {
      const { column } = reader;
      const part = bytes.subarray(0, rows.length * column.rowBytes);
      await reader.read(rows, part, signal);
      const packed = transcode(part, column.dtype, column.sent);
      const layout = denseLayout([rows.length, ...column.itemShape], column.sent.itemsize);
      const field = dtype.fields?.[i];
      if (field !== undefined)
        copies.push([{ dtype: column.sent, layout, bytes: packed }, fieldOf(target, field)]);
    }
    copyAll(copies);
    yield records.bytes.subarray(0, rows.length * dtype.itemsize);
    await turn();
  }
}
