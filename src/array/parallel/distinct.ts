import { byteSwap, type NumericArray, unique } from "../../compute/index.js";
import { type DType, parseDType, sizeOf } from "../../dtype/index.js";
import { denseLayout } from "../layout.js";
import {
  type Distinct,
  distinct,
  positionsIn,
  requireOrder,
  type UniqueOptions,
} from "../numerics/distinct.js";
import { bytesOf } from "../numerics/order.js";
import { nativeOf } from "../numerics/reader.js";
import { type Strided, typedArray, zeros } from "../strided.js";
import { flattened, inParts, ORDERED_BYTES, withWorkers } from "./order.js";
import { type Few, fewInSpan, type RenumberTask, renumber, uniquePart } from "./order-task.js";
import { whileThere } from "./reading.js";
import { type AsyncOptions, inParallel } from "./run.js";
import { lendForTasks, type SharedArray, sharedZeros } from "./share.js";
import { byteLength, isMuch, type Source, type Span, spansOf } from "./source.js";

/** What workers run. */
const MODULE = new URL("./order-task.js", import.meta.url).href;

const I8 = parseDType("i8");

/** The distinct elements of an array, with all that is needed to find them. */
interface Search {
  /** In one axis. */
  readonly array: SharedArray;
  readonly dtype: DType;
  readonly size: number;
  readonly label: string;
  readonly options: UniqueOptions & AsyncOptions & { readonly workers: number };
  /** The inverse, if it is asked for. */
  readonly inverse: Strided | undefined;
}

/** NumPy's `unique` of all elements, as `distinct` gives it, by workers where that pays. */
export async function distinctAsync(
  source: Source,
  options: UniqueOptions & AsyncOptions,
): Promise<Distinct> {
  const { array, label } = source;
  const { dtype, layout } = array;
  requireOrder("unique", dtype, label);
  const size = sizeOf(layout.shape);
  if (!isMuch(byteLength(array), options, ORDERED_BYTES) || size === 0)
    return distinct(array, options, label);
  const inverse = options.inverse === true ? sharedZeros(I8, layout.shape) : undefined;
  const some = withWorkers(options, array);
  const search: Search = { array: flattened(source), dtype, size, label, options: some, inverse };
  const found = await whileThere(
    [array],
    options,
    async () => (await amongFew(search)) ?? (await amongMany(search)),
  );
  return { ...found, ...(inverse === undefined ? {} : { inverse }) };
}

/** Looks through spans, each of which has few distinct elements; undefined where one has many. */
async function amongFew({ array, dtype, size, options, inverse }: Search): Promise<Distinct | undefined> {
  const spans = spansOf(size, options, { tasks: 1 });
  const inputs = spans.map((span, part) => ({
    ...span,
    array,
    part,
    index: options.index === true,
    counts: options.counts === true,
    inverse: inverse && lendForTasks(inverse),
  }));
  const found = await inParallel({ ...options, module: MODULE, act: fewInSpan, inputs });
  const few = found.flatMap((one) => one ?? []);
  if (few.length < found.length) return undefined;
  const all = joined(
    dtype,
    few.map(({ values }) => values),
  );
  const nat = dtype.step !== undefined;
  const { values, index = [], inverse: ranks } = unique(all, { index: true, inverse: true, nat });
  if (inverse !== undefined) {
    const before = startsOf(few.map((one) => one.values.length));
    await renumbered(inverse, { before, ranks }, size, options);
  }
  const places = placesOf(few, spans);
  const bytes = bytesOf(values);
  if (!dtype.native) byteSwap(bytes, dtype.itemsize, dtype.alignment);
  const shape = [values.length];
  return {
    values: { dtype, layout: denseLayout(shape, dtype.itemsize), bytes },
    ...(options.index === true
      ? {
          index: positionsIn(
            Float64Array.from(index, (at) => places[at]),
            shape,
          ),
        }
      : {}),
    ...(options.counts === true ? { counts: positionsIn(countsOf(few, ranks, values.length), shape) } : {}),
  };
}

function joined(dtype: DType, parts: readonly NumericArray[]): NumericArray {
  const bytes = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(bytesOf(part), at);
    at += part.byteLength;
  }
  return typedArray(nativeOf(dtype), bytes);
}

/** What the parts wrote to the beginning of their shares, side by side: where they are, or elsewhere if that is a small part of it. */
function together(
  { dtype, layout, bytes }: Strided,
  parts: readonly { readonly before: number; readonly distinct: number }[],
): Strided {
  const total = parts.reduce((sum, part) => sum + part.distinct, 0);
  const { itemsize } = dtype;
  const isLarge = 2 * total > sizeOf(layout.shape);
  const out = isLarge ? bytes.subarray(0, total * itemsize) : zeros(dtype, [total]).bytes;
  let at = 0;
  for (const { before, distinct: some } of parts) {
    out.set(bytes.subarray(before * itemsize, (before + some) * itemsize), at * itemsize);
    at += some;
  }
  return { dtype, layout: denseLayout([total], itemsize), bytes: out };
}

/** Where each of some things of these lengths begins, one after the other. */
function startsOf(lengths: readonly number[]): number[] {
  let sum = 0;
  return lengths.map((length) => {
    sum += length;
    return sum - length;
  });
}

/** Has workers give the values in an inverse the numbers that they have among all. */
async function renumbered(
  inverse: Strided,
  numbers: Pick<RenumberTask, "before" | "ranks">,
  size: number,
  options: AsyncOptions,
): Promise<void> {
  const common = { ...numbers, inverse: lendForTasks(inverse) };
  const inputs = spansOf(size, options).map((span) => ({ ...common, ...span }));
  await inParallel({ ...options, module: MODULE, act: renumber, inputs });
}

/** Where the distinct elements of all spans occur first, one span after the other. */
function placesOf(few: readonly Few[], spans: readonly Span[]): Float64Array {
  const places = new Float64Array(few.reduce((sum, { values }) => sum + values.length, 0));
  let at = 0;
  few.forEach(({ index = new Int32Array(0) }, span) => {
    for (let i = 0; i < index.length; i++) places[at++] = spans[span].from + index[i];
  });
  return places;
}

/** How often each of the distinct elements occurs in all spans together. */
function countsOf(few: readonly Few[], ranks: ArrayLike<number> = [], count: number): Float64Array {
  const counts = new Float64Array(count);
  let at = 0;
  for (const { counts: often = new Int32Array(0) } of few) {
    for (let i = 0; i < often.length; i++) counts[ranks[at++]] += often[i];
  }
  return counts;
}

/** Has parts, cut by the values of their elements, which so have no value in common, searched one by one. */
async function amongMany({ array, dtype, size, label, options, inverse }: Search): Promise<Distinct> {
  const values = sharedZeros(dtype, [size]);
  const index = options.index === true ? sharedZeros(I8, [size]) : undefined;
  const counts = options.counts === true ? sharedZeros(I8, [size]) : undefined;
  const shared = {
    values: lendForTasks(values),
    index: index && lendForTasks(index),
    counts: counts && lendForTasks(counts),
    inverse: inverse && lendForTasks(inverse),
  };
  const parts = await inParts(array, label, options, (tasks) => {
    const inputs = tasks.map((task) => ({ ...task, ...shared }));
    return inParallel({ ...options, module: MODULE, act: uniquePart, inputs });
  });
  if (inverse !== undefined) {
    const before = startsOf(parts.map((part) => part.distinct));
    await renumbered(inverse, { before, ranks: undefined }, size, options);
  }
  return {
    values: together(values, parts),
    ...(index === undefined ? {} : { index: together(index, parts) }),
    ...(counts === undefined ? {} : { counts: together(counts, parts) }),
  };
}
