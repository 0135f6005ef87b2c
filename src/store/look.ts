import { isMemmapError } from "../errors.js";
import type { Files } from "../platform/files.js";
import { type LastRecord, MAX_LAST_BYTES, parseLast } from "./last.js";
import type { StorePaths } from "./paths.js";
import { readFile } from "./read-file.js";
import { type CommitRecord, MAX_COMMIT_BYTES, parseCommit } from "./record.js";

/** What a store's records say at one moment. */
export interface Look {
  readonly last: LastRecord | undefined;
  /** The transaction that is committed and not yet applied. */
  readonly pending: CommitRecord | undefined;
  /** The bytes of `last`, by which a second look knows it again. */
  readonly bytes: Uint8Array | undefined;
}

/** The latest transaction of a look, pending or applied: what a reader that took it shows. */
export function latest({ last, pending }: Look): LastRecord | undefined {
  return pending ?? last;
}

/**
 * Reads `last`, then the record that follows it, by its name, then `last` again, until both times are the same. No lock
 * is needed.
 *
 * @param before an earlier look, so that what has not changed is not parsed again
 * @throws FormatError, CorruptError for a damaged `last`
 */
export function look(paths: StorePaths, files: Files, before?: Look): Look {
  for (let bytes = readLastBytes(paths, files); ; ) {
    const last = isSame(bytes, before?.bytes) ? before?.last : parsed(bytes, paths);
    const pending = readPending(paths, files, last);
    const again = readLastBytes(paths, files);
    if (isSame(bytes, again)) return { last, pending, bytes };
    bytes = again;
  }
}

function parsed(bytes: Uint8Array | undefined, paths: StorePaths): LastRecord | undefined {
  return bytes === undefined ? undefined : parseLast(bytes, paths.last);
}

function isSame(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return Buffer.compare(one, other) === 0;
}

/** The record that follows `last`; undefined where there is none, or none that counts. */
export function readPending(
  paths: StorePaths,
  files: Files,
  last: LastRecord | undefined,
): CommitRecord | undefined {
  const generation = (last?.generation ?? 0) + 1;
  const path = paths.commit(generation);
  const bytes = readIfThere(path, files, MAX_COMMIT_BYTES);
  if (bytes === undefined) return undefined;
  try {
    const record = parseCommit(bytes, path);
    return record.generation === generation && record.prev === (last?.txid ?? null) ? record : undefined;
  } catch (error) {
    // It is being written, or its writer died over it.
    if (isMemmapError(error, "FORMAT") || isMemmapError(error, "CORRUPT")) return undefined;
    throw error;
  }
}

/** The record of the last applied transaction; undefined where there is none. */
export function readLast(paths: StorePaths, files: Files): LastRecord | undefined {
  return parsed(readLastBytes(paths, files), paths);
}

function readLastBytes(paths: StorePaths, files: Files): Uint8Array | undefined {
  return readIfThere(paths.last, files, MAX_LAST_BYTES);
}

function readIfThere(path: string, files: Files, limit: number): Uint8Array | undefined {
  // Most often there is no record, and an error costs more than a look.
  if (files.look(path) === undefined) return undefined;
  try {
    return readFile(path, files, limit);
  } catch (error) {
    if (isMemmapError(error, "NOT_FOUND")) return undefined;
    throw error;
  }
}
