import { eachBlock, eachComplexBlock, isFloat } from "./blocks.js";
import type { Accumulator, FloatArray, MissingOptions, NumericArray } from "./types.js";

/** How many elements there are; with `skipNaN`, how many of them are not NaN (or NaT, with `nat`). */
export class Count implements Accumulator<number> {
  readonly #options: MissingOptions;
  #count = 0;

  constructor(options: MissingOptions = {}) {
    this.#options = options;
  }

  add(values: NumericArray, start: number, end: number): void {
    const { skipNaN, nat } = this.#options;
    if (skipNaN === true && (nat === true || isFloat(values))) {
      eachBlock(values, start, end, this.#options, (_block, count) => {
        this.#count += count;
      });
    } else {
      this.#count += end - start;
    }
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

/** As {@link Count} for complex numbers: NaN is a number with NaN in either part. */
export class ComplexCount implements Accumulator<number, FloatArray> {
  readonly #options: MissingOptions;
  #count = 0;

  constructor(options: MissingOptions = {}) {
    this.#options = options;
  }

  add(values: FloatArray, start: number, end: number): void {
    eachComplexBlock(values, start, end, this.#options, (_re, _im, count) => {
      this.#count += count;
    });
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
