import { type FloatArray, halfToFloat, maskOr, type NumericArray, type Units } from "../../compute/index.js";
import { type AnyValues, type DType, parseDType } from "../../dtype/index.js";
import { BLOCK_BYTES, blockOf, Scratch } from "../blocks.js";
import type { Strided } from "../strided.js";

/** As many elements as make up a block. */
export function blockLength(...dtypes: readonly DType[]): number {
  return Math.max(1, Math.floor(BLOCK_BYTES / Math.max(...dtypes.map(({ itemsize }) => itemsize))));
}

/** The same dtype in the byte order of this machine. */
export function nativeOf(dtype: DType): DType {
  return dtype.native ? dtype : parseDType(`=${dtype.str.slice(1)}`);
}

/** Whether a typed array holds floats, or pairs of them. */
export function isFloats(values: ArrayLike<unknown>): values is FloatArray {
  return values instanceof Float64Array || values instanceof Float32Array;
}

/** Whether a typed array may hold raw strings. */
export function isUnits(values: ArrayLike<unknown>): values is Units {
  return values instanceof Uint32Array || values instanceof Uint8Array;
}

/**
 * Reads pieces of arrays as the kernels take them: native typed arrays in C order, halves as floats, truth values as
 * 0 and 1. What it gives lasts until the next piece is read.
 */
export class Reader {
  readonly #scratch = new Scratch();
  readonly #converted = new Scratch();

  /** Whether elements of a dtype are given as they are, where they stand side by side, and not as copies. */
  isDirect({ native, kind, itemsize }: DType): boolean {
    return native && kind !== "b" && !(kind === "f" && itemsize === 2);
  }

  /** A piece as the kernels take it. */
  read(piece: Strided): NumericArray {
    return this.convert(this.raw(piece), piece.dtype);
  }

  /** As {@link Reader.read}, but truth values as whatever bytes stand for them. */
  readBytes(piece: Strided): NumericArray {
    return this.convert(blockOf(piece, this.#scratch), piece.dtype);
  }

  /** A piece as `values` would have it; truth values as 0 and 1 whatever bytes stand for them. */
  raw(piece: Strided): AnyValues {
    const raw = blockOf(piece, this.#scratch);
    if (piece.dtype.kind !== "b" || !(raw instanceof Uint8Array)) return raw;
    const truths = this.#converted.take(raw.length);
    maskOr(raw, 0, raw, 0, raw.length, truths, 0);
    return truths;
  }

  /** What `raw` gave as the kernels take it. */
  convert(raw: AnyValues, { kind }: DType): NumericArray {
    if (kind !== "f" || !(raw instanceof Uint16Array)) return raw;
    const floats = new Float32Array(this.#converted.take(4 * raw.length).buffer, 0, raw.length);
    halfToFloat(raw, floats);
    return floats;
  }
}
