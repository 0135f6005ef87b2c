import { Scratch } from "../../array/blocks.js";
import { CorruptError } from "../../errors.js";
import { type ChunkFilter, ChunkGrid } from "../format/index.js";
import { type ChunkColumn, chunkColumn, copyPiece, fillWith } from "./chunk-copy.js";
import { keyOf, readExactly } from "./file-source.js";
import { discard, filtersOf, undoFilters } from "./filters.js";
import { IdleCache } from "./idle-cache.js";
import type { Pace } from "./pace.js";
import { CHUNK_FIELDS, type ChunksPlan } from "./plan.js";
import { type Band, bandsOf } from "./rows.js";

/** Bytes of chunks of which rows may be wanted again soon. */
const CACHE_BYTES = 1 << 24;
const decoded = new IdleCache<Uint8Array>(CACHE_BYTES);

/** A chunk as it is in the file. */
const scratch = new Scratch();
/** Larger ones have memory of their own, which is not kept. */
const LARGEST_SCRATCH = 1 << 24;

/** Columns of the grid whose geometry is kept while one plan is read. */
const MOST_COLUMNS = 1024;

/** Reads the rows of chunks. @throws CorruptError naming the chunk, and as `readExactly` */
export async function readChunks(plan: ChunksPlan, target: Uint8Array, pace: Pace): Promise<void> {
  if (!plan.isComplete) fillWith(target, plan.fill);
  const reader = new ChunkReader(plan, target);
  for (const band of bandsOf(plan.rows, plan.chunkShape[0] ?? 1)) {
    for (const index of reader.chunksOf(band)) {
      const rest = pace.turn();
      if (rest !== undefined) await rest;
      reader.read(band, index);
    }
  }
}

/** One chunk, as the plan has it. */
interface Chunk {
  readonly number: number;
  readonly offset: number;
  readonly size: number;
  readonly filters: readonly ChunkFilter[];
}

class ChunkReader {
  readonly #plan: ChunksPlan;
  readonly #target: Uint8Array;
  readonly #grid: ChunkGrid;
  readonly #chunkBytes: number;
  readonly #chunkRows: number;
  readonly #columns = new Map<number, ChunkColumn>();
  readonly #key: string;
  #next = 0;

  constructor(plan: ChunksPlan, target: Uint8Array) {
    this.#plan = plan;
    this.#target = target;
    this.#grid = new ChunkGrid(plan.shape, plan.chunkShape);
    this.#chunkBytes = plan.chunkShape.reduce((bytes, edge) => bytes * edge, plan.itemsize);
    this.#chunkRows = plan.chunkShape[0] ?? 1;
    this.#key = keyOf(plan.file);
  }

  /** The chunks of the next band, by their places in the plan. */
  *chunksOf({ band }: Band): Generator<number> {
    const { chunks } = this.#plan;
    const end = (band + 1) * this.#grid.perBand;
    // Bands come in the order of the chunks.
    for (; (chunks[this.#next] ?? end) < end; this.#next += CHUNK_FIELDS) yield this.#next;
  }

  #chunk(index: number): Chunk {
    const [number = 0, offset = 0, size = 0, mask = 0] = this.#plan.chunks.subarray(
      index,
      index + CHUNK_FIELDS,
    );
    return { number, offset, size, filters: filtersOf(this.#plan.filters, mask) };
  }

  #column(number: number): ChunkColumn {
    const index = number % this.#grid.perBand;
    const known = this.#columns.get(index);
    if (known !== undefined) return known;
    const column = chunkColumn(this.#grid, index, this.#plan.itemsize);
    if (this.#columns.size < MOST_COLUMNS) this.#columns.set(index, column);
    return column;
  }

  read({ band, pieces }: Band, index: number): void {
    const chunk = this.#chunk(index);
    const column = this.#column(chunk.number);
    const first = band * this.#chunkRows;
    const { rowBytes } = column;
    const isPlain = chunk.filters.length === 0;
    if (isPlain && chunk.size < this.#chunkBytes) throw this.#damaged(chunk, `has only ${chunk.size} bytes`);
    if (isPlain && column.isWhole) {
      for (const { start, stop, at } of pieces) {
        const into = this.#target.subarray(at * rowBytes, (at + stop - start) * rowBytes);
        readExactly(this.#plan.file, into, chunk.offset + (start - first) * rowBytes);
      }
      return;
    }
    const key = `${chunk.offset} ${this.#key}`;
    const known = decoded.get(key);
    const [piece] = pieces;
    const wanted = pieces.reduce((rows, { start, stop }) => rows + stop - start, 0);
    if (known === undefined && column.isWhole && wanted === this.#chunkRows && pieces.length === 1 && piece) {
      const room = this.#target.subarray(piece.at * rowBytes, piece.at * rowBytes + this.#chunkBytes);
      const bytes = this.#decode(chunk, room);
      if (bytes === room) return;
      room.set(bytes);
      if (bytes.buffer !== scratch.take(0).buffer) discard(bytes);
      return;
    }
    const bytes = known ?? this.#decode(chunk, undefined);
    for (const each of pieces) copyPiece(bytes, first, each, this.#target, column);
    const there = Math.min(this.#chunkRows, (this.#plan.shape[0] ?? 1) - first);
    // Memory that the next chunk is read into cannot be kept.
    if (known === undefined && wanted < there) {
      decoded.put(key, bytes.buffer === scratch.take(0).buffer ? bytes.slice() : bytes, bytes.length);
    }
  }

  #decode(chunk: Chunk, room: Uint8Array | undefined): Uint8Array {
    const raw = chunk.size > LARGEST_SCRATCH ? Buffer.allocUnsafeSlow(chunk.size) : scratch.take(chunk.size);
    readExactly(this.#plan.file, raw, chunk.offset);
    if (chunk.filters.length === 0) return raw.subarray(0, this.#chunkBytes);
    return undoFilters(raw, chunk.filters, this.#chunkBytes, room, (problem, cause) =>
      this.#damaged(chunk, problem, cause),
    );
  }

  #damaged({ number, offset }: Chunk, problem: string, cause?: unknown): CorruptError {
    const { file, dataset } = this.#plan;
    const corner = this.#grid.positionOf(number).map((at, axis) => at * (this.#grid.chunkShape[axis] ?? 1));
    const name = `the chunk of ${dataset} at [${corner.join(", ")}], byte ${offset} of the file,`;
    return new CorruptError(`${file.path}: ${name} ${problem}`, { path: file.path, cause });
  }
}
