import { type ArrayView, isContiguous, STRIDED } from "../../array/index.js";
import { codecOf } from "../../dtype/index.js";
import { CastError, DTypeError } from "../../errors.js";
import type { CellOptions } from "./options.js";
import { plainOf } from "./plain.js";

/** The elements of a column as cells. */
export interface Cells {
  /** Puts the cells of `count` rows from `start` on into `out`. @throws CastError naming column, row and value */
  read(out: unknown[], start: number, count: number): void;
  /** The typed array whose elements are the cells, where there is one. */
  readonly numbers: Numbers | undefined;
}

export type Numbers =
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/**
 * Reads a column's elements as cells of a frame, whatever its layout and byte order.
 *
 * @param label what errors call it
 * @throws DTypeError for what a frame cannot hold
 */
export function cellsOf(column: ArrayView, label: string, options: CellOptions): Cells {
  checkHeld(column, label);
  const { dtype, layout, bytes } = column[STRIDED]();
  const [step = 0] = layout.strides;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const codec = codecOf(dtype);
  const plain = named(label, () => plainOf(dtype, options));
  const read = (out: unknown[], start: number, count: number): void => {
    let i = 0;
    let at = layout.offset + start * step;
    try {
      if (plain === undefined) for (; i < count; i++, at += step) out[i] = codec.read(view, at);
      else for (; i < count; i++, at += step) out[i] = plain(codec.read(view, at));
    } catch (error) {
      throw located(error, `${label}, row ${start + i}`);
    }
  };
  return { read, numbers: numbersOf(column) };
}

function numbersOf(column: ArrayView): Numbers | undefined {
  const { dtype, layout, bytes } = column[STRIDED]();
  const { kind, itemsize, native } = dtype;
  const isNumber = "iu".includes(kind) ? itemsize < 8 : kind === "f" && itemsize > 2;
  const isAligned = (bytes.byteOffset + layout.offset) % itemsize === 0;
  if (!isNumber || !native || !isAligned || !isContiguous(layout, itemsize)) return undefined;
  return column.values as Numbers;
}

function checkHeld({ dtype, shape }: ArrayView, label: string): void {
  if (shape.length !== 1) {
    throw new DTypeError(
      `${label} has cells of shape [${shape.slice(1).join(", ")}]; a frame holds one value in each, such as those of view(slice(), 0)`,
    );
  }
  if (dtype.kind !== "c" && dtype.kind !== "V") return;
  const what = dtype.fields === undefined ? (dtype.kind === "c" ? "complex numbers" : "bytes") : "records";
  const hint = dtype.fields === undefined ? "" : "; its fields can be columns of their own";
  throw new DTypeError(`${label} holds ${what} (${dtype}), which a frame cannot hold${hint}`);
}

function named<T>(label: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw located(error, label);
  }
}

function located(error: unknown, where: string): unknown {
  if (!(error instanceof CastError)) return error;
  return new CastError(`${where}: ${error.message}`, { cause: error });
}
