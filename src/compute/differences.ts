/**
 * 64-bit integers minus something, as doubles whose sign is exact: rounding a difference never takes it to
 * zero or past it. Comparing them with zero so compares the integers.
 *
 * A high word whose top bit is flipped, less 2³¹, is the signed one; both are 0 where words are unsigned.
 *
 * @module
 */

import { HIGH, LOW, WORD } from "./words.js";

const flipOf = (signed: boolean) => (signed ? 0x80000000 | 0 : 0);
const offsetOf = (signed: boolean) => (signed ? 2 ** 31 : 0);

/** The elements of `words` minus one integer. */
export function minusScalar(words: Uint32Array, signed: boolean, scalar: bigint, into: Float64Array): void {
  const lowAt = LOW;
  const highAt = HIGH;
  const unit = WORD;
  const flip = flipOf(signed);
  const scalarHigh = Number(scalar >> 32n) + offsetOf(signed);
  const scalarLow = Number(scalar & 0xffffffffn);
  for (let i = 0, at = 0; at < words.length; i++, at += 2) {
    const high = (words[at + highAt] ^ flip) >>> 0;
    into[i] = (high - scalarHigh) * unit + (words[at + lowAt] - scalarLow);
  }
}

/** The elements of `words` minus those of `others`; either may be signed or not. */
export function minusWords(
  words: Uint32Array,
  signed: boolean,
  others: Uint32Array,
  othersSigned: boolean,
  into: Float64Array,
): void {
  const lowAt = LOW;
  const highAt = HIGH;
  const unit = WORD;
  const flip = flipOf(signed);
  const othersFlip = flipOf(othersSigned);
  const offset = offsetOf(signed) - offsetOf(othersSigned);
  for (let i = 0, at = 0; at < words.length; i++, at += 2) {
    const high = (words[at + highAt] ^ flip) >>> 0;
    const otherHigh = (others[at + highAt] ^ othersFlip) >>> 0;
    into[i] = (high - otherHigh - offset) * unit + (words[at + lowAt] - others[at + lowAt]);
  }
}

/** The elements of `words` minus doubles, which may be fractions, infinite or NaN. */
export function minusNumbers(
  words: Uint32Array,
  signed: boolean,
  numbers: Float64Array,
  into: Float64Array,
): void {
  const lowAt = LOW;
  const highAt = HIGH;
  const unit = WORD;
  const flip = flipOf(signed);
  const offset = offsetOf(signed);
  for (let i = 0, at = 0; at < words.length; i++, at += 2) {
    const low = words[at + lowAt];
    const upper = (((words[at + highAt] ^ flip) >>> 0) - offset) * unit;
    const rounded = upper + low;
    const difference = rounded - numbers[i];
    // Rounding is monotonic, so only where the rounded integer equals the double does what was rounded off
    // decide.
    into[i] = difference === 0 ? low - (rounded - upper) : difference;
  }
}
