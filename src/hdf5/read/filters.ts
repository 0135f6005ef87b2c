import { inflateSync } from "node:zlib";
import { detach } from "../../platform/transfer.js";
import type { ChunkFilter } from "../format/index.js";
import { fletcher32 } from "./fletcher32.js";
import { decompressLzf } from "./lzf.js";
import { unshuffle } from "./unshuffle.js";

/** Deflate makes nothing smaller than by this factor. */
const BEST_DEFLATE = 1032;

const CHECKSUM_BYTES = 4;

/** The filters that a chunk has. @param mask bit n: it is without the nth one */
export function filtersOf(filters: readonly ChunkFilter[], mask: number): readonly ChunkFilter[] {
  return mask === 0 ? filters : filters.filter((_, index) => index > 31 || ((mask >>> index) & 1) === 0);
}

/**
 * Undoes the filters of a chunk, the last one first.
 *
 * @param raw the chunk as it is in the file, beginning at an even byte of its buffer
 * @param length bytes of the chunk before its filters
 * @param room where they may be put, of that length; made where it is needed and none is given
 * @param fail makes the error that is thrown where the chunk is damaged
 * @returns `room`, or memory of its own, or a part of `raw`
 */
export function undoFilters(
  raw: Uint8Array,
  filters: readonly ChunkFilter[],
  length: number,
  room: Uint8Array | undefined,
  fail: (problem: string, cause?: unknown) => Error,
): Uint8Array {
  let bytes = raw;
  for (let index = filters.length - 1; index >= 0; index--) {
    const filter = filters[index];
    switch (filter?.kind) {
      case "fletcher32":
        bytes = checked(bytes, fail);
        break;
      case "deflate":
        bytes = inflated(bytes, length + checksumBytes(filters.slice(0, index)), fail);
        break;
      case "lzf": {
        const found = decompressLzf(bytes, length + checksumBytes(filters.slice(0, index)));
        if (found === undefined) throw fail("could not be decompressed as LZF");
        bytes = found;
        break;
      }
      case "shuffle": {
        const into =
          room?.length === bytes.length && bytes.buffer !== room.buffer ? room : memory(bytes.length);
        unshuffle(bytes, into, filter.size);
        if (bytes.buffer !== raw.buffer) discard(bytes);
        bytes = into;
      }
    }
  }
  if (bytes.length !== length) throw fail(`has ${bytes.length} bytes, not ${length}`);
  return bytes;
}

/**
 * Gives back memory that was inflated into, at once: where so much waits for garbage to be collected, that is done all the
 * time. Nothing where it is a part of other memory.
 */
export function discard({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength <= byteLength + CHECKSUM_BYTES + 1) detach(buffer);
}

function memory(length: number): Uint8Array {
  return Buffer.allocUnsafeSlow(length);
}

function checksumBytes(filters: readonly ChunkFilter[]): number {
  return filters.filter(({ kind }) => kind === "fletcher32").length * CHECKSUM_BYTES;
}

function inflated(
  bytes: Uint8Array,
  length: number,
  fail: (problem: string, cause?: unknown) => Error,
): Uint8Array {
  if (length > bytes.length * BEST_DEFLATE + 64) throw fail(`cannot be ${length} bytes inflated`);
  const found = inflate(bytes, length, fail);
  if (found.length !== length) throw fail(`inflates to ${found.length} bytes, not ${length}`);
  return found;
}

function inflate(
  bytes: Uint8Array,
  length: number,
  fail: (problem: string, cause?: unknown) => Error,
): Uint8Array {
  try {
    // One byte more than there should be: so it is known that there are no more, and all is in one piece.
    return inflateSync(bytes, { chunkSize: Math.max(64, length + 1), maxOutputLength: length + 1 });
  } catch (cause) {
    throw fail(`could not be inflated: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
}

function checked(bytes: Uint8Array, fail: (problem: string) => Error): Uint8Array {
  const end = bytes.length - CHECKSUM_BYTES;
  if (end < 0) throw fail("is shorter than its checksum");
  const data = bytes.subarray(0, end);
  const stored = new DataView(bytes.buffer, bytes.byteOffset + end, CHECKSUM_BYTES).getUint32(0, true);
  const found = fletcher32(data);
  if (stored !== found && stored !== reversed(found)) throw fail("does not match its checksum");
  return data;
}

/** As HDF5 1.6.2 wrote checksums on some machines: the bytes of each half in turn. */
function reversed(sum: number): number {
  return (((sum & 0x00ff00ff) << 8) | ((sum >>> 8) & 0x00ff00ff)) >>> 0;
}
