import { readSync } from "node:fs";
import { DiskError, FormatError, systemCode } from "../errors.js";
import { headerExtent } from "./extent.js";
import { type NpyHeader, parseHeader } from "./header.js";

/** Most headers are 128 bytes: one read of a page holds them. */
const FIRST_READ = 4096;

/**
 * Reads and parses the header of an open file, and checks that its data are all there.
 *
 * Positioned reads, so that the descriptor's own position stays; one of at most 4 KiB for nearly every file, never more
 * than 64 KiB together, whatever the file says.
 *
 * @param fd an open descriptor of a regular file
 * @param fileSize bytes of the file, as `fstat` tells them
 * @param path the file's path, for messages
 * @param scratch memory to read into, used where it is large enough; nothing of it is kept
 * @throws FormatError as {@link parseHeader}, and when the file has become shorter
 * @throws DiskError when reading fails
 */
export function readHeader(fd: number, fileSize: number, path: string, scratch?: Uint8Array): NpyHeader {
  const first = Math.min(fileSize, FIRST_READ);
  let bytes = scratch !== undefined && scratch.length >= first ? scratch : new Uint8Array(first);
  let held = readInto(fd, bytes, 0, first, path);
  const extent = headerExtent(bytes.subarray(0, held), path, fileSize);
  if (extent > held) {
    if (bytes.length < extent) {
      const longer = new Uint8Array(extent);
      longer.set(bytes.subarray(0, held));
      bytes = longer;
    }
    held = readInto(fd, bytes, held, extent, path);
  }
  return parseHeader(bytes.subarray(0, held), { path, fileSize });
}

/** Reads the file from byte `start` to byte `end` into the same places of `bytes`; returns where the file ended. */
function readInto(fd: number, bytes: Uint8Array, start: number, end: number, path: string): number {
  let at = start;
  while (at < end) {
    const count = readSome(fd, bytes, at, end - at, path);
    if (count === 0) break;
    at += count;
  }
  return at;
}

function readSome(fd: number, bytes: Uint8Array, at: number, length: number, path: string): number {
  try {
    return readSync(fd, bytes, at, length, at);
  } catch (cause) {
    const code = systemCode(cause);
    if (code === "EISDIR") throw new FormatError(`${path}: this is a directory, not a file`, { path, cause });
    throw new DiskError(`${path}: the header could not be read (${code ?? "unknown error"})`, {
      path,
      cause,
    });
  }
}
