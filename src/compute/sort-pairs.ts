import type { Engine } from "./kernels/engine.js";
import { regions, roomyEngine, sizeOfRegions } from "./kernels/roomy.js";
import type { SortKeys } from "./sort-keys.js";

/** Bytes that kernels count digits in. */
export const BINS = 4096;

/** From so many elements on, kernels are faster in spite of what it costs to hand them over. */
const MANY = 1000;

/** An order, and where runs of equal elements begin in it. */
export interface OrderedRuns {
  /** The place of each element, in the memory of kernels: good until these are used again. */
  readonly order: Int32Array;
  /** 1 for each element, in this order, that differs from the one before it, else 0; in the same memory. */
  readonly isFirst: Uint8Array;
}

/**
 * The order of many elements by kernels: by the most significant word of their keys, then runs of elements that are the same so
 * far by the next word, until there are none. Memory: 21 bytes for each element, whatever the length of the keys.
 *
 * @returns undefined where the elements are few, or there are no kernels or not that much memory for them
 */
export function orderWithKernels(keys: SortKeys): OrderedRuns | undefined {
  const { length } = keys;
  if (length < MANY || keys.words === 0) return undefined;
  const sizes = [BINS, 4 * length, 8 * length, 8 * length, length] as const;
  const engine = roomyEngine(sizeOfRegions(sizes));
  if (engine === undefined) return undefined;
  const { kernels, bytes } = engine;
  const [bins, words, first, second, isFirst] = regions(engine.base, sizes);
  const column = new Uint32Array(bytes.buffer, words, length);
  keys.load(keys.words - 1, column);
  kernels.makePairs(words, first, length);
  const pairs = kernels.sortPairs(first, second, length, bins) >>> 0;
  const free = pairs === first ? second : first;
  let ties = kernels.markRuns(pairs, length, isFirst);
  for (let word = keys.words - 2; word >= 0 && ties > 0; word--) {
    keys.load(word, column);
    if (kernels.isConstant(words, length) !== 0) continue;
    ties = kernels.refine(pairs, free, length, words, isFirst, ties, bins);
  }
  kernels.placesOfPairs(pairs, length, free);
  return {
    order: new Int32Array(bytes.buffer, free, length),
    isFirst: bytes.subarray(isFirst, isFirst + length),
  };
}

/** Memory for sorting words of `size` bytes in place: addresses of the words, of as many others, and of bins. */
export interface SortingRoom {
  readonly engine: Engine;
  readonly at: number;
  readonly other: number;
  readonly bins: number;
}

/** @returns undefined as for {@link orderWithKernels} */
export function sortingRoom(length: number, size: number): SortingRoom | undefined {
  if (length < MANY) return undefined;
  const sizes = [BINS, size * length, size * length] as const;
  const engine = roomyEngine(sizeOfRegions(sizes));
  if (engine === undefined) return undefined;
  const [bins, at, other] = regions(engine.base, sizes);
  return { engine, at, other, bins };
}
