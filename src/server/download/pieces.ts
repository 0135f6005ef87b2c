import type { Files } from "../../platform/files.js";
import { type OpenFile, readExactly } from "../served/positioned-read.js";

/** Bytes that are read at once. */
export const PIECE = 2 ** 18;

/**
 * Reads bytes of an open file in pieces, the next one while one is used. A piece is valid until the next is
 * asked for.
 *
 * @throws CorruptError where the file ends before, DiskError
 */
export async function* readPieces(
  file: OpenFile,
  start: number,
  end: number,
  files: Files,
): AsyncGenerator<Uint8Array> {
  let at = start;
  const begin = (buffer: Uint8Array) => {
    const piece = buffer.subarray(0, end - at);
    const done = readExactly(file, piece, at, files);
    // Whoever waits for it hears of it.
    done?.catch(() => undefined);
    at += piece.length;
    return { piece, done };
  };
  const size = Math.min(PIECE, end - start);
  if (size <= 0) return;
  let free: Uint8Array = new Uint8Array(end - start > size ? size : 0);
  let ahead = begin(new Uint8Array(size));
  try {
    for (;;) {
      const { piece, done } = ahead;
      await done;
      if (at >= end) {
        yield piece;
        return;
      }
      ahead = begin(free);
      yield piece;
      free = new Uint8Array(piece.buffer);
    }
  } finally {
    // Whoever closes the file must not do so while it is read.
    await ahead.done?.catch(() => undefined);
  }
}

/** Joins small pieces to larger ones. A piece is valid until the next is asked for. */
export async function* gathered(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const room = new Uint8Array(PIECE);
  let used = 0;
  for await (const piece of pieces) {
    if (used > 0 && used + piece.length > room.length) {
      yield room.subarray(0, used);
      used = 0;
    }
    if (piece.length > room.length / 2) {
      if (used > 0) yield room.subarray(0, used);
      used = 0;
      yield piece;
    } else {
      room.set(piece, used);
      used += piece.length;
    }
  }
  if (used > 0) yield room.subarray(0, used);
}
