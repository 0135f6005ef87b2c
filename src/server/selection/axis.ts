import type { AxisSelection } from "../../remote/wire/index.js";

/** The positions along one axis that a selection takes, in the order of the result. */
export interface Axis {
  readonly count: number;
  /** The position in the dataset of the `k`-th one. */
  at(k: number): number;
  /** How many positions from the `k`-th one on follow one another in the dataset. */
  run(k: number): number;
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
    at: (k) => start + k * step,
    run: step === 1 ? (k) => count - k : () => 1,
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
  return collected({
    count,
    at: (k) => indices[k] ?? 0,
    run: (k) => {
      let next = k + 1;
      while (next < count && indices[next] === (indices[next - 1] ?? 0) + 1) next += 1;
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
  // Positions are asked for in order, but begin anew for each position of an axis before.
  let last = 0;
  const find = (k: number): number => {
    if (last > 0 && k < (ends[last - 1] ?? 0)) last = 0;
    while (k >= (ends[last] ?? Number.POSITIVE_INFINITY)) last += 1;
    return last;
  };
  return collected({
    count: total,
    at: (k) => {
      const i = find(k);
      return (starts[i] ?? 0) + k - ((ends[i] ?? 0) - (counts[i] ?? 0));
    },
    run: (k) => (ends[find(k)] ?? 0) - k,
  });
}

/** An axis whose bounds are those of all its runs. */
function collected(axis: Omit<Axis, "around">): Axis {
  return {
    ...axis,
    around: () => {
      let [low, high, runs] = [Number.POSITIVE_INFINITY, 0, 0];
      for (let k = 0; k < axis.count; runs += 1) {
        const [at, length] = [axis.at(k), axis.run(k)];
        low = Math.min(low, at);
        high = Math.max(high, at + length);
        k += length;
      }
      return { low, high, runs };
    },
  };
}
