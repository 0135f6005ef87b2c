import { isUtf8 } from "node:buffer";
import { FormatError, LimitError } from "../../errors.js";

/** What the bytes of a value may be made of. */
export interface ScanLimits {
  /** Arrays and maps within each other. */
  readonly maxDepth: number;
  /** Maps in all; each takes memory of some hundred bytes for the one byte that an empty one is. */
  readonly maxMaps?: number | undefined;
  /** Bytes of memory that what is made of it may take, by what its parts take about. */
  readonly maxMemory?: number | undefined;
  /** Whether there may be floating-point numbers, whole ones too. */
  readonly floats?: boolean | undefined;
}

/** Bytes of memory that values take about, apart from their place in what they are in. */
const MEMORY = { plain: 16, text: 24, array: 48, map: 200 } as const;
/** Of bytes, which are a view of those that came. */
const VIEW = 120;
/** Of a place in an array, and of a pair in a map. */
const PLACE = 8;
const PAIR = 48;

/** The end of an integer; -1 of anything else. Slices are lists of millions, for which heads would be too dear. */
function integerEnd(first: number, at: number): number {
  if (first < 0x80 || first >= 0xe0) return at + 1;
  return first >= 0xcc && first <= 0xd3 ? at + 1 + (1 << (first & 3)) : -1;
}

/** Bytes behind the first one of values of a fixed size: of `0xca` to `0xd3`, `float 32` to `int 64`. */
const NUMBER_BYTES = [4, 8, 1, 2, 4, 8, 1, 2, 4, 8];
const FIRST_NUMBER = 0xca;
const LAST_FLOAT = 0xcb;

/** The first byte of a value and the length that it says: of its text, its bytes, its elements or its pairs. */
export interface Head {
  readonly kind: "plain" | "text" | "array" | "map";
  /** Where the value goes on behind its head; behind all of its bytes where there is no more of it. */
  readonly at: number;
  readonly length: number;
}

/** @returns undefined where the bytes end before the head does */
export function headAt(bytes: Uint8Array, at: number, floats: boolean): Head | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  const next = at + 1;
  if (first < 0x80 || first >= 0xe0) return { kind: "plain", at: next, length: 0 };
  if (first < 0x90) return { kind: "map", at: next, length: first - 0x80 };
  if (first < 0xa0) return { kind: "array", at: next, length: first - 0x90 };
  if (first < 0xc0) return { kind: "text", at: next, length: first - 0xa0 };
  if (first === 0xc0 || first === 0xc2 || first === 0xc3) return { kind: "plain", at: next, length: 0 };
  const number = NUMBER_BYTES[first - FIRST_NUMBER];
  if (number !== undefined) {
    if (!floats && first <= LAST_FLOAT)
      throw refused(at, "a floating-point number, where only whole ones go");
    return { kind: "plain", at: next + number, length: 0 };
  }
  if (first >= 0xc4 && first <= 0xc6) return sized(bytes, at, 1 << (first - 0xc4), "plain");
  if (first >= 0xd9 && first <= 0xdb) return sized(bytes, at, 1 << (first - 0xd9), "text");
  if (first === 0xdc || first === 0xdd) return sized(bytes, at, first === 0xdc ? 2 : 4, "array");
  if (first === 0xde || first === 0xdf) return sized(bytes, at, first === 0xde ? 2 : 4, "map");
  const what = first === 0xc1 ? "a byte that no value begins with" : "an extension type";
  throw refused(at, `${what} (0x${first.toString(16)})`);
}

function sized(bytes: Uint8Array, at: number, width: number, kind: Head["kind"]): Head | undefined {
  const begin = at + 1 + width;
  if (begin > bytes.length) return undefined;
  let length = 0;
  for (let k = at + 1; k < begin; k++) length = length * 256 + (bytes[k] ?? 0);
  return kind === "plain" ? { kind, at: begin + length, length: 0 } : { kind, at: begin, length };
}

/**
 * Walks over one value without making anything of it: every length must fit into what is left, the lengths of all open
 * arrays and maps together too. Takes time by the bytes alone.
 *
 * @returns where the value ends; -1 where the bytes end before it does
 * @throws FormatError for extension types, text that is not UTF-8, keys that are not texts, and what is over a limit;
 * LimitError for what takes too much memory
 */
export function scanValue(bytes: Uint8Array, start: number, limits: ScanLimits): number {
  const { maxDepth, maxMaps = Infinity, maxMemory = Infinity, floats = true } = limits;
  /** Of the arrays and maps around: values still to come, and whether they are pairs. */
  const open: { due: number; pairs: boolean }[] = [];
  let due = 1;
  let pairs = false;
  let pending = 1;
  let maps = 0;
  let memory = 0;
  let at = start;
  while (due > 0) {
    const end = integerEnd(bytes[at] ?? 0xc1, at);
    const isKey = pairs && due % 2 === 0;
    if (end > 0 && due > 1 && !isKey) {
      if (end > bytes.length) return -1;
      at = end;
      due -= 1;
      pending -= 1;
      continue;
    }
    const head = headAt(bytes, at, floats);
    if (head === undefined) return -1;
    if (isKey && head.kind !== "text") throw refused(at, "a map's key that is not a text");
    due -= 1;
    pending -= 1;
    memory += memoryOf(head, bytes[at] ?? 0);
    if (memory > maxMemory) {
      throw new LimitError(`MessagePack: a value that takes more than ${maxMemory} bytes of memory`);
    }
    if (head.kind === "plain" || head.kind === "text") {
      const end = head.at + head.length;
      if (end > bytes.length) return -1;
      if (head.kind === "text" && !isText(bytes, head.at, end)) throw refused(at, "a text that is not UTF-8");
      at = end;
    } else {
      if (head.kind === "map" && ++maps > maxMaps) throw refused(at, `more than ${maxMaps} maps`);
      at = head.at;
      const count = head.kind === "map" ? head.length * 2 : head.length;
      pending += count;
      if (pending > bytes.length - at) return -1;
      if (count > 0) {
        open.push({ due, pairs });
        if (open.length > maxDepth) throw refused(at, `values nested more than ${maxDepth} deep`);
        due = count;
        pairs = head.kind === "map";
      }
    }
    while (due === 0) {
      const around = open.pop();
      if (around === undefined) break;
      ({ due, pairs } = around);
    }
  }
  return at;
}

/** Of a value itself, with the places in it, but not what is in them. */
function memoryOf({ kind, length }: Head, first: number): number {
  if (kind === "plain") return first >= 0xc4 && first <= 0xc6 ? VIEW : MEMORY.plain;
  return MEMORY[kind] + length * (kind === "map" ? PAIR : kind === "array" ? PLACE : 1);
}

/** Most texts are short and plain: looking at them costs less than a call with a view of them. */
function isText(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from > 32) return isUtf8(bytes.subarray(from, to));
  for (let k = from; k < to; k++) {
    if ((bytes[k] ?? 0) >= 0x80) return isUtf8(bytes.subarray(from, to));
  }
  return true;
}

/** The number of pairs of the map, or of elements of the array, that begins here, and where the first one is. */
export function openedAt(
  bytes: Uint8Array,
  at: number,
  kind: "map" | "array",
): { readonly at: number; readonly length: number } | undefined {
  const head = headAt(bytes, at, true);
  if (head !== undefined && head.kind !== kind)
    throw refused(at, `a value that is not ${kind === "map" ? "a map" : "an array"}`);
  return head;
}

function refused(at: number, what: string): FormatError {
  return new FormatError(`MessagePack: byte ${at} begins ${what}`);
}
