import { BTreeIndex } from "./btree-v1.js";
import { BTree2Index } from "./btree-v2.js";
import type { ByteReader } from "./byte-reader.js";
import { ChunkGrid } from "./chunk-grid.js";
import {
  type ChunkIndex,
  type IndexedChunks,
  implicitChunks,
  NO_CHUNKS,
  singleChunk,
} from "./chunk-index.js";
import { ExtensibleArrayIndex } from "./extensible-array.js";
import { FixedArrayIndex } from "./fixed-array.js";
import type { Dataspace } from "./messages.js";
import type { FormatFile } from "./superblock.js";

/** How the elements of a dataset lie in its file. */
export type Layout =
  /** In the header itself. */
  | { readonly kind: "compact"; readonly bytes: Uint8Array }
  /** One after another, from a byte of the file on; undefined where nothing was ever written. */
  | { readonly kind: "contiguous"; readonly offset: number | undefined }
  | { readonly kind: "chunked"; readonly grid: ChunkGrid; readonly index: ChunkIndex };

const COMPACT = 0;
const CONTIGUOUS = 1;
const CHUNKED = 2;

/** Kinds of indexes, from version 4 on. */
const INDEX = { single: 1, implicit: 2, fixedArray: 3, extensibleArray: 4, btree: 5 };

/** Flags, from version 4 on: chunks at the edges have no filters; the only chunk has. */
const UNFILTERED_EDGES = 1;
const FILTERED_SINGLE = 2;

/**
 * Reads where the elements are.
 *
 * @param itemsize bytes of an element
 * @returns undefined where they are in other files, or indexed in a way that is not known here
 * @throws CorruptError where the message contradicts itself or the dataset
 */
export function readLayout(
  message: ByteReader,
  file: FormatFile,
  { shape, most }: Dataspace,
  itemsize: number,
): Layout | undefined {
  const version = message.u8();
  if (version < 1 || version > 5) return undefined;
  const ranked = version < 3 ? message.u8() : 0;
  const kind = message.u8();
  if (version < 3) message.skip(5);
  const bytes = shape.reduce((size, axis) => size * axis, itemsize);
  if (kind === COMPACT) {
    if (version < 3) message.skip(ranked * 4);
    const held = message.take(version < 3 ? message.u32() : message.u16());
    if (held.length !== bytes) throw message.corrupt(`holds ${held.length} bytes of a dataset of ${bytes}`);
    return { kind: "compact", bytes: held.slice() };
  }
  if (kind === CONTIGUOUS) {
    const address = message.optional(file.offsetSize);
    if (address !== undefined && !file.holds(address, bytes))
      throw message.corrupt("points beyond the end of the file");
    return { kind: "contiguous", offset: address === undefined ? undefined : file.base + address };
  }
  if (kind !== CHUNKED) return undefined;
  const chunked = version < 4 ? oldChunks(message, file, ranked) : newChunks(message, file);
  if (chunked === undefined) return undefined;
  const chunkShape = chunked.edges.slice(0, -1);
  if (chunkShape.length !== shape.length || chunked.edges.at(-1) !== itemsize || chunkShape.includes(0)) {
    throw message.corrupt("has chunks of another kind than its elements");
  }
  const grid = new ChunkGrid(shape, chunkShape);
  const chunkBytes = chunkShape.reduce((size, edge) => size * edge, itemsize);
  if (!Number.isSafeInteger(grid.count) || !Number.isSafeInteger(chunkBytes)) return undefined;
  const { address } = chunked;
  const index = address === undefined ? NO_CHUNKS : chunked.index({ file, address, grid, chunkBytes, most });
  return { kind: "chunked", grid, index };
}

interface Chunks {
  /** Rows, columns, … and bytes of an element. */
  readonly edges: readonly number[];
  readonly address: number | undefined;
  readonly index: (chunks: IndexedChunks) => ChunkIndex;
}

function oldChunks(message: ByteReader, file: FormatFile, ranked: number): Chunks {
  const count = ranked === 0 ? message.u8() : ranked;
  const address = message.optional(file.offsetSize);
  const edges = Array.from({ length: count }, () => message.u32());
  return { edges, address, index: (chunks) => new BTreeIndex(chunks) };
}

function newChunks(message: ByteReader, file: FormatFile): Chunks | undefined {
  const flags = message.u8();
  if ((flags & UNFILTERED_EDGES) !== 0) return undefined;
  const count = message.u8();
  const bytes = message.u8();
  if (bytes < 1 || bytes > 8) throw message.corrupt(`has chunks that are counted in ${bytes} bytes`);
  const edges = Array.from({ length: count }, () => message.uint(bytes));
  const index = readIndex(message, file, flags);
  return index && { edges, address: message.optional(file.offsetSize), index };
}

function readIndex(message: ByteReader, file: FormatFile, flags: number): Chunks["index"] | undefined {
  switch (message.u8()) {
    case INDEX.single: {
      if ((flags & FILTERED_SINGLE) === 0) return (chunks) => singleChunk(chunks, chunks.chunkBytes, 0);
      const size = message.uint(file.lengthSize);
      const mask = message.u32();
      return (chunks) => singleChunk(chunks, size, mask);
    }
    case INDEX.implicit:
      return implicitChunks;
    case INDEX.fixedArray:
      message.skip(1);
      return (chunks) => new FixedArrayIndex(chunks);
    case INDEX.extensibleArray:
      message.skip(5);
      return (chunks) => new ExtensibleArrayIndex(chunks);
    case INDEX.btree:
      message.skip(6);
      return (chunks) => new BTree2Index(chunks);
    default:
      return undefined;
  }
}
