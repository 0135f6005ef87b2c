import type { Mapping } from "../platform/index.js";
import { mappingOf } from "./file-storage.js";
import { extent, type Layout } from "./layout.js";
import type { Strided } from "./strided.js";

/** Arrays of fewer bytes are read before advice would have helped. */
export const SCAN_BYTES = 1 << 24;

/** Bytes that are looked at together, one such window before they are read. */
const WINDOW = 1 << 23;

/** Bytes that are asked for together: of more, systems read the first alone, 128 KiB where nobody set anything else. */
const REQUEST = 1 << 17;

/**
 * Pieces of an array that are going to be read one after the other. The system is told so where the bytes to come are on the disk:
 * it then reads them while those before them are worked on. What is in memory costs one look at a page for 8 MiB.
 *
 * @param pieces in the order in which they are read, mostly ascending in memory
 */
export function scanned<Piece>(
  array: Strided,
  pieces: Iterable<Piece>,
  layoutOf: (piece: Piece) => Layout,
): Iterable<Piece> {
  const { dtype, layout, bytes } = array;
  const [from, to] = extent(layout, dtype.itemsize);
  const mapping = to - from < SCAN_BYTES ? undefined : mappingOf(bytes);
  if (mapping === undefined) return pieces;
  const scan = new Scan(mapping, bytes.byteOffset + from, bytes.byteOffset + to);
  const startOf = (piece: Piece) => bytes.byteOffset + extent(layoutOf(piece), dtype.itemsize)[0];
  return advised(scan, pieces, startOf);
}

/** Whether all of an array that is mapped seems to be in memory: one page of each 8 MiB is. */
export function isCached({ dtype, layout, bytes }: Strided): boolean {
  const [from, to] = extent(layout, dtype.itemsize);
  const mapping = mappingOf(bytes);
  if (mapping === undefined || from >= to) return true;
  for (let at = bytes.byteOffset + from; at < bytes.byteOffset + to; at += WINDOW) {
    if (!mapping.holds(at)) return false;
  }
  return mapping.holds(bytes.byteOffset + to - 1);
}

function* advised<Piece>(
  scan: Scan,
  pieces: Iterable<Piece>,
  startOf: (piece: Piece) => number,
): Generator<Piece> {
  try {
    for (const piece of pieces) {
      scan.reach(startOf(piece));
      yield piece;
    }
  } finally {
    scan.end();
  }
}

/** One reading of the bytes [from, to) of a map. */
class Scan {
  readonly #mapping: Mapping;
  readonly #from: number;
  readonly #to: number;
  /** The end of what has been looked at. */
  #seen: number;
  #isSequential = false;

  constructor(mapping: Mapping, from: number, to: number) {
    this.#mapping = mapping;
    this.#from = from;
    this.#to = to;
    this.#seen = from;
  }

  /** Looks ahead, when the reading has come to `start`. */
  reach(start: number): void {
    if (start + WINDOW <= this.#seen || this.#mapping.closed) return;
    const from = Math.max(start, this.#seen);
    const to = Math.min(from + WINDOW, this.#to);
    if (from >= to) return;
    this.#seen = to;
    if (this.#mapping.holds(to - 1)) return;
    this.#advise("sequential");
    for (let at = from; at < to; at += REQUEST) {
      this.#mapping.advise("willneed", at, Math.min(REQUEST, to - at));
    }
  }

  /** Who looks here and there afterwards is not to be read to far beyond. */
  end(): void {
    if (this.#isSequential && !this.#mapping.closed) this.#advise("normal");
  }

  #advise(advice: "sequential" | "normal"): void {
    const isSequential = advice === "sequential";
    if (isSequential === this.#isSequential) return;
    this.#isSequential = isSequential;
    this.#mapping.advise(advice, this.#from, this.#to - this.#from);
  }
}
