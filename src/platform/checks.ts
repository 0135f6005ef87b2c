import { fstatSync } from "node:fs";
import { ClosedError, CorruptError, IndexError, LimitError, UnsupportedError } from "../errors.js";
import { MAP_UNIT } from "./platform.js";
import { diskError } from "./system-error.js";

/** Native calls coerce what is no whole number in silence (1.5 to 1, NaN to 0, -1 to 2^64 - 1): none may reach them. */
export function checkBytes(name: string, value: number, path: string): void {
  if (Number.isSafeInteger(value) && value >= 0) return;
  throw new LimitError(
    `${name} of ${path} must be a whole number of bytes from 0 to 2^53 - 1, not ${value}`,
    {
      path,
    },
  );
}

/** The part [offset, offset + length) of `whole` bytes; to the end without a length. */
export function checkPart(
  offset: number,
  length: number | undefined,
  whole: number,
  path: string,
): { offset: number; length: number } {
  checkBytes("an offset", offset, path);
  const part = length ?? Math.max(whole - offset, 0);
  checkBytes("a length", part, path);
  if (offset + part > whole) {
    const end = offset + part;
    throw new IndexError(`bytes ${offset} to ${end} are outside the ${whole} mapped of ${path}`, { path });
  }
  return { offset, length: part };
}

/** Refuses a map of bytes that the file does not have: touching them would end the process. */
export function checkFileHolds(fd: number, length: number, path: string): void {
  let size: number;
  try {
    size = fstatSync(fd).size;
  } catch (cause) {
    throw diskError(`cannot read the size of ${path}`, path, cause);
  }
  if (size < length) {
    throw new CorruptError(`${path} has ${size} bytes, but ${length} were to be mapped`, { path });
  }
}

/** Refuses places that no map can begin at. */
export function checkMapOffset(offset: number, path: string): void {
  checkBytes("the offset", offset, path);
  if (offset % MAP_UNIT === 0) return;
  throw new LimitError(`${path}: a map begins at a multiple of ${MAP_UNIT} bytes, not at ${offset}`, {
    path,
  });
}

/** Refuses lengths beyond one ArrayBuffer of this Node, which would otherwise abort the process or map less. */
export function checkMapLength(length: number, most: number, path: string): void {
  checkBytes("the length", length, path);
  if (length <= most) return;
  throw new LimitError(
    `${path} has ${length} bytes to map, but one map can have ${most} on Node ${process.versions.node}`,
    { path },
  );
}

export function closedError(path: string): ClosedError {
  return new ClosedError(`the mapping of ${path} is closed`, { path });
}

/** The taker of a view has its memory under another ArrayBuffer, which nobody but he knows. */
export function movedError(path: string): ClosedError {
  return new ClosedError(
    `the bytes of ${path} were moved out of its mapping (by transfer(), or a byte stream that took a view of them) ` +
      "and cannot be taken back; hand over a copy instead, as slice() makes it",
    { path },
  );
}

export function notDetachedError(path: string, cause: unknown): UnsupportedError {
  return new UnsupportedError(
    `the bytes of ${path} cannot be taken from its typed arrays and stay mapped: was its buffer marked as untransferable?`,
    { path, cause },
  );
}
