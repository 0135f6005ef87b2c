import { bytesAt, countOf, type RawVector } from "./raw-vector.js";
import { Scratch } from "./scratch.js";

/** DuckDB's strings: a length, and 12 bytes for the string itself or for its first four and the address of all. */
export const ITEMSIZE = 16;
/** The longest that stand there themselves. */
export const INLINE = 12;
const HIGH_BITS = 0x80808080 | 0;

/** The UTF-8 of some strings. */
export interface Texts {
  readonly count: number;
  /** Where the strings lie. */
  readonly bytes: Uint8Array;
  /** Where each begins in `bytes`. */
  readonly starts: Uint32Array;
  /** Bytes of each; 0 for nulls. */
  readonly lengths: Uint32Array;
  /** Whether all are ASCII. */
  readonly isAscii: boolean;
}

/** Strings in memory of DuckDB's that lie one behind the other. */
interface Run {
  readonly vector: Uint8Array;
  /** The place of the first one's address. */
  readonly offset: number;
  length: number;
}

/** Collects the strings of vectors. Each result is good until the next one. */
export class TextReader {
  readonly #bytes = new Scratch();
  readonly #starts = new Scratch();
  readonly #lengths = new Scratch();

  read(vectors: readonly RawVector[], nulls: Uint8Array | undefined): Texts {
    const count = countOf(vectors);
    const starts = this.#starts.words(count);
    const lengths = this.#lengths.words(count);
    const inline = vectors.map((vector) => vector.bytes(ITEMSIZE));
    const runs: Run[] = [];
    let high = 0;
    let at = 0;
    let end = count * ITEMSIZE;
    for (const vector of inline) {
      const words = new Uint32Array(vector.buffer, vector.byteOffset, vector.length / 4);
      let run: Run | undefined;
      let low = 0;
      let upper = 0;
      for (let w = 0; w < words.length; w += 4, at++) {
        const length = nulls?.[at] === 1 ? 0 : (words[w] ?? 0);
        lengths[at] = length;
        if (length <= INLINE) {
          starts[at] = at * ITEMSIZE + 4;
          if (length > 0) high |= (words[w + 1] ?? 0) | (words[w + 2] ?? 0) | (words[w + 3] ?? 0);
          continue;
        }
        starts[at] = end;
        end += length;
        // Neighbours in memory are fetched together: a call costs more than their bytes.
        if (run !== undefined && words[w + 2] === low && words[w + 3] === upper) run.length += length;
        else runs.push((run = { vector, offset: w * 4 + 8, length }));
        low = (words[w + 2] ?? 0) + length;
        upper = words[w + 3] ?? 0;
      }
    }
    const bytes = this.#gather(inline, runs, end);
    const isAscii = (high & HIGH_BITS) === 0 && isAsciiBytes(bytes.subarray(count * ITEMSIZE));
    return { count, bytes, starts, lengths, isAscii };
  }

  #gather(inline: readonly Uint8Array[], runs: readonly Run[], length: number): Uint8Array {
    const bytes = this.#bytes.take(length);
    let at = 0;
    for (const vector of inline) {
      bytes.set(vector, at);
      at += vector.length;
    }
    for (const run of runs) {
      bytes.set(bytesAt(run.vector, run.offset, run.length), at);
      at += run.length;
    }
    return bytes;
  }
}

function isAsciiBytes(bytes: Uint8Array): boolean {
  let bits = 0;
  for (let i = 0; i < bytes.length; i++) bits |= bytes[i] ?? 0;
  return bits < 0x80;
}

/** Whether a string ends in NUL, which padding could not be told from. */
export function endInNul({ count, bytes, starts, lengths }: Texts): boolean {
  for (let i = 0; i < count; i++) {
    const length = lengths[i] ?? 0;
    if (length > 0 && bytes[(starts[i] ?? 0) + length - 1] === 0) return true;
  }
  return false;
}

/** The width that the strings need: code points or bytes. */
export function widthOf({ count, bytes, starts, lengths, isAscii }: Texts, kind: "U" | "S"): number {
  let widest = 1;
  for (let i = 0; i < count; i++) {
    const length = lengths[i] ?? 0;
    // No string has more code points than bytes.
    if (length <= widest) continue;
    widest = Math.max(widest, isAscii || kind === "S" ? length : points(bytes, starts[i] ?? 0, length));
  }
  return widest;
}

function points(bytes: Uint8Array, start: number, length: number): number {
  let count = 0;
  for (let i = start; i < start + length; i++) if (((bytes[i] ?? 0) & 0xc0) !== 0x80) count++;
  return count;
}

/** Stores the strings as `S`, into zeros. */
export function storeBytes({ count, bytes, starts, lengths }: Texts, to: Uint8Array, width: number): void {
  for (let i = 0; i < count; i++) {
    const start = starts[i] ?? 0;
    const length = lengths[i] ?? 0;
    if (length > 2 * INLINE) to.set(bytes.subarray(start, start + length), i * width);
    else for (let k = 0; k < length; k++) to[i * width + k] = bytes[start + k] ?? 0;
  }
}

/** Stores the strings as `U`, into zeros. */
export function storePoints(texts: Texts, to: Uint32Array, width: number): void {
  const { count, bytes, starts, lengths, isAscii } = texts;
  for (let i = 0; i < count; i++) {
    const start = starts[i] ?? 0;
    const length = lengths[i] ?? 0;
    const base = i * width;
    if (isAscii) for (let k = 0; k < length; k++) to[base + k] = bytes[start + k] ?? 0;
    else decode(bytes, start, start + length, to, base);
  }
}

/** UTF-8 that is known to be valid, as code points. */
function decode(bytes: Uint8Array, start: number, end: number, to: Uint32Array, base: number): void {
  let at = base;
  for (let i = start; i < end; ) {
    const first = bytes[i++] ?? 0;
    const following = first < 0xc0 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    let point = following === 0 ? first : first & (0x3f >> following);
    for (let k = 0; k < following; k++) point = (point << 6) | ((bytes[i++] ?? 0) & 0x3f);
    to[at++] = point;
  }
}

/** The strings as JavaScript's. */
export function strings({ count, bytes, starts, lengths }: Texts): string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: count }, (_, i) => {
    const start = starts[i] ?? 0;
    return buffer.toString("utf8", start, start + (lengths[i] ?? 0));
  });
}

/** The bytes of each, copied. */
export function blobs({ count, bytes, starts, lengths }: Texts): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => {
    const start = starts[i] ?? 0;
    return bytes.slice(start, start + (lengths[i] ?? 0));
  });
}
