import { copyElements, denseLayout } from "../../array/index.js";
import { type DType, sizeOf } from "../../dtype/index.js";
import { CorruptError, LimitError } from "../../errors.js";
import { turn } from "../../platform/turns.js";
import type { ChunkFilter, ChunkGrid, ChunkIndex } from "../format/index.js";
import { fillWith } from "./chunk-copy.js";
import { discard, filtersOf, undoFilters } from "./filters.js";
import { type Box, type ByteSource, readFlatBox } from "./flat-box.js";
import { IdleCache } from "./idle-cache.js";

/** Chunks of which other parts may be wanted soon. */
const CACHE_BYTES = 1 << 26;
const decoded = new IdleCache<Uint8Array>(CACHE_BYTES);

/** A chunk has to be decoded as a whole: larger ones would take too much memory for a part of them. */
const LARGEST_CHUNK = 1 << 28;

/** Elements that lie in a file in chunks. */
export interface ChunkedArray {
  /** The path of the dataset, for messages. */
  readonly dataset: string;
  readonly dtype: DType;
  readonly grid: ChunkGrid;
  readonly index: ChunkIndex;
  readonly filters: readonly ChunkFilter[];
  /** The bytes of an element that was never written; undefined for zeros. */
  readonly fill: Uint8Array | undefined;
  readonly fileSize: number;
}

/**
 * Reads the elements of a box one after another, of chunks only those that it touches.
 *
 * @param target of as many bytes
 * @throws CorruptError naming the chunk, LimitError for a chunk that is too large to be decoded, DiskError
 */
export async function readChunkBox(
  source: ByteSource,
  array: ChunkedArray,
  box: Box,
  target: Uint8Array,
): Promise<void> {
  if (target.length === 0) return;
  const reader = new ChunkBox(source, array, box, target);
  const { chunks, isComplete } = reader.find();
  if (!isComplete) fillWith(target, array.fill);
  for (const chunk of chunks) {
    const rest = turn();
    if (rest !== undefined) await rest;
    await reader.read(chunk);
  }
}

interface Chunk {
  readonly number: number;
  readonly offset: number;
  readonly size: number;
  readonly mask: number;
}

/** What a chunk and a box have in common. */
interface Common {
  /** In the chunk. */
  readonly within: Box;
  /** Where it begins in the box. */
  readonly at: readonly number[];
  /** Where in the target it lies in one piece; undefined where it does not. */
  readonly room: Uint8Array | undefined;
  /** Whether it is all of the chunk that is in the dataset. */
  readonly isAll: boolean;
}

class ChunkBox {
  readonly #source: ByteSource;
  readonly #array: ChunkedArray;
  readonly #box: Box;
  readonly #target: Uint8Array;
  readonly #chunkBytes: number;
  /** Bytes of chunks of this box that are kept. */
  #kept = 0;

  constructor(source: ByteSource, array: ChunkedArray, box: Box, target: Uint8Array) {
    this.#source = source;
    this.#array = array;
    this.#box = box;
    this.#target = target;
    this.#chunkBytes = sizeOf(array.grid.chunkShape) * array.dtype.itemsize;
  }

  /** The chunks that were written of those that the box touches. */
  find(): { readonly chunks: readonly Chunk[]; readonly isComplete: boolean } {
    const { index } = this.#array;
    const chunks: Chunk[] = [];
    let wanted = 0;
    for (const [from, to] of this.#ranges()) {
      wanted += to - from;
      index.visit(from, to, (number, offset, size, mask) => {
        const chunk = { number, offset, size, mask };
        if (number < from || number >= to) throw this.#damaged(chunk, "is out of order in the index");
        if (offset + size > this.#array.fileSize) throw this.#damaged(chunk, "is beyond the end of the file");
        chunks.push(chunk);
      });
    }
    return { chunks, isComplete: chunks.length === wanted };
  }

  /** The numbers of the chunks that the box touches, along the last axis together. */
  *#ranges(): Generator<[from: number, to: number]> {
    const { start, count } = this.#box;
    const { chunkShape } = this.#array.grid;
    const first = start.map((at, axis) => Math.floor(at / (chunkShape[axis] ?? 1)));
    const last = start.map((at, axis) => Math.floor((at + (count[axis] ?? 1) - 1) / (chunkShape[axis] ?? 1)));
    const inner = first.length - 1;
    const position = [...first];
    for (let axis = inner; axis >= 0; ) {
      const from = this.#array.grid.numberOf(position) ?? 0;
      yield [from, from + (last[inner] ?? 0) - (first[inner] ?? 0) + 1];
      for (axis = inner - 1; axis >= 0; axis--) {
        const next = (position[axis] ?? 0) + 1;
        if (next <= (last[axis] ?? 0)) {
          position[axis] = next;
          break;
        }
        position[axis] = first[axis] ?? 0;
      }
    }
  }

  async read(chunk: Chunk): Promise<void> {
    const { grid, dtype } = this.#array;
    const common = this.#commonOf(chunk);
    const filters = filtersOf(this.#array.filters, chunk.mask);
    if (filters.length > 0) return this.#readFiltered(chunk, filters, common);
    if (chunk.size < this.#chunkBytes) throw this.#damaged(chunk, `has only ${chunk.size} bytes`);
    const bytes = common.room ?? new Uint8Array(sizeOf(common.within.count) * dtype.itemsize);
    const flat = { dtype, shape: grid.chunkShape, offset: chunk.offset };
    await readFlatBox(this.#source, flat, common.within, bytes);
    const whole = { start: common.within.start.map(() => 0), count: common.within.count };
    if (common.room === undefined) this.#place(bytes, common.within.count, whole, common.at);
  }

  async #readFiltered(
    chunk: Chunk,
    filters: readonly ChunkFilter[],
    { within, at, room, isAll }: Common,
  ): Promise<void> {
    const key = `${chunk.offset} ${this.#source.key}`;
    const known = decoded.get(key);
    const bytes = known ?? (await this.#decode(chunk, filters, room));
    if (room !== undefined && bytes.buffer === room.buffer && bytes.byteOffset === room.byteOffset) return;
    this.#place(bytes, this.#array.grid.chunkShape, within, at);
    const isKept = known !== undefined || (!isAll && this.#kept + bytes.length <= CACHE_BYTES);
    if (isKept) this.#kept += bytes.length;
    if (known !== undefined) return;
    // Where the next box takes the same chunks in turn, and they are too many, the first ones are worth more than the last.
    if (!isKept) discard(bytes);
    // Somebody else may have decoded the same one meanwhile.
    else if (decoded.get(key) === undefined) decoded.put(key, bytes, bytes.length);
  }

  async #decode(
    chunk: Chunk,
    filters: readonly ChunkFilter[],
    room: Uint8Array | undefined,
  ): Promise<Uint8Array> {
    const { path } = this.#source;
    if (Math.max(chunk.size, this.#chunkBytes) > LARGEST_CHUNK) {
      const most = `chunks that are decoded have ${LARGEST_CHUNK} bytes at most`;
      throw new LimitError(`${path}: ${this.#name(chunk)} is of ${this.#chunkBytes} bytes; ${most}`, {
        path,
      });
    }
    const raw = Buffer.allocUnsafeSlow(chunk.size);
    await this.#source.read(raw, chunk.offset);
    const into = room?.length === this.#chunkBytes ? room : undefined;
    const bytes = undoFilters(raw, filters, this.#chunkBytes, into, (problem, cause) =>
      this.#damaged(chunk, problem, cause),
    );
    if (bytes.buffer !== raw.buffer) discard(raw);
    return bytes;
  }

  #commonOf({ number }: Chunk): Common {
    const { grid, dtype } = this.#array;
    const { start, count } = this.#box;
    const corner = grid.positionOf(number).map((at, axis) => at * (grid.chunkShape[axis] ?? 1));
    const ends = corner.map((at, axis) => Math.min(at + (grid.chunkShape[axis] ?? 1), grid.shape[axis] ?? 0));
    const from = corner.map((at, axis) => Math.max(at, start[axis] ?? 0));
    const to = ends.map((end, axis) => Math.min(end, (start[axis] ?? 0) + (count[axis] ?? 0)));
    const within = {
      start: from.map((at, axis) => at - (corner[axis] ?? 0)),
      count: from.map((at, axis) => (to[axis] ?? 0) - at),
    };
    const at = from.map((position, axis) => position - (start[axis] ?? 0));
    const isWhole = within.count.every((extent, axis) => axis === 0 || extent === count[axis]);
    const rowBytes = sizeOf(count.slice(1)) * dtype.itemsize;
    const first = (at[0] ?? 0) * rowBytes;
    return {
      within,
      at,
      room: isWhole ? this.#target.subarray(first, first + (within.count[0] ?? 1) * rowBytes) : undefined,
      isAll: corner.every((edge, axis) => from[axis] === edge && to[axis] === ends[axis]),
    };
  }

  /** Copies a box of a dense array to where it belongs. */
  #place(bytes: Uint8Array, shape: readonly number[], box: Box, at: readonly number[]): void {
    const { dtype } = this.#array;
    const part = (of: readonly number[], start: readonly number[]) => {
      const { strides } = denseLayout(of, dtype.itemsize);
      const offset = start.reduce((sum, position, axis) => sum + position * (strides[axis] ?? 0), 0);
      return { shape: box.count, strides, offset };
    };
    copyElements(
      { dtype, bytes, layout: part(shape, box.start) },
      { dtype, bytes: this.#target, layout: part(this.#box.count, at) },
    );
  }

  #name({ number, offset }: Chunk): string {
    const { dataset, grid } = this.#array;
    const corner = grid.positionOf(number).map((at, axis) => at * (grid.chunkShape[axis] ?? 1));
    return `the chunk of ${dataset} at [${corner.join(", ")}], byte ${offset} of the file,`;
  }

  #damaged(chunk: Chunk, problem: string, cause?: unknown): CorruptError {
    const { path } = this.#source;
    return new CorruptError(`${path}: ${this.#name(chunk)} ${problem}`, { path, cause });
  }
}
