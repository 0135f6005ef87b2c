import type { ChunkGrid } from "../format/index.js";
import type { Piece } from "./rows.js";

/** Runs shorter than this are copied byte by byte. */
const SHORT = 24;

/** What of a row of the dataset is in the chunks of one column of the grid. */
export interface ChunkColumn {
  /** Whether each row of such a chunk is a row of the dataset, and nothing besides. */
  readonly isWhole: boolean;
  /** Bytes of a row of the chunk. */
  readonly chunkRowBytes: number;
  /** Bytes of a row of the dataset. */
  readonly rowBytes: number;
  /** Bytes that are together in both. */
  readonly runBytes: number;
  /** Where runs begin in a row of the chunk, and in a row of the dataset. */
  readonly inChunk: Float64Array;
  readonly inRow: Float64Array;
}

/** @param column counted along all axes but the first, in C order */
export function chunkColumn(grid: ChunkGrid, column: number, itemsize: number): ChunkColumn {
  const shape = grid.shape.slice(1);
  const edges = grid.chunkShape.slice(1);
  const corner = grid
    .positionOf(column)
    .slice(1)
    .map((at, axis) => at * (edges[axis] ?? 1));
  const extents = edges.map((edge, axis) => Math.min(edge, (shape[axis] ?? 0) - (corner[axis] ?? 0)));
  // A run goes on over an axis as long as the chunk is as wide as the dataset there.
  let axis = shape.length - 1;
  let runBytes = itemsize;
  for (; axis >= 0; axis--) {
    runBytes *= extents[axis] ?? 1;
    if (extents[axis] !== edges[axis] || extents[axis] !== shape[axis]) break;
  }
  const outer = extents.slice(0, Math.max(0, axis));
  const inChunk = offsets(
    outer,
    edges,
    outer.map(() => 0),
    itemsize,
  );
  const inRow = offsets(outer, shape, corner, itemsize);
  const rowBytes = shape.reduce((bytes, length) => bytes * length, itemsize);
  const chunkRowBytes = edges.reduce((bytes, length) => bytes * length, itemsize);
  return { isWhole: axis < 0, chunkRowBytes, rowBytes, runBytes, inChunk, inRow };
}

/**
 * Where in an array each element of a box begins, whose last axes are whole or a run.
 *
 * @param box its extents along the first axes
 * @param corner where it begins, along all axes
 */
function offsets(
  box: readonly number[],
  shape: readonly number[],
  corner: readonly number[],
  itemsize: number,
): Float64Array {
  const steps = shape.map((_, axis) =>
    shape.slice(axis + 1).reduce((bytes, length) => bytes * length, itemsize),
  );
  const start = corner.reduce((offset, at, axis) => offset + at * (steps[axis] ?? 0), 0);
  let found = Float64Array.of(start);
  for (const [axis, extent] of box.entries()) {
    const step = steps[axis] ?? 0;
    const next = new Float64Array(found.length * extent);
    for (let index = 0; index < next.length; index++) {
      next[index] = (found[Math.floor(index / extent)] ?? 0) + (index % extent) * step;
    }
    found = next;
  }
  return found;
}

/** Copies rows of a chunk to where they belong. @param first the row of the dataset that the chunk begins with */
export function copyPiece(
  chunk: Uint8Array,
  first: number,
  { start, stop, at }: Piece,
  target: Uint8Array,
  column: ChunkColumn,
): void {
  const { isWhole, chunkRowBytes, rowBytes, runBytes, inChunk, inRow } = column;
  const from = (start - first) * chunkRowBytes;
  if (isWhole) {
    target.set(chunk.subarray(from, from + (stop - start) * rowBytes), at * rowBytes);
    return;
  }
  for (let row = 0; row < stop - start; row++) {
    const chunkRow = from + row * chunkRowBytes;
    const targetRow = (at + row) * rowBytes;
    for (let run = 0; run < inRow.length; run++) {
      copyRun(chunk, chunkRow + (inChunk[run] ?? 0), target, targetRow + (inRow[run] ?? 0), runBytes);
    }
  }
}

function copyRun(from: Uint8Array, start: number, to: Uint8Array, at: number, bytes: number): void {
  if (bytes >= SHORT) {
    to.set(from.subarray(start, start + bytes), at);
    return;
  }
  for (let byte = 0; byte < bytes; byte++) to[at + byte] = from[start + byte] ?? 0;
}

/** Fills memory with one element again and again; with zeros where none is given. */
export function fillWith(target: Uint8Array, element: Uint8Array | undefined): void {
  if (element === undefined) {
    target.fill(0);
    return;
  }
  target.set(element.subarray(0, target.length));
  for (let done = element.length; done < target.length; done *= 2) target.copyWithin(done, 0, done);
}
