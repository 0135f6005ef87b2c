import { bytesAt, type RawVector } from "./raw-vector.js";

/** DuckDB's strings: a length, and 12 bytes for the string itself or for its first four and the address of all. */
const ITEMSIZE = 16;
const INLINE = 12;
const HIGH_BITS = 0x80808080 | 0;

/** The UTF-8 of a vector's strings. */
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

/** Collects the strings of a vector. Long ones that lie one behind the other are fetched together. */
export function textsOf(vector: RawVector, nulls: Uint8Array | undefined): Texts {
  const { count } = vector;
  const inline = vector.bytes(ITEMSIZE);
  const words = new Uint32Array(inline.buffer, inline.byteOffset, count * 4);
  const starts = new Uint32Array(count);
  const lengths = new Uint32Array(count);
  const runs = new Runs(inline);
  let high = 0;
  for (let i = 0; i < count; i++) {
    const length = nulls?.[i] === 1 ? 0 : (words[4 * i] ?? 0);
    lengths[i] = length;
    if (length > INLINE) {
      starts[i] = inline.length + runs.add(i, words[4 * i + 2] ?? 0, words[4 * i + 3] ?? 0, length);
    } else {
      starts[i] = i * ITEMSIZE + 4;
      if (length > 0) high |= (words[4 * i + 1] ?? 0) | (words[4 * i + 2] ?? 0) | (words[4 * i + 3] ?? 0);
    }
  }
  const long = runs.bytes();
  const bytes = long.length === 0 ? inline : Buffer.concat([inline, long]);
  return { count, bytes, starts, lengths, isAscii: (high & HIGH_BITS) === 0 && isAsciiBytes(long) };
}

/** Strings in memory of DuckDB's, gathered so that neighbours are one piece. */
class Runs {
  readonly #vector: Uint8Array;
  readonly #pieces: { readonly item: number; length: number }[] = [];
  #low = -1;
  #high = -1;
  #total = 0;

  constructor(vector: Uint8Array) {
    this.#vector = vector;
  }

  /** @returns where the string will begin */
  add(item: number, low: number, high: number, length: number): number {
    const last = this.#pieces.at(-1);
    if (last !== undefined && low === this.#low && high === this.#high) last.length += length;
    else this.#pieces.push({ item, length });
    this.#low = low + length;
    this.#high = high;
    this.#total += length;
    return this.#total - length;
  }

  bytes(): Uint8Array {
    return Buffer.concat(
      this.#pieces.map(({ item, length }) => bytesAt(this.#vector, item * ITEMSIZE + 8, length)),
    );
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

/** Stores the strings as `S`, from an item on. */
export function storeBytes(
  { count, bytes, starts, lengths }: Texts,
  to: Uint8Array,
  at: number,
  width: number,
): void {
  for (let i = 0; i < count; i++) {
    const start = starts[i] ?? 0;
    const length = lengths[i] ?? 0;
    const base = (at + i) * width;
    if (length > 2 * INLINE) to.set(bytes.subarray(start, start + length), base);
    else for (let k = 0; k < length; k++) to[base + k] = bytes[start + k] ?? 0;
  }
}

/** Stores the strings as `U`, from an item on. */
export function storePoints(texts: Texts, to: Uint32Array, at: number, width: number): void {
  const { count, bytes, starts, lengths, isAscii } = texts;
  for (let i = 0; i < count; i++) {
    const start = starts[i] ?? 0;
    const length = lengths[i] ?? 0;
    const base = (at + i) * width;
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
    return Uint8Array.prototype.slice.call(bytes, start, start + (lengths[i] ?? 0));
  });
}
