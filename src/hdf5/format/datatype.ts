import type { ByteReader } from "./byte-reader.js";
import { FLOATS } from "./encode-datatype.js";

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

/** Datatypes within datatypes: deeper ones are nobody's. */
const DEEPEST = 64;

/** Bytes of one element. */
export function readItemsize(message: ByteReader): number {
  message.skip(4);
  return message.u32();
}

/** What a datatype says of its parts, which h5wasm does not. */
export interface TypeFacts {
  /** The tags of the opaque types in it, in their order, depth first. HDF5 keeps what h5py writes dates as by such a tag alone. */
  readonly tags: readonly string[];
  /** What is unusual of the first number in it that is not made of all bits of its bytes, or no float of IEEE 754. */
  readonly oddity: string | undefined;
}

/** @throws CorruptError where it is no datatype */
export function readTypeFacts(message: ByteReader): TypeFacts {
  const facts = { tags: [], oddity: undefined };
  readFacts(message, facts, 0);
  return facts;
}

function readFacts(
  message: ByteReader,
  facts: { tags: string[]; oddity: string | undefined },
  depth: number,
): void {
  if (depth > DEEPEST) throw message.corrupt("has a datatype that is too deep");
  const head = message.u8();
  const version = head >> 4;
  const bits = message.uint(3);
  const size = message.u32();
  const within = () => readFacts(message, facts, depth + 1);
  switch (head & 0x0f) {
    case CLASS.fixed:
    case CLASS.bitfield:
      facts.oddity ??= oddInteger(message, size);
      break;
    case CLASS.float:
      facts.oddity ??= oddFloat(message, bits, size);
      break;
    case CLASS.opaque:
      facts.tags.push(tagOf(message.take(bits & 0xff)));
      break;
    case CLASS.compound:
      for (let count = bits & 0xffff; count > 0; count--) {
        skipMember(message, version, size);
        within();
      }
      break;
    case CLASS.enumeration: {
      const base = message.bytes.subarray(message.at);
      const baseSize = new DataView(base.buffer, base.byteOffset, base.length).getUint32(4, true);
      within();
      const count = bits & 0xffff;
      for (let index = 0; index < count; index++) skipName(message, version);
      message.skip(count * baseSize);
      break;
    }
    case CLASS.array: {
      const rank = message.u8();
      message.skip(version < 3 ? 3 + 8 * rank : 4 * rank);
      within();
      break;
    }
    case CLASS.vlen:
    case CLASS.complex:
      within();
      break;
    case CLASS.time:
      message.skip(2);
  }
}

function oddInteger(message: ByteReader, size: number): string | undefined {
  const [first, precision] = [message.u16(), message.u16()];
  if (first === 0 && precision === 8 * size) return undefined;
  return `numbers of ${precision} bits from bit ${first} of ${size} bytes`;
}

/** The bits that say the byte order, how the mantissa begins, and where the sign is. */
const FLOAT_BITS = 0xff70;
const IMPLIED = 0x20;

function oddFloat(message: ByteReader, bits: number, size: number): string | undefined {
  const [first, precision] = [message.u16(), message.u16()];
  const places = [message.u8(), message.u8(), message.u8(), message.u8(), message.u32()];
  const ieee = FLOATS.get(size);
  // No dtype has so many bytes in any case.
  if (ieee === undefined) return undefined;
  const [usual, exponentAt, exponent, mantissa, bias] = ieee;
  const isUsual =
    first === 0 &&
    precision === usual &&
    (bits & FLOAT_BITS) === (IMPLIED | ((precision - 1) << 8)) &&
    String(places) === String([exponentAt, exponent, 0, mantissa, bias]);
  const [, exponentBits, , mantissaBits] = places;
  if (isUsual) return undefined;
  return `floats of ${size} bytes that are not those of IEEE 754: exponent of ${exponentBits} bits, mantissa of ${mantissaBits}`;
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
