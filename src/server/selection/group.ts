import type { Axis } from "./axis.js";

/** How much is read at a time, in elements. */
export interface ReadLimits {
  /** The most that one read gives. */
  readonly most: number;
  /** The most that a box has from which elements are picked. */
  readonly mostPicked: number;
  /** How many elements may be read for nothing for each read that this spares. */
  readonly spare: number;
  /** Picked elements that on average so many follow one another are copied run by run. */
  readonly run: number;
}

/** What is known of all axes behind one. */
export interface Inner {
  /** Elements of the result. */
  readonly size: number;
  /** Elements of the smallest box around them. */
  readonly boxSize: number;
  /** Boxes without gaps that they are in. */
  readonly boxes: number;
}

/**
 * Positions of one axis that one read gives: between which bounds they are, in how many runs of such as follow one another, and
 * whether they are all between them, in order.
 */
export interface Group {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  readonly runs: number;
  readonly isOrdered: boolean;
}

/** Whether one read is good for all that is selected at one position of the axis before. */
export function isReadable(
  { size, boxSize, boxes }: Inner,
  { most, mostPicked, spare }: ReadLimits,
): boolean {
  if (size > most) return false;
  return boxes === 1 || (boxSize <= mostPicked && boxSize - size <= spare * (boxes - 1));
}

/** As many positions from the `k`-th one on as one read is good for; undefined where it is not even for one. */
export function groupAt(axis: Axis, k: number, inner: Inner, limits: ReadLimits): Group | undefined {
  const { most, mostPicked, spare } = limits;
  if (!isReadable(inner, limits)) return undefined;
  const longest = Math.floor(most / inner.size);
  const first = axis.at(k);
  let count = axis.run(k, longest);
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
    const length = axis.run(k + count, longest - count);
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
  return { low, high, count, runs, isOrdered };
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
  const [low, high] = [Math.min(first, last), Math.max(first, last) + 1];
  return { low, high, count, runs: count, isOrdered: count === 1 };
}
