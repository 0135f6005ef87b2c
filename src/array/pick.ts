import { gather, maskToIndices, scatter } from "../compute/index.js";
import { showValue, sizeOf } from "../dtype/index.js";
import { DTypeError, IndexError, ShapeError } from "../errors.js";
import { type Assignment, type AssignOptions, nestedShape, planAssign } from "./assign.js";
import { BLOCK_BYTES, blocks } from "./blocks.js";
import { copyElements, denseCopy } from "./copy.js";
import { broadcast, denseLayout, isContiguous, type Layout, rowLayout, showShape } from "./layout.js";
import { asStrided, isTypedArray } from "./operand.js";
import { isViewable, mayOverlap, STRIDED, type Strided, type Viewable, zeros } from "./strided.js";

/** Row numbers, none negative, none outside. */
export type Rows = Int32Array | Float64Array;

/** What selects rows: positions (negative ones count from the end) or a mask with one boolean a row. */
export type RowSelection =
  | Viewable
  | ArrayLike<number>
  | ArrayLike<bigint>
  | ArrayLike<boolean>
  | Iterable<number>;

/**
 * Row numbers of a list of positions.
 *
 * @throws IndexError for a position outside, DTypeError for anything but whole numbers
 */
export function rowsOf(indices: unknown, length: number, label: string): Rows {
  const list = positionsOf(indices);
  const rows = length < 2 ** 31 ? new Int32Array(list.length) : new Float64Array(list.length);
  for (let i = 0; i < list.length; i++) {
    const given = list[i];
    const index = typeof given === "bigint" ? Number(given) : given;
    if (typeof index !== "number" || !Number.isInteger(index)) {
      throw new DTypeError(`position ${i} of the indices is ${showValue(given)}, which is no whole number`);
    }
    const row = index < 0 ? index + length : index;
    if (row < 0 || row >= length) {
      throw new IndexError(`index ${index} (position ${i}) is outside ${label} of ${length} rows`);
    }
    rows[i] = row;
  }
  return rows;
}

function positionsOf(indices: unknown): ArrayLike<unknown> {
  if (isViewable(indices)) {
    const array = indices[STRIDED]();
    if (array.layout.shape.length !== 1)
      throw new ShapeError(`indices have one axis, not shape ${showShape(array.layout.shape)}`);
    if (!"iu".includes(array.dtype.kind))
      throw new DTypeError(`indices are whole numbers, not ${array.dtype}`);
    const parts = [...blocks(array)].map((values) => values.slice());
    return parts.length === 1 && parts[0] !== undefined
      ? parts[0]
      : parts.flatMap((values) => Array.from(values as ArrayLike<unknown>));
  }
  if (Array.isArray(indices) || isTypedArray(indices)) return indices;
  if (typeof indices === "object" && indices !== null && Symbol.iterator in indices) {
    return Array.from(indices as Iterable<unknown>);
  }
  throw new DTypeError(`indices are a list of whole numbers, not ${showValue(indices)}`);
}

/**
 * A mask as bytes of 0 and 1.
 *
 * @throws ShapeError where it has another length than the rows, DTypeError where it holds no booleans
 */
export function maskOf(mask: unknown, length: number, label: string): Uint8Array {
  let bytes: Uint8Array;
  if (isViewable(mask)) {
    const array = mask[STRIDED]();
    if (array.dtype.kind !== "b") throw new DTypeError(`a mask holds booleans (b1), not ${array.dtype}`);
    if (array.layout.shape.length !== 1)
      throw new ShapeError(`a mask has one axis, not shape ${showShape(array.layout.shape)}`);
    bytes = isContiguous(array.layout, 1)
      ? array.bytes.subarray(array.layout.offset, array.layout.offset + sizeOf(array.layout.shape))
      : denseCopy(array).bytes;
  } else if (mask instanceof Uint8Array) bytes = mask;
  else if (Array.isArray(mask)) {
    const bad = mask.findIndex((value) => typeof value !== "boolean");
    if (bad >= 0)
      throw new DTypeError(`position ${bad} of the mask is ${showValue(mask[bad])}, which is no boolean`);
    bytes = Uint8Array.from(mask, Number);
  } else throw new DTypeError(`a mask is an array of booleans, not ${showValue(mask)}`);
  if (bytes.length !== length) {
    throw new ShapeError(`a mask of length ${bytes.length} does not fit ${label} of ${length} rows`);
  }
  return bytes;
}

/** The rows where a mask is true. */
export function maskedRows(mask: unknown, length: number, label: string): Rows {
  return maskToIndices(maskOf(mask, length, label));
}

/** Whether a selection is a mask: booleans, and not numbers. */
export function isMask(selection: unknown): boolean {
  if (isViewable(selection)) return selection[STRIDED]().dtype.kind === "b";
  return Array.isArray(selection) && typeof selection[0] === "boolean";
}

/** The rows of a mask or of a list of positions. */
export function selectedRows(selection: unknown, length: number, label: string): Rows {
  return isMask(selection)
    ? maskToIndices(maskOf(selection, length, label))
    : rowsOf(selection, length, label);
}

/** Bytes of one row where its elements lie together in C order, so that rows move as a whole; undefined otherwise. */
function solidRow(layout: Layout, itemsize: number): number | undefined {
  const row = rowLayout(layout, 0);
  return isContiguous(row, itemsize) ? sizeOf(row.shape) * itemsize : undefined;
}

/** A copy of these rows, in their order. */
export function takeRows(array: Strided, rows: Rows): Strided {
  const { dtype, layout, bytes } = array;
  const taken = zeros(dtype, layout.shape.with(0, rows.length));
  const rowBytes = solidRow(layout, dtype.itemsize);
  if (rowBytes === 0 || rows.length === 0) return taken;
  if (rowBytes !== undefined) {
    gather(bytes, rowBytes, rows, layout.strides[0] ?? 0, layout.offset, taken.bytes);
  } else {
    rows.forEach((from: number, to: number) => {
      copyElements(
        { ...array, layout: rowLayout(layout, from) },
        { ...taken, layout: rowLayout(taken.layout, to) },
      );
    });
  }
  return taken;
}

function putRows(from: Strided, rows: Rows, to: Strided): void {
  const { dtype, layout, bytes } = to;
  const rowBytes = solidRow(layout, dtype.itemsize);
  if (rowBytes !== undefined) {
    scatter(from.bytes, rowBytes, rows, layout.strides[0] ?? 0, layout.offset, bytes);
    return;
  }
  rows.forEach((row: number, i: number) => {
    copyElements({ ...from, layout: rowLayout(from.layout, i) }, { ...to, layout: rowLayout(layout, row) });
  });
}

/**
 * Judges an assignment to chosen rows; as NumPy's `a[rows] = source`: the last of several values for one row stays.
 *
 * @returns the assignment, still to be made
 * @throws ShapeError, CastError, and nothing has been written
 */
export function planPut(to: Strided, rows: Rows, source: unknown, options: AssignOptions): Assignment {
  const shape = to.layout.shape.with(0, rows.length);
  const part = partsOf(source, to, shape, options.label);
  const rowBytes = Math.max(1, sizeOf(shape.slice(1)) * to.dtype.itemsize);
  const step = Math.max(1, Math.floor(BLOCK_BYTES / rowBytes));
  const scratch = zeros(to.dtype, shape.with(0, Math.min(step, rows.length)));
  const run = (store: boolean): void => {
    for (let start = 0; start < rows.length; start += step) {
      const end = Math.min(start + step, rows.length);
      const block: Strided = {
        ...scratch,
        layout: denseLayout(shape.with(0, end - start), to.dtype.itemsize),
      };
      const assignment = planAssign(block, part(start, end), { ...options, firstRow: start });
      if (!store) continue;
      assignment();
      putRows(block, rows.subarray(start, end), to);
    }
  };
  run(false);
  return () => run(true);
}

/** The source of rows `start` to `end`, as `planAssign` takes it. */
function partsOf(
  source: unknown,
  to: Strided,
  shape: readonly number[],
  label: string,
): (start: number, end: number) => unknown {
  const array = asStrided(source, { dtype: to.dtype, shape });
  if (array !== undefined) {
    const layout = broadcast(array.layout, shape);
    if (layout === undefined) {
      throw new ShapeError(
        `an array of shape ${showShape(array.layout.shape)} does not go into ${shape[0]} rows of ${label}, shape ${showShape(shape)}`,
      );
    }
    const whole: Strided = { ...array, layout };
    const from = mayOverlap(whole, to) ? denseCopy(whole) : whole;
    return (start, end): Viewable => {
      const { offset, strides } = from.layout;
      const rows: Layout = {
        shape: shape.with(0, end - start),
        strides,
        offset: offset + start * (strides[0] ?? 0),
      };
      return { [STRIDED]: () => ({ ...from, layout: rows }) };
    };
  }
  if (
    Array.isArray(source) &&
    nestedShape(source, { ...to, layout: { ...to.layout, shape } }).length === shape.length
  ) {
    if (source.length !== shape[0] && source.length !== 1) {
      throw new ShapeError(`${source.length} values do not go into ${shape[0]} rows of ${label}`);
    }
    if (source.length !== 1) return (start, end) => source.slice(start, end);
  }
  return () => source;
}
