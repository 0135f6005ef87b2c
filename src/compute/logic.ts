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

  reset(): void {
    this.#count = 0;
  }
}

/** Whether any element is not zero; false for none. */
export class Any implements Accumulator<boolean> {
  readonly #complex: boolean;
  settled = false;

  constructor({ complex = false }: TruthOptions = {}) {
    this.#complex = complex;
  }

  add(values: NumericArray, start: number, end: number): void {
    for (let at = start; at < end && !this.settled; at += STEP) {
      this.settled = countNonzero(values, at, Math.min(at + STEP, end), this.#complex) > 0;
    }
  }

  result(): boolean {
    return this.settled;
  }

  reset(): void {
    this.settled = false;
  }
}

/** Whether every element is not zero; true for none. */
export class All implements Accumulator<boolean> {
  readonly #complex: boolean;
  settled = false;

  constructor({ complex = false }: TruthOptions = {}) {
    this.#complex = complex;
  }

  add(values: NumericArray, start: number, end: number): void {
    for (let at = start; at < end && !this.settled; at += STEP) {
      const stop = Math.min(at + STEP, end);
      this.settled = countNonzero(values, at, stop, this.#complex) < stop - at;
    }
  }

  result(): boolean {
    return !this.settled;
  }

  reset(): void {
    this.settled = false;
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
