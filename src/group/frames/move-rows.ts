import { gather, scatter } from "../../compute/index.js";

/** Row numbers of a frame in their new order; undefined where rows stay as they are. */
export type Order = Uint32Array<SharedArrayBuffer> | undefined;

/** Where each row of a frame goes. */
export type Ranks = Int32Array<SharedArrayBuffer>;

/**
 * Up to so many bytes, all rows of an array are moved at once, from where they stand to where they go: groups are few places to
 * write to, each of them one row after the other, where to fetch their rows is a jump through memory for every row, and takes
 * three to five times as long.
 */
const WHOLE_BYTES = 64 << 20;

/** Whether all rows of an array are moved at once. */
export function movesAtOnce(order: Order, rowBytes: number): order is Uint32Array<SharedArrayBuffer> {
  return order !== undefined && order.length * rowBytes <= WHOLE_BYTES;
}

const known = new WeakMap<Uint32Array, Ranks>();

/** Where each row goes, once for each order. Memory: 4 bytes a row. */
export function ranksOf(order: Uint32Array<SharedArrayBuffer>): Ranks {
  const before = known.get(order);
  if (before !== undefined) return before;
  const ranks = new Int32Array(new SharedArrayBuffer(order.byteLength));
  for (let i = 0; i < order.length; i++) ranks[order[i]] = i;
  known.set(order, ranks);
  return ranks;
}

/** Moves rows into their order. @param ranks of all rows, where all of them are moved */
export function moveRows(
  bytes: Uint8Array,
  rowBytes: number,
  order: Uint32Array,
  ranks: Ranks | undefined,
  [start, end]: readonly [start: number, end: number],
  out: Uint8Array,
): void {
  if (out.length === 0) return;
  if (ranks !== undefined) scatter(bytes, rowBytes, ranks, rowBytes, 0, out);
  else gather(bytes, rowBytes, positionsIn(order, start, end), rowBytes, 0, out);
}

/** Row numbers in the type that kernels read fastest. */
export function positionsIn(order: Uint32Array, start: number, end: number): Int32Array | Float64Array {
  // Frames of over 2^31 rows are rare, and what they cost is a copy of their numbers.
  if (order.length > 2 ** 31) return Float64Array.from(order.subarray(start, end));
  return new Int32Array(order.buffer, order.byteOffset + 4 * start, end - start);
}
