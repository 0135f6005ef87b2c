import { parseDType, sizeOf } from "../../dtype/index.js";
import { denseLayout, isContiguous, type Layout } from "../layout.js";
import { type Distinct, distinct, requireOrder, type UniqueOptions } from "../numerics/distinct.js";
import { resolveAxis, type SortOptions } from "../numerics/options.js";
import { argsorted, sorted } from "../numerics/sorted.js";
import { type Strided, zeros } from "../strided.js";
import { type Ordering, orderPart, orderRuns, renumber, uniquePart } from "./order-task.js";
import { type AsyncOptions, inParallel, PARALLEL_BYTES, workersOf } from "./run.js";
import {
  copyShared,
  type SharedArray,
  type SharedStrided,
  shareArray,
  sharedZeros,
  shareMemory,
} from "./share.js";
import { byteLength, isMuch, type Source, spansOf } from "./source.js";
import { changed, findBounds, type PartSize } from "./value-parts.js";

/** What workers run. */
const MODULE = new URL("./order-task.js", import.meta.url).href;
const PARTS_MODULE = new URL("./value-parts.js", import.meta.url).href;

const I8 = parseDType("i8");

/** Order costs more than bytes: workers find it from so many bytes on. */
const ORDERED_BYTES = PARALLEL_BYTES / 8;

/** The most elements of a part, so that what sorting them takes fits in the memory that kernels can have. */
const MOST = 2 ** 27;

/** Sorts as `sorted` and `argsorted` do, by workers where that pays. */
export async function orderAsync(
  source: Source,
  name: Ordering,
  options: SortOptions & AsyncOptions,
): Promise<Strided> {
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
  if (!flat && layout.shape[axis] !== size) return ordered(source, name, axis, options);
  const result = sharedZeros(resultDType, flat ? [size] : layout.shape);
  const shared = shareMemory(result);
  await inParts(source, options, (parts) =>
    inParallel({
      ...options,
      module: MODULE,
      act: orderPart,
      inputs: parts.map((part) => ({ ...part, name, result: shared })),
    }),
  );
  return result;
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
    array: shareArray(array, source.path) ?? copyShared(array),
    result: shareMemory(result),
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
  await inParallel({ ...options, module: MODULE, act: orderRuns, inputs });
  return result;
}

/** A part of a layout along an axis. */
function along({ shape, strides, offset }: Layout, axis: number, from: number, to: number): Layout {
  return { shape: shape.with(axis, to - from), strides, offset: offset + from * (strides[axis] ?? 0) };
}

/** The parts of an array by the values of its elements, and where they are in it. */
type Parts = Parameters<typeof orderPart>[0];

/** Has workers do something with an array, cut by the values of its elements; the parts come in the order of these. */
async function inParts<Size extends PartSize>(
  source: Source,
  options: AsyncOptions,
  act: (parts: readonly Omit<Parts, "name" | "result">[]) => Promise<Size[]>,
): Promise<Size[]> {
  const array = flattened(source);
  const size = sizeOf(array.layout.shape);
  const parts = Math.max(workersOf(options), Math.ceil(size / MOST));
  const tasks = { ...options, module: PARTS_MODULE, act: findBounds, inputs: [{ array, parts }] };
  const [bounds = []] = parts === 1 ? [] : await inParallel(tasks);
  const sizes = await act(
    [...bounds, undefined].map((to, part) => ({
      array,
      label: source.label,
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
function flattened({ array, path }: Source): SharedArray {
  const { dtype, layout } = array;
  const size = sizeOf(layout.shape);
  if (layout.shape.length === 1) return shareArray(array, path) ?? copyShared(array);
  const flat = { ...denseLayout([size], dtype.itemsize), offset: layout.offset };
  const whole = isContiguous(layout, dtype.itemsize)
    ? shareArray({ ...array, layout: flat }, path)
    : undefined;
  return whole ?? { ...copyShared(array), layout: denseLayout([size], dtype.itemsize) };
}

/** NumPy's `unique` of all elements, as `distinct` gives it, by workers where that pays. */
export async function distinctAsync(
  source: Source,
  options: UniqueOptions & AsyncOptions,
): Promise<Distinct> {
  const { array, label } = source;
  requireOrder("unique", array.dtype, label);
  const size = sizeOf(array.layout.shape);
  if (!isMuch(byteLength(array), options, ORDERED_BYTES) || size === 0)
    return distinct(array, options, label);
  const values = sharedZeros(array.dtype, [size]);
  const index = options.index === true ? sharedZeros(I8, [size]) : undefined;
  const counts = options.counts === true ? sharedZeros(I8, [size]) : undefined;
  const inverse = options.inverse === true ? sharedZeros(I8, array.layout.shape) : undefined;
  const shared = {
    values: shareMemory(values),
    index: index && shareMemory(index),
    counts: counts && shareMemory(counts),
    inverse: inverse && shareMemory(inverse),
  };
  const run = { ...options, module: MODULE };
  const parts = await inParts(source, options, (tasks) =>
    inParallel({ ...run, act: uniquePart, inputs: tasks.map((task) => ({ ...task, ...shared })) }),
  );
  if (inverse !== undefined) {
    const before: number[] = [];
    parts.reduce((sum, { distinct: some }) => sum + (before.push(sum), some), 0);
    const common = { inverse: shareMemory(inverse), before };
    const inputs = spansOf(size, options).map((span) => ({ ...common, ...span }));
    await inParallel({ ...run, act: renumber, inputs });
  }
  return {
    values: together(values, parts),
    ...(index === undefined ? {} : { index: together(index, parts) }),
    ...(inverse === undefined ? {} : { inverse }),
    ...(counts === undefined ? {} : { counts: together(counts, parts) }),
  };
}

/** What the parts wrote to the beginning of their shares, side by side: where they are, or elsewhere if that is a small part of it. */
function together(
  { dtype, layout, bytes }: SharedStrided,
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
