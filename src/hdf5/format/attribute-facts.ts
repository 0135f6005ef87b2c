import { isMemmapError } from "../../errors.js";
import type { ByteReader } from "./byte-reader.js";
import { readTypeFacts, type TypeFacts } from "./datatype.js";
import { MESSAGE, readAttributeMessages, shared } from "./object-header.js";
import { type FormatFile, openFormat } from "./superblock.js";

/** Bit of an attribute's flags: its type is kept elsewhere. */
const SHARED_TYPE = 1;

/**
 * What is said of the types of an object's attributes, by their names. Attributes that are kept outside of its header,
 * as HDF5 does when they are many, are not looked at.
 *
 * @throws DiskError when reading fails
 */
export function attributeFactsOf(
  fd: number,
  path: string,
  headerAddress: number,
): ReadonlyMap<string, TypeFacts> {
  const found = new Map<string, TypeFacts>();
  try {
    const file = openFormat(fd, path);
    if (file === undefined) return found;
    for (const message of readAttributeMessages(file, headerAddress)) {
      const { name, facts } = readAttribute(file, message);
      found.set(name, facts);
    }
  } catch (error) {
    // What is not known here the library reads, or says what is wrong with it.
    if (!isMemmapError(error, "CORRUPT")) throw error;
  }
  return found;
}

function readAttribute(
  file: FormatFile,
  message: ByteReader,
): { readonly name: string; readonly facts: TypeFacts } {
  const version = message.u8();
  const flags = message.u8();
  const [nameBytes, typeBytes] = [message.u16(), message.u16()];
  message.skip(version < 3 ? 2 : 3);
  const padded = (length: number) => (version === 1 ? Math.ceil(length / 8) * 8 : length);
  const name = message.part(padded(nameBytes)).text();
  const type = message.part(padded(typeBytes));
  const isShared = version > 1 && (flags & SHARED_TYPE) !== 0;
  return { name, facts: readTypeFacts(isShared ? shared(file, MESSAGE.datatype, type) : type) };
}
