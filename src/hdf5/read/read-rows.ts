import { LimitError } from "../../errors.js";
import { fillWith } from "./chunk-copy.js";
import { readExactly } from "./file-source.js";
import { Pace } from "./pace.js";
import type { ContiguousPlan, MemoryPlan, RowPlan } from "./plan.js";
import { readChunks } from "./read-chunks.js";
import { readSlabs } from "./read-slabs.js";
import { piecesOf } from "./rows.js";

/** Bytes that are read from a file between two looks at whether to go on. */
const STEP_BYTES = 1 << 22;

/**
 * Reads the rows of a plan one after another, dense, into memory, in any thread.
 *
 * @param isStopped asked between chunks, and every few MiB
 * @throws CorruptError naming the file, the dataset and the chunk that is damaged; StaleError where another file has the
 *   name; ClosedError where it was stopped; LimitError where there is not enough memory
 */
export async function readRows(
  plan: RowPlan,
  target: Uint8Array,
  isStopped: () => boolean = () => false,
): Promise<void> {
  const bytes = plan.length * plan.rowBytes;
  if (target.length < bytes) {
    throw new LimitError(
      `${plan.length} rows of ${plan.dataset} are ${bytes} bytes; there is memory for ${target.length}`,
    );
  }
  const into = target.subarray(0, bytes);
  const pace = new Pace(isStopped);
  switch (plan.kind) {
    case "fill":
      return fillWith(into, plan.fill);
    case "memory":
      return copyRows(plan, into);
    case "contiguous":
      return readContiguous(plan, into, pace);
    case "chunks":
      return readChunks(plan, into, pace);
    case "slab":
      return readSlabs(plan, into, pace);
  }
}

function copyRows({ rows, rowBytes, bytes }: MemoryPlan, into: Uint8Array): void {
  for (const { start, stop, at } of piecesOf(rows, Number.POSITIVE_INFINITY)) {
    into.set(bytes.subarray(start * rowBytes, stop * rowBytes), at * rowBytes);
  }
}

async function readContiguous(plan: ContiguousPlan, into: Uint8Array, pace: Pace): Promise<void> {
  const { file, rows, rowBytes, offset } = plan;
  for (const { start, stop, at } of piecesOf(rows, Number.POSITIVE_INFINITY)) {
    for (let done = 0, bytes = (stop - start) * rowBytes; done < bytes; done += STEP_BYTES) {
      const rest = pace.turn();
      if (rest !== undefined) await rest;
      const from = at * rowBytes + done;
      const step = into.subarray(from, from + Math.min(STEP_BYTES, bytes - done));
      readExactly(file, step, offset + start * rowBytes + done);
    }
  }
}
