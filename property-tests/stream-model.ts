/**
 * What streams promise, by the most naive means: which rows come in which blocks, as lists of their numbers.
 *
 * @module
 */
import { expect } from "vitest";
import type { BlockOptions } from "../src/stream/index.js";

/** Options that are all said, but for those that have no say in which rows come. */
export interface PromisedBlocks extends Pick<BlockOptions, "from" | "to"> {
  readonly blockSize: number;
  readonly cyclic: boolean;
  readonly remainder: boolean;
}

export const upTo = (length: number): number[] => Array.from({ length }, (_, i) => i);

function cut(rows: readonly number[], size: number): number[][] {
  return upTo(Math.ceil(rows.length / size)).map((i) => rows.slice(i * size, (i + 1) * size));
}

/** The rows that a stream is of, in the order in which they lie. */
export function rowsBetween(length: number, { from, to }: Pick<BlockOptions, "from" | "to">): number[] {
  return upTo(length).slice(from, to);
}

/** The rows of each block in their order, of cyclic streams of the first `most`. */
export function promisedBlocks(length: number, options: PromisedBlocks, most: number): number[][] {
  const { blockSize, cyclic, remainder } = options;
  const rows = rowsBetween(length, options);
  if (!cyclic) return cut(rows, blockSize).filter((block) => remainder || block.length === blockSize);
  return cut(
    upTo(most * blockSize).map((i) => rows[i % rows.length] ?? 0),
    blockSize,
  );
}

/**
 * Expects blocks to be mixed as is said of `shuffle`: all rows once in each cycle, blocks in some order, and of so many
 * successive rows in that order each anywhere among them.
 */
export function checkMixed(
  blocks: readonly (readonly number[])[],
  length: number,
  options: PromisedBlocks,
  window: number,
): void {
  const { blockSize, cyclic, remainder } = options;
  const all = rowsBetween(length, options);
  const rows = cyclic || remainder ? all : all.slice(0, all.length - (all.length % blockSize));
  const given = blocks.flat();
  if (!cyclic) expect(given).toHaveLength(rows.length);
  for (const [i, block] of blocks.entries()) {
    if (cyclic || i < blocks.length - 1) expect(block).toHaveLength(blockSize);
  }
  for (const cycle of cut(given, Math.max(1, rows.length))) {
    expect(new Set(cycle).size).toBe(cycle.length);
    if (cycle.length === rows.length) checkWindows(cut(cycle, window), cut(rows, blockSize));
    else expect(rows).toEqual(expect.arrayContaining(cycle));
  }
}

/** Whether there is an order of the blocks in which the windows have these rows. */
function checkWindows(windows: readonly (readonly number[])[], blocks: readonly (readonly number[])[]): void {
  const windowOf = new Map(windows.flatMap((rows, window) => rows.map((row) => [row, window])));
  const goesOn = new Set<number>();
  for (const block of blocks) {
    const found = block.map((row) => windowOf.get(row) ?? Number.NaN);
    for (const [i, window] of found.slice(1).entries()) {
      const before = found[i] ?? Number.NaN;
      if (window === before) continue;
      // The rest of a block is in the next window, and no other block goes on from the one to the other.
      expect(window).toBe(before + 1);
      expect(goesOn.has(window)).toBe(false);
      goesOn.add(window);
    }
  }
}
