import { setTimeout } from "node:timers/promises";
import { CorruptError, StaleError } from "../../errors.js";
import type { Files } from "../../platform/files.js";
import type { OpenFile } from "../served/positioned-read.js";
import { readPieces } from "./pieces.js";

/** An open file as it was found, before it was opened. */
export interface FoundFile extends OpenFile {
  readonly size: number;
  readonly mtimeMs: number;
}

/** Systems write times of files by a clock that goes in steps, of 10 ms at most: within one, a change may leave no trace. */
const STEP = 20;

/**
 * Reads bytes of a file that nobody writes to: it is looked at when each piece has been read, since what is read by pieces
 * may else be of two versions.
 *
 * @throws StaleError where it was written to since it was found, CorruptError where it was cut short, DiskError
 */
export async function* readUnchanged(
  file: FoundFile,
  start: number,
  end: number,
  files: Files,
): AsyncGenerator<Uint8Array> {
  const age = Date.now() - file.mtimeMs;
  if (age >= 0 && age < STEP) await setTimeout(STEP - age);
  requireUnchanged(file, files);
  for await (const piece of readPieces(file, start, end, files)) {
    requireUnchanged(file, files);
    yield piece;
  }
}

function requireUnchanged({ fd, path, size, mtimeMs }: FoundFile, files: Files): void {
  const now = files.stat(fd, path);
  if (now.size < size) {
    throw new CorruptError(
      `${path}: the file had ${size} bytes and has ${now.size} by now; it was cut short`,
      { path },
    );
  }
  if (now.size === size && now.mtimeMs === mtimeMs) return;
  throw new StaleError(`${path}: the file was changed since it was found`, { path });
}
