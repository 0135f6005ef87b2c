import { type DType, sizeOf } from "../../dtype/index.js";
import { CorruptError } from "../../errors.js";
import { itemFromWire } from "./types.js";

/** What an encoded array says of itself before its elements. */
export interface ArrayHeader {
  readonly type: unknown;
  readonly kind: unknown;
  readonly dtype: DType | undefined;
  readonly shape: readonly number[];
  readonly nbytes: number;
}

/** Axes that arrays have at most, those of their elements among them. */
const MAX_AXES = 64;

/** @throws CorruptError where keys are missing, or sizes contradict each other */
export function arrayHeader(keys: ReadonlyMap<unknown, unknown>): ArrayHeader {
  const type = keys.get("type");
  const kind = keys.get("kind");
  const nbytes = keys.get("nbytes");
  if (type === undefined || kind === undefined) throw new CorruptError("an encoded array without its type");
  if (!isLength(nbytes)) throw new CorruptError("an encoded array without its number of bytes");
  const outer = shapeIn(keys);
  const item = itemFromWire(type, kind);
  if (item === undefined) return { type, kind, dtype: undefined, shape: outer, nbytes };
  const { dtype } = item;
  const shape = [...outer, ...item.shape];
  if (sizeOf(shape) * dtype.itemsize !== nbytes) {
    throw new CorruptError(
      `an encoded array of shape (${shape.join(", ")}) of ${dtype} that says to be ${nbytes} bytes long`,
    );
  }
  return { type, kind, dtype, shape, nbytes };
}

/** The shape among the keys. @throws CorruptError where it is none, or beyond what numbers count exactly */
export function shapeIn(keys: ReadonlyMap<unknown, unknown>): readonly number[] {
  const shape = keys.get("shape");
  if (
    !Array.isArray(shape) ||
    shape.length > MAX_AXES ||
    !shape.every(isLength) ||
    !isLength(sizeOf(shape))
  ) {
    throw new CorruptError("an encoded array whose shape is not a list of whole numbers that can be");
  }
  return shape;
}

function isLength(value: unknown): value is number {
  return Number.isSafeInteger(value) && typeof value === "number" && value >= 0;
}
