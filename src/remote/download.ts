import { constants } from "node:fs";
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { resolve } from "node:path";
import {
  DiskError,
  ExistsError,
  IndexError,
  LockedError,
  MemmapError,
  RemoteError,
  StaleError,
  systemCode,
  TimeoutError,
} from "../errors.js";
import { tryLock } from "../platform/kernel-lock.js";
import type { Connection, Download, RequestOptions } from "./connection.js";
import { readNote, writeNote } from "./download-note.js";

/** Options of a download to a local file. */
export interface DownloadOptions extends RequestOptions {
  /** Whether what is there of an earlier attempt is gone on with, and what a failure leaves is kept for that; true when left out. */
  readonly resume?: boolean | undefined;
  /** Whether a file that is there is replaced; false when left out. */
  readonly overwrite?: boolean | undefined;
}

/** What was downloaded. */
export interface DownloadResult {
  /** The local file. */
  readonly path: string;
  /** Its bytes. */
  readonly size: number;
  /** How many of them were there from an earlier attempt. */
  readonly resumed: number;
  /** The server's name of this version. */
  readonly etag: string | undefined;
}

/**
 * Downloads to a local file. Until it is whole it is another beside it, whose name ends in `.part`, with a note of what it is
 * part of in `.part.json`.
 *
 * @throws ExistsError, LockedError where somebody else downloads to it, DiskError; and as {@link Connection.download}
 */
export async function downloadTo(
  connection: Connection,
  path: string,
  localPath: string,
  { resume = true, overwrite = false, ...request }: DownloadOptions,
): Promise<DownloadResult> {
  request.signal?.throwIfAborted();
  const target = resolve(localPath);
  await requireFree(target, overwrite);
  const part = `${target}.part`;
  const notePath = `${part}.json`;
  const handle = await openPart(part);
  let isKept = false;
  try {
    const source = { url: connection.url, path };
    let note = resume ? await readNote(notePath, source) : undefined;
    // What is there was paid for: no failure of this call takes it away.
    isKept = note !== undefined;
    for (let again = 0; ; again++) {
      let download: Download | undefined;
      const start = note === undefined ? 0 : await wholeUntil(handle, note.size);
      try {
        const ifRange = start === 0 ? undefined : note?.validator;
        // The one byte that is always asked for proves that it is still the same file, however much of it is there.
        download = await connection.download(path, { start, ifRange }, shifted(request, start));
        const { validator, size, offset } = download;
        await onDisk(part, handle.truncate(offset));
        note = validator === undefined ? undefined : { ...source, validator, size };
        await writeNote(notePath, note);
        isKept = resume && note !== undefined;
        const written = await writeAll(handle, download, part);
        await onDisk(part, handle.sync());
        await requireFree(target, overwrite);
        await onDisk(target, rename(part, target));
        await rm(notePath, { force: true });
        return { path: target, size: written, resumed: offset, etag: download.etag };
      } catch (error) {
        if (!isAnew(error, download, start) || (again >= connection.retries && start === 0)) throw error;
        // A server that does not heed what it is asked would give parts of the other version again and again.
        note = undefined;
      }
    }
  } catch (error) {
    if (!isKept) await Promise.all([rm(part, { force: true }), rm(notePath, { force: true })]);
    throw error;
  } finally {
    await handle.close();
  }
}

/** Whether to begin again: the file changed meanwhile or is shorter by now, or broke off on a server that cannot go on. */
function isAnew(error: unknown, download: Download | undefined, start: number): boolean {
  if (error instanceof StaleError || (error instanceof IndexError && start > 0)) return true;
  if (download === undefined || download.validator !== undefined) return false;
  return error instanceof TimeoutError || (error instanceof RemoteError && error.status === undefined);
}

/** Where to go on: behind what is there, but not behind the last byte. */
async function wholeUntil(handle: FileHandle, size: number | undefined): Promise<number> {
  const bytes = (await handle.stat()).size;
  return size === undefined ? bytes : Math.max(Math.min(bytes, size - 1), 0);
}

/** Progress as of the whole file. */
function shifted({ onProgress, ...request }: RequestOptions, start: number): RequestOptions {
  if (onProgress === undefined || start === 0) return { ...request, onProgress };
  return {
    ...request,
    onProgress: ({ bytes, total }) =>
      onProgress({ bytes: bytes + start, total: total === undefined ? undefined : total + start }),
  };
}

/** @returns the bytes of the whole file */
async function writeAll(handle: FileHandle, { body, offset }: Download, part: string): Promise<number> {
  let at = offset;
  for await (const piece of body) {
    for (let from = 0; from < piece.length; ) {
      const { bytesWritten } = await onDisk(part, handle.write(piece, from, piece.length - from, at));
      from += bytesWritten;
      at += bytesWritten;
    }
  }
  return at;
}

/** @throws ExistsError */
async function requireFree(target: string, overwrite: boolean): Promise<void> {
  const found = await stat(target).catch(() => undefined);
  if (found === undefined || (overwrite && found.isFile())) return;
  const remedy = found.isFile() ? "; overwrite: true replaces it" : " and is no file";
  throw new ExistsError(`${target} exists${remedy}`, { path: target });
}

/** The file that is written to, which is this process's alone. @throws LockedError, DiskError */
async function openPart(part: string): Promise<FileHandle> {
  const flags = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
  const handle = await onDisk(part, open(part, flags, 0o666));
  try {
    // Whoever held it until now may have given it its last name: then it is no part any more.
    if (tryLock(handle.fd, part) && (await isAt(handle, part))) return handle;
    throw new LockedError(`${part} is being written to by another download`, { path: part });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function isAt(handle: FileHandle, path: string): Promise<boolean> {
  const [one, other] = await Promise.all([
    handle.stat({ bigint: true }),
    stat(path, { bigint: true }).catch(() => undefined),
  ]);
  return other !== undefined && one.ino === other.ino && one.dev === other.dev;
}

/** @throws DiskError */
async function onDisk<T>(path: string, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (cause) {
    if (cause instanceof MemmapError) throw cause;
    const code = systemCode(cause);
    throw new DiskError(`cannot write ${path}${code === undefined ? "" : `: ${code}`}`, { path, cause });
  }
}
