import { BLOCK, loadBlock, newBlock } from "./blocks.js";
import { pieces, type Suffix, suffixOf } from "./fed.js";
import { engineAround, engineFor } from "./few.js";
import type { Engine } from "./kernels/engine.js";
import { type Extremum, Leading, type PlaceOptions, type Side } from "./leading.js";
import type { MissingOptions, NumberArray } from "./types.js";

export type { Extremum, Side } from "./leading.js";

const scratch = newBlock();

/** Doubles that are looked through together, where they are. */
const DOUBLES = 1 << 15;

/**
 * The least or greatest number and its first place. NaN propagates: the first NaN is the result, value and
 * place, unless `skipNaN`. Which of -0 and 0 is found is the one that came first.
 */
export class NumberExtremum extends Leading<number, NumberArray> {
  readonly #side: Side;
  readonly #skipNaN: boolean;
  readonly #valueOnly: boolean;

  constructor(side: Side, { skipNaN = false, valueOnly = false }: MissingOptions & PlaceOptions = {}) {
    super();
    this.#side = side;
    this.#skipNaN = skipNaN;
    this.#valueOnly = valueOnly;
  }

  protected find(values: NumberArray, start: number, end: number): Extremum<number> | null {
    const suffix = suffixOf(values);
    const isDouble = values instanceof Float64Array;
    // Nearly all doubles are passed over by one comparison each: to copy them before a kernel takes longer.
    const running = isDouble ? engineAround(end - start, values) : engineFor(end - start, values);
    if (running !== undefined) {
      return this.#findByKernel(running, suffix, values, start, end);
    }
    return this.#findPlain(values, start, end);
  }

  #findPlain(values: NumberArray, start: number, end: number): Extremum<number> | null {
    const isDouble = values instanceof Float64Array;
    const length = isDouble ? DOUBLES : BLOCK;
    let best: Extremum<number> | null = null;
    for (let at = start; at < end; at += length) {
      const stop = Math.min(at + length, end);
      if (!isDouble) loadBlock(values, at, stop, scratch);
      const found = isDouble ? this.#findDouble(values, at, stop) : this.#findDouble(scratch, 0, stop - at);
      if (found === null || (best !== null && !this.#leads(found.value, best.value))) continue;
      best = { value: found.value, index: at - start + found.index };
      if (this.isMissing(best.value)) break;
    }
    return best;
  }

  #findDouble(values: Float64Array, start: number, end: number): Extremum<number> | null {
    const first = this.#side === "min" ? firstLeast : firstGreatest;
    const index = first(values, start, end, this.#skipNaN);
    return index < 0 ? null : { value: plain(values[index]), index: index - start };
  }

  #findByKernel(
    running: Engine,
    suffix: Exclude<Suffix, "I64" | "U64">,
    values: NumberArray,
    start: number,
    end: number,
  ): Extremum<number> | null {
    const extreme = running.kernels[`${this.#side}${suffix}`];
    const find = running.kernels[`find${suffix}`];
    let best: Extremum<number> | null = null;
    for (const { at, count, first } of pieces(running, values, start, end)) {
      const value = extreme(at, count, this.#skipNaN);
      if (best !== null && !this.#leads(value, best.value)) continue;
      if (this.#isFound(value)) best = { value: plain(value), index: 0 };
      else {
        const place = find(at, count, value);
        // What is mapped may have been changed since: then one look has to do.
        const found =
          place < 0
            ? this.#findPlain(values, start + first, start + first + count)
            : { value: plain(values[start + first + place]), index: place };
        if (found === null || (best !== null && !this.#leads(found.value, best.value))) continue;
        best = { value: found.value, index: first + found.index };
      }
      if (this.isMissing(best.value)) break;
    }
    return best;
  }

  /**
   * Whether there is no need to look for what a kernel found: of 0 and -0, which are equal, the first is wanted, and where all
   * are skipped, what it gives is an infinity that is not there.
   */
  #isFound(value: number): boolean {
    return this.#valueOnly && value !== 0 && (!this.#skipNaN || Number.isFinite(value));
  }

  /** Whether a value takes the place of another one that came before it. */
  #leads(value: number, other: number): boolean {
    return this.precedes(value, other) || this.isMissing(value);
  }

  protected precedes(value: number, other: number): boolean {
    return this.#side === "min" ? value < other : value > other;
  }

  protected isMissing(value: number): boolean {
    return Number.isNaN(value);
  }
}

/** All NaN are one, whichever way they are found. */
function plain(value: number): number {
  return Number.isNaN(value) ? Number.NaN : value;
}

/** Elements that are found not to be the one sought by one look at each. */
const TOGETHER = 8;

/**
 * Where the least of the elements `start` to `end - 1` stands first; the first NaN, or, with `skipNaN`, as if there were
 * none. -1 when there is nothing to choose from.
 */
function firstLeast(values: Float64Array, start: number, end: number, skipNaN: boolean): number {
  let index = -1;
  let best = Number.POSITIVE_INFINITY;
  let i = start;
  for (; i < end; i++) {
    // Comparisons that are true for nearly every element, and false for NaN.
    while (
      i + TOGETHER <= end &&
      values[i] >= best &&
      values[i + 1] >= best &&
      values[i + 2] >= best &&
      values[i + 3] >= best &&
      values[i + 4] >= best &&
      values[i + 5] >= best &&
      values[i + 6] >= best &&
      values[i + 7] >= best
    ) {
      i += TOGETHER;
    }
    if (i >= end) break;
    const x = values[i];
    if (x < best) {
      best = x;
      index = i;
    } else if (Number.isNaN(x) && !skipNaN) return i;
  }
  return index < 0 ? firstOf(values, best, start, end) : index;
}

/** As {@link firstLeast} for the greatest. */
function firstGreatest(values: Float64Array, start: number, end: number, skipNaN: boolean): number {
  let index = -1;
  let best = Number.NEGATIVE_INFINITY;
  let i = start;
  for (; i < end; i++) {
    while (
      i + TOGETHER <= end &&
      values[i] <= best &&
      values[i + 1] <= best &&
      values[i + 2] <= best &&
      values[i + 3] <= best &&
      values[i + 4] <= best &&
      values[i + 5] <= best &&
      values[i + 6] <= best &&
      values[i + 7] <= best
    ) {
      i += TOGETHER;
    }
    if (i >= end) break;
    const x = values[i];
    if (x > best) {
      best = x;
      index = i;
    } else if (Number.isNaN(x) && !skipNaN) return i;
  }
  return index < 0 ? firstOf(values, best, start, end) : index;
}

/** The first place of an infinity, which no comparison finds to be the best; -1 where it is not. */
function firstOf(values: Float64Array, infinity: number, start: number, end: number): number {
  for (let i = start; i < end; i++) if (values[i] === infinity) return i;
  return -1;
}
