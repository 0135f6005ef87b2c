import { parseDType, sizeOf } from "../../dtype/index.js";
import { broadcastShape } from "../numerics/broadcasting.js";
import {
  type Comparison,
  compare,
  compareRange,
  decide,
  planComparison,
  stretch,
} from "../numerics/comparison.js";
import { combine, maskOperand, missing, negate, requireMask, requireMissing } from "../numerics/masks.js";
import { isIn, planMembership } from "../numerics/membership.js";
import { lengthOf } from "../numerics/skipping.js";
import type { BlockStatistics } from "../statistics.js";
import type { Strided } from "../strided.js";
import { type MaskWork, markPart } from "./mask-task.js";
import { whileThere } from "./reading.js";
import { type AsyncOptions, inParallel, PARALLEL_BYTES } from "./run.js";
import { freeCopy, lendForTasks, type SharedArray, sharedZeros } from "./share.js";
import {
  byteLength,
  forWorkers,
  isMuch,
  type Source,
  shareOperand,
  spansOf,
  TASKS,
  workersFor,
} from "./source.js";

/** What workers run. */
const MODULE = new URL("./mask-task.js", import.meta.url).href;

const B1 = parseDType("b1");

/** A mask has a byte for each element; a page of them is one worker's. */
const PAGE = 4096;

/** So many bytes of an array are worth a worker's while. */
const SHARE = 1 << 20;

/** A set of more values than these is made once for each worker, not for each of its tasks. */
const MANY = 1 << 12;

/** How one mask is made. */
interface MaskPlan {
  /** Whose elements it is of, in the mask's shape. */
  readonly source: Source;
  /** Further arrays, in the same shape. */
  readonly sides: readonly Strided[];
  /** What workers do with the array and the further ones. */
  readonly work: (sides: readonly SharedArray[]) => MaskWork;
  readonly tasks?: number;
  /** The same mask, made by this thread. */
  readonly here: () => Strided;
}

async function masked({ source, sides, work, tasks = TASKS, here }: MaskPlan, options: AsyncOptions) {
  const { array, label } = source;
  const shared = forWorkers(source, options);
  if (shared === undefined) return here();
  const others = sides.flatMap((side) => shareOperand(side, array) ?? []);
  if (others.length < sides.length) {
    for (const other of others) freeCopy(other);
    return here();
  }
  const mask = sharedZeros(B1, array.layout.shape);
  const common = { work: work(others), array: shared, label, mask: lendForTasks(mask) };
  const workers = workersFor(byteLength(array), options, SHARE);
  const spans = spansOf(sizeOf(array.layout.shape), { workers }, { least: PAGE, tasks });
  const inputs = spans.map((span) => ({ ...common, ...span }));
  const run = { ...options, workers, module: MODULE, act: markPart, inputs };
  try {
    await whileThere([array, ...sides], options, () => inParallel(run));
  } finally {
    for (const other of others) freeCopy(other);
  }
  return mask;
}

/** Where all the comparisons hold, as `compare` has it. */
export async function compareAsync(
  source: Source,
  comparisons: readonly Comparison[],
  options: AsyncOptions,
  statistics?: BlockStatistics,
): Promise<Strided> {
  const plan = planComparison(source.array, comparisons, source.label);
  const { array, tests } = plan;
  if (statistics !== undefined && isMuch(byteLength(array), options)) {
    const { certain, unknown } = decide(plan, statistics);
    if (lengthOf(unknown) * array.dtype.itemsize < PARALLEL_BYTES) {
      const mask = sharedZeros(B1, array.layout.shape);
      for (const [from, to] of certain) mask.bytes.fill(1, from, to);
      for (const [from, to] of unknown) compareRange(plan, from, to, mask.bytes, from);
      return mask;
    }
  }
  const sides = tests.flatMap((test) => ("side" in test ? [test.side] : []));
  const work = (shared: readonly SharedArray[]): MaskWork => {
    const next = shared.values();
    const operands = tests.map((test, i) => {
      const side = "side" in test ? next.next().value : undefined;
      return side === undefined ? { value: comparisons[i].other } : { array: side };
    });
    return { kind: "compare", comparisons: operands.map((other, i) => ({ op: comparisons[i].op, other })) };
  };
  const here = () => compare(source.array, comparisons, source.label, statistics);
  return masked({ source: { ...source, array }, sides, work, here }, options);
}

/** Where both masks are true, or either. */
export async function combineAsync(
  name: "and" | "or",
  source: Source,
  other: unknown,
  options: AsyncOptions,
): Promise<Strided> {
  const { array, label } = source;
  const operand = maskOperand(name, array, other, label);
  const shape = broadcastShape(array.layout.shape, operand.layout.shape, label);
  const [first, side] = [array, operand].map((one) => ({ ...one, layout: stretch(one.layout, shape) }));
  const here = () => combine(name, array, other, label);
  const work = ([shared]: readonly SharedArray[]): MaskWork => ({ kind: name, other: shared });
  return masked({ source: { ...source, array: first }, sides: [side], work, here }, options);
}

/** Which elements are among some values. */
export async function isInAsync(source: Source, values: unknown, options: AsyncOptions): Promise<Strided> {
  const { array, label } = source;
  const { candidates } = planMembership(array.dtype, values, label);
  const work = (): MaskWork => ({ kind: "isin", candidates });
  const tasks = candidates.length > MANY ? 1 : TASKS;
  return masked({ source, sides: [], work, tasks, here: () => isIn(array, candidates, label) }, options);
}

/** Where a mask is false. */
export async function negateAsync(source: Source, options: AsyncOptions): Promise<Strided> {
  const { array, label } = source;
  requireMask(array, "not", label);
  const here = () => negate(array, label);
  return masked({ source, sides: [], work: () => ({ kind: "not" }), here }, options);
}

/** Which elements are NaN, or NaT. */
export async function missingAsync(source: Source, options: AsyncOptions): Promise<Strided> {
  const { array, label } = source;
  requireMissing(array.dtype, label);
  const here = () => missing(array, label);
  return masked({ source, sides: [], work: () => ({ kind: "isnan" }), here }, options);
}
