import { eachBlock, eachComplexBlock, isFloat } from "./blocks.js";
import { countNonzeroBytes } from "./bytes.js";
import type { Accumulator, NumericArray } from "./types.js";

/** What the elements of a truth test are. */
export interface TruthOptions {
  /** Pairs of real and imaginary part, true when either is. */
  readonly complex?: boolean;
}

/** How many elements are not zero. NaN and NaT are not zero. */
export class CountNonzero implements Accumulator<number> {
  readonly #complex: boolean;
  #count = 0;

  constructor({ complex = false }: TruthOptions = {}) {
    this.#complex = complex;
  }

  add(values: NumericArray, start: number, end: number): void {
    this.#count += countNonzero(values, start, end, this.#complex);
  }

  result(): number {
    return this.#count;
  }

  state(): unknown {
    return this.#count;
  }

  absorb(state: unknown): void {
    this.#count += state as number;
  }

  reset(): void {
    this.#count = 0;
  }
}

/** Whether there was an element of one truth: it settles the matter. */
abstract class Sought implements Accumulator<boolean> {
  readonly #complex: boolean;
  /** Whether such an element was found. */
  settled = false;

  constructor({ complex = false }: TruthOptions = {}) {
    this.#complex = complex;
  }

  /** Whether it is among `length` elements of which `count` are not zero. */
  protected abstract isAmong(length: number, count: number): boolean;
  abstract result(): boolean;

  add(values: NumericArray, start: number, end: number): void {
    for (let at = start; at < end && !this.settled; at += STEP) {
      const stop = Math.min(at + STEP, end);
      this.settled = this.isAmong(stop - at, countNonzero(values, at, stop, this.#complex));
    }
  }

  state(): unknown {
    return this.settled;
  }

  absorb(state: unknown): void {
    this.settled ||= state === true;
  }

  reset(): void {
    this.settled = false;
  }
}

/** Whether any element is not zero; false for none. */
export class Any extends Sought {
  protected isAmong(_length: number, count: number): boolean {
    return count > 0;
  }

  result(): boolean {
    return this.settled;
  }
}

/** Whether every element is not zero; true for none. */
export class All extends Sought {
  protected isAmong(length: number, count: number): boolean {
    return count < length;
  }

  result(): boolean {
    return !this.settled;
  }
}

/** Elements that `Any` and `All` look at before they ask whether they know enough. */
const STEP = 4096;

function countNonzero(values: NumericArray, start: number, end: number, complex: boolean): number {
  if (values instanceof Uint8Array) return countNonzeroBytes(values, start, end);
  let total = 0;
  if (complex && isFloat(values)) {
    eachComplexBlock(values, start, end, {}, (re, im, count) => {
      for (let i = 0; i < count; i++) total += Number(re[i] !== 0) | Number(im[i] !== 0);
    });
  } else {
    eachBlock(values, start, end, {}, (block, count) => {
      total += countInBlock(block, count);
    });
  }
  return total;
}

function countInBlock(block: Float64Array, count: number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += Number(block[i] !== 0);
  return total;
}
