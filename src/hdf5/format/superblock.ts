import { fstatSync } from "node:fs";
import { CorruptError } from "../../errors.js";
import { fileError, nodeFiles } from "../../platform/files.js";
import { ByteReader } from "./byte-reader.js";
import { lookup3 } from "./checksum.js";

export const SIGNATURE = Buffer.from("\x89HDF\r\n\x1a\n", "latin1");

/** Bytes of the longest superblock and what follows its signature. */
const MOST = 128;

/** Blocks of metadata are small: one that would be larger than this is not read. */
const LARGEST_BLOCK = 1 << 26;

/** The bytes of an open HDF5 file, by the addresses that its metadata speak of. */
export class FormatFile {
  readonly fd: number;
  readonly path: string;
  /** Bytes of the whole file, when it was looked at. */
  readonly size: number;
  /** Where address 0 is: what stands before is the user's. */
  readonly base: number;
  /** Bytes of an address. */
  readonly offsetSize: number;
  /** Bytes of a length. */
  readonly lengthSize: number;

  constructor(
    file: { readonly fd: number; readonly path: string; readonly size: number },
    superblock: { readonly base: number; readonly offsetSize: number; readonly lengthSize: number },
  ) {
    this.fd = file.fd;
    this.path = file.path;
    this.size = file.size;
    this.base = superblock.base;
    this.offsetSize = superblock.offsetSize;
    this.lengthSize = superblock.lengthSize;
  }

  /** Whether so many bytes at an address are all in the file. */
  holds(address: number, length: number): boolean {
    return address >= 0 && length >= 0 && this.base + address + length <= this.size;
  }

  /**
   * Reads a block of metadata.
   *
   * @param what names it for messages
   * @throws CorruptError where it is not in the file, or larger than such blocks are
   */
  read(address: number, length: number, what: string): ByteReader {
    const name = `${what} at byte ${this.base + address}`;
    if (!this.holds(address, length)) {
      throw new CorruptError(`${this.path}: ${name} reaches beyond the end of the file`, { path: this.path });
    }
    if (length > LARGEST_BLOCK) {
      throw new CorruptError(`${this.path}: ${name} claims ${length} bytes`, { path: this.path });
    }
    const bytes = new Uint8Array(length);
    const count = nodeFiles.read(this.fd, bytes, this.base + address, this.path);
    return new ByteReader(bytes.subarray(0, count), name, this.path);
  }

  /** As {@link read}, of a block whose last four bytes are the checksum of those before, which are what is read. */
  readChecked(address: number, length: number, what: string): ByteReader {
    const whole = this.read(address, length, what);
    const body = whole.part(Math.max(0, length - 4));
    if (whole.u32() !== lookup3(body.bytes)) throw whole.corrupt("does not match its checksum");
    return body;
  }
}

/**
 * Finds the superblock of an open file, of any version there is.
 *
 * @returns undefined where there is none that is known
 * @throws DiskError when reading fails
 */
export function openFormat(fd: number, path: string): FormatFile | undefined {
  const size = sizeOf(fd, path);
  const bytes = new Uint8Array(MOST);
  for (let base = 0; base + SIGNATURE.length < size; base = base === 0 ? 512 : base * 2) {
    const count = nodeFiles.read(fd, bytes, base, path);
    if (SIGNATURE.compare(bytes, 0, SIGNATURE.length) !== 0) continue;
    const [version = -1] = bytes.subarray(SIGNATURE.length);
    const sizesAt = version <= 1 ? 13 : 9;
    const [offsetSize = 0, lengthSize = 0] = bytes.subarray(sizesAt, count);
    const isKnown = version >= 0 && version <= 3 && isSize(offsetSize) && isSize(lengthSize);
    // The address that a superblock gives itself is not followed: a file may have been put behind other bytes.
    return isKnown ? new FormatFile({ fd, path, size }, { base, offsetSize, lengthSize }) : undefined;
  }
  return undefined;
}

function sizeOf(fd: number, path: string): number {
  try {
    return fstatSync(fd).size;
  } catch (cause) {
    throw fileError("look at it", path, cause);
  }
}

function isSize(bytes: number): boolean {
  return bytes === 2 || bytes === 4 || bytes === 8;
}
