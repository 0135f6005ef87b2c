import { lookup3 } from "./checksum.js";
import { ByteWriter } from "./encode-bytes.js";
import type { Message } from "./encode-messages.js";

/** Signature, version, flags, the length of the messages, and a checksum. */
const FRAME_BYTES = 14;

/** Kind, length, flags and order of creation. */
const PREFIX_BYTES = 6;

/** The length has 4 bytes; the order in which attributes were made is kept, and can be asked for. */
const FLAGS = 0x0e;

/** An object header, version 2, with all messages in its first block. */
export function encodeObjectHeader(messages: readonly Message[]): Uint8Array {
  const length = messages.reduce((sum, { bytes }) => sum + PREFIX_BYTES + bytes.length, 0);
  const writer = new ByteWriter(FRAME_BYTES + length).bytes(Buffer.from("OHDR")).u8(2, FLAGS).u32(length);
  for (const { kind, bytes, isConstant = false, order = 0 } of messages) {
    writer
      .u8(kind)
      .u16(bytes.length)
      .u8(isConstant ? 1 : 0)
      .u16(order)
      .bytes(bytes);
  }
  return writer.u32(lookup3(writer.done())).done();
}
