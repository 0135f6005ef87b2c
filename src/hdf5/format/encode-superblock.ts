import { lookup3 } from "./checksum.js";
import { ByteWriter, UNDEFINED_ADDRESS } from "./encode-bytes.js";
import { SIGNATURE } from "./superblock.js";

/** Bytes of a superblock of version 2. */
export const SUPERBLOCK_BYTES = 48;

/** The superblock, version 2: the beginning of a file. @param end bytes of the file */
export function encodeSuperblock(rootHeader: number, end: number): Uint8Array {
  const writer = new ByteWriter(SUPERBLOCK_BYTES).bytes(SIGNATURE).u8(2, 8, 8, 0);
  writer.u64(0).u64(UNDEFINED_ADDRESS).u64(end).u64(rootHeader);
  return writer.u32(lookup3(writer.done())).done();
}
