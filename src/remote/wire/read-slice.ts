import { FormatError, IndexError } from "../../errors.js";
import { type Head, headAt } from "./scan.js";
import { checkCount, type SliceLimits } from "./slice-limits.js";

/** A part of an axis: a number, or a list of numbers. */
type Part = number | Float64Array;

/** An axis has so many parts at most. */
const MAX_PARTS = 3;
/** Lists of numbers that one selection may have: starts and counts, and an index. */
const MAX_LISTS = 3;
const INDEX = Buffer.from("\xa5index", "latin1");

/**
 * Reads the array form of a selection, for `parseSlice` to judge. Lists of millions of numbers become arrays of 8 bytes a number, and nothing else is
 * made of them; more than there may be are refused by the head of the list.
 */
export class SliceReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #limits: SliceLimits;
  #at: number;
  #lists = 0;

  constructor(bytes: Uint8Array, at: number, limits: SliceLimits) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
    this.#limits = limits;
  }

  /** Where the selection ends, once it was read. */
  get end(): number {
    return this.#at;
  }

  /** @throws FormatError, IndexError */
  read(): unknown[] {
    const { length } = this.#enter("array", "a selection");
    checkCount(length, this.#limits.maxAxes, "axes");
    return Array.from({ length }, (_, axis) => this.#axis(axis));
  }

  #axis(axis: number): unknown {
    const head = this.#head();
    if (head.kind === "map") return this.#index(axis);
    const { length } = this.#enter("array", `axis ${axis}`);
    if (length < 2 || length > MAX_PARTS) {
      throw malformed(`axis ${axis} has ${length} parts, not [start, count] or [start, count, step]`);
    }
    return Array.from({ length }, (_, part) => (part < 2 ? this.#part() : this.#step()));
  }

  #index(axis: number): unknown {
    const { length } = this.#enter("map", `axis ${axis}`);
    const key = this.#bytes.subarray(this.#at, this.#at + INDEX.length);
    if (length !== 1 || !INDEX.equals(key)) throw malformed(`axis ${axis} is a map, but not of an index`);
    this.#at += INDEX.length;
    return new Map([["index", this.#list()]]);
  }

  #part(): Part {
    return this.#head().kind === "array" ? this.#list() : this.#number();
  }

  #list(): Float64Array {
    const { length } = this.#enter("array", "an index");
    this.#lists += 1;
    if (this.#lists > MAX_LISTS) throw malformed("more lists than starts, counts and one index");
    checkCount(length, this.#limits.maxSlices, "slices");
    if (length > this.#bytes.length - this.#at) throw cut();
    const numbers = new Float64Array(length);
    for (let k = 0; k < length; k++) numbers[k] = this.#number();
    return numbers;
  }

  /** A position or a count. */
  #number(): number {
    const first = this.#bytes[this.#at] ?? 0xc1;
    if (first < 0x80) {
      this.#at += 1;
      return first;
    }
    const number = this.#step();
    if (number >= 0) return number;
    throw new IndexError(`slice: ${number} is negative; positions and counts begin at 0`);
  }

  /** Any whole number. */
  #step(): number {
    const at = this.#at;
    const first = this.#bytes[at];
    if (first === undefined) throw cut();
    const width = first >= 0xcc && first <= 0xd3 ? 1 << (first & 3) : 0;
    if (at + 1 + width > this.#bytes.length) throw cut();
    this.#at = at + 1 + width;
    const number = numberOf(this.#view, first, at + 1);
    if (number === undefined) throw malformed(`byte ${at} begins no whole number`);
    if (Number.isSafeInteger(number)) return number;
    throw new IndexError(`slice: ${number} is further than any dataset goes`);
  }

  #head(): Head {
    const head = headAt(this.#bytes, this.#at, false);
    if (head === undefined) throw cut();
    return head;
  }

  #enter(kind: Head["kind"], what: string): Head {
    const head = this.#head();
    if (head.kind !== kind) throw malformed(`${what} is no ${kind === "array" ? "list" : kind}`);
    this.#at = head.at;
    return head;
  }
}

/** The number of a first byte and those behind it; undefined of what is no integer. */
function numberOf(view: DataView, first: number, at: number): number | undefined {
  if (first < 0x80) return first;
  if (first >= 0xe0) return first - 0x100;
  switch (first) {
    case 0xcc:
      return view.getUint8(at);
    case 0xcd:
      return view.getUint16(at);
    case 0xce:
      return view.getUint32(at);
    case 0xcf:
      return Number(view.getBigUint64(at));
    case 0xd0:
      return view.getInt8(at);
    case 0xd1:
      return view.getInt16(at);
    case 0xd2:
      return view.getInt32(at);
    case 0xd3:
      return Number(view.getBigInt64(at));
    default:
      return undefined;
  }
}

function malformed(problem: string): FormatError {
  return new FormatError(`slice: ${problem}`);
}

function cut(): FormatError {
  return malformed("the body ends before it does");
}
