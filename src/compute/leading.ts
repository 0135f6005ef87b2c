import type { Accumulator } from "./types.js";

/** Which end of the order is sought. */
export type Side = "min" | "max";

/** The extreme value of a run, and the place of its first occurrence within the run. */
export interface Extremum<Value> {
  readonly value: Value;
  readonly index: number;
}

/** Whether the place of an extreme element is asked for too: that of its value alone needs no second look. */
export interface PlaceOptions {
  /** Only the value is wanted; the place that comes with it has no meaning. */
  readonly valueOnly?: boolean;
}

interface Found<Value> {
  readonly best: Extremum<Value> | null;
  readonly seen: number;
}

/**
 * What the searches for an extreme element have in common: the best one so far, its place in the run, and that a missing
 * value, once found, stays. The result is null when there was nothing to choose from.
 */
export abstract class Leading<Value, Values> implements Accumulator<Extremum<Value> | null, Values> {
  #best: Extremum<Value> | null = null;
  #seen = 0;
  settled = false;

  /** The first extreme one of the elements `start` to `end - 1`, its place counted from `start`; null where all are left out. */
  protected abstract find(values: Values, start: number, end: number): Extremum<Value> | null;
  /** Whether a value stands before another one, and not beside it. */
  protected abstract precedes(value: Value, other: Value): boolean;
  /** Whether a value that was found is one that propagates. */
  protected abstract isMissing(value: Value): boolean;

  add(values: Values, start: number, end: number): void {
    if (!this.settled) this.#offer(this.find(values, start, end));
    this.#seen += end - start;
  }

  /** Takes what was found in the elements that come next, if it leads. */
  #offer(found: Extremum<Value> | null): void {
    if (found === null) return;
    const { value, index } = found;
    const missing = this.isMissing(value);
    if (!missing && this.#best !== null && !this.precedes(value, this.#best.value)) return;
    this.#best = { value, index: this.#seen + index };
    this.settled = missing;
  }

  result(): Extremum<Value> | null {
    return this.#best;
  }

  state(): unknown {
    return { best: this.#best, seen: this.#seen } satisfies Found<Value>;
  }

  absorb(state: unknown): void {
    const { best, seen } = state as Found<Value>;
    if (!this.settled) this.#offer(best);
    this.#seen += seen;
  }

  reset(): void {
    this.#best = null;
    this.#seen = 0;
    this.settled = false;
  }
}
