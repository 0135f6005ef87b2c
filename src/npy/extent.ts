import { FormatError } from "../errors.js";
import { excerpt } from "./excerpt.js";

/** The bytes that every NPY file begins with: `\x93NUMPY`. */
export const MAGIC: readonly number[] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** NumPy loads no header of more characters. */
export const MAX_CHARACTERS = 10_000;

/** What the first bytes of a file say: its version, and where its header's text begins and ends. */
export interface Prefix {
  readonly version: readonly [major: number, minor: number];
  readonly textOffset: number;
  readonly dataOffset: number;
}

/**
 * How many bytes from the start of an NPY file to its data: magic, version, the header's length and the header.
 *
 * Nothing is read or allocated by it, so that a length that lies costs nothing.
 *
 * @param prefix the first 12 bytes of the file, or all when it is shorter
 * @param path the file's path, for messages
 * @param fileSize bytes of the file
 * @throws FormatError for another magic, a version other than 1.0, 2.0 and 3.0, and a header length that is 0, over
 * what NumPy loads (10,000 characters, in version 3.0 of up to 4 bytes each), or over what the file holds
 */
export function headerExtent(prefix: Uint8Array, path: string, fileSize: number): number {
  return readPrefix(prefix, path, fileSize).dataOffset;
}

/** The decision of {@link headerExtent}, with the version. */
export function readPrefix(bytes: Uint8Array, path: string, fileSize: number): Prefix {
  const malformed = (problem: string): FormatError => new FormatError(`${path}: ${problem}`, { path });
  const held = Math.min(bytes.length, fileSize);
  if (held === 0) throw malformed("an NPY file is not empty: it begins with a header");
  if (MAGIC.some((byte, at) => at < held && bytes[at] !== byte))
    throw malformed(describeForeign(bytes, held));
  if (held < 8) throw malformed(`${held} bytes are too few for an NPY header`);

  const [major = 0, minor = 0] = bytes.subarray(6, 8);
  if (minor !== 0 || major < 1 || major > 3) {
    throw malformed(`NPY version ${major}.${minor} is not known; versions are 1.0, 2.0 and 3.0`);
  }
  const textOffset = major === 1 ? 10 : 12;
  if (held < textOffset) throw malformed(`${held} bytes are too few for an NPY header`);

  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const limit = major === 3 ? 4 * MAX_CHARACTERS : MAX_CHARACTERS;
  if (length === 0) throw malformed("the header's length is 0");
  if (length > limit) throw malformed(`the header's length of ${length} bytes is over the limit of ${limit}`);
  const dataOffset = textOffset + length;
  if (dataOffset > fileSize) {
    throw malformed(`the header ends at byte ${dataOffset}, after the end of the file at ${fileSize}`);
  }
  return { version: [major, minor], textOffset, dataOffset };
}

/** What a file without the magic is instead, as far as its first bytes tell. */
function describeForeign(bytes: Uint8Array, held: number): string {
  const start = Buffer.from(bytes.subarray(0, Math.min(held, MAGIC.length))).toString("latin1");
  if (start.startsWith("PK")) return "this is a zip archive (NumPy's .npz?), not an NPY file";
  if (start.startsWith("\x80")) return "this is a Python pickle, not an NPY file; pickles are never loaded";
  return `this is not an NPY file: it begins with "${excerpt(start)}" and not with "\\x93NUMPY" (data without a header \
need a sidecar with dtype and shape)`;
}
