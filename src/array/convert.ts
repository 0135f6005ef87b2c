import type { AnyValues, DType } from "../dtype/index.js";
import { BLOCK_BYTES, blockOf, blocks, Scratch, split } from "./blocks.js";
import { copyElements } from "./copy.js";
import { type Strided, typedArray, zeros } from "./strided.js";

type NumberArray = Exclude<AnyValues, BigInt64Array | BigUint64Array>;

function isNumberArray(values: AnyValues): values is NumberArray {
  return !(values instanceof BigInt64Array) && !(values instanceof BigUint64Array);
}

/** Whether typed arrays of these dtypes hold plain numbers, so that the engine converts between them by itself. */
export function convertsByNumber(from: DType, to: DType): boolean {
  const plain = ({ kind, itemsize }: DType) =>
    "iu".includes(kind) ? itemsize <= 4 : kind === "f" && itemsize >= 4;
  return plain(to) && to.native && plain(from);
}

/** Lowest and highest number that goes in; a float that rounds past its largest one becomes infinite. */
function bounds({ kind, itemsize }: DType): readonly [number, number] {
  if (kind === "f") {
    // Halfway between the largest single and the next power of two rounds to infinity.
    const limit = itemsize === 4 ? (2 - 2 ** -24) * 2 ** 127 : Number.POSITIVE_INFINITY;
    return [-limit, limit];
  }
  return kind === "i"
    ? [-(2 ** (itemsize * 8 - 1)), 2 ** (itemsize * 8 - 1) - 1]
    : [0, 2 ** (itemsize * 8) - 1];
}

/** The first element, in C order, that does not go into the destination's numbers; -1 if all do. */
export function firstOutside(from: Strided, to: DType): number {
  const [low, high] = bounds(to);
  const [ownLow, ownHigh] = bounds(from.dtype);
  if (low <= ownLow && high >= ownHigh) return -1;
  const strict = to.kind === "f";
  let before = 0;
  for (const values of blocks(from)) {
    if (!isNumberArray(values)) return before;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? 0;
      if (strict ? (value >= high || value <= low) && Number.isFinite(value) : value < low || value > high)
        return before + i;
    }
    before += values.length;
  }
  return -1;
}

/** Stores numbers into numbers of another dtype, block by block; integers wrap, floats round. */
export function convertNumbers(from: Strided, to: Strided): void {
  const limit = Math.floor(BLOCK_BYTES / Math.max(from.dtype.itemsize, to.dtype.itemsize));
  const targets = split(to.layout, limit);
  const scratch = new Scratch();
  for (const layout of split(from.layout, limit)) {
    const target = targets.next().value;
    if (target === undefined) return;
    const source = blockOf({ ...from, layout }, scratch);
    const converted = zeros(to.dtype, layout.shape);
    const values = typedArray(to.dtype, converted.bytes);
    if (isNumberArray(values) && isNumberArray(source)) values.set(source);
    copyElements(converted, { ...to, layout: target });
  }
}
