import { CorruptError } from "../../errors.js";
import type { ChunkFilter, ChunkGrid, ChunkIndex, StorageInfo } from "../format/index.js";
import type { FileSource } from "./file-source.js";
import { bandRanges, countRows, type RowSet } from "./rows.js";

/** A dataset, as planning its reading needs to know it. */
export interface DatasetSource {
  readonly file: FileSource;
  /** Its path in the file. */
  readonly dataset: string;
  readonly shape: readonly number[];
  /** Bytes of an element, as they are read. */
  readonly itemsize: number;
  /** How it is stored; undefined where only the library can read it. */
  readonly storage: StorageInfo | undefined;
  /** Rows that the library is best asked for at once: those of a chunk. */
  readonly chunkRows?: number | undefined;
}

interface PlanBase {
  readonly file: FileSource;
  readonly dataset: string;
  readonly rows: RowSet;
  /** How many rows there are in all. */
  readonly length: number;
  readonly rowBytes: number;
}

/** All rows lie one after another in the file. */
export interface ContiguousPlan extends PlanBase {
  readonly kind: "contiguous";
  /** Where row 0 is. */
  readonly offset: number;
}

/** The whole dataset, at most 64 KiB. */
export interface MemoryPlan extends PlanBase {
  readonly kind: "memory";
  readonly bytes: Uint8Array;
}

/** Nothing of the dataset was ever written. */
export interface FillPlan extends PlanBase {
  readonly kind: "fill";
  readonly fill: Uint8Array | undefined;
}

export interface ChunksPlan extends PlanBase {
  readonly kind: "chunks";
  readonly shape: readonly number[];
  readonly chunkShape: readonly number[];
  readonly itemsize: number;
  readonly filters: readonly ChunkFilter[];
  readonly fill: Uint8Array | undefined;
  /** Of each chunk that was written, in their order: its number, offset, bytes, and the filters that it is without. */
  readonly chunks: Float64Array;
  /** Whether all chunks that rows are in were written. */
  readonly isComplete: boolean;
}

/** What the library reads, in slabs. */
export interface SlabPlan extends PlanBase {
  readonly kind: "slab";
  readonly shape: readonly number[];
  readonly itemsize: number;
  readonly chunkRows: number | undefined;
}

/** What any thread needs to read rows of a dataset: a structured clone of a few KB. */
export type RowPlan = ContiguousPlan | MemoryPlan | FillPlan | ChunksPlan | SlabPlan;

/** Numbers of one chunk in {@link ChunksPlan.chunks}. */
export const CHUNK_FIELDS = 4;

/**
 * Plans the reading of rows: finds out where they are. It costs a few reads of the index of chunks, of the parts that
 * were not read before.
 *
 * @throws IndexError for a row that is not there, CorruptError where the index is none, DiskError
 */
export function planRows(source: DatasetSource, rows: RowSet): RowPlan {
  const { file, dataset, shape, itemsize } = source;
  const storage = storageIn(source);
  const length = countRows(rows, shape[0] ?? 1);
  const base = { file, dataset, rows: compact(rows), length, rowBytes: rowBytesOf(source) };
  if (base.rowBytes * base.length === 0) return { ...base, kind: "fill", fill: undefined };
  if (storage === undefined) return { ...base, kind: "slab", shape, itemsize, chunkRows: source.chunkRows };
  const { layout, filters, fill } = storage;
  switch (layout.kind) {
    case "compact":
      return { ...base, kind: "memory", bytes: layout.bytes };
    case "contiguous":
      return layout.offset === undefined
        ? { ...base, kind: "fill", fill }
        : { ...base, kind: "contiguous", offset: layout.offset };
    case "chunked": {
      const { grid, index } = layout;
      const { chunkShape } = grid;
      const found = findChunks(source, rows, grid, index, storage.fileSize);
      return { ...base, kind: "chunks", shape, chunkShape, itemsize, filters, fill, ...found };
    }
  }
}

/**
 * Where rows lie in the file one after another as they are.
 *
 * @returns the offset of the first; undefined where they do not, or not all of them in the file
 * @throws as {@link planRows}
 */
export function locateRows(source: DatasetSource, start: number, stop: number): number | undefined {
  const storage = storageIn(source);
  countRows([[start, stop]], source.shape[0] ?? 1);
  if (storage === undefined || stop === start) return undefined;
  const { layout, filters, fileSize } = storage;
  const rowBytes = rowBytesOf(source);
  const inFile = (offset: number) =>
    rowBytes > 0 && offset + (stop - start) * rowBytes <= fileSize ? offset : undefined;
  if (layout.kind === "contiguous") {
    return layout.offset === undefined ? undefined : inFile(layout.offset + start * rowBytes);
  }
  if (layout.kind !== "chunked" || filters.length > 0 || layout.grid.perBand !== 1) return undefined;
  const { grid, index } = layout;
  const [chunkRows = 1, ...inner] = grid.chunkShape;
  // A chunk that is wider than the dataset has more between two rows.
  if (inner.some((edge, axis) => edge !== source.shape[axis + 1])) return undefined;
  const { chunks, isComplete } = findChunks(source, [[start, stop]], grid, index, fileSize);
  const first = chunks[1] ?? 0;
  for (let at = 0; at < chunks.length; at += CHUNK_FIELDS) {
    if (chunks[at + 1] !== first + (at / CHUNK_FIELDS) * chunkRows * rowBytes) return undefined;
  }
  return isComplete ? inFile(first + (start % chunkRows) * rowBytes) : undefined;
}

/** Elements that the library gives in another size than they have in the file are its own. */
function storageIn({ storage, itemsize }: DatasetSource): StorageInfo | undefined {
  return storage?.itemsize === itemsize ? storage : undefined;
}

/** Numbers whose memory is theirs alone: a structured clone has all of it. */
function compact(rows: RowSet): RowSet {
  return rows instanceof Float64Array && rows.byteLength < rows.buffer.byteLength ? rows.slice() : rows;
}

function rowBytesOf({ shape, itemsize }: DatasetSource): number {
  return shape.slice(1).reduce((bytes, axis) => bytes * axis, itemsize);
}

function findChunks(
  { file, dataset }: DatasetSource,
  rows: RowSet,
  grid: ChunkGrid,
  index: ChunkIndex,
  fileSize: number,
): Pick<ChunksPlan, "chunks" | "isComplete"> {
  const found: number[] = [];
  const { perBand } = grid;
  let wanted = 0;
  let last = -1;
  for (const [from, to] of bandRanges(rows, grid.chunkShape[0] ?? 1)) {
    wanted += (to - from) * perBand;
    index.visit(from * perBand, to * perBand, (number, offset, size, mask) => {
      if (number <= last || offset + size > fileSize) {
        const problem =
          number <= last ? "is out of order" : `says that chunk ${number} is beyond the end of the file`;
        throw new CorruptError(`${file.path}: the index of the chunks of ${dataset} ${problem}`, {
          path: file.path,
        });
      }
      last = number;
      found.push(number, offset, size, mask);
    });
  }
  return { chunks: Float64Array.from(found), isComplete: found.length === wanted * CHUNK_FIELDS };
}
