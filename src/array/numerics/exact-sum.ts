import { type Accumulator, IntegerSum, type NumberArray } from "../../compute/index.js";

/** As many integers of 32 bits as cannot leave 2⁵³ together. */
const EXACT = 2 ** 20;

/** The exact sum of integers of up to 32 bits, a bigint where a number might not hold it. */
export class ExactSum implements Accumulator<number | bigint, NumberArray> {
  readonly #recent = new IntegerSum();
  /** How many elements are in `#recent`. */
  #pending = 0;
  #carried = 0n;

  add(values: NumberArray, start: number, end: number): void {
    for (let at = start; at < end; at += EXACT) {
      const stop = Math.min(at + EXACT, end);
      if (this.#pending + stop - at > EXACT) this.#carry();
      this.#recent.add(values, at, stop);
      this.#pending += stop - at;
    }
  }

  #carry(): void {
    this.#carried += BigInt(this.#recent.result());
    this.#recent.reset();
    this.#pending = 0;
  }

  result(): number | bigint {
    const recent = this.#recent.result();
    return this.#carried === 0n ? recent : this.#carried + BigInt(recent);
  }

  reset(): void {
    this.#recent.reset();
    this.#pending = 0;
    this.#carried = 0n;
  }
}
