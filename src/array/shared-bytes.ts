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

/** Where another thread finds these bytes; undefined where it cannot. */
export function shareBytes(bytes: Uint8Array, files: Files): SharedBytes | undefined {
  const { buffer, byteOffset, length } = bytes;
  if (buffer instanceof SharedArrayBuffer) return { kind: "memory", buffer, offset: byteOffset, length };
  const origin = originOf(bytes);
  if (origin === undefined) return undefined;
  const { path, identity } = origin;
  try {
    // The file may have another name by now, or none.
    const there = files.look(path);
    if (there === undefined || !isSameFile(identityOf(there), identity)) return undefined;
  } catch (error) {
    if (isMemmapError(error)) return undefined;
    throw error;
  }
  return { kind: "file", path, identity, offset: byteOffset, length };
}

const mapped = new MappedFiles();

/**
 * The bytes, in any thread. A file is mapped for as long as this thread reads it again and again: they are to be used at
 * once.
 *
 * @throws StaleError where the file is another one by now, CorruptError where it is shorter, DiskError
 */
export function openBytes(shared: SharedBytes): Uint8Array {
  if (shared.kind === "memory") return new Uint8Array(shared.buffer, shared.offset, shared.length);
  const { path, identity, offset, length } = shared;
  const bytes = mapped.bytes(path, identity, offset + length);
  if (bytes !== undefined) return bytes.subarray(offset, offset + length);
  throw new StaleError(`${path}: the file was replaced while it was read; read it again`, { path });
}
