import type { AxisRuns } from "../../remote/wire/index.js";
import type { Box } from "../served/served.js";
import type { ReadLimits } from "./group.js";
import type { Read, Run } from "./plan-reads.js";

/** Rows that lie one behind the other in a dataset. */
export interface Rows {
  /** Elements of one. */
  readonly size: number;
  /** The box of some of them. */
  box(start: number, count: number): Box;
}

/**
 * The reads that give runs of rows, which ascend and do not overlap. Such as are near one another are read together, with what
 * lies between. There are often thousands of runs in a request, and few such requests: what is done for each is little.
 */
export function* runReads(
  { starts, counts }: Pick<AxisRuns, "starts" | "counts">,
  rows: Rows,
  { most, mostPicked, spare }: ReadLimits,
): Generator<Read> {
  const longest = Math.floor(most / rows.size);
  const span = Math.floor(mostPicked / rows.size);
  const gap = spare / rows.size;
  /** Rows of the `k`-th run that have been read. */
  let done = 0;
  for (let k = 0; k < starts.length; ) {
    const low = (starts[k] ?? 0) + done;
    const first = Math.min((counts[k] ?? 0) - done, longest);
    done += first;
    if (done < (counts[k] ?? 0)) {
      yield whole(rows, low, first);
      continue;
    }
    done = 0;
    let high = low + first;
    let count = first;
    let isWhole = true;
    let end = k + 1;
    for (; end < starts.length; end++) {
      const start = starts[end] ?? 0;
      const length = counts[end] ?? 0;
      const joins: boolean = isWhole && start === high;
      const isNear = start - high <= gap && start + length - low <= span;
      if (count + length > longest || !(joins || isNear)) break;
      isWhole = joins;
      high = start + length;
      count += length;
    }
    if (isWhole && count > 0) yield whole(rows, low, count);
    else if (count > 0) {
      const runs: Run[] = [{ from: 0, count: first * rows.size }];
      for (let i = k + 1; i < end; i++) {
        runs.push({ from: ((starts[i] ?? 0) - low) * rows.size, count: (counts[i] ?? 0) * rows.size });
      }
      const size = (high - low) * rows.size;
      yield { box: rows.box(low, high - low), count: count * rows.size, size, runs };
    }
    k = end;
  }
}

function whole(rows: Rows, start: number, count: number): Read {
  const size = count * rows.size;
  return { box: rows.box(start, count), count: size, size };
}
