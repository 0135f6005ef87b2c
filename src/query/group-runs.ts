import { BLOCK_BYTES, Reader, type Reduction, takeRows, zeros } from "../array/index.js";
import { orderByCodes } from "../compute/index.js";
import { codecOf } from "../dtype/index.js";
import { rowsIn } from "./key-rows.js";
import type { Grouped, Make } from "./outputs.js";

/**
 * Reduces each group by itself, as arrays are: for strings and complex numbers.
 *
 * Memory: a copy of the column, and 8 bytes for each row.
 */
export function reducedRuns(name: string, reduction: Reduction): Make {
  return (grouped) => {
    const { dtype } = reduction;
    const { length } = grouped.totals;
    const result = zeros(dtype, [length]);
    const { order, starts } = rowsByGroup(grouped);
    const sorted = takeRows(grouped.array(name), order);
    const reader = new Reader();
    const { write } = codecOf(dtype);
    const view = new DataView(result.bytes.buffer);
    const accumulator = reduction.start();
    const block = Math.max(1, Math.floor(BLOCK_BYTES / Math.max(1, sorted.dtype.itemsize)));
    for (let group = 0; group < length; group++) {
      const end = starts[group + 1];
      accumulator.reset();
      for (let start = starts[group]; start < end; start += block) {
        const stop = Math.min(start + block, end);
        accumulator.add(reader.read(rowsIn(sorted, start, stop)), 0, stop - start);
      }
      write(view, group * dtype.itemsize, accumulator.result());
    }
    return result;
  };
}

/** The rows, those of each group together and in their order, and where each group begins. */
function rowsByGroup({ totals }: Grouped): { order: Float64Array; starts: readonly number[] } {
  const groups = totals.groups ?? new Uint32Array(0);
  const order = new Uint32Array(groups.length);
  const starts = orderByCodes(groups, totals.length, undefined, order);
  return { order: Float64Array.from(order), starts };
}
