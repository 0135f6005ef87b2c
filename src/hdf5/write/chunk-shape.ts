import { type DType, showValue, sizeOf } from "../../dtype/index.js";
import { LimitError, ShapeError, UnsupportedError } from "../../errors.js";
import type { ChunkFilters } from "../format/encode-messages.js";

/** How datasets are stored. */
export interface StorageOptions {
  /**
   * Whether datasets are stored in chunks: `true` for chunks of about half a MiB, made of whole rows where these are not larger;
   * a number of rows; or a shape, which is that of the chunks of arrays with as many axes. No chunk is larger than its dataset.
   */
  readonly chunks?: boolean | number | readonly number[] | undefined;
  /** Whether chunks are compressed by deflate: a level from 0 to 9, or `true` for 4. It implies `chunks`. */
  readonly gzip?: boolean | number | undefined;
  /** Whether the bytes of elements are sorted by their significance first, which makes numbers compress better. It implies `chunks`. */
  readonly shuffle?: boolean | undefined;
}

/** Bytes of a chunk whose size nobody said. */
const CHUNK_BYTES = 512 << 10;

/** One chunk is held in memory as a whole. */
const MAX_CHUNK_BYTES = 2 ** 30;

/** A length along an axis is a number of 32 bits. */
const MAX_AXIS = 2 ** 32 - 1;

const USUAL_LEVEL = 4;

/** The options, checked. */
export interface StoragePlan {
  readonly filters: ChunkFilters;
  /** The shape of the chunks of a dataset; undefined where it is stored without chunks. @throws LimitError */
  chunkOf(dtype: DType, shape: readonly number[], label: string): readonly number[] | undefined;
}

/** @throws ShapeError for chunks that are none, UnsupportedError naming any other option */
export function planStorage({ chunks, gzip = false, shuffle = false }: StorageOptions): StoragePlan {
  if (typeof shuffle !== "boolean") {
    throw new UnsupportedError(`shuffle is true or false, not ${showValue(shuffle)}`);
  }
  const level = gzip === true ? USUAL_LEVEL : gzip === false ? undefined : gzip;
  if (level !== undefined && !(Number.isInteger(level) && level >= 0 && level <= 9)) {
    throw new UnsupportedError(`gzip is true, false or a level from 0 to 9, not ${showValue(gzip)}`);
  }
  const wanted = wantedChunks(chunks, shuffle || level !== undefined);
  const filters = { shuffle, gzip: level };
  return { filters, chunkOf: (dtype, shape, label) => chunkOf(wanted, dtype, shape, label) };
}

type Wanted = true | number | readonly number[] | undefined;

function wantedChunks(chunks: StorageOptions["chunks"], isFiltered: boolean): Wanted {
  if (chunks === undefined) return isFiltered ? true : undefined;
  if (chunks === true) return true;
  if (chunks === false) {
    if (!isFiltered) return undefined;
    throw new UnsupportedError(
      "chunks is false, but only chunks can be compressed or shuffled; leave it out",
    );
  }
  const axes: readonly unknown[] = Array.isArray(chunks) ? chunks : [chunks];
  const isAxis = (axis: unknown) => Number.isInteger(axis) && Number(axis) >= 1 && Number(axis) <= MAX_AXIS;
  if (axes.length > 0 && axes.every(isAxis)) return chunks;
  throw new ShapeError(
    `chunks is true, a number of rows or a shape, of whole numbers of at least 1, not ${showValue(chunks)}`,
  );
}

function chunkOf(
  wanted: Wanted,
  { itemsize }: DType,
  shape: readonly number[],
  label: string,
): readonly number[] | undefined {
  // Where there is nothing to be cut.
  if (wanted === undefined || shape.length === 0 || shape.includes(0)) return undefined;
  const chunk = unclamped(wanted, itemsize, shape).map((axis, k) => Math.min(axis, shape[k] ?? 1));
  const bytes = sizeOf(chunk) * itemsize;
  if (bytes <= MAX_CHUNK_BYTES) return chunk;
  throw new LimitError(
    `${label}: a chunk of shape (${chunk.join(", ")}) would have ${bytes} bytes; ${MAX_CHUNK_BYTES} are the most`,
  );
}

function unclamped(
  wanted: true | number | readonly number[],
  itemsize: number,
  shape: readonly number[],
): readonly number[] {
  if (typeof wanted === "number") return [wanted, ...shape.slice(1)];
  if (wanted !== true && wanted.length === shape.length) return wanted;
  const chunk = [...shape];
  for (let axis = 0; axis < chunk.length; axis++) {
    const below = sizeOf(chunk.slice(axis + 1)) * itemsize;
    chunk[axis] = Math.max(1, Math.min(chunk[axis] ?? 1, Math.floor(CHUNK_BYTES / below), MAX_AXIS));
  }
  return chunk;
}
