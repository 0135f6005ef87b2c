import { isMemmapError, StaleError } from "../errors.js";
import type { Files } from "../platform/files.js";
import { type FileIdentity, identityOf, isSameFile } from "../platform/index.js";
import { originOf } from "./file-storage.js";
import { MappedFiles } from "./mapped-files.js";

/** Where another thread finds some bytes; a structured clone of it says the same. */
export type SharedBytes =
  | {
      readonly kind: "memory";
      readonly buffer: SharedArrayBuffer;
      readonly offset: number;
      readonly length: number;
    }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly identity: FileIdentity;
      readonly offset: number;
      readonly length: number;
    };

/**
 * Where another thread finds these bytes; undefined where it cannot.
 *
 * @param now the name that their file has now, where that is known: it was mapped by another one if it was new
 */
export function shareBytes(bytes: Uint8Array, files: Files, now?: string): SharedBytes | undefined {
  const { buffer, byteOffset, length } = bytes;
  if (buffer instanceof SharedArrayBuffer) return { kind: "memory", buffer, offset: byteOffset, length };
  const origin = originOf(bytes);
  if (origin === undefined) return undefined;
  const { identity } = origin;
  const end = byteOffset + length;
  const path = [now ?? origin.path, origin.path].find((name) => isAt(name, identity, end, files));
  return path === undefined ? undefined : { kind: "file", path, identity, offset: byteOffset, length };
}

/** Whether a file is there by that name, and has so many bytes. */
function isAt(path: string, identity: FileIdentity, length: number, files: Files): boolean {
  try {
    const there = files.look(path);
    return there !== undefined && isSameFile(identityOf(there), identity) && there.size >= length;
  } catch (error) {
    if (isMemmapError(error)) return false;
    throw error;
  }
}

/** What threads share counts for nothing when it is decided to collect garbage. These, which nobody touches, count for it. */
const counted = new WeakMap<SharedArrayBuffer, Uint8Array>();
/** So much makes itself felt. */
const MOST_COUNTED = 1 << 26;

/** Has memory that threads share make itself felt in this one: it is there until no thread has it any more. */
export function countAsGarbage(buffer: SharedArrayBuffer): void {
  if (counted.has(buffer)) return;
  counted.set(buffer, Buffer.allocUnsafeSlow(Math.min(buffer.byteLength, MOST_COUNTED)));
}

const mapped = new MappedFiles();

/** Does work in which all bytes that it opens stay good. */
export async function holdingBytes<T>(work: () => Promise<T>): Promise<T> {
  mapped.hold();
  try {
    return await work();
  } finally {
    mapped.letGo();
  }
}

/**
 * The bytes, in any thread. A file is mapped for as long as this thread reads it again and again: they are to be used at
 * once, but within {@link holdingBytes}.
 *
 * @throws StaleError where the file is another one by now, CorruptError where it is shorter, DiskError
 */
export function openBytes(shared: SharedBytes): Uint8Array {
  if (shared.kind === "memory") {
    countAsGarbage(shared.buffer);
    return new Uint8Array(shared.buffer, shared.offset, shared.length);
  }
  const { path, identity, offset, length } = shared;
  const bytes = mapped.bytes(path, identity, offset + length);
  if (bytes !== undefined) return bytes.subarray(offset, offset + length);
  throw new StaleError(`${path}: the file was replaced while it was read; read it again`, { path });
}
