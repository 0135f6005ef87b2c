import type { ByteReader } from "./byte-reader.js";
import type { ChunkVisitor, IndexedChunks } from "./chunk-index.js";

/** How an index that is an array says where a chunk is. */
export interface SlotFormat {
  readonly chunks: IndexedChunks;
  /** Bytes of a slot. */
  readonly size: number;
  /** Whether it says how many bytes the chunk takes, and which filters it is without. */
  readonly isFiltered: boolean;
}

/** Chunks of indexes that are arrays: unfiltered, filtered. */
const FILTERED = 1;

/**
 * Reads what the head of an array, or of a block of one, begins with.
 *
 * @returns whether chunks have filters
 * @throws CorruptError where it is another thing
 */
export function readStart(reader: ByteReader, letters: string): boolean {
  reader.signature(letters);
  const version = reader.u8();
  const client = reader.u8();
  if (version !== 0 || client > FILTERED) throw reader.corrupt("is of no known kind");
  return client === FILTERED;
}

/** @throws CorruptError where slots of so many bytes cannot be */
export function slotFormat(
  chunks: IndexedChunks,
  size: number,
  isFiltered: boolean,
  head: ByteReader,
): SlotFormat {
  const { offsetSize } = chunks.file;
  const sizeBytes = size - offsetSize - 4;
  if (isFiltered ? sizeBytes < 1 || sizeBytes > 8 : size !== offsetSize) {
    throw head.corrupt(`claims slots of ${size} bytes`);
  }
  return { chunks, size, isFiltered };
}

/** Visits the chunk of one slot, where it was written. @param slots the bytes of some slots */
export function visitSlot(
  { chunks, size, isFiltered }: SlotFormat,
  slots: ByteReader,
  slot: number,
  number: number,
  visitor: ChunkVisitor,
): void {
  const { file, chunkBytes } = chunks;
  slots.at = 0;
  slots.skip(slot * size);
  const address = slots.optional(file.offsetSize);
  if (address === undefined) return;
  const bytes = isFiltered ? slots.uint(size - file.offsetSize - 4) : chunkBytes;
  visitor(number, file.base + address, bytes, isFiltered ? slots.u32() : 0);
}

/** Whether the nth bit of a block is set, the highest of a byte first. */
export function bitAt(bits: Uint8Array, index: number): boolean {
  return (((bits[index >> 3] ?? 0) << (index & 7)) & 0x80) !== 0;
}

/** What was read of a file, by where it was. */
export class Kept<T> {
  readonly #known = new Map<number, T>();

  get(key: number, read: () => T): T {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const value = read();
    this.#known.set(key, value);
    return value;
  }
}
