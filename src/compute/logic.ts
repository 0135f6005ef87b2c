import { eachBlock, eachComplexBlock, isBig, isFloat } from "./blocks.js";
import { countNonzeroBytes } from "./bytes.js";
import { pieces } from "./fed.js";
import { engineFor } from "./few.js";
import type { Engine } from "./kernels/engine.js";
import type { Kernels } from "./kernels/exports.js";
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
    let step = STEP;
    for (let at = start; at < end && !this.settled; at += step / 2) {
      const stop = Math.min(at + step, end);
      this.settled = this.isAmong(stop - at, countNonzero(values, at, stop, this.#complex));
      step *= 2;
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

/** Elements that `Any` and `All` look at before they ask for the first time whether they know enough. */
const STEP = 4096;

function countNonzero(values: NumericArray, start: number, end: number, complex: boolean): number {
  const running = complex ? undefined : engineFor(end - start, values);
  if (running !== undefined) return end - start - countZero(running, values, start, end);
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

function countZero(running: Engine, values: NumericArray, start: number, end: number): number {
  let total = 0;
  for (const { at, count } of pieces(running, values, start, end)) {
    total += zerosOf(running.kernels, values, at, count);
  }
  return total;
}

function zerosOf(kernels: Kernels, values: NumericArray, at: number, count: number): number {
  if (isBig(values)) return kernels.countI64(at, count, 0n);
  if (values instanceof Float32Array) return kernels.countZeroF32(at, count);
  if (values instanceof Float64Array) return kernels.countZeroF64(at, count);
  if (values.BYTES_PER_ELEMENT === 1) return kernels.countZero8(at, count);
  return values.BYTES_PER_ELEMENT === 2 ? kernels.countZero16(at, count) : kernels.countZero32(at, count);
}

function countInBlock(block: Float64Array, count: number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += Number(block[i] !== 0);
  return total;
}
