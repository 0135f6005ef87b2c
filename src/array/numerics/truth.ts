import {
  type Accumulator,
  All,
  Any,
  CountNonzero,
  compareUnitsScalar,
  type NumericArray,
  type TruthOptions,
} from "../../compute/index.js";
import { type DType, parseDType } from "../../dtype/index.js";
import { isUnits } from "./reader.js";
import type { Reduction } from "./reduce.js";
import { refusal } from "./refusal.js";

const EMPTY = new Uint32Array(0);

/** A reduction of truth values, fed with strings: those are true that are not empty. */
class TextTruth<Result> implements Accumulator<Result> {
  readonly #truths: Accumulator<Result>;
  readonly #width: number;
  #scratch = new Uint8Array(0);

  constructor(truths: Accumulator<Result>, width: number) {
    this.#truths = truths;
    this.#width = width;
  }

  get settled(): boolean {
    return this.#truths.settled === true;
  }

  add(values: NumericArray, start: number, end: number): void {
    if (!isUnits(values)) return;
    const count = end - start;
    if (this.#scratch.length < count) this.#scratch = new Uint8Array(count);
    compareUnitsScalar("ne", values, this.#width, start, end, EMPTY, this.#scratch, 0);
    this.#truths.add(this.#scratch, 0, count);
  }

  result(): Result {
    return this.#truths.result();
  }

  state(): unknown {
    return this.#truths.state();
  }

  absorb(state: unknown): void {
    this.#truths.absorb(state);
  }

  reset(): void {
    this.#truths.reset();
  }
}

function truthOf<Result>(
  name: string,
  dtype: DType,
  source: DType,
  label: string,
  make: (options: TruthOptions) => Accumulator<Result>,
): Reduction {
  switch (source.kind) {
    case "V":
      throw refusal(name, source, label);
    case "S":
    case "U":
      return { name, dtype, start: () => new TextTruth(make({}), source.width) };
    default:
      return { name, dtype, start: () => make({ complex: source.kind === "c" }), anyTruth: true };
  }
}

const B1 = parseDType("b1");

/** NumPy's `any`. */
export function anyOf(source: DType, label: string): Reduction {
  return truthOf("any", B1, source, label, (options) => new Any(options));
}

/** NumPy's `all`. */
export function allOf(source: DType, label: string): Reduction {
  return truthOf("all", B1, source, label, (options) => new All(options));
}

/** NumPy's `count_nonzero`. */
export function countNonzeroOf(source: DType, label: string): Reduction {
  return truthOf("countNonzero", parseDType("i8"), source, label, (options) => new CountNonzero(options));
}
