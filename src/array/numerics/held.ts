import { type Accumulator, maskCount, type NumericArray } from "../../compute/index.js";
import { type DType, parseDType } from "../../dtype/index.js";
import { type Comparison, testOfValues } from "./comparison.js";
import { blockLength } from "./reader.js";
import type { Reduction } from "./reduce.js";
import type { ScalarTest } from "./scalars.js";

const I8 = parseDType("i8");

/**
 * For how many elements of a dtype comparisons hold, each with one value.
 *
 * @param enough to know of: more are not looked for
 * @throws DTypeError where there is no such comparison
 */
export function heldBy(
  dtype: DType,
  comparisons: readonly Comparison[],
  label: string,
  enough = Number.POSITIVE_INFINITY,
): Reduction<number> {
  const test = testOfValues(dtype, comparisons, label);
  return { name: "count", dtype: I8, start: () => new Held(dtype, test, enough) };
}

class Held implements Accumulator<number> {
  readonly #test: ScalarTest;
  readonly #enough: number;
  /** Of a typed array, those that make up one element: two of a complex number, the units of a string. */
  readonly #itemsize: number;
  readonly #length: number;
  #marks = new Uint8Array(0);
  #count = 0;

  constructor(dtype: DType, test: ScalarTest, enough: number) {
    this.#test = test;
    this.#enough = enough;
    this.#itemsize = dtype.itemsize;
    this.#length = blockLength(dtype);
  }

  get settled(): boolean {
    return this.#count >= this.#enough;
  }

  add(values: NumericArray, start: number, end: number): void {
    const { counted } = this.#test;
    if (counted !== undefined && start === 0) {
      this.#count += counted(values, end);
      return;
    }
    // Halves come as floats.
    const width = Math.max(1, this.#itemsize / values.BYTES_PER_ELEMENT);
    for (let from = start; from < end && !this.settled; from += this.#length) {
      const to = Math.min(from + this.#length, end);
      const count = to - from;
      if (this.#marks.length < count) this.#marks = new Uint8Array(count);
      this.#test(values.subarray(from * width, to * width), count, this.#marks, 0);
      this.#count += maskCount(this.#marks, 0, count);
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
