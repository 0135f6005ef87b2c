import { type Accumulator, type Mask, maskCount, type NumericArray } from "../../compute/index.js";

/** An accumulator whose result is turned into something else. */
export class Finished<Result, Final> implements Accumulator<Final> {
  readonly #inner: Accumulator<Result>;
  readonly #finish: (result: Result) => Final;
  addWhere?(values: NumericArray, start: number, end: number, mask: Mask): void;

  constructor(inner: Accumulator<Result>, finish: (result: Result) => Final) {
    this.#inner = inner;
    this.#finish = finish;
    if (inner.addWhere !== undefined) this.addWhere = inner.addWhere.bind(inner);
  }

  get settled(): boolean {
    return this.#inner.settled === true;
  }

  add(values: NumericArray, start: number, end: number): void {
    this.#inner.add(values, start, end);
  }

  result(): Final {
    return this.#finish(this.#inner.result());
  }

  state(): unknown {
    return this.#inner.state();
  }

  absorb(state: unknown): void {
    this.#inner.absorb(state);
  }

  reset(): void {
    this.#inner.reset();
  }
}

/** A sum that may know how many elements it took up, when it left some out. */
export interface Summing<Sum> extends Accumulator<Sum> {
  readonly count?: number;
}

interface Averaged {
  readonly sum: unknown;
  readonly count: number;
}

/** A sum divided by the count of its elements. */
export class Mean<Sum, Result> implements Accumulator<Result> {
  readonly #sum: Summing<Sum>;
  readonly #divide: (sum: Sum, count: number) => Result;
  addWhere?(values: NumericArray, start: number, end: number, mask: Mask): void;
  #count = 0;

  constructor(sum: Summing<Sum>, divide: (sum: Sum, count: number) => Result) {
    this.#sum = sum;
    this.#divide = divide;
    if (sum.addWhere === undefined) return;
    this.addWhere = (values, start, end, mask) => {
      sum.addWhere?.(values, start, end, mask);
      this.#count += maskCount(mask.bytes, mask.start, mask.start + end - start);
    };
  }

  add(values: NumericArray, start: number, end: number): void {
    this.#sum.add(values, start, end);
    this.#count += end - start;
  }

  result(): Result {
    return this.#divide(this.#sum.result(), this.#sum.count ?? this.#count);
  }

  state(): unknown {
    return { sum: this.#sum.state(), count: this.#count } satisfies Averaged;
  }

  absorb(state: unknown): void {
    const { sum, count } = state as Averaged;
    this.#sum.absorb(sum);
    this.#count += count;
  }

  reset(): void {
    this.#sum.reset();
    this.#count = 0;
  }
}
