import { deflateSync } from "node:zlib";
import { Scratch } from "../../array/blocks.js";
import { copyElements, denseLayout, type Layout } from "../../array/index.js";
import { contiguousBytes, type Strided } from "../../array/strided.js";
import { sizeOf } from "../../dtype/index.js";
import { CastError } from "../../errors.js";
import { type ChunkGrid, chunkOffset, type NodeTarget } from "../format/encode-chunk-index.js";
import type { ChunkFilters } from "../format/encode-messages.js";
import { shuffle } from "./shuffle.js";
import { encodeText, hasText } from "./utf8-text.js";

/** Bytes that one job writes, or reads, about. */
export const JOB_BYTES = 4 << 20;

/** Successive elements of a dataset without chunks. */
export interface PieceJob {
  readonly kind: "piece";
  /** Where they lie in the source. */
  readonly layout: Layout;
  /** Where they go in the file. */
  readonly address: number;
  /** Elements of the dataset before them. */
  readonly before: number;
  /** Elements of one row of the dataset. */
  readonly rowSize: number;
}

/** Successive chunks of a dataset. */
export interface ChunkJob {
  readonly kind: "chunks";
  /** Where all elements of the dataset lie in the source. */
  readonly layout: Layout;
  readonly grid: ChunkGrid;
  readonly filters: ChunkFilters;
  /** The first chunk, and the one behind the last. */
  readonly from: number;
  readonly to: number;
}

/** A part of a dataset that is written at once, in any thread. */
export type WriteJob = PieceJob | ChunkJob;

/** What a job writes into. */
export interface JobTarget extends NodeTarget {
  /** Whether nobody wants the rest. */
  readonly stopped: boolean;
}

/** What a job has done: where its chunks went, in their order; of a piece, none. */
export interface JobResult {
  /** Bytes of the elements that are written. */
  bytes: number;
  readonly addresses: number[];
  readonly lengths: number[];
}

const gathered = new Scratch();
const shuffled = new Scratch();

/**
 * Writes a part of a dataset: elements as HDF5 has them, through the filters.
 *
 * @param source the array, whatever its layout: the job has its own
 * @param label what messages call the dataset
 * @throws CastError naming the row of text that has no UTF-8, DiskError
 */
export function writeJob(source: Strided, job: WriteJob, target: JobTarget, label: string): JobResult {
  const result: JobResult = { bytes: 0, addresses: [], lengths: [] };
  if (job.kind === "piece") writePiece(source, job, target, label, result);
  else writeChunks(source, job, target, label, result);
  return result;
}

function writePiece(
  { dtype, bytes }: Strided,
  { layout, address, before, rowSize }: PieceJob,
  target: JobTarget,
  label: string,
  result: JobResult,
): void {
  const from: Strided = { dtype, bytes, layout };
  result.bytes = sizeOf(layout.shape) * dtype.itemsize;
  const own = hasText(dtype) ? undefined : contiguousBytes(from);
  if (own !== undefined) {
    target.write(own, address);
    return;
  }
  const block = gathered.take(result.bytes);
  copyElements(from, { dtype, layout: denseLayout(layout.shape, dtype.itemsize), bytes: block });
  requireText({ dtype, bytes: block }, before, rowSize, label);
  target.write(block, address);
}

function writeChunks(
  { dtype, bytes }: Strided,
  { layout, grid, filters, from, to }: ChunkJob,
  target: JobTarget,
  label: string,
  result: JobResult,
): void {
  const { chunk } = grid;
  const dense = denseLayout(chunk, dtype.itemsize);
  const chunkSize = sizeOf(chunk);
  const rowSize = sizeOf(chunk.slice(1));
  const needsText = hasText(dtype);
  for (let index = from; index < to && !target.stopped; index++) {
    const offset = chunkOffset(grid, index);
    const shape = chunk.map((axis, k) => Math.min(axis, (layout.shape[k] ?? 0) - (offset[k] ?? 0)));
    const start = offset.reduce((sum, at, k) => sum + at * (layout.strides[k] ?? 0), layout.offset);
    const part: Strided = { dtype, bytes, layout: { shape, strides: layout.strides, offset: start } };
    const isWhole = sizeOf(shape) === chunkSize;
    let block = isWhole && !needsText ? contiguousBytes(part) : undefined;
    if (block === undefined) {
      block = gathered.take(chunkSize * dtype.itemsize);
      // What is beyond the edge of the dataset is in the file, too.
      if (!isWhole) block.fill(0);
      copyElements(part, { dtype, layout: { ...dense, shape }, bytes: block });
      requireText({ dtype, bytes: block }, (offset[0] ?? 0) * rowSize, rowSize, label);
    }
    const stored = filtered(block, dtype.itemsize, filters);
    const address = target.allocate(stored.length);
    target.write(stored, address);
    result.bytes += sizeOf(shape) * dtype.itemsize;
    result.addresses.push(address);
    result.lengths.push(stored.length);
  }
}

/** What is stored of a chunk: what deflate gives, even where that is longer, as HDF5's library does. */
function filtered(block: Uint8Array, itemsize: number, filters: ChunkFilters): Uint8Array {
  let stored = block;
  if (filters.shuffle) {
    stored = shuffled.take(block.length);
    shuffle(block, itemsize, stored);
  }
  if (filters.gzip === undefined) return stored;
  // Room for bytes that no deflate makes shorter.
  const chunkSize = stored.length + (stored.length >> 10) + 1024;
  return deflateSync(stored, { level: filters.gzip, chunkSize });
}

/** Makes UTF-8 of text. @param before elements of the dataset before these */
function requireText(
  { dtype, bytes }: Pick<Strided, "dtype" | "bytes">,
  before: number,
  rowSize: number,
  label: string,
): void {
  if (!hasText(dtype)) return;
  const wrong = encodeText(dtype, bytes);
  if (wrong === undefined) return;
  const row = Math.floor((before + wrong) / rowSize);
  throw new CastError(
    `${label}, row ${row}: the text has a code point that UTF-8, and so HDF5, does not have: half of a surrogate pair, or one ` +
      "beyond U+10FFFF",
  );
}
