import {
  argsortRange,
  byteSwap,
  countInRange,
  dropRepeated,
  type NumericArray,
  type RangedNumbers,
  sortRange,
} from "../../compute/index.js";
import type { TaskContext } from "../../workers/index.js";
import { rangeRows } from "../layout.js";
import { isPlain } from "../numerics/order.js";
import { nativeOf, Reader } from "../numerics/reader.js";
import { holdingBytes } from "../shared-bytes.js";
import { typedArray } from "../strided.js";
import { openArray, type SharedArray } from "./share.js";
import { changed, type PartSize, type PartTask, shareOf } from "./value-parts.js";

/** Elements that kernels are given at a time. */
const STEP = 1 << 15;

/** What is done with the numbers of a part, and where it goes: as many elements of `result` as there are numbers. */
type Act = (numbers: RangedNumbers, out: Uint8Array) => number | undefined;

/** Has kernels do something with a part, if they can; undefined where nothing was done. */
async function withNumbers(
  task: PartTask,
  result: SharedArray,
  context: TaskContext,
  act: Act,
): Promise<PartSize | undefined> {
  const numbers = numbersOf(task, context);
  const size = numbers && countInRange(numbers);
  if (numbers === undefined || size === undefined) return undefined;
  const done = act(numbers, shareOf(result, size.before, size.count));
  if (done === undefined) return undefined;
  if (done !== size.count && !context.stopped) throw changed();
  return size;
}

function numbersOf({ array: shared, from, to }: PartTask, context: TaskContext): RangedNumbers | undefined {
  const array = openArray(shared);
  const { dtype, layout } = array;
  if (!isPlain(dtype) || dtype.itemsize < 4) return undefined;
  const length = layout.shape[0] ?? 0;
  const reader = new Reader();
  function* blocks(): Generator<NumericArray> {
    for (let start = 0; start < length && !context.stopped; start += STEP) {
      const range = { start, length: Math.min(STEP, length - start), step: 1 };
      yield reader.raw({ ...array, layout: rangeRows(layout, range) });
    }
  }
  const like = typedArray(nativeOf(dtype), new Uint8Array(0));
  return { blocks, like, nat: dtype.step !== undefined, from, to };
}

/** Writes the numbers of a part, or their places, in ascending order; undefined where they are to be read one by one. */
export function orderNumbers(
  task: PartTask,
  name: "sort" | "argsort",
  result: SharedArray,
  context: TaskContext,
): Promise<PartSize | undefined> {
  return holdingBytes(async () => {
    const { dtype } = openArray(task.array);
    return withNumbers(task, result, context, (numbers, out) => {
      if (name === "argsort") return argsortRange(numbers, out);
      const count = sortRange(numbers, out);
      if (!dtype.native) byteSwap(out, dtype.itemsize, dtype.alignment);
      return count;
    });
  });
}

/** The distinct numbers of a part, and where each begins among all of the part in their order. */
export interface DistinctNumbers {
  readonly size: PartSize;
  readonly distinct: number;
  readonly starts: Int32Array | Float64Array | undefined;
}

/** Writes the distinct numbers of a part; undefined where they are to be read one by one. */
export function distinctNumbers(
  task: PartTask,
  result: SharedArray,
  wantsStarts: boolean,
  context: TaskContext,
): Promise<DistinctNumbers | undefined> {
  return holdingBytes(async () => {
    const { dtype } = openArray(task.array);
    let distinct = 0;
    let starts: Int32Array | undefined;
    const size = await withNumbers(task, result, context, (numbers, out) => {
      const count = sortRange(numbers, out);
      if (count === undefined) return undefined;
      starts = wantsStarts ? new Int32Array(count) : undefined;
      distinct = dropRepeated(typedArray(nativeOf(dtype), out), starts);
      if (!dtype.native) byteSwap(out, dtype.itemsize, dtype.alignment);
      return count;
    });
    return size && { size, distinct, starts };
  });
}
