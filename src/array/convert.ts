import {
  byteSwap,
  convertLongs,
  firstBeyond,
  firstBigBeyond,
  firstInexact,
  firstOverflow,
  floatToHalf,
  halfToFloat,
} from "../compute/index.js";
import { type AnyValues, type DType, fromHalf, sizeOf } from "../dtype/index.js";
import { BLOCK_BYTES, blockOf, blocks, Scratch, split } from "./blocks.js";
import { copyElements } from "./copy.js";
import { denseLayout } from "./layout.js";
import { contiguousBytes, isAligned, type Strided, typedArray } from "./strided.js";

type BigArray = BigInt64Array | BigUint64Array;

function isBig(values: AnyValues): values is BigArray {
  return values instanceof BigInt64Array || values instanceof BigUint64Array;
}

function isFloat(values: AnyValues): values is Float32Array | Float64Array {
  return values instanceof Float32Array || values instanceof Float64Array;
}

function isHalf({ kind, itemsize }: DType): boolean {
  return kind === "f" && itemsize === 2;
}

/** Whether typed arrays of both dtypes hold numbers of which none is cut, so that they are converted block by block. */
export function convertsByNumber(from: DType, to: DType): boolean {
  if (from.kind === "c" || to.kind === "c") return from.kind === to.kind;
  return "biuf".includes(from.kind) && (to.kind === "f" || ("iu".includes(to.kind) && from.kind !== "f"));
}

/** Whether elements differ by the order of their bytes alone, and any bytes are an element. */
export function swapsBytes(from: DType, to: DType): boolean {
  const { kind, itemsize, step } = from;
  const isSame = kind === to.kind && itemsize === to.itemsize && from.byteorder !== to.byteorder;
  return (
    isSame && "iufcMm".includes(kind) && step?.unit === to.step?.unit && step?.multiple === to.step?.multiple
  );
}

/** A number that does not go into another dtype: its place in C order, and the element as it is read. */
export interface Outside {
  readonly position: number;
  readonly value: unknown;
}

/** The first number, in C order, that does not go into the destination's dtype; undefined if all do. */
export function firstOutside(from: Strided, to: DType): Outside | undefined {
  const find = finderOf(from.dtype, to);
  if (find === undefined) return undefined;
  const perElement = from.dtype.kind === "c" ? 2 : 1;
  const scratch = new Scratch();
  let before = 0;
  for (const values of blocks(from)) {
    const at = find(isHalf(from.dtype) ? singlesOf(values, scratch) : values);
    if (at >= 0) {
      const i = Math.floor(at / perElement);
      return { position: before + i, value: elementOf(values, i, from.dtype) };
    }
    before += values.length / perElement;
  }
  return undefined;
}

function elementOf(values: AnyValues, i: number, { kind, itemsize }: DType): unknown {
  if (kind === "c") return { re: values[2 * i], im: values[2 * i + 1] };
  return kind === "f" && itemsize === 2 ? fromHalf(Number(values[i])) : values[i];
}

type Finder = (values: AnyValues) => number;

/** What finds the first of some numbers that does not fit, -1 where all do; undefined where all numbers do. */
function finderOf(from: DType, to: DType): Finder | undefined {
  if (from.kind === "b") return undefined;
  const isLong = "iu".includes(from.kind) && from.itemsize === 8;
  if (to.kind === "f" || to.kind === "c") {
    const itemsize = to.kind === "c" ? to.itemsize / 2 : to.itemsize;
    if (isLong) return (values) => (isBig(values) ? firstInexactIn(values, itemsize) : -1);
    const limit = FLOAT_LIMITS.get(itemsize);
    if (limit === undefined) return undefined;
    if (from.kind === "f" || from.kind === "c") {
      const isNarrower = to.itemsize < from.itemsize;
      return isNarrower ? (values) => (isFloat(values) ? firstOverflow(values, limit) : -1) : undefined;
    }
    return itemsize === 2 ? beyond(from, 1 - limit, limit - 1) : undefined;
  }
  const [low, high] = bounds(to);
  if (isLong) return bigBeyond(from, to);
  return beyond(from, low, high);
}

/** The numbers from which on floats of so many bytes are infinite: halfway between the largest and the next power of two. */
const FLOAT_LIMITS: ReadonlyMap<number, number> = new Map([
  [2, 65520],
  [4, (2 - 2 ** -24) * 2 ** 127],
]);

function firstInexactIn(values: BigArray, itemsize: number): number {
  if (itemsize > 2) return firstInexact(values, itemsize === 4);
  const [halves, singles] = [new Uint16Array(1), new Float32Array(1)];
  return values.findIndex((value: bigint) => {
    floatToHalf(Float64Array.of(Number(value)), halves);
    halfToFloat(halves, singles);
    return !Number.isFinite(singles[0]) || BigInt(singles[0]) !== value;
  });
}

/** The lowest and the highest integer. */
function bounds({ kind, itemsize }: DType): readonly [number, number] {
  return kind === "i"
    ? [-(2 ** (itemsize * 8 - 1)), 2 ** (itemsize * 8 - 1) - 1]
    : [0, 2 ** (itemsize * 8) - 1];
}

function bigBounds({ kind, itemsize }: DType): readonly [bigint, bigint] {
  const bits = BigInt(itemsize * 8);
  return kind === "i" ? [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n] : [0n, 2n ** bits - 1n];
}

function beyond(from: DType, low: number, high: number): Finder | undefined {
  const [ownLow, ownHigh] = bounds(from);
  if (low <= ownLow && high >= ownHigh) return undefined;
  return (values) => (isBig(values) ? -1 : firstBeyond(values, low, high));
}

function bigBeyond(from: DType, to: DType): Finder | undefined {
  const [[low, high], [ownLow, ownHigh]] = [bigBounds(to), bigBounds(from)];
  if (low <= ownLow && high >= ownHigh) return undefined;
  const [least, most] = [low > ownLow ? low : ownLow, high < ownHigh ? high : ownHigh];
  return (values) => (isBig(values) ? firstBigBeyond(values, least, most) : -1);
}

/** Memory for blocks on their way. */
class Way {
  readonly source = new Scratch();
  readonly numbers = new Scratch();
  readonly target = new Scratch();
}

/** Stores numbers into numbers of another dtype, block by block; integers wrap, floats round. */
export function convertNumbers(from: Strided, to: Strided): void {
  const limit = Math.floor(BLOCK_BYTES / Math.max(from.dtype.itemsize, to.dtype.itemsize));
  const targets = split(to.layout, limit);
  const way = new Way();
  for (const layout of split(from.layout, limit)) {
    const { value: target } = targets.next();
    if (target === undefined) return;
    const numbers = numbersOf(blockOf({ ...from, layout }, way.source), from.dtype, to.dtype, way.numbers);
    storeBlock({ ...to, layout: target }, way.target, (values) => convert(numbers, values, to.dtype));
  }
}

/** Stores elements with their bytes in the other order, block by block. */
export function swapElements(from: Strided, to: Strided): void {
  const { itemsize, alignment } = to.dtype;
  const limit = Math.floor(BLOCK_BYTES / itemsize);
  const targets = split(to.layout, limit);
  const scratch = new Scratch();
  for (const layout of split(from.layout, limit)) {
    const { value: target } = targets.next();
    if (target === undefined) return;
    const bytes = scratch.take(sizeOf(layout.shape) * itemsize);
    const block: Strided = { dtype: to.dtype, layout: denseLayout(layout.shape, itemsize), bytes };
    copyElements({ ...from, layout }, block);
    byteSwap(bytes, itemsize, alignment);
    copyElements(block, { ...to, layout: target });
  }
}

/** At once where the destination's bytes allow it, else by way of `scratch`. */
function storeBlock(to: Strided, scratch: Scratch, store: (values: AnyValues) => void): void {
  const { dtype, layout } = to;
  const direct = dtype.native ? contiguousBytes(to) : undefined;
  if (direct !== undefined && isAligned(direct, dtype.alignment)) {
    store(typedArray(dtype, direct));
    return;
  }
  const bytes = scratch.take(sizeOf(layout.shape) * dtype.itemsize);
  store(typedArray(dtype, bytes));
  if (!dtype.native) byteSwap(bytes, dtype.itemsize, dtype.alignment);
  copyElements({ dtype, layout: denseLayout(layout.shape, dtype.itemsize), bytes }, to);
}

/** Elements as numbers: halves and truth values are none by themselves, and halves are made of floats alone. */
function numbersOf(values: AnyValues, from: DType, to: DType, scratch: Scratch): AnyValues {
  if (isHalf(from)) return singlesOf(values, scratch);
  if (from.kind === "b") {
    const truths = scratch.take(values.length);
    for (let i = 0; i < values.length; i++) truths[i] = Number(values[i] !== 0);
    return isHalf(to) ? Float64Array.from(truths) : truths;
  }
  if (!isHalf(to) || isFloat(values)) return values;
  const bytes = scratch.take(8 * values.length);
  const doubles = new Float64Array(bytes.buffer, bytes.byteOffset, values.length);
  convert(values, doubles, undefined);
  return doubles;
}

function singlesOf(values: AnyValues, scratch: Scratch): Float32Array {
  const bytes = scratch.take(4 * values.length);
  const singles = new Float32Array(bytes.buffer, bytes.byteOffset, values.length);
  if (values instanceof Uint16Array) halfToFloat(values, singles);
  return singles;
}

/** @param to the dtype of `out`, where they may be halves */
function convert(values: AnyValues, out: AnyValues, to: DType | undefined): void {
  if (to !== undefined && isHalf(to)) {
    if (isFloat(values) && out instanceof Uint16Array) floatToHalf(values, out);
  } else if (isBig(values)) {
    if (isBig(out)) out.set(values);
    else convertLongs(values, out);
  } else if (isBig(out)) convertLongs(values, out);
  else out.set(values);
}
