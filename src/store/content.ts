import { CorruptError } from "../errors.js";
import type { Files } from "../platform/files.js";

/** Who fills a new column's file, where it is not to be zeros. */
export interface Filling {
  /** The bytes of all rows, in C order: whole, or block by block. */
  readonly content?: Uint8Array | Iterable<Uint8Array> | undefined;
  /**
   * Whether the caller writes every byte himself before the commit, into the file that the column's `path` names, from
   * `dataOffset` on. A file below 8 MiB is no longer than what was written, so that it cannot be mapped before.
   */
  readonly isFilled?: boolean | undefined;
}

/** Files up to so many bytes are written in one call. */
const SMALL = 1 << 16;

/** Files from so many bytes on get their room first: where the disk is full, it shows before the work is done. */
const LARGE = 8 * 2 ** 20;

/**
 * Makes a new file, which is empty yet: a header, and so many bytes. Zeros have disk behind them, since they may be
 * mapped; bytes that are written get it by that.
 *
 * @param to the path that it will have, for messages
 * @returns how many bytes of it are there from now on
 * @throws CorruptError where the content has more bytes, or fewer
 */
export function fill(
  fd: number,
  header: Uint8Array,
  length: number,
  { content, isFilled = false }: Filling,
  path: string,
  to: string,
  files: Files,
): number {
  const end = header.length + length;
  const isWritten = content !== undefined || isFilled;
  // Of an empty file, no page has bytes behind the end that would have to be zeroed.
  if (!isWritten || end >= LARGE) files.extend(fd, 0, end, path);
  if (content === undefined) {
    if (header.length > 0) files.write(fd, header, 0, path);
    return isFilled && end < LARGE ? header.length : end;
  }
  const misfit = (found: string) =>
    new CorruptError(`${to}: ${found} bytes came, where its rows have ${length}`, { path: to });
  const whole = end <= SMALL ? Buffer.allocUnsafe(end) : undefined;
  let at = 0;
  const take = (block: Uint8Array): void => {
    const next = at + block.length;
    if (next > end) throw misfit(`at least ${next - header.length}`);
    if (whole !== undefined) whole.set(block, at);
    else files.write(fd, block, at, path);
    at = next;
  };
  take(header);
  if (content instanceof Uint8Array) take(content);
  else for (const block of content) take(block);
  if (at < end) throw misfit(String(at - header.length));
  if (whole !== undefined) files.write(fd, whole, 0, path);
  return end;
}
