import { showValue } from "../dtype/index.js";
import { IndexError } from "../errors.js";

/**
 * A bound of a slice: a whole number, counted from the end where negative; `null` or left out is open. Infinities lie
 * beyond either end.
 */
export type Bound = number | null | undefined;

/** Start, stop and step, as Python's `slice`; made by {@link slice}. */
export class Slice {
  readonly start: number | null;
  readonly stop: number | null;
  readonly step: number | null;

  /** @internal Use {@link slice}. */
  constructor(start: Bound, stop: Bound, step: Bound) {
    this.start = bound(start, "start");
    this.stop = bound(stop, "stop");
    this.step = bound(step, "step");
    if (this.step === 0) throw new IndexError("a slice's step cannot be 0");
    Object.freeze(this);
  }

  toString(): string {
    const [start, stop, step] = [this.start, this.stop, this.step].map((part) => part ?? "");
    return step === "" ? `${start}:${stop}` : `${start}:${stop}:${step}`;
  }
}

function bound(value: Bound, name: string): number | null {
  if (value === null || value === undefined) return null;
  const endless =
    name !== "step" && (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY);
  if (Number.isInteger(value) || endless) return value;
  throw new IndexError(`a slice's ${name} is a whole number or null, not ${showValue(value)}`);
}

/**
 * A selection of successive positions, by Python's rules: the start is included and the stop is not, negative bounds
 * count from the end, bounds outside are clamped, a negative step goes backwards.
 *
 * ```ts
 * array.view(slice(5, 10), slice(null, null, -1));
 * ```
 *
 * @param start first position; one argument is the start, unlike Python
 * @param stop position to end before
 * @param step distance, not 0
 * @throws IndexError for fractions, NaN and step 0
 */
export function slice(start?: Bound, stop?: Bound, step?: Bound): Slice {
  return new Slice(start, stop, step);
}

/** A slice of an axis of known length: every position lies on it, and the step of fewer than two positions is 1. */
export interface Range {
  readonly start: number;
  readonly length: number;
  readonly step: number;
}

/** Clamps a slice to an axis of `length` positions by the rules of CPython's `PySlice_AdjustIndices`. */
export function resolveSlice({ start, stop, step }: Slice, length: number): Range {
  const by = step ?? 1;
  const lowest = by < 0 ? -1 : 0;
  const highest = by < 0 ? length - 1 : length;
  const clamp = (value: number) => Math.min(Math.max(value < 0 ? value + length : value, lowest), highest);
  const from = start === null ? (by < 0 ? highest : lowest) : clamp(start);
  const to = stop === null ? (by < 0 ? lowest : highest) : clamp(stop);
  const count = by < 0 ? Math.ceil((from - to) / -by) : Math.ceil((to - from) / by);
  if (!(count > 0)) return { start: 0, length: 0, step: 1 };
  return { start: from, length: count, step: count === 1 ? 1 : by };
}

/** A position on an axis, negative ones counted from the end; -1 for anything outside, and for all but whole numbers. */
export function positionOf(index: unknown, length: number): number {
  if (typeof index !== "number") return -1;
  const position = index < 0 ? index + length : index;
  return position >= 0 && position < length && Math.floor(position) === position ? position : -1;
}

/** A position on an axis, negative ones counted from the end. @throws IndexError outside the axis */
export function resolveIndex(index: unknown, length: number, what: string): number {
  const position = positionOf(index, length);
  if (position >= 0) return position;
  if (!Number.isInteger(index)) {
    const hint = typeof index === "bigint" ? "; say Number(…)" : "";
    throw new IndexError(`an index of ${what} is a whole number, not ${showValue(index)}${hint}`);
  }
  const range = length === 0 ? "there are none" : `valid are ${-length} to ${length - 1}`;
  throw new IndexError(`index ${index} is outside ${what} of length ${length}; ${range}`);
}
