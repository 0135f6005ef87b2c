import { parseDType, sizeOf } from "../../dtype/index.js";
import { LimitError } from "../../errors.js";
import { denseLayout, isContiguous, type Layout } from "../layout.js";
import { requireOrder } from "../numerics/distinct.js";
import { resolveAxis, type SortOptions } from "../numerics/options.js";
import { isPlain } from "../numerics/order.js";
import { argsorted, sorted } from "../numerics/sorted.js";
import type { Strided } from "../strided.js";
import { type Ordering, orderPart, orderRuns } from "./order-task.js";
import { whileThere } from "./reading.js";
import { type AsyncOptions, inParallel, PARALLEL_BYTES, requireAsyncOptions } from "./run.js";
import { copyLent, lendForTasks, type SharedArray, sharedZeros, shareForTasks } from "./share.js";
import { byteLength, isMuch, type Source, spansOf, workersFor } from "./source.js";
import { changed, findBounds, type PartSize } from "./value-parts.js";

/** What workers run. */
const MODULE = new URL("./order-task.js", import.meta.url).href;
const PARTS_MODULE = new URL("./value-parts.js", import.meta.url).href;

const I8 = parseDType("i8");

/** Order costs more than bytes: workers find it from so many bytes on. */
export const ORDERED_BYTES = PARALLEL_BYTES / 8;

/** So many bytes are worth a worker's while. */
const SHARE = 1 << 22;

/** To look for more parts, each in the whole array, takes longer than to sort what is in them. */
const PARTS = 8;

/** The most elements of a part, so that what sorting them takes fits in the memory that kernels can have. */
const MOST = 2 ** 27;

/** Sorts as `sorted` and `argsorted` do, by workers where that pays. */
export async function orderAsync(
  source: Source,
  name: Ordering,
  options: SortOptions & AsyncOptions,
): Promise<Strided> {
  requireAsyncOptions(options);
  const { array, label } = source;
  const { dtype, layout } = array;
  requireOrder(name, dtype, label);
  const flat = options.axis === null;
  const axis = flat ? 0 : resolveAxis(options.axis ?? -1, layout.shape.length, label);
  const size = sizeOf(layout.shape);
  if (!isMuch(byteLength(array), options, ORDERED_BYTES) || size === 0) {
    return (name === "sort" ? sorted : argsorted)(array, options, label);
  }
  const resultDType = name === "sort" ? dtype : I8;
  const some = withWorkers(options, array);
  if (!flat && layout.shape[axis] !== size) return ordered(source, name, axis, some);
  const result = sharedZeros(resultDType, flat ? [size] : layout.shape);
  const shared = lendForTasks(result);
  // To count small integers takes no longer than to look which part they are in.
  const cut = isPlain(dtype) && dtype.itemsize < 4 ? { ...some, workers: 1 } : some;
  const run = { ...options, module: MODULE, act: orderPart };
  await whileThere([array], options, () =>
    inParts(flattened(source), label, cut, (parts) =>
      inParallel({ ...run, inputs: parts.map((part) => ({ ...part, name, result: shared })) }),
    ),
  );
  return result;
}

/** Options of as many workers as an array is large enough for. */
export function withWorkers<Options extends AsyncOptions>(
  options: Options,
  array: Strided,
): Options & { readonly workers: number } {
  return { ...options, workers: workersFor(byteLength(array), options, SHARE) };
}

/** Puts many runs in order, each worker some of them. */
async function ordered(
  source: Source,
  name: Ordering,
  axis: number,
  options: AsyncOptions,
): Promise<Strided> {
  const { array, label } = source;
  const { shape } = array.layout;
  const result = sharedZeros(name === "sort" ? array.dtype : I8, shape);
  const common = {
    name,
    array: shareForTasks(array, source.path) ?? copyLent(array),
    result: lendForTasks(result),
    axis,
    label,
  };
  const across = shape.reduce(
    (best, length, other) =>
      other !== axis && (best === axis || length > (shape[best] ?? 0)) ? other : best,
    axis,
  );
  const inputs = spansOf(shape[across] ?? 0, options).map(({ from, to }) => ({
    ...common,
    layouts: [along(common.array.layout, across, from, to), along(result.layout, across, from, to)] as const,
  }));
  await whileThere([array], options, () =>
    inParallel({ ...options, module: MODULE, act: orderRuns, inputs }),
  );
  return result;
}

/** A part of a layout along an axis. */
function along({ shape, strides, offset }: Layout, axis: number, from: number, to: number): Layout {
  return { shape: shape.with(axis, to - from), strides, offset: offset + from * (strides[axis] ?? 0) };
}

/** The parts of an array by the values of its elements, and where they are in it. */
type Parts = Parameters<typeof orderPart>[0];

/**
 * Has workers do something with an array, cut by the values of its elements; the parts come in the order of these.
 *
 * @throws LimitError from 2³² elements on, as on this thread
 */
export async function inParts<Size extends PartSize>(
  array: SharedArray,
  label: string,
  options: AsyncOptions & { readonly workers: number },
  act: (parts: readonly Omit<Parts, "name" | "result">[]) => Promise<Size[]>,
): Promise<Size[]> {
  const size = sizeOf(array.layout.shape);
  if (size >= 2 ** 32) {
    throw new LimitError(`cannot sort ${size} elements of ${label} in memory: the limit is ${2 ** 32 - 1}`);
  }
  const parts = Math.max(Math.min(options.workers, PARTS), Math.ceil(size / MOST));
  const tasks = { ...options, module: PARTS_MODULE, act: findBounds, inputs: [{ array, parts }] };
  const [bounds = []] = parts === 1 ? [] : await inParallel(tasks);
  const sizes = await act(
    [...bounds, undefined].map((to, part) => ({
      array,
      label,
      part,
      from: part === 0 ? undefined : bounds[part - 1],
      to,
    })),
  );
  let end = 0;
  for (const { before, count } of sizes) {
    if (before !== end) throw changed();
    end += count;
  }
  if (end !== size) throw changed();
  return sizes;
}

/** All elements in C order, in one axis. What workers do not see is copied. */
export function flattened({ array, path }: Source): SharedArray {
  const { dtype, layout } = array;
  const size = sizeOf(layout.shape);
  if (layout.shape.length === 1) return shareForTasks(array, path) ?? copyLent(array);
  const flat = { ...denseLayout([size], dtype.itemsize), offset: layout.offset };
  const whole = isContiguous(layout, dtype.itemsize)
    ? shareForTasks({ ...array, layout: flat }, path)
    : undefined;
  return whole ?? { ...copyLent(array), layout: denseLayout([size], dtype.itemsize) };
}
