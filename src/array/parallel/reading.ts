import { IndexError, isMemmapError, type MemmapError } from "../../errors.js";
import { type FileIdentity, isSameFile } from "../../platform/index.js";
import { originOf } from "../file-storage.js";
import { extent } from "../layout.js";
import type { Strided } from "../strided.js";

/** Bytes of a file that are being read: those before `end`. */
interface FilePart {
  readonly file: FileIdentity;
  readonly end: number;
}

/** What some work reads of files while it waits for others. */
class Reading {
  readonly #parts: readonly FilePart[];
  /** Whose rows were discarded. */
  #lost: string | undefined;
  /** Why a file was not found any more. */
  #moved: MemmapError | undefined;

  constructor(arrays: readonly Strided[]) {
    this.#parts = arrays.flatMap(partOf);
  }

  discarded(label: string, from: FilePart): void {
    const isRead = this.#parts.some(({ file, end }) => from.end < end && isSameFile(file, from.file));
    if (isRead) this.#lost ??= label;
  }

  moved(file: FileIdentity, error: MemmapError): void {
    if (this.#parts.some((part) => isSameFile(part.file, file))) this.#moved ??= error;
  }

  /** What is to be said of an error of those that read. */
  explained(error: unknown): unknown {
    return isMemmapError(error, "STALE") ? (this.#moved ?? error) : error;
  }

  /** @throws IndexError where rows were discarded */
  readonly requireRows = (): void => {
    if (this.#lost === undefined) return;
    throw new IndexError(`rows of ${this.#lost} were discarded while they were read`);
  };
}

function partOf({ dtype, layout, bytes }: Strided): FilePart[] {
  const origin = originOf(bytes);
  if (origin === undefined) return [];
  const end = bytes.byteOffset + extent(layout, dtype.itemsize)[1];
  return [{ file: origin.identity, end }];
}

/** All work that is going on. */
const readings = new Set<Reading>();

/**
 * Tells whoever is reading that of a file only the bytes before `end` still are what they were: others may read zeros there, or
 * what came later.
 *
 * @param label what messages call the array
 */
export function noteDiscarded(label: string, file: FileIdentity, end: number): void {
  for (const reading of readings) reading.discarded(label, { file, end });
}

/**
 * Tells whoever is reading that a file has another name, or none. Who has opened it reads on.
 *
 * @param error what is to be said by those who have not
 */
export function noteMoved(file: FileIdentity, error: MemmapError): void {
  for (const reading of readings) reading.moved(file, error);
}

/**
 * Does work that waits for others while they read arrays. It begins at once, so that the arrays are those of now.
 *
 * @param work can look itself whether all rows are there, before it goes on with what others read
 * @throws IndexError where rows of the arrays were discarded meanwhile, whatever came of the work; the reason of a signal
 */
export async function whileThere<T>(
  arrays: readonly Strided[],
  { signal }: { readonly signal?: AbortSignal | undefined },
  work: (requireRows: () => void) => Promise<T>,
): Promise<T> {
  const reading = new Reading(arrays);
  readings.add(reading);
  try {
    const result = await work(reading.requireRows);
    reading.requireRows();
    return result;
  } catch (error) {
    // What others made of rows that were not there is of less use.
    if (signal?.aborted !== true) reading.requireRows();
    throw reading.explained(error);
  } finally {
    readings.delete(reading);
  }
}
