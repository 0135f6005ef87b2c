import type { ByteReader } from "./byte-reader.js";
import type { FormatFile } from "./superblock.js";

/** The extents of a dataset. */
export interface Dataspace {
  readonly shape: readonly number[];
  /** How far each axis may grow; Infinity where nothing bounds it. */
  readonly most: readonly number[];
}

/** HDF5 has no more axes. */
export const MAX_RANK = 32;

/** @returns undefined for the dataspace that has no elements at all, not even none */
export function readDataspace(message: ByteReader, { lengthSize }: FormatFile): Dataspace | undefined {
  const version = message.u8();
  const rank = message.u8();
  const flags = message.u8();
  if (version === 1) message.skip(5);
  else if (version !== 2) throw message.corrupt("has a dataspace of no known version");
  else if (message.u8() === 2) return undefined;
  if (rank > MAX_RANK) throw message.corrupt(`has ${rank} axes`);
  const shape = Array.from({ length: rank }, () => message.uint(lengthSize));
  if (!Number.isSafeInteger(shape.reduce((size, axis) => size * axis, 1))) {
    throw message.corrupt("has more elements than can be counted");
  }
  const isBound = (flags & 1) !== 0;
  const most = isBound ? shape.map(() => message.optional(lengthSize) ?? Number.POSITIVE_INFINITY) : shape;
  return { shape, most };
}

/** What was done to a chunk before it was written. */
export type ChunkFilter =
  | { readonly kind: "deflate" }
  /** h5py's own. */
  | { readonly kind: "lzf" }
  /** The first bytes of all elements, then the second ones, …; `size` is bytes of an element. */
  | { readonly kind: "shuffle"; readonly size: number }
  /** Four bytes at the end are a checksum. */
  | { readonly kind: "fletcher32" };

const DEFLATE = 1;
const SHUFFLE = 2;
const FLETCHER32 = 3;
const LZF = 32000;
/** Numbers from here on are other people's filters, and have names. */
const FIRST_NAMED = 256;

/** @returns in the order in which they were applied; undefined where one of them is unknown here */
export function readFilters(message: ByteReader): ChunkFilter[] | undefined {
  const version = message.u8();
  const count = message.u8();
  if (version === 1) message.skip(6);
  else if (version !== 2) return undefined;
  const filters: ChunkFilter[] = [];
  for (let index = 0; index < count; index++) {
    const id = message.u16();
    const nameLength = version === 1 || id >= FIRST_NAMED ? message.u16() : 0;
    message.skip(2);
    const values = message.u16();
    message.skip(version === 1 ? Math.ceil(nameLength / 8) * 8 : nameLength);
    const first = values > 0 ? message.u32() : 0;
    message.skip(Math.max(0, values - 1) * 4 + (version === 1 && values % 2 === 1 ? 4 : 0));
    if (id === DEFLATE) filters.push({ kind: "deflate" });
    else if (id === LZF) filters.push({ kind: "lzf" });
    else if (id === SHUFFLE && first > 0) filters.push({ kind: "shuffle", size: first });
    else if (id === FLETCHER32) filters.push({ kind: "fletcher32" });
    else return undefined;
  }
  // How long something is between two compressions is known to nobody.
  return filters.filter(({ kind }) => kind === "deflate" || kind === "lzf").length <= 1 ? filters : undefined;
}

/** Fill values are written never, as far as the file says: what was not written is anything. */
const NEVER = 1;

/** What elements are that were never written: the bytes of one; undefined for zeros. */
export function readFill(message: ByteReader): Uint8Array | undefined {
  const version = message.u8();
  if (version === 3) {
    const flags = message.u8();
    return (flags & 0x20) !== 0 && ((flags >> 2) & 3) !== NEVER ? sized(message) : undefined;
  }
  if (version !== 1 && version !== 2) throw message.corrupt("has a fill value of no known version");
  message.skip(1);
  const time = message.u8();
  const isDefined = message.u8() !== 0;
  return (version === 1 || isDefined) && time !== NEVER ? sized(message) : undefined;
}

/** As {@link readFill}, of the message that libraries before 1.6 wrote. */
export function readOldFill(message: ByteReader): Uint8Array | undefined {
  return sized(message);
}

/** A length of 4 bytes, signed, and as many bytes. */
function sized(message: ByteReader): Uint8Array | undefined {
  const length = message.u32() | 0;
  return length > 0 ? message.take(length).slice() : undefined;
}
