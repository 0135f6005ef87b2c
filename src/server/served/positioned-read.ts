import { read } from "node:fs";
import { CorruptError } from "../../errors.js";
import { type Files, fileError } from "../../platform/files.js";

/** Up to so many bytes are read at once: to have them from the cache of the system costs less than to ask a thread for them. */
const AT_ONCE = 1 << 16;

/** The most that the system takes in one call is 2 GiB. */
const MAX_CALL = 1 << 30;

/** An open file that bytes are read from by their position. */
export interface OpenFile {
  readonly fd: number;
  readonly path: string;
}

/**
 * Reads bytes until the memory is full: few at once, many by a thread of the system's pool.
 *
 * @param at bytes from the start of the file
 * @throws CorruptError where the file ends before, DiskError
 */
export function readExactly(
  { fd, path }: OpenFile,
  into: Uint8Array,
  at: number,
  files: Files,
): undefined | Promise<void> {
  if (into.length > AT_ONCE) return readAside(fd, path, into, at);
  const count = files.read(fd, into, at, path);
  if (count < into.length) throw cutShort(path, at + count, at + into.length);
  return undefined;
}

async function readAside(fd: number, path: string, into: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const count = await readSome(fd, path, into, done, at + done);
    if (count === 0) throw cutShort(path, at + done, at + into.length);
    done += count;
  }
}

function readSome(fd: number, path: string, into: Uint8Array, done: number, at: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, into, done, Math.min(into.length - done, MAX_CALL), at, (error, count) => {
      if (error === null) resolve(count);
      else reject(fileError("read it", path, error));
    });
  });
}

function cutShort(path: string, end: number, wanted: number): CorruptError {
  return new CorruptError(
    `${path}: the file ends at byte ${end}, but bytes up to ${wanted} are needed; it was cut short`,
    { path },
  );
}
