import { isBig } from "./blocks.js";
import type { Units } from "./compare-units.js";
import type { BigArray, FloatArray, NumberArray, NumericArray } from "./types.js";
import { HIGH, isSigned, LOW, wordsOf } from "./words.js";

/**
 * Elements as keys for sorting: each a row of unsigned words whose lexicographic order, from the last word to
 * the first, is the order of the elements. Equal elements have equal keys: 0 and -0, all NaN, all NaT, both
 * of which come last.
 */
export interface SortKeys {
  /** How many elements. */
  readonly length: number;
  /** How many words each key has. */
  readonly words: number;
  /** Writes one word of every key; word 0 is the least significant. */
  load(word: number, into: Uint32Array): void;
  /** The word, if any, that is other than zero exactly for numbers with a NaN in them. */
  readonly nanWord?: number;
}

const TOP = 0x80000000 | 0;

/** The keys of real numbers and integers; with `nat`, of dates. */
export function keysOf(values: NumericArray, nat = false): SortKeys {
  if (isBig(values)) return bigKeys(values, nat);
  if (values instanceof Float64Array) {
    const words = wordsOf(values, 0, values.length);
    return {
      length: values.length,
      words: 2,
      load: (word, into) => loadDouble(words, 0, 2, word === 1, into),
    };
  }
  if (values instanceof Float32Array) {
    const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
    return { length: values.length, words: 1, load: (_word, into) => loadSingle(words, 0, 1, into) };
  }
  return { length: values.length, words: 1, load: (_word, into) => loadInteger(values, into) };
}

function loadInteger(values: Exclude<NumberArray, FloatArray>, into: Uint32Array): void {
  into.set(values);
  if (values instanceof Int8Array || values instanceof Int16Array || values instanceof Int32Array) {
    for (let i = 0; i < values.length; i++) into[i] ^= TOP;
  }
}

function bigKeys(values: BigArray, nat: boolean): SortKeys {
  const words = wordsOf(values, 0, values.length);
  const flip = isSigned(values) ? TOP : 0;
  return {
    length: values.length,
    words: 2,
    load: (word, into) => (word === 1 ? loadHigh(words, flip, nat, into) : loadLow(words, nat, into)),
  };
}

// With NaT, keys are one less than the elements, modulo 2⁶⁴: NaT, the least of them, becomes the greatest.

function loadLow(words: Uint32Array, nat: boolean, into: Uint32Array): void {
  const lowAt = LOW;
  const less = Number(nat);
  for (let i = 0, at = 0; at < words.length; i++, at += 2) into[i] = words[at + lowAt] - less;
}

function loadHigh(words: Uint32Array, flip: number, nat: boolean, into: Uint32Array): void {
  const lowAt = LOW;
  const highAt = HIGH;
  for (let i = 0, at = 0; at < words.length; i++, at += 2) {
    const borrow = nat && words[at + lowAt] === 0 ? 1 : 0;
    into[i] = (words[at + highAt] ^ flip) - borrow;
  }
}

/**
 * One word of the keys of doubles. Negative numbers are inverted and the sign of others flipped, which orders
 * their bits as unsigned integers.
 *
 * @param start the first word of the first double
 * @param step words from one double to the next
 */
function loadDouble(
  words: Uint32Array,
  start: number,
  step: number,
  wantsHigh: boolean,
  into: Uint32Array,
): void {
  const lowAt = LOW;
  const highAt = HIGH;
  for (let i = 0, at = start; at < words.length; i++, at += step) {
    const low = words[at + lowAt];
    const high = words[at + highAt];
    const magnitude = high & 0x7fffffff;
    if (magnitude > 0x7ff00000 || (magnitude === 0x7ff00000 && low !== 0)) into[i] = 0xffffffff;
    else if (magnitude === 0 && low === 0) into[i] = wantsHigh ? TOP : 0;
    else into[i] = wantsHigh ? high ^ ((high >> 31) | TOP) : low ^ (high >> 31);
  }
}

/** As `loadDouble` for single precision, whose keys are one word. */
function loadSingle(words: Uint32Array, start: number, step: number, into: Uint32Array): void {
  for (let i = 0, at = start; at < words.length; i++, at += step) {
    const bits = words[at];
    const magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) into[i] = 0xffffffff;
    else into[i] = magnitude === 0 ? TOP : bits ^ ((bits >> 31) | TOP);
  }
}

/**
 * The keys of complex numbers: by real, then imaginary part, and before both by which of them is NaN, in
 * NumPy's order: none, the imaginary, the real, both.
 */
export function complexKeys(values: FloatArray): SortKeys {
  const length = Math.floor(values.length / 2);
  if (values instanceof Float64Array) {
    const words = wordsOf(values, 0, 2 * length);
    return {
      length,
      words: 5,
      nanWord: 4,
      load: (word, into) =>
        word === 4 ? loadNaN(values, into) : loadDouble(words, word < 2 ? 2 : 0, 4, word % 2 === 1, into),
    };
  }
  const words = new Uint32Array(values.buffer, values.byteOffset, 2 * length);
  return {
    length,
    words: 3,
    nanWord: 2,
    load: (word, into) => (word === 2 ? loadNaN(values, into) : loadSingle(words, 1 - word, 2, into)),
  };
}

function loadNaN(values: FloatArray, into: Uint32Array): void {
  for (let i = 0; 2 * i + 1 < values.length; i++) {
    into[i] = 2 * Number(Number.isNaN(values[2 * i])) + Number(Number.isNaN(values[2 * i + 1]));
  }
}

/** The keys of raw strings: one word for each code point, or for each four bytes. */
export function unitKeys(values: Units, width: number): SortKeys {
  const length = width === 0 ? 0 : Math.floor(values.length / width);
  if (values instanceof Uint32Array) {
    return {
      length,
      words: width,
      load: (word, into) => {
        for (let i = 0, at = width - 1 - word; i < length; i++, at += width) into[i] = values[at];
      },
    };
  }
  const words = Math.ceil(width / 4);
  return { length, words, load: (word, into) => loadBytes(values, width, 4 * (words - 1 - word), into) };
}

/** Four bytes of every string from the byte `start` on, the first one uppermost; nothing counts as zero. */
function loadBytes(values: Uint8Array, width: number, start: number, into: Uint32Array): void {
  const some = Math.min(4, width - start);
  for (let i = 0, at = start; at < values.length; i++, at += width) {
    let word = 0;
    for (let k = 0; k < some; k++) word |= values[at + k] << (24 - 8 * k);
    into[i] = word;
  }
}
