import {
  type ArrayView,
  contiguousBytes,
  planAssign,
  Scratch,
  STRIDED,
  type Strided,
  showShape,
  slice,
  wrap,
  zeros,
} from "../../array/index.js";
import { type DType, promote, sizeOf } from "../../dtype/index.js";
import { CastError, ShapeError } from "../../errors.js";
import type { FrameColumn } from "../column-source.js";
import { ABSENT } from "../plain-column.js";
import { moveRows, movesAtOnce, type Order, positionsIn, ranksOf } from "./move-rows.js";

/** Rows of one array, in the order in which they are written. */
export interface RowSource {
  readonly dtype: DType;
  /** The shape of each row. */
  readonly itemShape: readonly number[];
  /** Bytes of one row. */
  readonly rowBytes: number;
  /**
   * The bytes of all rows before they are ordered, as they are now; undefined where these are not moved as they are.
   *
   * @throws as `check`
   */
  direct(): Uint8Array | undefined;
  readonly order: Order;
  /**
   * The bytes of rows `start` to before `end`; they last until the next call with the same scratch.
   *
   * @throws CastError naming column and row; as `check`
   */
  read(start: number, end: number, scratch?: Scratch): Uint8Array;
  /** @throws ClosedError, NotFoundError where a column is gone by now; ShapeError where rows of its frame are */
  check(): void;
}

/** Whether a dtype has a value that stands for null. */
export function hasNull({ kind }: DType): boolean {
  return ABSENT.has(kind);
}

/** How columns become one array. */
export interface StackOptions {
  /** How many rows there are; a column may have more by now. */
  readonly rows: number;
  /** What they become; what NumPy makes of their dtypes when left out. */
  readonly dtype?: DType | undefined;
  /** Whether they stand beside each other along a new axis behind the rows; else there is one. */
  readonly stacked: boolean;
  /** Whether cells that are null may hold anything where the dtype has no null, since something else says where they are. */
  readonly keepsNulls?: boolean;
}

/**
 * Columns as the rows of one array.
 *
 * @throws DTypeError where they have no dtype in common, ShapeError where their cells have different shapes
 */
export function rowsOf(columns: readonly FrameColumn[], order: Order, options: StackOptions): RowSource {
  const { stacked, keepsNulls = false } = options;
  const [first] = columns;
  if (first === undefined) throw new ShapeError("an array of no columns has no dtype; name at least one");
  const check = () => {
    for (const column of columns) stridedOf(column, options.rows);
  };
  check();
  const own = stacked ? promote(columns.map(({ array }) => array.dtype)) : first.array.dtype;
  const dtype = options.dtype ?? own;
  const cell = cellOf(columns, first);
  const itemShape = stacked ? [columns.length, ...cell] : cell;
  const rowBytes = sizeOf(itemShape) * dtype.itemsize;
  const isAsItIs = first.nulls === undefined || (keepsNulls && !hasNull(dtype));
  const isMoved = !stacked && first.array.dtype.equals(dtype) && isAsItIs;
  // Whoever has the columns may change them between two blocks.
  const direct = () => (isMoved ? contiguousBytes(stridedOf(first, options.rows)) : undefined);
  const assign = assigned(columns, order, { dtype, itemShape, stacked, keepsNulls });
  const move = moved(rowBytes, order);
  const read = (start: number, end: number, scratch = new Scratch()): Uint8Array => {
    const bytes = direct();
    if (bytes !== undefined) return move(bytes, start, end, scratch);
    check();
    return assign(start, end);
  };
  return { dtype, itemShape, rowBytes, direct, order, read, check };
}

/** Where a column's elements are now. @throws ClosedError, NotFoundError where it is gone; ShapeError where rows of its frame are */
export function stridedOf({ name, array }: FrameColumn, rows: number): Strided {
  const strided = array[STRIDED]();
  const [own = 0] = strided.layout.shape;
  if (own >= rows) return strided;
  throw new ShapeError(
    `column ${JSON.stringify(name)} has ${own} rows by now, where its frame has ${rows}; columns must stay as they are until they are written`,
  );
}

/** The shape of the columns' cells. */
function cellOf(columns: readonly FrameColumn[], first: FrameColumn): readonly number[] {
  const cell = first.array.shape.slice(1);
  for (const { name, array } of columns) {
    const other = array.shape.slice(1);
    if (other.join() === cell.join()) continue;
    const names = `${JSON.stringify(first.name)} and ${JSON.stringify(name)}`;
    throw new ShapeError(`columns ${names} have cells of shapes ${showShape(cell)} and ${showShape(other)}`);
  }
  return cell;
}

/** Reads rows by moving their bytes. */
function moved(
  rowBytes: number,
  order: Order,
): (bytes: Uint8Array, start: number, end: number, scratch: Scratch) => Uint8Array {
  if (order === undefined) return (bytes, start, end) => bytes.subarray(start * rowBytes, end * rowBytes);
  return (bytes, start, end, scratch) => {
    const out = scratch.take((end - start) * rowBytes);
    const isWhole = end - start === order.length && movesAtOnce(order, rowBytes);
    moveRows(bytes, rowBytes, order, isWhole ? ranksOf(order) : undefined, [start, end], out);
    return out;
  };
}

/** Reads rows by assigning them, column by column. */
function assigned(
  columns: readonly FrameColumn[],
  order: Order,
  to: Required<Omit<StackOptions, "dtype" | "rows">> & Pick<RowSource, "dtype" | "itemShape">,
): RowSource["read"] {
  return (start, end) => {
    const block = zeros(to.dtype, [end - start, ...to.itemShape]);
    const rows = wrap(block, true);
    const positions = order === undefined ? undefined : positionsIn(order, start, end);
    columns.forEach((column, k) => {
      const part = to.stacked ? rows.view(slice(), k) : rows;
      assignRows(part, column, { start, end, positions, keepsNulls: to.keepsNulls });
    });
    return block.bytes;
  };
}

interface RowRange {
  readonly start: number;
  readonly end: number;
  readonly positions: Int32Array | Float64Array | undefined;
  readonly keepsNulls: boolean;
}

function assignRows(
  to: ArrayView,
  { name, array, nulls }: FrameColumn,
  { start, end, positions, keepsNulls }: RowRange,
): void {
  const label = `column ${JSON.stringify(name)}`;
  const source =
    positions === undefined ? array.rows({ start, length: end - start, step: 1 }) : array.takeRows(positions);
  planAssign(to[STRIDED](), source, { label, firstRow: start, rows: positions })();
  if (nulls === undefined) return;
  for (let i = 0; i < end - start; i++) {
    const row = positions?.[i] ?? start + i;
    if (nulls[row] !== 1) continue;
    const absent = ABSENT.get(to.dtype.kind);
    if (absent !== undefined) to.put([i], absent as never);
    else if (!keepsNulls) {
      throw new CastError(
        `${label}, row ${row}: null does not go into ${to.dtype}; say a dtype that has NaN or NaT, or register a data frame, which keeps where nulls are`,
      );
    }
  }
}
