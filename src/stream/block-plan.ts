import { resolveSlice, slice } from "../array/index.js";
import { showValue } from "../dtype/index.js";
import { LimitError, ShapeError, UnsupportedError } from "../errors.js";
import type { RowSet } from "../hdf5/index.js";
import { requireCount, requireFlag } from "./checks.js";
import { Random } from "./random.js";

/** Row numbers that a mixed block or window has at most: 1 GiB of them. */
const MOST_NUMBERS = 2 ** 27;

/** How rows are mixed. */
export interface ShuffleOptions {
  /**
   * Rows that are mixed with each other; those of one block when left out. Of a compressed dataset, each block of a wider
   * window reads all chunks that the window has rows of: window / blockSize times as much work as without.
   */
  readonly window?: number | undefined;
}

/** Which rows come in which blocks. */
export interface BlockOptions {
  /** Rows of a block; see {@link Streamer.blocks} for what it is when left out. */
  readonly blockSize?: number | undefined;
  /** Begin again at the end, for ever: a block across the end joins it to the beginning, and all blocks are full. */
  readonly cyclic?: boolean | undefined;
  /** Whether the rows behind the last full block come too, as a shorter block; true when left out. */
  readonly remainder?: boolean | undefined;
  /** The first row, by Python's rules for slices; 0 when left out. */
  readonly from?: number | undefined;
  /** The row to end before, by Python's rules for slices; the number of rows when left out. */
  readonly to?: number | undefined;
  /**
   * Blocks in random order, their rows mixed. With a `window` of more rows than a block, the rows of so many successive
   * ones in that order are mixed with each other. Each cycle of a cyclic stream has an order of its own.
   */
  readonly shuffle?: boolean | ShuffleOptions | undefined;
  /** A whole number: the same seed gives the same order everywhere. A random one when left out. */
  readonly seed?: number | undefined;
}

/** One block: which rows it is made of, in their order. */
export interface BlockSpan {
  /** Blocks before it. */
  readonly index: number;
  /** The number of its first row. */
  readonly start: number;
  readonly length: number;
  /** Its rows; numbers of rows where they are mixed. */
  readonly rows: RowSet;
}

/** What {@link BlockOptions} come to for so many rows. */
export interface ResolvedBlocks {
  readonly blockSize: number;
  readonly from: number;
  readonly to: number;
  readonly cyclic: boolean;
  readonly remainder: boolean;
  /** Undefined where rows come as they are. */
  readonly window: number | undefined;
  readonly seed: number;
}

/**
 * Judges options.
 *
 * @param length the number of rows
 * @param label what has them, for messages
 * @throws LimitError for sizes that are no whole numbers of at least 1, IndexError for bounds that are no whole numbers,
 * ShapeError for a cyclic stream of no rows
 */
export function resolveBlocks(
  options: BlockOptions,
  length: number,
  defaultSize: number,
  label: string,
): ResolvedBlocks {
  const { blockSize = defaultSize, cyclic = false, remainder = true, shuffle = false } = options;
  requireFlag(cyclic, "cyclic");
  requireFlag(remainder, "remainder");
  if (typeof shuffle !== "boolean" && (typeof shuffle !== "object" || shuffle === null)) {
    throw new UnsupportedError(`shuffle is true, false or { window }, not ${showValue(shuffle)}`);
  }
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
  requireCount(blockSize, "blockSize");
  if (!Number.isSafeInteger(seed)) throw new LimitError(`seed is a whole number, not ${showValue(seed)}`);
  const range = resolveSlice(slice(options.from ?? null, options.to ?? null), length);
  const window = shuffle === true ? blockSize : shuffle === false ? undefined : (shuffle.window ?? blockSize);
  if (window !== undefined) {
    requireCount(window, "shuffle.window");
    requireNumbers(Math.min(window, range.length), "shuffle.window");
    requireNumbers(cyclic ? blockSize : Math.min(blockSize, range.length), "blockSize");
  }
  if (cyclic && range.length === 0) {
    throw new ShapeError(
      `${label}: there are no rows to begin again with; a cyclic stream needs one at least`,
    );
  }
  return { blockSize, from: range.start, to: range.start + range.length, cyclic, remainder, window, seed };
}

/** @throws LimitError where there would be too many row numbers to hold */
function requireNumbers(count: number, name: string): void {
  if (count <= MOST_NUMBERS) return;
  throw new LimitError(
    `${name} is at most ${MOST_NUMBERS} where rows are mixed, whose numbers are held in memory, not ${count}`,
  );
}

/** The blocks of a stream, in its order; endless where it is cyclic. */
export function planBlocks(blocks: ResolvedBlocks): Generator<BlockSpan, void> {
  return blocks.window === undefined ? inOrder(blocks) : mixed(blocks, blocks.window);
}

function* inOrder({ blockSize, from, to, cyclic, remainder }: ResolvedBlocks): Generator<BlockSpan, void> {
  let at = from;
  for (let index = 0; at < to; index++) {
    const start = at;
    if (!cyclic) {
      const length = Math.min(blockSize, to - start);
      if (length < blockSize && !remainder) return;
      at += length;
      yield { index, start, length, rows: [[start, at]] };
      continue;
    }
    const rows: [number, number][] = [];
    for (let missing = blockSize; missing > 0; ) {
      const stop = Math.min(at + missing, to);
      rows.push([at, stop]);
      missing -= stop - at;
      at = stop === to ? from : stop;
    }
    yield { index, start, length: blockSize, rows };
  }
}

/** Cuts mixed rows into blocks. */
function* mixed(blocks: ResolvedBlocks, window: number): Generator<BlockSpan, void> {
  const { blockSize, cyclic, from } = blocks;
  const whole = blocks.cyclic || blocks.remainder;
  const to = whole ? blocks.to : blocks.to - ((blocks.to - from) % blockSize);
  let index = 0;
  const most = cyclic ? blockSize : Math.min(blockSize, to - from);
  let rows = new Float64Array(most);
  let filled = 0;
  for (let cycle = 0; to > from && (cyclic || cycle === 0); cycle++) {
    for (const part of mixedWindows({ ...blocks, to }, window, new Random(blocks.seed, cycle))) {
      for (let at = 0; at < part.length; ) {
        const count = Math.min(part.length - at, most - filled);
        rows.set(part.subarray(at, at + count), filled);
        at += count;
        filled += count;
        if (filled < most) continue;
        yield { index, start: rows[0] ?? 0, length: filled, rows };
        index += 1;
        rows = new Float64Array(most);
        filled = 0;
      }
    }
  }
  if (filled > 0) {
    const rest = rows.slice(0, filled);
    yield { index, start: rest[0] ?? 0, length: filled, rows: rest };
  }
}

/** The rows of all blocks in random order, in windows that are mixed. Each is good until the next is asked for. */
function* mixedWindows(
  { blockSize, from, to }: ResolvedBlocks,
  window: number,
  random: Random,
): Generator<Float64Array, void> {
  const order = Uint32Array.from({ length: Math.ceil((to - from) / blockSize) }, (_, i) => i);
  random.shuffle(order);
  const rows = new Float64Array(Math.min(window, to - from));
  let filled = 0;
  for (const block of order) {
    const stop = Math.min(from + (block + 1) * blockSize, to);
    for (let row = from + block * blockSize; row < stop; row++) {
      rows[filled++] = row;
      if (filled < rows.length) continue;
      random.shuffle(rows);
      yield rows;
      filled = 0;
    }
  }
  if (filled === 0) return;
  const rest = rows.subarray(0, filled);
  random.shuffle(rest);
  yield rest;
}
