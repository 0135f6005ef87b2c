import type { ByteReader } from "./byte-reader.js";

/** Classes of datatypes whose description goes on after their size. */
const CLASS = {
  fixed: 0,
  float: 1,
  time: 2,
  bitfield: 4,
  opaque: 5,
  compound: 6,
  enumeration: 8,
  vlen: 9,
  array: 10,
  complex: 11,
};

/** Bytes of what describes a plain number. */
const PROPERTIES = new Map([
  [CLASS.fixed, 4],
  [CLASS.float, 12],
  [CLASS.time, 2],
  [CLASS.bitfield, 4],
]);

/** Datatypes within datatypes: deeper ones are nobody's. */
const DEEPEST = 64;

/** Bytes of one element. */
export function readItemsize(message: ByteReader): number {
  message.skip(4);
  return message.u32();
}

/**
 * The tags of the opaque types within a datatype, in the order in which they stand there. HDF5 keeps what h5py writes
 * dates as by such a tag alone.
 *
 * @throws CorruptError where it is no datatype
 */
export function readTags(message: ByteReader, depth = 0): string[] {
  if (depth > DEEPEST) throw message.corrupt("has a datatype that is too deep");
  const head = message.u8();
  const version = head >> 4;
  const bits = message.uint(3);
  const size = message.u32();
  const within = () => readTags(message, depth + 1);
  switch (head & 0x0f) {
    case CLASS.opaque:
      return [tagOf(message.take(bits & 0xff))];
    case CLASS.compound:
      return Array.from({ length: bits & 0xffff }, () => {
        skipMember(message, version, size);
        return within();
      }).flat();
    case CLASS.enumeration: {
      const base = message.bytes.subarray(message.at);
      const baseSize = new DataView(base.buffer, base.byteOffset, base.length).getUint32(4, true);
      const tags = within();
      const count = bits & 0xffff;
      for (let index = 0; index < count; index++) skipName(message, version);
      message.skip(count * baseSize);
      return tags;
    }
    case CLASS.array: {
      const rank = message.u8();
      message.skip(version < 3 ? 3 + 8 * rank : 4 * rank);
      return within();
    }
    case CLASS.vlen:
    case CLASS.complex:
      return within();
    default:
      message.skip(PROPERTIES.get(head & 0x0f) ?? 0);
      return [];
  }
}

function tagOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString();
}

/** A name; before version 3, it takes a multiple of 8 bytes. */
function skipName(message: ByteReader, version: number): void {
  const start = message.at;
  message.text();
  if (version < 3) message.skip((8 - ((message.at - start) % 8)) % 8);
}

/** What a compound says of a member before its type. */
function skipMember(message: ByteReader, version: number, size: number): void {
  skipName(message, version);
  if (version >= 3) message.skip(bytesFor(size));
  else message.skip(version === 1 ? 32 : 4);
}

/** The fewest bytes that a number up to `most` takes. */
function bytesFor(most: number): number {
  return most < 1 << 8 ? 1 : most < 1 << 16 ? 2 : most < 1 << 24 ? 3 : 4;
}
