import type { Box } from "../served/served.js";
import type { Axis, Indices } from "./axis.js";

/** One read, which gives the next elements of the result. */
export interface Read {
  readonly box: Box;
  /** How many elements of the result it gives. */
  readonly count: number;
  /** Elements that the box has. */
  readonly size: number;
  /** Which elements of the box they are; all in their order where it is left out. */
  readonly picked?: Int32Array;
  /** Where what it gives belongs, if not behind what was read before. */
  readonly block?: Block;
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
    const { sorted } = axis;
    if (sorted !== undefined && this.#isReadable(inner))
      yield* this.#sorted(level, { ...axis, sorted }, inner);
    else yield* this.#along(level, axis, inner);
    this.#narrow(level, low, length);
  }

  /** The reads of an axis in the order of its positions. */
  *#along(level: number, axis: Axis, inner: Inner): Generator<Read> {
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

  /** Whether one read is good for all that is selected at one position of the axis before. */
  #isReadable({ size, boxSize, boxes }: Inner): boolean {
    const { most, mostPicked, spare } = this.#limits;
    if (size > most) return false;
    return boxes === 1 || (boxSize <= mostPicked && boxSize - size <= spare * (boxes - 1));
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
    if (!this.#isReadable(inner)) return undefined;
    const longest = Math.floor(most / inner.size);
    const first = axis.at(k);
    let count = Math.min(axis.run(k), longest);
    if (inner.boxes > 1) count = Math.min(count, Math.floor(mostPicked / inner.boxSize));
    if (axis.step !== undefined && axis.step !== 1) {
      return steppedGroup(axis, k, Math.min(longest, axis.count - k), {
        room: mostPicked / inner.boxSize,
        gap: (spare * inner.boxes + inner.size) / inner.boxSize,
      });
    }
    let low = first;
    let high = first + count;
    let end = high;
    let runs = 1;
    let isOrdered = true;
    while (count < longest && k + count < axis.count) {
      const next = axis.at(k + count);
      const length = Math.min(axis.run(k + count), longest - count);
      const nextLow = Math.min(low, next);
      const nextHigh = Math.max(high, next + length);
      const joins = isOrdered && next === end;
      const boxSize = (nextHigh - nextLow) * inner.boxSize;
      const unused = boxSize - (count + length) * inner.size;
      const isGood = boxSize <= mostPicked && unused <= spare * (inner.boxes * (runs + 1) - 1);
      if (!isGood && !(joins && inner.boxes === 1)) break;
      low = nextLow;
      high = nextHigh;
      end = next + length;
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

/**
 * Positions a step apart that are read together.
 *
 * @param most how many positions there may be
 * @param limits of positions in one box, and from one that is read to the next
 */
function steppedGroup(
  { at, step = 1 }: Axis,
  k: number,
  most: number,
  { room, gap }: { readonly room: number; readonly gap: number },
): Group {
  const distance = Math.abs(step);
  const count = distance > gap ? 1 : Math.max(1, Math.min(most, Math.floor((room - 1) / distance) + 1));
  const [first, last] = [at(k), at(k + count - 1)];
  return { low: Math.min(first, last), high: Math.max(first, last) + 1, count, isOrdered: count === 1 };
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
    const length = axis.step === undefined ? Math.min(axis.run(first + k), count - k) : count;
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
