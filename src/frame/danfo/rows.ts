import type { Cells } from "./cells.js";

/** Cells that are read of each column at a time: they stay in the processor's cache. */
const BLOCK = 4096;
/** The longest array that is not sparse when it is made at once. */
const MAX_PLAIN = 2 ** 25;

/** Numbers are boxed once, when they get into their rows. */
type Block = unknown[] | Float64Array;

/** Row arrays, as danfo keeps them. */
export function rowsFrom(columns: readonly Cells[], length: number): unknown[][] {
  const rows: unknown[][] = length <= MAX_PLAIN ? new Array(length) : [];
  const size = Math.min(BLOCK, length);
  // Filled, so that arrays of numbers and of all else are of one kind to the compiler.
  const blocks = columns.map(
    ({ numbers }): Block => (numbers === undefined ? new Array(size).fill(null) : new Float64Array(size)),
  );
  for (let start = 0; start < length; start += BLOCK) {
    const count = Math.min(BLOCK, length - start);
    columns.forEach(({ read, numbers }, c) => {
      const block = blocks[c];
      if (block instanceof Float64Array) block.set(numbers?.subarray(start, start + count) ?? []);
      else if (block !== undefined) read(block, start, count);
    });
    transpose(blocks, rows, start, count);
  }
  return rows;
}

/** Literals make rows of few columns in half the time. */
function transpose(blocks: readonly Block[], rows: unknown[][], start: number, count: number): void {
  const [a = [], b = [], c = [], d = [], e = [], f = [], g = [], h = []] = blocks;
  switch (blocks.length) {
    case 1:
      for (let i = 0; i < count; i++) rows[start + i] = [a[i]];
      return;
    case 2:
      for (let i = 0; i < count; i++) rows[start + i] = [a[i], b[i]];
      return;
    case 3:
      for (let i = 0; i < count; i++) rows[start + i] = [a[i], b[i], c[i]];
      return;
    case 4:
      for (let i = 0; i < count; i++) rows[start + i] = [a[i], b[i], c[i], d[i]];
      return;
    case 5:
      for (let i = 0; i < count; i++) rows[start + i] = [a[i], b[i], c[i], d[i], e[i]];
      return;
    case 6:
      for (let i = 0; i < count; i++) rows[start + i] = [a[i], b[i], c[i], d[i], e[i], f[i]];
      return;
    case 7:
      for (let i = 0; i < count; i++) rows[start + i] = [a[i], b[i], c[i], d[i], e[i], f[i], g[i]];
      return;
    case 8:
      for (let i = 0; i < count; i++) rows[start + i] = [a[i], b[i], c[i], d[i], e[i], f[i], g[i], h[i]];
      return;
    default:
      for (let i = 0; i < count; i++) rows[start + i] = rowAt(blocks, i);
  }
}

function rowAt(blocks: readonly Block[], i: number): unknown[] {
  const row = new Array<unknown>(blocks.length);
  for (let c = 0; c < row.length; c++) row[c] = blocks[c][i];
  return row;
}

/** All cells of one column. */
export function columnFrom({ read }: Cells, length: number): unknown[] {
  const cells: unknown[] = new Array(length);
  read(cells, 0, length);
  return cells;
}
