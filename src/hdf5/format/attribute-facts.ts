import { isMemmapError } from "../../errors.js";
import type { ByteReader } from "./byte-reader.js";
import { readTypeFacts } from "./datatype.js";
import { MESSAGE, readAttributeMessages, shared } from "./object-header.js";
import { type FormatFile, openFormat } from "./superblock.js";

/** Bit of an attribute's flags: its type is kept elsewhere. */
const SHARED_TYPE = 1;

/**
 * What is unusual of numbers in the attributes of an object, by their names. Attributes that are kept outside of its header,
 * as HDF5 does when they are many, are not looked at.
 *
 * @throws DiskError when reading fails
 */
export function oddAttributesOf(
  fd: number,
  path: string,
  headerAddress: number,
): ReadonlyMap<string, string> {
  const odd = new Map<string, string>();
  try {
    const file = openFormat(fd, path);
    if (file === undefined) return odd;
    for (const message of readAttributeMessages(file, headerAddress)) {
      const { name, oddity } = readAttribute(file, message);
      if (oddity !== undefined) odd.set(name, oddity);
    }
  } catch (error) {
    // What is not known here the library reads, or says what is wrong with it.
    if (!isMemmapError(error, "CORRUPT")) throw error;
  }
  return odd;
}

function readAttribute(
  file: FormatFile,
  message: ByteReader,
): { readonly name: string; readonly oddity: string | undefined } {
  const version = message.u8();
  const flags = message.u8();
  const [nameBytes, typeBytes] = [message.u16(), message.u16()];
  message.skip(version < 3 ? 2 : 3);
  const padded = (length: number) => (version === 1 ? Math.ceil(length / 8) * 8 : length);
  const name = message.part(padded(nameBytes)).text();
  const type = message.part(padded(typeBytes));
  const isShared = version > 1 && (flags & SHARED_TYPE) !== 0;
  return { name, ...readTypeFacts(isShared ? shared(file, MESSAGE.datatype, type) : type) };
}
