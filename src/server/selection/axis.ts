import { argsort } from "../../compute/index.js";
import type { AxisRuns, AxisSelection } from "../../remote/wire/index.js";

/** Places in a list. */
export type Indices = Int32Array | Float64Array;

/** The positions along one axis that a selection takes, in the order of the result. */
export interface Axis {
  readonly count: number;
  /** How far each position is from the one before, where that is the same for all. */
  readonly step?: number;
  /** The position in the dataset of the `k`-th one. */
  at(k: number): number;
  /** How many positions from the `k`-th one on follow one another in the dataset, up to a number of them. */
  run(k: number, most: number): number;
  /**
   * Some of the positions in ascending order, and where among those from the `k`-th one on each stands; only of positions in
   * no order.
   */
  sorted?(k: number, count: number): { readonly axis: Axis; readonly places: Indices };
  /** The runs of which it is made, which ascend and do not overlap; only of such as were given so. */
  readonly given?: Pick<AxisRuns, "starts" | "counts">;
  /** The bounds of all positions, and how many runs of such as follow one another there are. */
  around(): Around;
}

export interface Around {
  readonly low: number;
  readonly high: number;
  readonly runs: number;
}

/** What is selected along an axis. */
export function axisOf(selection: AxisSelection): Axis {
  switch (selection.kind) {
    case "range":
      return rangeAxis(selection.start, selection.count, selection.step);
    case "indices":
      return indexAxis(selection.indices);
    case "runs":
      return runsAxis(selection.starts, selection.counts);
    default:
      return selection satisfies never;
  }
}

function rangeAxis(start: number, count: number, step: number): Axis {
  return {
    count,
    step,
    at: (k) => start + k * step,
    run: step === 1 ? (k, most) => Math.min(count - k, most) : () => 1,
    around: () => {
      const last = start + (count - 1) * step;
      return {
        low: Math.min(start, last),
        high: Math.max(start, last) + 1,
        runs: step === 1 ? 1 : count,
      };
    },
  };
}

function indexAxis(indices: Float64Array): Axis {
  const count = indices.length;
  const isOrdered = indices.every((position, k) => k === 0 || position >= (indices[k - 1] ?? 0));
  return collected({
    count,
    ...(isOrdered
      ? {}
      : {
          sorted: (k, some) => {
            const part = indices.slice(k, k + some);
            const places = argsort(part);
            return { axis: indexAxis(part.sort()), places };
          },
        }),
    at: (k) => indices[k] ?? 0,
    run: (k, most) => {
      const end = Math.min(count, k + most);
      let next = k + 1;
      while (next < end && indices[next] === (indices[next - 1] ?? 0) + 1) next += 1;
      return next - k;
    },
  });
}

function runsAxis(starts: Float64Array, counts: Float64Array): Axis {
  const ends = new Float64Array(counts.length);
  let total = 0;
  for (let i = 0; i < counts.length; i++) {
    total += counts[i] ?? 0;
    ends[i] = total;
  }
  // Positions are mostly asked for in order.
  let last = 0;
  const find = (k: number): number => {
    if (last > 0 && k < (ends[last - 1] ?? 0)) last = firstAbove(ends, k);
    while (k >= (ends[last] ?? Number.POSITIVE_INFINITY)) last += 1;
    return last;
  };
  return collected({
    count: total,
    given: { starts, counts },
    at: (k) => {
      const i = find(k);
      return (starts[i] ?? 0) + k - ((ends[i] ?? 0) - (counts[i] ?? 0));
    },
    run: (k, most) => Math.min((ends[find(k)] ?? 0) - k, most),
  });
}

/** An axis whose bounds are those of all its runs. */
function collected(axis: Omit<Axis, "around">): Axis {
  return {
    ...axis,
    around: () => {
      let [low, high, runs] = [Number.POSITIVE_INFINITY, 0, 0];
      for (let k = 0; k < axis.count; runs += 1) {
        const [at, length] = [axis.at(k), axis.run(k, axis.count)];
        low = Math.min(low, at);
        high = Math.max(high, at + length);
        k += length;
      }
      return { low, high, runs };
    },
  };
}

/** The first of ascending numbers that is above another one. */
function firstAbove(ends: Float64Array, k: number): number {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] ?? 0) > k) high = middle;
    else low = middle + 1;
  }
  return low;
}
