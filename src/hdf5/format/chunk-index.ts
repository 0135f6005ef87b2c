import type { ChunkGrid } from "./chunk-grid.js";
import type { FormatFile } from "./superblock.js";

/**
 * Called with a chunk that was written.
 *
 * @param number its number in the grid
 * @param offset where it is in the file, what stands before the superblock included
 * @param size bytes that it takes there
 * @param mask bit n: the nth filter was left out
 */
export type ChunkVisitor = (number: number, offset: number, size: number, mask: number) => void;

/** Says where the chunks of a dataset are. What it read of the file it keeps. */
export interface ChunkIndex {
  /** Visits those of the chunks `from` to `to` that were ever written, in the order of their numbers. */
  visit(from: number, to: number, visitor: ChunkVisitor): void;
}

/** What indexes need to know. */
export interface IndexedChunks {
  readonly file: FormatFile;
  /** Where the index is. */
  readonly address: number;
  readonly grid: ChunkGrid;
  /** Bytes of a chunk before its filters. */
  readonly chunkBytes: number;
  /** How far the dataset may grow along each axis. */
  readonly most: readonly number[];
}

/** The index of a dataset of which no chunk was ever written. */
export const NO_CHUNKS: ChunkIndex = { visit: () => {} };

/** The index of a dataset that is one chunk. */
export function singleChunk({ file, address }: IndexedChunks, size: number, mask: number): ChunkIndex {
  return {
    visit(from, to, visitor) {
      if (from <= 0 && to > 0) visitor(0, file.base + address, size, mask);
    },
  };
}

/** The index of chunks that lie one after another, all of them written. */
export function implicitChunks(chunks: IndexedChunks): ChunkIndex {
  const { file, address, chunkBytes } = chunks;
  const slotOf = slots(chunks, undefined);
  return {
    visit(from, to, visitor) {
      for (let number = from; number < to; number++) {
        visitor(number, file.base + address + slotOf(number) * chunkBytes, chunkBytes, 0);
      }
    },
  };
}

/**
 * The places of chunks in indexes that are arrays. They count as if the dataset had grown as far as it may.
 *
 * @param first the axis without a bound, which counts as the first one; undefined where each has one
 */
export function slots(
  { grid, most }: Pick<IndexedChunks, "grid" | "most">,
  first: number | undefined,
): (number: number) => number {
  const axes = grid.counts.map((_, axis) => axis);
  const order = first === undefined ? axes : [first, ...axes.filter((axis) => axis !== first)];
  const steps = new Array<number>(axes.length).fill(1);
  let step = 1;
  for (const axis of [...order].reverse()) {
    steps[axis] = step;
    step *= Math.ceil((most[axis] ?? 1) / (grid.chunkShape[axis] ?? 1));
  }
  return (number) =>
    grid.positionOf(number).reduce((slot, at, axis) => (at === 0 ? slot : slot + at * (steps[axis] ?? 1)), 0);
}
