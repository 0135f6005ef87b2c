import { isBig } from "./blocks.js";
import type { Engine } from "./kernels/engine.js";
import { privateEngine, regions, sizeOfRegions } from "./kernels/roomy.js";
import { BINS } from "./sort-pairs.js";
import { restoreZeros, sortLoaded } from "./sort-values.js";
import type { NumericArray } from "./types.js";

/** Elements that kernels are given at a time. */
const BLOCK = 1 << 15;
const BOUNDS = 32;

/** Numbers of 32 or 64 bits, of which those in a range are sorted. */
export interface RangedNumbers {
  /** The elements, block by block in their order, each from 1 to 2¹⁵ of them, as often as they are asked for. */
  readonly blocks: () => Iterable<NumericArray>;
  /** Their type: any array of it. */
  readonly like: NumericArray;
  readonly nat: boolean;
  /** The range: from an element, in an array of one, to before another, as they are sorted. Either end may be open. */
  readonly from: NumericArray | undefined;
  readonly to: NumericArray | undefined;
}

/** Which kind of elements kernels are told. */
function kindOf(like: NumericArray, nat: boolean): number {
  if (like instanceof Float64Array || like instanceof Float32Array) return 3;
  if (nat) return 2;
  return like instanceof Int32Array || like instanceof BigInt64Array ? 1 : 0;
}

/** Elements of a range that kernels can reach, and how to look at them. */
interface Reach {
  readonly engine: Engine;
  readonly bounds: number;
  readonly block: number;
  readonly is64: boolean;
  readonly kind: number;
  readonly open: number;
}

const HEAD = [BOUNDS, 8 * BLOCK, BINS] as const;

function reach({ like, nat, from, to }: RangedNumbers, engine: Engine): Reach {
  const [bounds, block] = regions(engine.base, HEAD);
  engine.bytes.fill(0, bounds, bounds + BOUNDS);
  if (from !== undefined) engine.load(from, 0, 1, bounds);
  if (to !== undefined) engine.load(to, 0, 1, bounds + 8);
  const open = Number(from === undefined) + 2 * Number(to === undefined);
  const is64 = like instanceof Float64Array || isBig(like);
  return { engine, bounds, block, is64, kind: kindOf(like, nat), open };
}

/** How many elements are less than those of the range, and how many are in it; undefined where there are no kernels. */
export function countInRange(
  numbers: RangedNumbers,
): { readonly before: number; readonly count: number } | undefined {
  const engine = privateEngine(sizeOfRegions(HEAD));
  if (engine === undefined) return undefined;
  const { bounds, block, is64, kind, open } = reach(numbers, engine);
  const count = is64 ? engine.kernels.countWithin64 : engine.kernels.countWithin32;
  for (const values of numbers.blocks()) {
    engine.load(values, 0, values.length, block);
    count(block, values.length, kind, bounds, open);
  }
  const [before = 0, within = 0] = new Uint32Array(engine.bytes.buffer, bounds + 16, 2);
  return { before, count: within };
}

/**
 * Sorts the elements in a range; equal ones with different bits stay in their order. Memory: these elements twice.
 *
 * @param out takes their bytes: as many as {@link countInRange} found
 * @returns how many there are, of which no more than found room were sorted; undefined where there is no such memory
 */
export function sortRange(numbers: RangedNumbers, out: Uint8Array): number | undefined {
  const size = numbers.like.BYTES_PER_ELEMENT;
  const room = out.length + 8 * BLOCK;
  const sizes = [...HEAD, room, room] as const;
  const engine = privateEngine(sizeOfRegions(sizes));
  if (engine === undefined) return undefined;
  const { bounds, block, is64, kind, open } = reach(numbers, engine);
  const [, , bins, at, other] = regions(engine.base, sizes);
  const take = is64 ? engine.kernels.takeWithin64 : engine.kernels.takeWithin32;
  let end = at;
  for (const values of numbers.blocks()) {
    if (end > at + out.length) return (end - at) / size;
    engine.load(values, 0, values.length, block);
    end = take(block, values.length, kind, bounds, open, end) >>> 0;
  }
  const count = (end - at) / size;
  if (count * size > out.length) return count;
  const sorted = sortLoaded(numbers.like, count, numbers.nat, { engine, at, other, bins }) >>> 0;
  engine.unload(sorted, count * size, out, 0);
  const { like } = numbers;
  if (like instanceof Float64Array) {
    restoreZeros(numbers.blocks(), new Float64Array(out.buffer, out.byteOffset, count));
  } else if (like instanceof Float32Array) {
    restoreZeros(numbers.blocks(), new Float32Array(out.buffer, out.byteOffset, count));
  }
  return count;
}

/**
 * The places of the elements in a range, in their order, of 64 bits each. Memory: 33 bytes for each of these elements.
 *
 * @param out takes the places' bytes
 * @returns as {@link sortRange}
 */
export function argsortRange(numbers: RangedNumbers, out: Uint8Array): number | undefined {
  const most = out.length / 8;
  const room = most + BLOCK;
  const sizes = [...HEAD, 8 * room, 8 * room, 4 * room, 4 * room, room] as const;
  const engine = privateEngine(sizeOfRegions(sizes));
  if (engine === undefined) return undefined;
  const { bounds, block, is64, kind, open } = reach(numbers, engine);
  const [, , bins, first, second, words, places, isFirst] = regions(engine.base, sizes);
  const { kernels } = engine;
  const pair = is64 ? kernels.pairWithin64 : kernels.pairWithin32;
  let count = 0;
  let start = 0;
  for (const values of numbers.blocks()) {
    if (count > most) return count;
    engine.load(values, 0, values.length, block);
    count = pair(block, values.length, kind, bounds, open, start, count, first, words, places) >>> 0;
    start += values.length;
  }
  if (count > most) return count;
  const pairs = kernels.sortPairs(first, second, count, bins) >>> 0;
  const free = pairs === first ? second : first;
  if (is64) {
    const ties = kernels.markRuns(pairs, count, isFirst);
    if (ties > 0) kernels.refine(pairs, free, count, words, isFirst, ties, bins);
  }
  kernels.placesThrough(pairs, count, places, free);
  engine.unload(free, 8 * count, out, 0);
  return count;
}
