import { type ArrayView, isFloats, isUnits, Reader, STRIDED, showShape } from "../../array/index.js";
import {
  complexKeys,
  isnan,
  isnanComplex,
  keysOf,
  maskCount,
  maskOr,
  type NumericArray,
  type RangedKeys,
  rangedKeys,
  rankedKeys,
  unitKeys,
} from "../../compute/index.js";
import { type DType, isComplex } from "../../dtype/index.js";
import { CastError, DTypeError, ShapeError } from "../../errors.js";

/** A column that rows are grouped or ordered by. */
export interface KeyColumn {
  readonly name: string;
  readonly array: ArrayView;
  /** 1 where null. NaN and NaT are null without it. */
  readonly nulls?: Uint8Array | undefined;
}

/** A column's elements as keys, and which of them are null. */
export interface SortableColumn {
  readonly column: KeyColumn;
  /** In the order that is asked for, nulls last. */
  readonly keys: RangedKeys;
  /** 1 where null; undefined where none is. */
  readonly missing: Uint8Array | undefined;
}

/**
 * Reads a column as keys. Elements that are native, and side by side, are not copied.
 *
 * @param rows how many elements it must have
 * @throws DTypeError for elements that have no order, ShapeError for another length, both naming the column
 */
export function sortableColumn(column: KeyColumn, rows: number, ascending: boolean): SortableColumn {
  checkColumn(column, rows);
  const { dtype } = column.array;
  const values = new Reader().read(column.array[STRIDED]());
  const missing = missingOf(column, values);
  const keys = rankedKeys(elementKeys(dtype, values, rows), { missing, descending: !ascending });
  return { column, keys, missing };
}

function checkColumn({ name, array, nulls }: KeyColumn, rows: number): void {
  const label = `column ${JSON.stringify(name)}`;
  const { dtype, ndim, shape } = array;
  if (dtype.kind === "V") {
    const hint = dtype.fields === undefined ? "" : "; a field of it may";
    throw new DTypeError(
      `${label} of ${dtype} cannot group or order rows: its elements have no order${hint}`,
    );
  }
  if (ndim !== 1) {
    throw new DTypeError(
      `${label} of shape ${showShape(shape)} cannot group or order rows: that takes one element a row`,
    );
  }
  if (array.length !== rows) {
    throw new ShapeError(`${label} has ${array.length} elements, where there are ${rows} rows`);
  }
  if (nulls !== undefined && nulls.length !== rows) {
    throw new ShapeError(`the mask of nulls of ${label} has ${nulls.length} elements, not ${rows}`);
  }
}

function elementKeys(dtype: DType, values: NumericArray, rows: number): RangedKeys {
  if (dtype.kind === "c" && isFloats(values)) {
    return rangedKeys(rows, (start, end) => complexKeys(values.subarray(2 * start, 2 * end)));
  }
  if ("SU".includes(dtype.kind) && isUnits(values)) {
    const { width } = dtype;
    return rangedKeys(rows, (start, end) => unitKeys(values.subarray(start * width, end * width), width));
  }
  const nat = dtype.step !== undefined;
  return rangedKeys(rows, (start, end) => keysOf(values.subarray(start, end), nat));
}

function missingOf({ array, nulls }: KeyColumn, values: NumericArray): Uint8Array | undefined {
  const { kind, step } = array.dtype;
  const rows = array.length;
  const canMiss = kind === "f" || kind === "c" || step !== undefined;
  if (nulls === undefined && !canMiss) return undefined;
  const missing = new Uint8Array(rows);
  if (kind === "c" && isFloats(values)) isnanComplex(values, 0, rows, missing, 0);
  else if (canMiss) isnan(values, 0, rows, missing, 0, { nat: step !== undefined });
  if (nulls !== undefined) maskOr(missing, 0, nulls, 0, rows, missing, 0);
  return maskCount(missing) > 0 ? missing : undefined;
}

/**
 * The element of one row as the key of its group: null where it is null, 0 for -0.
 *
 * @throws CastError for text that is not Unicode, naming the column and the row
 */
export function keyAt({ column, missing }: SortableColumn, row: number): unknown {
  if (missing !== undefined && missing[row] !== 0) return null;
  const value = elementAt(column, row);
  // Adding zero makes zeros positive, and changes nothing else.
  if (typeof value === "number") return value + 0;
  return isComplex(value) ? { re: value.re + 0, im: value.im + 0 } : value;
}

function elementAt({ name, array }: KeyColumn, row: number): unknown {
  try {
    return array.at(row);
  } catch (cause) {
    if (!(cause instanceof CastError)) throw cause;
    throw new CastError(`column ${JSON.stringify(name)}, row ${row}: ${cause.message}`, { cause });
  }
}
