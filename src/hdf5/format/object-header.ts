import type { ByteReader } from "./byte-reader.js";
import type { FormatFile } from "./superblock.js";

/** The messages of object headers that are read here, by their numbers. */
export const MESSAGE = {
  dataspace: 0x01,
  datatype: 0x03,
  oldFill: 0x04,
  fill: 0x05,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
} as const;

const ATTRIBUTE = 0x0c;
const CONTINUATION = 0x10;
const KNOWN: ReadonlySet<number> = new Set(Object.values(MESSAGE));

/** Bit of a message's flags: its body says where the message is. */
const SHARED = 0x02;

/** All pieces of one header together: attributes may be many, but what is larger is left to the library. */
const LARGEST_HEADER = 1 << 26;

/** Messages by their numbers. Where a number comes twice, the first is kept, as the library does. */
export type Messages = ReadonlyMap<number, ByteReader>;

interface Piece {
  readonly address: number;
  readonly length: number;
}

/**
 * Reads the messages of an object's header that say where its data are. Those that are kept elsewhere are fetched, but for
 * what lies in a heap of shared messages.
 *
 * @throws CorruptError where it cannot be understood, or claims more than there is
 */
export function readMessages(file: FormatFile, address: number): Messages {
  return readHeader(file, address, true);
}

/**
 * Reads the attributes that are kept in an object's header: their messages.
 *
 * @throws as {@link readMessages}
 */
export function readAttributeMessages(file: FormatFile, address: number): ByteReader[] {
  const attributes: ByteReader[] = [];
  readHeader(file, address, false, attributes);
  return attributes;
}

function readHeader(file: FormatFile, address: number, follow: boolean, attributes?: ByteReader[]): Messages {
  const found = new Map<number, ByteReader>();
  const start = file.read(
    address,
    Math.min(64, Math.max(0, file.size - file.base - address)),
    "the object header",
  );
  const isNew = start.bytes[0] === 0x4f;
  const first = isNew ? secondPrefix(file, start, address) : firstPrefix(start, address);
  const pieces: Piece[] = [first];
  const seen = new Set<number>();
  let total = 0;
  for (let piece = pieces.pop(); piece !== undefined; piece = pieces.pop()) {
    total += piece.length;
    if (seen.has(piece.address) || total > LARGEST_HEADER) throw start.corrupt("never ends");
    seen.add(piece.address);
    const body = isNew
      ? newPiece(file, piece, first)
      : file.read(piece.address, piece.length, "the object header");
    for (const { type, flags, message } of isNew ? newMessages(body, first.hasOrder) : oldMessages(body)) {
      if (type === CONTINUATION) {
        pieces.push({ address: message.uint(file.offsetSize), length: message.uint(file.lengthSize) });
      } else if (type === ATTRIBUTE && (flags & SHARED) === 0) {
        attributes?.push(message);
      } else if (KNOWN.has(type) && !found.has(type)) {
        found.set(type, (flags & SHARED) !== 0 && follow ? shared(file, type, message) : message);
      }
    }
  }
  return found;
}

interface First extends Piece {
  /** Bytes of the prefix before the messages. */
  readonly prefix: number;
  /** Whether each message has a number that says when it was made. */
  readonly hasOrder: boolean;
}

function firstPrefix(start: ByteReader, address: number): First {
  if (start.u8() !== 1) throw start.corrupt("is of no known version");
  start.skip(7);
  return { address: address + 16, length: start.u32(), prefix: 0, hasOrder: false };
}

function secondPrefix(file: FormatFile, start: ByteReader, address: number): First {
  start.signature("OHDR");
  if (start.u8() !== 2) throw start.corrupt("is of no known version");
  const flags = start.u8();
  start.skip(((flags & 0x20) !== 0 ? 16 : 0) + ((flags & 0x10) !== 0 ? 4 : 0));
  const length = start.uint(1 << (flags & 0x03));
  const prefix = start.at;
  if (!file.holds(address, prefix + length + 4)) throw start.corrupt("reaches beyond the end of the file");
  return { address, length: prefix + length + 4, prefix, hasOrder: (flags & 0x04) !== 0 };
}

function newPiece(file: FormatFile, piece: Piece, first: First): ByteReader {
  const body = file.readChecked(piece.address, piece.length, "the object header");
  if (piece === first) body.skip(first.prefix);
  else body.signature("OCHK");
  return body;
}

interface Found {
  readonly type: number;
  readonly flags: number;
  readonly message: ByteReader;
}

function* oldMessages(body: ByteReader): Generator<Found> {
  while (body.left >= 8) {
    const type = body.u16();
    const size = body.u16();
    const flags = body.u8();
    body.skip(3);
    yield { type, flags, message: body.part(size) };
  }
}

function* newMessages(body: ByteReader, hasOrder: boolean): Generator<Found> {
  const prefix = hasOrder ? 6 : 4;
  // What is shorter is a gap.
  while (body.left >= prefix) {
    const type = body.u8();
    const size = body.u16();
    const flags = body.u8();
    if (hasOrder) body.skip(2);
    yield { type, flags, message: body.part(size) };
  }
}

/** Kinds of shared messages: in the header of another object. */
const COMMITTED = 2;

/** Fetches a message that is kept in the header of another object. @throws CorruptError */
export function shared(file: FormatFile, type: number, message: ByteReader): ByteReader {
  const version = message.u8();
  const kind = message.u8();
  if (version === 1) message.skip(6 + file.lengthSize);
  if (version > 3 || (version === 3 && kind !== COMMITTED))
    throw message.corrupt("shares a message in a heap");
  const there = readHeader(file, message.uint(file.offsetSize), false).get(type);
  if (there === undefined) throw message.corrupt("shares a message that is not there");
  return there;
}
