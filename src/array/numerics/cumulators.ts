import {
  type BigArray,
  type Cumulator,
  IntegerCumsum,
  isnan,
  type NumberArray,
  type NumericArray,
} from "../../compute/index.js";
import { fromHalf, NAT, NATIVE_ORDER, toHalf } from "../../dtype/index.js";
import { CastError } from "../../errors.js";

/** Running sums of halves, given as floats: each rounded to half precision before the next is added, as in NumPy. */
export class HalfCumsum implements Cumulator<NumberArray, Uint16Array> {
  readonly #skipNaN: boolean;
  #total = -0;

  constructor(skipNaN: boolean) {
    this.#skipNaN = skipNaN;
  }

  add(values: NumberArray, start: number, end: number, out: Uint16Array, outOffset: number): void {
    let total = this.#total;
    for (let i = start, to = outOffset; i < end; i++, to++) {
      const x = values[i];
      const bits = toHalf(total + (this.#skipNaN && Number.isNaN(x) ? 0 : x));
      out[to] = bits;
      total = fromHalf(bits);
    }
    this.#total = total;
  }

  reset(): void {
    this.#total = -0;
  }
}

/** Running sums of 64-bit integers that throw where they leave 64 bits, instead of wrapping around. */
export class CheckedCumsum implements Cumulator<BigArray, BigArray> {
  readonly #sums = new IntegerCumsum();
  readonly #label: string;
  /** The high word of the total. */
  #high = 0;

  constructor(label: string) {
    this.#label = label;
  }

  add(values: BigArray, start: number, end: number, out: BigArray, outOffset: number): void {
    this.#sums.add(values, start, end, out, outOffset);
    const added = wordsOf(values, start, end);
    const sums = wordsOf(out, outOffset, outOffset + end - start);
    const bad = firstWrapped(added, sums, this.#high, values instanceof BigInt64Array);
    if (bad >= 0) {
      const value = values[start + bad];
      throw new CastError(`cumsum of ${this.#label} leaves 64 bits where ${value} is added; sum() is exact`);
    }
    this.#high = sums.at(HIGH - 2) ?? this.#high;
  }

  reset(): void {
    this.#sums.reset();
    this.#high = 0;
  }
}

/** Where the high word of an element stands among its two. */
const HIGH = NATIVE_ORDER === "<" ? 1 : 0;

function wordsOf(values: BigArray, start: number, end: number): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset + 8 * start, 2 * (end - start));
}

/** The first element whose addition wrapped around, by the highest bits alone; -1 if none did. */
function firstWrapped(added: Int32Array, sums: Int32Array, before: number, signed: boolean): number {
  let last = before;
  for (let at = HIGH; at < added.length; at += 2) {
    const sum = sums[at];
    const x = added[at];
    // Signed: two of one sign gave the other. Unsigned: there was a carry out of the highest bit.
    const wrapped = signed ? (sum ^ last) & (sum ^ x) : (last & x) | ((last | x) & ~sum);
    if (wrapped < 0) return (at - HIGH) / 2;
    last = sum;
  }
  return -1;
}

/** Running sums of durations: NaT from the first NaT on, unless NaT counts as zero. */
export class DurationCumsum implements Cumulator<NumericArray, BigInt64Array> {
  readonly #sums: CheckedCumsum;
  readonly #skipNaN: boolean;
  #isNat = false;
  #mask = new Uint8Array(0);

  constructor(label: string, skipNaN: boolean) {
    this.#sums = new CheckedCumsum(label);
    this.#skipNaN = skipNaN;
  }

  add(values: NumericArray, start: number, end: number, out: BigInt64Array, outOffset: number): void {
    if (!(values instanceof BigInt64Array)) return;
    const count = end - start;
    if (this.#mask.length < count) this.#mask = new Uint8Array(count);
    isnan(values, start, end, this.#mask, 0, { nat: true });
    const found = this.#mask.subarray(0, count).indexOf(1);
    if (this.#skipNaN && found >= 0) {
      const zeroed = values.slice(start, end);
      for (let i = found; i < count; i++) if (this.#mask[i] === 1) zeroed[i] = 0n;
      this.#sums.add(zeroed, 0, count, out, outOffset);
      return;
    }
    const good = this.#isNat ? 0 : found < 0 ? count : found;
    this.#sums.add(values, start, start + good, out, outOffset);
    out.fill(NAT, outOffset + good, outOffset + count);
    if (good < count) this.#isNat = true;
  }

  reset(): void {
    this.#sums.reset();
    this.#isNat = false;
  }
}
