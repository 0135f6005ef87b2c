import { FormatError, IndexError } from "../../errors.js";
import type { AxisIndices, AxisRange, AxisSelection } from "./selection.js";
import { checkCount, type SliceLimits } from "./slice-limits.js";

type Axis = AxisRange | AxisIndices;

/**
 * The string form of a selection: `0:10,0:3;20:30,0:3`. Takes time by its length.
 *
 * @throws FormatError, IndexError where slices differ behind their first axis
 */
export function parseSliceText(text: string, limits: SliceLimits): readonly AxisSelection[] {
  checkCount(text.length, limits.maxText, "characters");
  const reader = new TextReader(text, limits);
  const first = reader.slice();
  const starts: number[] = [];
  const counts: number[] = [];
  const add = (slice: readonly Axis[]) => {
    const axis = slice[0];
    if (axis?.kind !== "range" || axis.step !== 1)
      throw malformed("several slices have no steps and no index in their first axis");
    starts.push(axis.start);
    counts.push(axis.count);
  };
  for (let count = 2; reader.skip(";"); count++) {
    checkCount(count, limits.maxSlices, "slices");
    const slice = reader.slice();
    if (slice.length !== first.length)
      throw malformed(`slice ${count} has ${slice.length} axes, the first ${first.length}`);
    if (slice.length === 0) continue;
    if (!slice.every((axis, k) => k === 0 || isSame(axis, first[k]))) {
      throw new IndexError(`slice ${count} differs from the first behind the first axis`);
    }
    if (starts.length === 0) add(first);
    add(slice);
  }
  reader.end();
  if (starts.length === 0) return first;
  return [
    { kind: "runs", starts: Float64Array.from(starts), counts: Float64Array.from(counts) },
    ...first.slice(1),
  ];
}

function isSame(a: Axis, b: Axis | undefined): boolean {
  if (a.kind === "range") {
    return b?.kind === "range" && a.start === b.start && a.count === b.count && a.step === b.step;
  }
  return (
    b?.kind === "indices" &&
    a.indices.length === b.indices.length &&
    a.indices.every((at, k) => at === b.indices[k])
  );
}

/** Reads from the left; spaces between the words do not count. */
class TextReader {
  readonly #text: string;
  readonly #limits: SliceLimits;
  #at = 0;

  constructor(text: string, limits: SliceLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  #spaces(): void {
    while (this.#text[this.#at] === " ") this.#at++;
  }

  /** Whether the next character is this one; then it is read. */
  skip(character: string): boolean {
    this.#spaces();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  end(): void {
    this.#spaces();
    if (this.#at < this.#text.length) throw this.#unexpected();
  }

  /** The axes of one slice: none where it is empty. */
  slice(): readonly Axis[] {
    this.#spaces();
    const next = this.#text[this.#at];
    if (next === undefined || next === ";") return [];
    const axes: Axis[] = [];
    do {
      checkCount(axes.length + 1, this.#limits.maxAxes, "axes");
      axes.push(this.#axis());
    } while (this.skip(","));
    if (axes.filter(({ kind }) => kind === "indices").length > 1)
      throw malformed("more than one axis has an index");
    return axes;
  }

  #axis(): Axis {
    if (this.skip("[")) return this.#indices();
    const start = this.#number();
    if (!this.skip(":")) return { kind: "range", start, count: 1, step: 1 };
    // Only what goes down may go to the end that it comes to.
    if (this.skip(":")) return this.#range(start, undefined, this.#step());
    const stop = this.#number();
    return this.#range(start, stop, this.skip(":") ? this.#step() : 1);
  }

  #range(start: number, stop: number | undefined, step: number): AxisRange {
    if (step > 0 && stop === undefined) throw malformed("a slice that goes up needs a stop");
    const length = step > 0 ? (stop ?? 0) - start : start - (stop ?? -1);
    if (length < 0) throw malformed(`the stop ${stop} is not where the step ${step} goes from ${start}`);
    return { kind: "range", start, count: Math.ceil(length / Math.abs(step)), step };
  }

  #indices(): AxisIndices {
    const indices: number[] = [];
    while (!this.skip("]")) {
      indices.push(this.#number());
      checkCount(indices.length, this.#limits.maxSlices, "positions");
    }
    return { kind: "indices", indices: Float64Array.from(indices) };
  }

  #step(): number {
    const sign = this.skip("-") ? -1 : 1;
    const step = this.#number();
    if (step === 0) throw malformed("a step of 0");
    return sign * step;
  }

  #number(): number {
    this.#spaces();
    const begin = this.#at;
    let value = 0;
    for (;;) {
      const digit = this.#text.charCodeAt(this.#at) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
      this.#at++;
    }
    if (this.#at === begin) throw this.#unexpected();
    if (!Number.isSafeInteger(value))
      throw malformed(`a number at character ${begin} is further than any dataset goes`);
    return value;
  }

  #unexpected(): FormatError {
    const found = this.#text[this.#at];
    const what = found === undefined ? "the end of the text" : JSON.stringify(found);
    return malformed(`${what} at character ${this.#at}, where a number or one of "," ";" ":" would go`);
  }
}

function malformed(problem: string): FormatError {
  return new FormatError(`slice: ${problem}`);
}
