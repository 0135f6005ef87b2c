import type { Strided } from "../array/index.js";
import { FIRST_CODE, type GroupMemory, RowCoder } from "../compute/index.js";
import { KeyReader, rowsAtATime, rowsIn } from "./key-rows.js";

/** The code of each row, a word each in a memory of groups. */
export interface RowCodes {
  readonly at: number;
  /** All codes are below. */
  readonly places: number;
  /** The most different codes that there can be. */
  readonly most: number;
}

/** Rows that are read at a time. */
const BLOCK_ROWS = 1 << 16;

/** The most places that integers are told apart by, each by its own; more are looked up. */
const MAX_PLACES = 1 << 20;
const FEW_PLACES = 1 << 12;

function areFew(places: number, rows: number): boolean {
  return places <= Math.min(MAX_PLACES, Math.max(FEW_PLACES, 2 * rows));
}

/** Codes of the rows `start` to before `end`: equal where all keys are. None is 0. */
export function codeRows(
  memory: GroupMemory,
  keys: readonly Strided[],
  start: number,
  end: number,
): RowCodes | undefined {
  const rows = end - start;
  return keys
    .map((key) => codeColumn(memory, rowsIn(key, start, end), rows))
    .reduce<RowCodes | undefined>((a, b) => (a === undefined ? b : codePairs(memory, a, b, rows)), undefined);
}

function codeColumn(memory: GroupMemory, keys: Strided, rows: number): RowCodes {
  const { kind, itemsize, step } = keys.dtype;
  if ("biu".includes(kind) && itemsize <= 4) return codeNarrow(memory, keys, rows);
  if (step !== undefined || kind === "i" || kind === "u") return codeWide(memory, keys, rows);
  const at = memory.take(4 * rows);
  const size = new KeyReader(keys.dtype).size;
  const count = Math.min(rows, rowsAtATime(BLOCK_ROWS, size));
  const block = memory.take(count * size);
  const coder = new RowCoder(memory, size);
  eachBlock(keys, rows, count, (bytes, from, to) => {
    memory.u1(block, bytes.length).set(bytes);
    coder.code(block, to - from, at + 4 * from);
  });
  return coded(at, coder);
}

function coded(at: number, { length }: RowCoder): RowCodes {
  return { at, places: length + FIRST_CODE, most: length };
}

/** Reads the rows block by block, as rows of bytes. */
function eachBlock(
  keys: Strided,
  rows: number,
  count: number,
  visit: (bytes: Uint8Array, from: number, to: number) => void,
): void {
  const reader = new KeyReader(keys.dtype);
  for (let from = 0; from < rows; from += count) {
    const to = Math.min(from + count, rows);
    visit(reader.rows(rowsIn(keys, from, to)), from, to);
  }
}

/** Integers of up to 32 bits: by their own place where they are near one another. */
function codeNarrow(memory: GroupMemory, keys: Strided, rows: number): RowCodes {
  const { kind, itemsize } = keys.dtype;
  const { kernels } = memory;
  const at = memory.take(4 * rows);
  const range = memory.take(8);
  const flip = kind === "u" && itemsize === 4 ? 2 ** 31 : 0;
  const reader = new KeyReader(keys.dtype);
  let least = 2 ** 31;
  let greatest = -(2 ** 31) - 1;
  for (let from = 0; from < rows; from += BLOCK_ROWS) {
    const to = Math.min(from + BLOCK_ROWS, rows);
    const values = reader.values(rowsIn(keys, from, to));
    if (values instanceof BigInt64Array || values instanceof BigUint64Array) continue;
    // An array of its own kind is copied faster than it is converted.
    (flip === 0 ? memory.i4(at + 4 * from, to - from) : memory.u4(at + 4 * from, to - from)).set(values);
    kernels.groupRange32(at + 4 * from, to - from, flip, range);
    const [low, high] = memory.i4(range, 2);
    least = Math.min(least, low);
    greatest = Math.max(greatest, high);
  }
  const places = greatest - least + 1 + FIRST_CODE;
  if (areFew(places, rows)) {
    kernels.groupPlaces32(at, rows, least ^ flip, at);
    return { at, places, most: places - FIRST_CODE };
  }
  const coder = new RowCoder(memory, 4);
  coder.code(at, rows, at);
  return coded(at, coder);
}

/** Integers of 64 bits and dates, likewise. */
function codeWide(memory: GroupMemory, keys: Strided, rows: number): RowCodes {
  const { kind, step } = keys.dtype;
  const { kernels } = memory;
  const at = memory.take(4 * rows);
  const values = memory.take(8 * rows);
  const range = memory.take(16);
  const flip = kind === "u" ? 2 ** 31 : 0;
  eachBlock(keys, rows, BLOCK_ROWS, (bytes, from) => {
    memory.u1(values + 8 * from, bytes.length).set(bytes);
  });
  const nat = step !== undefined;
  kernels.groupRange64(values, rows, flip, nat, range);
  const ends = memory.i8(range, 2);
  const [least, greatest] = ends;
  // Without anything but NaT, the least is greater.
  const span = greatest < least ? 0n : greatest - least + 1n;
  const places = Number(span) + FIRST_CODE;
  if (areFew(places, rows)) {
    ends[0] = flip === 0 ? least : least ^ -(2n ** 63n);
    kernels.groupPlaces64(values, rows, range, nat, at);
    return { at, places, most: Number(span) + Number(nat) };
  }
  const coder = new RowCoder(memory, 8);
  coder.code(values, rows, at);
  return coded(at, coder);
}

/** Codes of pairs of codes, in the place of the first ones. */
function codePairs(memory: GroupMemory, a: RowCodes, b: RowCodes, rows: number): RowCodes {
  const { kernels } = memory;
  const places = a.places * b.places;
  if (areFew(places, rows)) {
    kernels.groupPairs(a.at, b.at, rows, b.places, a.at);
    return { at: a.at, places, most: a.most * b.most };
  }
  const pairs = memory.take(8 * rows);
  kernels.groupZip(a.at, b.at, rows, pairs);
  const coder = new RowCoder(memory, 8);
  coder.code(pairs, rows, a.at);
  return coded(a.at, coder);
}
