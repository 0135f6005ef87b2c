import type { AnyValues, DType } from "../dtype/index.js";
import { BLOCK_BYTES, blockOf, blocks, Scratch, split } from "./blocks.js";
import { copyElements } from "./copy.js";
import { denseLayout } from "./layout.js";
import { contiguousBytes, isAligned, type Strided, typedArray } from "./strided.js";

type NumberArray = Exclude<AnyValues, BigInt64Array | BigUint64Array>;

function isNumberArray(values: AnyValues): values is NumberArray {
  return !(values instanceof BigInt64Array) && !(values instanceof BigUint64Array);
}

/** Whether typed arrays of both dtypes hold plain numbers, so that the engine converts between them by itself. */
export function convertsByNumber(from: DType, to: DType): boolean {
  const plain = ({ kind, itemsize }: DType) =>
    "iu".includes(kind) ? itemsize <= 4 : kind === "f" && itemsize >= 4;
  return plain(to) && to.native && plain(from);
}

/** Lowest and highest integer that goes in; for floats, the nearest numbers on either side that round to infinity. */
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

/** The first number, in C order, that does not go into the destination's dtype; undefined if all do. */
export function firstOutside(from: Strided, to: DType): { position: number; value: number } | undefined {
  const [low, high] = bounds(to);
  const [ownLow, ownHigh] = bounds(from.dtype);
  if (low <= ownLow && high >= ownHigh) return undefined;
  let before = 0;
  for (const values of blocks(from)) {
    if (!isNumberArray(values)) continue;
    const at = to.kind === "f" ? findOverflow(values, high) : findBeyond(values, low, high);
    if (at >= 0) return { position: before + at, value: values[at] };
    before += values.length;
  }
  return undefined;
}

function findBeyond(values: NumberArray, low: number, high: number): number {
  for (let i = 0; i < values.length; i++) if (values[i] < low || values[i] > high) return i;
  return -1;
}

/** The first finite number that rounds to an infinity; infinities themselves go in. */
function findOverflow(values: NumberArray, limit: number): number {
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]);
    if (size >= limit && size !== Number.POSITIVE_INFINITY) return i;
  }
  return -1;
}

/** Stores numbers into numbers of another dtype, block by block; integers wrap, floats round. */
export function convertNumbers(from: Strided, to: Strided): void {
  const limit = Math.floor(BLOCK_BYTES / Math.max(from.dtype.itemsize, to.dtype.itemsize));
  const targets = split(to.layout, limit);
  const [scratch, converted] = [new Scratch(), new Scratch()];
  for (const layout of split(from.layout, limit)) {
    const { value: target } = targets.next();
    if (target === undefined) return;
    const source = blockOf({ ...from, layout }, scratch);
    convertBlock(source, { ...to, layout: target }, converted);
  }
}

/** At once where the destination's bytes allow it, else by way of `scratch`. */
function convertBlock(source: AnyValues, to: Strided, scratch: Scratch): void {
  const direct = contiguousBytes(to);
  const ready = direct !== undefined && isAligned(direct, to.dtype.alignment);
  const bytes = ready ? direct : scratch.take(source.length * to.dtype.itemsize);
  const values = typedArray(to.dtype, bytes);
  if (isNumberArray(values) && isNumberArray(source)) values.set(source);
  if (ready) return;
  copyElements({ dtype: to.dtype, layout: denseLayout(to.layout.shape, to.dtype.itemsize), bytes }, to);
}
