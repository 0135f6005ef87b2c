import {
  ArrayView,
  broadcast,
  contiguousBytes,
  conversionOf,
  dtypeOf as dtypeOfTyped,
  isTypedArray,
  MemoryStorage,
  type Selector,
  STRIDED,
  showShape,
  slice,
  type TypedArray,
  viewTyped,
  wrap,
} from "../../array/index.js";
import { type Casting, showValue, sizeOf } from "../../dtype/index.js";
import { CastError, ShapeError } from "../../errors.js";
import { type FetchOptions, pinned, type Version } from "./fetch.js";
import { type Frame, frameShape, shapeOnly } from "./frame.js";
import { narrowed } from "./narrow.js";
import { type DatasetSource, dtypeOf, isStraight, planRead, type ReadPlan, readPlan } from "./read.js";

/** Bytes that are read at a time where they cannot be read straight into the target. */
const BLOCK = 2 ** 23;

/** What is read into: an array of this package, or a typed array, which is taken in the shape of what is read. */
export type ReadTarget = ArrayView | TypedArray;

/** Options of reading into an array. */
export interface IntoOptions extends FetchOptions {
  /** The part of the target that is written. */
  readonly target?: readonly Selector[] | undefined;
  readonly casting?: Casting | undefined;
}

/**
 * Reads what is planned into a target: straight into its memory where dtype and order are the same, else block by block.
 * Dtypes and shapes are judged before anything is asked. After an error on the way the target holds anything.
 *
 * @throws CastError, ShapeError, ReadOnlyError
 */
export async function readInto(
  source: DatasetSource,
  plan: ReadPlan,
  given: ReadTarget,
  options: IntoOptions = {},
): Promise<void> {
  const { shape } = plan.uses;
  const target = targetView(given, shape, options.target);
  requireFit(source, shape, target, options.casting);
  const straight = straightBytes(source, plan, target);
  if (straight !== undefined) {
    const { value } = await readPlan(source, plan, options, straight);
    // What was here already was not read into anything.
    if (value.bytes.buffer !== straight.buffer) straight.set(contiguousBytes(value) ?? []);
    return;
  }
  const frame = frameOf(plan, target);
  const read = async (version: Version): Promise<void> => {
    for (const [from, to] of blocksOf(target, frame)) {
      const part = frame === undefined ? plan : partOf(source, frame, from, to);
      const { value, etag } = await readPlan(source, part, version.options);
      version.note(etag);
      const into = frame === undefined ? target : target.slice(from, to);
      into.assign(wrap(value, false) as never, { casting: options.casting });
    }
  };
  const { element } = source.facts;
  const total = element.kind === "fixed" ? sizeOf(shape) * element.dtype.itemsize : undefined;
  await pinned(source, options, read, total);
}

function targetView(
  target: ReadTarget,
  shape: readonly number[],
  selection: readonly Selector[] | undefined,
): ArrayView {
  if (target instanceof ArrayView) return selection === undefined ? target : target.view(...selection);
  if (!isTypedArray(target)) {
    throw new CastError(`what is read into is an array or a typed array, not ${showValue(target)}`);
  }
  const dtype = dtypeOfTyped(target);
  const isAll = selection === undefined && target.length === sizeOf(shape);
  const whole = wrap(viewTyped(target, { dtype, shape: isAll ? shape : [target.length] }), true);
  return selection === undefined ? whole : whole.view(...selection);
}

/** @throws CastError where the dtypes do not go together, ShapeError where the shapes do not, ReadOnlyError */
function requireFit(
  source: DatasetSource,
  shape: readonly number[],
  target: ArrayView,
  casting: Casting = "checked",
): void {
  const { label } = target.storage;
  // Nothing is stored: a target that is read-only, and a casting that there is not, are found out.
  if (target.readonly || casting !== "checked") target.planAssign(target, { casting });
  if (source.facts.element.kind !== "text") {
    const conversion = conversionOf(dtypeOf(source), target.dtype, casting);
    if (typeof conversion === "string") throw new CastError(`${label}: ${conversion}`);
  }
  if (broadcast(shapeOnly(shape), target.shape) !== undefined) return;
  throw new ShapeError(
    `a selection of shape ${showShape(shape)} does not go into ${label} of shape ${showShape(target.shape)}`,
  );
}

/** The memory that elements can be read into as they come. A file may be closed or grow meanwhile: it is never read into. */
function straightBytes(source: DatasetSource, plan: ReadPlan, target: ArrayView): Uint8Array | undefined {
  const { element } = source.facts;
  const isSame = element.kind === "fixed" && element.dtype.equals(target.dtype) && element.dtype.kind !== "b";
  if (!isSame || !(target.storage instanceof MemoryStorage) || !isStraight(plan)) return undefined;
  return target.size === sizeOf(plan.uses.shape) ? contiguousBytes(target[STRIDED]()) : undefined;
}

/** What is read as a view, whose rows are those of the target; undefined where there is no such view. */
function frameOf({ uses }: ReadPlan, target: ArrayView): Frame | undefined {
  const isView = uses.chosen.length === 0 && uses.kept.every(({ axis }) => axis !== undefined);
  if (!isView || target.ndim === 0 || uses.shape.join() !== target.shape.join()) return undefined;
  return uses.axes.map((use) =>
    use.kind === "kept"
      ? { range: use.range, isKept: true }
      : { range: { start: use.kind === "fixed" ? use.at : 0, length: 1, step: 1 }, isKept: false },
  );
}

function* blocksOf(target: ArrayView, frame: Frame | undefined): Generator<[from: number, to: number]> {
  if (frame === undefined) {
    yield [0, 0];
    return;
  }
  const rowBytes = sizeOf(frameShape(frame).slice(1)) * target.itemsize;
  const rows = Math.max(1, Math.floor(BLOCK / Math.max(rowBytes, 1)));
  for (let from = 0; from < target.length; from += rows) yield [from, Math.min(from + rows, target.length)];
}

function partOf(source: DatasetSource, frame: Frame, from: number, to: number): ReadPlan {
  return planRead(source, narrowed(frame, [slice(from, to)], source.label), []);
}
