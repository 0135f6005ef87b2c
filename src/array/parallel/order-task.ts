import { type Indices, type NumericArray, uniqueIfFew } from "../../compute/index.js";
import type { TaskContext } from "../../workers/index.js";
import { copyElements } from "../copy.js";
import { type Layout, rangeRows } from "../layout.js";
import { findDistinct } from "../numerics/distinct.js";
import { isPlain, LOW, orderOf, type Positions, storeOrder, storePositions } from "../numerics/order.js";
import { Reader } from "../numerics/reader.js";
import { argsorted, sorted } from "../numerics/sorted.js";
import { holdingBytes } from "../shared-bytes.js";
import { distinctNumbers, orderNumbers } from "./number-parts.js";
import { openArray, type SharedArray } from "./share.js";
import type { Span } from "./source.js";
import { type PartSize, type PartTask, shareOf, withPart } from "./value-parts.js";

/** Whether elements are put in order, or their places. */
export type Ordering = "sort" | "argsort";

/** Some of many runs along an axis. */
export interface RunsTask {
  readonly name: Ordering;
  readonly array: SharedArray;
  readonly result: SharedArray;
  /** The runs of either. */
  readonly layouts: readonly [array: Layout, result: Layout];
  readonly axis: number;
  readonly label: string;
}

/** Puts some runs in order. */
export function orderRuns(task: RunsTask): Promise<void> {
  return holdingBytes(async () => {
    const [layout, target] = task.layouts;
    const order = task.name === "sort" ? sorted : argsorted;
    const runs = order({ ...openArray(task.array), layout }, { axis: task.axis }, task.label);
    copyElements(runs, { ...openArray(task.result), layout: target });
  });
}

/** A part whose elements, or their places, go to an array for all of them. */
export interface OrderTask extends PartTask {
  readonly name: Ordering;
  readonly result: SharedArray;
}

/** Writes the elements of a part, or their places, in ascending order. */
export async function orderPart(task: OrderTask, context: TaskContext): Promise<PartSize> {
  const done = await orderNumbers(task, task.name, task.result, context);
  if (done !== undefined) return done;
  return withPart(task, context, ({ array, places, before, count }) => {
    const out = shareOf(task.result, before, count);
    if (task.name === "sort") out.set(sorted(array, {}, task.label).bytes);
    else {
      const values = new Reader().read(array);
      if (places === undefined) storeOrder(array.dtype, values, out);
      else storePositions(placesAt(places, orderOf(array.dtype, values)), out);
    }
  });
}

/** The places at some places, in the memory of these. */
function placesAt(places: Positions | undefined, at: Positions): Positions {
  if (places !== undefined) for (let i = 0; i < at.length; i++) at[i] = places[at[i]];
  return at;
}

/** A part whose distinct elements go to the beginning of its share of an array for all elements. */
export interface UniqueTask extends PartTask {
  readonly values: SharedArray;
  readonly index: SharedArray | undefined;
  readonly counts: SharedArray | undefined;
  /** For each element, the number of its value among the part's; in its upper half, the part's number. */
  readonly inverse: SharedArray | undefined;
}

/** A part, and how many distinct elements it has. */
export interface UniqueSize extends PartSize {
  readonly distinct: number;
}

/** Writes the distinct elements of a part, ascending, and what is asked for with them. */
export async function uniquePart(task: UniqueTask, context: TaskContext): Promise<UniqueSize> {
  const { index, counts, inverse } = task;
  if (index === undefined && inverse === undefined) {
    const numbers = await distinctNumbers(task, task.values, counts !== undefined, context);
    if (numbers !== undefined) {
      const { size, distinct, starts } = numbers;
      if (counts && starts) {
        for (let i = 0; i < distinct; i++) {
          starts[i] = (i + 1 < distinct ? starts[i + 1] : size.count) - starts[i];
        }
        storePositions(starts.subarray(0, distinct), shareOf(counts, size.before, distinct));
      }
      return { ...size, distinct };
    }
  }
  let distinct = 0;
  const size = await withPart(task, context, ({ array, places, before }) => {
    const asked = {
      index: index !== undefined,
      counts: counts !== undefined,
      inverse: inverse !== undefined,
    };
    const found = findDistinct(array, asked);
    [distinct = 0] = found.values.layout.shape;
    shareOf(task.values, before, distinct).set(found.values.bytes);
    if (index && found.index) storePositions(placesAt(places, found.index), shareOf(index, before, distinct));
    if (counts && found.counts) storePositions(found.counts, shareOf(counts, before, distinct));
    if (inverse && found.inverse) storeInverse(found.inverse, places, task.part, wordsOf(inverse));
  });
  return { ...size, distinct };
}

function wordsOf(array: SharedArray): Uint32Array {
  const { bytes } = openArray(array);
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

function storeInverse(
  inverse: Positions,
  places: Positions | undefined,
  part: number,
  words: Uint32Array,
): void {
  const lowAt = LOW;
  for (let i = 0; i < inverse.length; i++) {
    const at = 2 * (places === undefined ? i : places[i]);
    words[at + lowAt] = inverse[i];
    words[at + 1 - lowAt] = part;
  }
}

/** A span of an array of one axis, which is looked through for its distinct elements. */
export interface FewTask extends Span {
  readonly array: SharedArray;
  readonly part: number;
  readonly index: boolean;
  readonly counts: boolean;
  /** As that of {@link UniqueTask}. */
  readonly inverse: SharedArray | undefined;
}

/** The distinct elements of a span. */
export interface Few {
  readonly values: NumericArray;
  /** Where they occur first in the span. */
  readonly index: Positions | undefined;
  readonly counts: Positions | undefined;
}

/** The distinct elements of a span, where they are few; undefined where not, and for what is not numbers. */
export function fewInSpan(task: FewTask): Promise<Few | undefined> {
  return holdingBytes(async () => {
    const array = openArray(task.array);
    const { dtype } = array;
    if (!isPlain(dtype)) return undefined;
    const range = { start: task.from, length: task.to - task.from, step: 1 };
    const values = new Reader().raw({ ...array, layout: rangeRows(array.layout, range) });
    const nat = dtype.step !== undefined;
    const asked = { index: task.index, counts: task.counts, inverse: task.inverse !== undefined, nat };
    const found = uniqueIfFew(values, asked);
    if (found === undefined) return undefined;
    if (task.inverse && found.inverse) {
      storeInverse(found.inverse, undefined, task.part, wordsOf(task.inverse).subarray(2 * task.from));
    }
    return { values: found.values, index: found.index, counts: found.counts };
  });
}

/** A span of an inverse, in which numbers of values are those among a part's. */
export interface RenumberTask extends Span {
  readonly inverse: SharedArray;
  /** How many distinct elements the parts before each have, one after the other. */
  readonly before: readonly number[];
  /** The numbers of these among all distinct elements, where parts have some in common. */
  readonly ranks: Indices | undefined;
}

/** Makes the numbers in an inverse those among all distinct elements. */
export async function renumber({ inverse, before, ranks, from, to }: RenumberTask): Promise<void> {
  const words = wordsOf(inverse);
  const starts = Uint32Array.from(before);
  const lowAt = LOW;
  for (let at = 2 * from; at < 2 * to; at += 2) {
    const number = words[at + lowAt] + starts[words[at + 1 - lowAt]];
    words[at + lowAt] = ranks === undefined ? number : ranks[number];
    words[at + 1 - lowAt] = 0;
  }
}
