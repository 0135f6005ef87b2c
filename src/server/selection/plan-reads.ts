import type { Box } from "../served/served.js";
import type { Axis } from "./axis.js";

/** One read, which gives the next elements of the result. */
export interface Read {
  readonly box: Box;
  /** How many elements of the result it gives. */
  readonly count: number;
  /** Elements that the box has. */
  readonly size: number;
  /** Which elements of the box they are; all in their order where it is left out. */
  readonly picked?: Int32Array;
}

/** How much is read at a time, in elements. */
export interface ReadLimits {
  /** The most that one read gives. */
  readonly most: number;
  /** The most that a box has from which elements are picked. */
  readonly mostPicked: number;
  /** How many elements may be read for nothing for each read that this spares. */
  readonly spare: number;
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

/** What is known of all axes behind one. */
interface Inner {
  /** Elements of the result. */
  readonly size: number;
  /** Elements of the smallest box around them. */
  readonly boxSize: number;
  /** Boxes without gaps that they are in. */
  readonly boxes: number;
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
    for (let k = 0; k < axis.count; ) {
      const group = this.#group(axis, k, inner);
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
    this.#narrow(level, low, length);
  }

  #narrow(level: number, start: number, count: number): void {
    this.#start[level] = start;
    this.#count[level] = count;
  }

  #box(): Box {
    return { start: this.#start.slice(), count: this.#count.slice() };
  }

  /** As many positions from the `k`-th one on as one read is good for; undefined where it is not even for one. */
  #group(axis: Axis, k: number, inner: Inner): Group | undefined {
    const { most, mostPicked, spare } = this.#limits;
    const longest = Math.floor(most / inner.size);
    if (longest < 1) return undefined;
    const first = axis.at(k);
    let count = Math.min(axis.run(k), longest);
    if (inner.boxes > 1) {
      count = Math.min(count, Math.floor(mostPicked / inner.boxSize));
      if (count < 1 || inner.boxSize > spare * inner.boxes) return undefined;
    }
    let [low, high, runs, end] = [first, first + count, 1, first + count];
    let isOrdered = true;
    while (count < longest && k + count < axis.count) {
      const next = axis.at(k + count);
      const length = Math.min(axis.run(k + count), longest - count);
      const [nextLow, nextHigh] = [Math.min(low, next), Math.max(high, next + length)];
      const joins = isOrdered && next === end;
      const boxSize = (nextHigh - nextLow) * inner.boxSize;
      const isGood = boxSize <= mostPicked && boxSize <= spare * inner.boxes * (runs + 1);
      if (!isGood && !(joins && inner.boxes === 1)) break;
      [low, high, end] = [nextLow, nextHigh, next + length];
      if (!joins) {
        isOrdered = false;
        runs += 1;
      }
      count += length;
    }
    return { low, high, count, isOrdered };
  }

  #read(level: number, axis: Axis, k: number, { low, high, count, isOrdered }: Group, inner: Inner): Read {
    const sizes = { box: this.#box(), count: count * inner.size, size: (high - low) * inner.boxSize };
    if (isOrdered && inner.boxes === 1) return sizes;
    let picked: Int32Array = Int32Array.of(0);
    let stride = 1;
    for (const [at, behind] of [...this.#axes.entries()].slice(level + 1).reverse()) {
      picked = spread(picked, behind, 0, behind.count, this.#start[at] ?? 0, stride);
      stride *= this.#count[at] ?? 1;
    }
    return { ...sizes, picked: spread(picked, axis, k, count, low, stride) };
  }
}

/** Positions of one axis that one read gives: between which bounds they are, and whether they are all between them, in order. */
interface Group {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  readonly isOrdered: boolean;
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
  for (let k = 0, to = 0; k < count; k++) {
    const offset = (axis.at(first + k) - low) * stride;
    for (let i = 0; i < picked.length; i++) all[to++] = (picked[i] ?? 0) + offset;
  }
  return all;
}
