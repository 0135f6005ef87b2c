import type { Box } from "../served/served.js";
import type { Axis, Indices } from "./axis.js";
import { type Group, groupAt, type Inner, isReadable, type ReadLimits } from "./group.js";
import { runReads } from "./run-reads.js";

/** One read, which gives the next elements of the result. */
export interface Read {
  readonly box: Box;
  /** How many elements of the result it gives. */
  readonly count: number;
  /** Elements that the box has. */
  readonly size: number;
  /** Which elements of the box they are; all in their order where neither this nor `runs` is there. */
  readonly picked?: Int32Array;
  /** The same where many follow one another. */
  readonly runs?: readonly Run[];
  /** Where what it gives belongs, if not behind what was read before. */
  readonly block?: Block;
}

/** Elements of a box that follow one another. */
export interface Run {
  readonly from: number;
  readonly count: number;
}

/** A part of the result that several reads give, each some of its rows. */
export interface Block {
  /** Elements of the whole part. */
  readonly size: number;
  /** Elements of one row. */
  readonly row: number;
  /** Of each row that the read gives, its place in the part. */
  readonly places: Indices;
  /** Whether the part is whole then. */
  readonly isLast: boolean;
}

/**
 * The reads that give a selection's elements one after another in the order of C, each as large as it may be. Elements
 * near one another are picked from one box; such as are far apart are read by themselves.
 *
 * @param axes none of them empty
 */
export function planReads(axes: readonly Axis[], limits: ReadLimits): Iterable<Read> {
  return new ReadPlan(axes, limits).reads(0);
}

class ReadPlan {
  readonly #axes: readonly Axis[];
  readonly #limits: ReadLimits;
  readonly #inner: readonly Inner[];
  /** The smallest box around all that is selected; narrowed for each read. */
  readonly #start: number[];
  readonly #count: number[];

  constructor(axes: readonly Axis[], limits: ReadLimits) {
    this.#axes = axes;
    this.#limits = limits;
    this.#start = [];
    this.#count = [];
    const inner: Inner[] = [];
    let behind: Inner = { size: 1, boxSize: 1, boxes: 1 };
    for (const [at, axis] of [...axes.entries()].reverse()) {
      inner[at] = behind;
      // Around all of the first axis, no box is read.
      const { low, high, runs } = at === 0 ? { low: 0, high: 0, runs: 0 } : axis.around();
      this.#start[at] = low;
      this.#count[at] = high - low;
      behind = {
        size: behind.size * axis.count,
        boxSize: behind.boxSize * (high - low),
        boxes: behind.boxes * runs,
      };
    }
    this.#inner = inner;
  }

  /** The reads of the `level`-th axis and all behind it, at one position of each before it. */
  *reads(level: number): Generator<Read> {
    const axis = this.#axes[level];
    const inner = this.#inner[level];
    if (axis === undefined || inner === undefined) {
      yield { box: this.#box(), count: 1, size: 1 };
      return;
    }
    const [low, length] = [this.#start[level] ?? 0, this.#count[level] ?? 0];
    const { sorted, given } = axis;
    const isReadAtOnce = isReadable(inner, this.#limits);
    const isRuns = given !== undefined && axis.count * inner.size >= given.starts.length * this.#limits.run;
    if (isRuns && isReadAtOnce && inner.boxes === 1) {
      const box = (start: number, count: number): Box => {
        this.#narrow(level, start, count);
        return this.#box();
      };
      yield* runReads(given, { size: inner.size, box }, this.#limits);
    } else if (sorted !== undefined && isReadAtOnce) yield* this.#sorted(level, { ...axis, sorted }, inner);
    else yield* this.#along(level, axis, inner);
    this.#narrow(level, low, length);
  }

  /** The reads of an axis in the order of its positions. */
  *#along(level: number, axis: Axis, inner: Inner): Generator<Read> {
    for (let k = 0; k < axis.count; ) {
      const group = groupAt(axis, k, inner, this.#limits);
      if (group === undefined) {
        this.#narrow(level, axis.at(k), 1);
        yield* this.reads(level + 1);
        k += 1;
        continue;
      }
      this.#narrow(level, group.low, group.high - group.low);
      yield this.#read(level, axis, k, group, inner);
      k += group.count;
    }
  }

  /** The reads of an axis whose positions are in no order: those of one piece from the lowest to the highest. */
  *#sorted(level: number, axis: Axis & Required<Pick<Axis, "sorted">>, inner: Inner): Generator<Read> {
    const most = Math.floor(this.#limits.most / inner.size);
    for (let k = 0; k < axis.count; k += most) {
      const count = Math.min(most, axis.count - k);
      const { axis: ordered, places } = axis.sorted(k, count);
      let done = 0;
      for (const read of this.#along(level, ordered, inner)) {
        const end = done + read.count / inner.size;
        const isLast = end === count;
        const block = {
          size: count * inner.size,
          row: inner.size,
          places: places.subarray(done, end),
          isLast,
        };
        yield { ...read, block };
        done = end;
      }
    }
  }

  #narrow(level: number, start: number, count: number): void {
    this.#start[level] = start;
    this.#count[level] = count;
  }

  #box(): Box {
    return { start: this.#start.slice(), count: this.#count.slice() };
  }

  #read(level: number, axis: Axis, k: number, group: Group, inner: Inner): Read {
    const { low, high, count, isOrdered } = group;
    const sizes = { box: this.#box(), count: count * inner.size, size: (high - low) * inner.boxSize };
    if (isOrdered && inner.boxes === 1) return sizes;
    if (inner.boxes === 1 && sizes.count >= group.runs * this.#limits.run) {
      return { ...sizes, runs: runsOf(axis, k, group, inner.size) };
    }
    let picked: Int32Array = Int32Array.of(0);
    let stride = 1;
    for (const [at, behind] of [...this.#axes.entries()].slice(level + 1).reverse()) {
      picked = spread(picked, behind, 0, behind.count, this.#start[at] ?? 0, stride);
      stride *= this.#count[at] ?? 1;
    }
    return { ...sizes, picked: spread(picked, axis, k, count, low, stride) };
  }
}

/** The runs of the positions of an axis from the `first`-th one on, of whole rows of so many elements. */
function runsOf(axis: Axis, first: number, { low, count: positions }: Group, row: number): Run[] {
  const end = first + positions;
  const runs: Run[] = [];
  for (let k = first; k < end; ) {
    const count = axis.run(k, end - k);
    runs.push({ from: (axis.at(k) - low) * row, count: count * row });
    k += count;
  }
  return runs;
}

/** The picked elements at each of some positions of an axis before them. */
function spread(
  picked: Int32Array,
  axis: Axis,
  first: number,
  count: number,
  low: number,
  stride: number,
): Int32Array {
  const all = new Int32Array(picked.length * count);
  let to = 0;
  for (let k = 0; k < count; ) {
    const length = axis.step === undefined ? axis.run(first + k, count - k) : count;
    const distance = (axis.step ?? 1) * stride;
    let offset = (axis.at(first + k) - low) * stride;
    for (let n = 0; n < length; n++) {
      for (let i = 0; i < picked.length; i++) all[to + i] = picked[i] + offset;
      to += picked.length;
      offset += distance;
    }
    k += length;
  }
  return all;
}
