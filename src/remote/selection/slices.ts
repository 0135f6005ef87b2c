import { positionOf, type Range, resolveSlice, Slice } from "../../array/index.js";
import { IndexError, ShapeError } from "../../errors.js";
import { runsAxis, unionAxis } from "./box.js";
import { composed, type Frame, frameShape } from "./frame.js";
import { boxOf, type DatasetSource, type ReadPlan } from "./read.js";
import { planUses, type Uses } from "./uses.js";

/**
 * Plans several slices as one array, joined along the first axis, which never falls away: what lies in the file in the order
 * of the slices is asked for as it is, all else position by position.
 *
 * @param list for each a selection of positions and slices, or its only part; they differ in their first part alone
 * @throws IndexError where there is none, where they differ elsewhere, and what a selection throws; ShapeError for an array
 * without axes
 */
export function planSlices(source: DatasetSource, frame: Frame, list: readonly unknown[]): ReadPlan {
  const { label } = source;
  const shape = frameShape(frame);
  if (shape.length === 0) throw new ShapeError(`${label} has no axis to take slices of`);
  if (list.length === 0) throw new IndexError("there is no slice; give at least one");
  const model = tupleOf(list[0]);
  const axis = frame.findIndex(({ isKept }) => isKept);
  const first = basicUses(frame, model, label);
  const rest = restOf(first, axis);
  const ranges = Array.from(list, (one): Range => {
    const range = rangeLike(one, model, frame[axis]?.range);
    if (range !== undefined) return range;
    const uses = basicUses(frame, tupleOf(one), label);
    if (restOf(uses, axis) === rest) return rangeIn(uses, axis);
    throw new IndexError(`slices of ${label} differ in more than their first axis`);
  });
  const length = ranges.reduce((sum, range) => sum + range.length, 0);
  const kept = first.kept.filter((one) => one.axis !== axis);
  const whole = [length, ...kept.map((one) => one.length)];
  const { data, sliceable } = source.facts;
  const isRuns = axis === 0 && sliceable > 0 && data === undefined && ranges.every(({ step }) => step === 1);
  if (!isRuns) {
    const uses = chosenUses(first, axis, positionsOf(ranges, length), whole);
    return { uses, box: boxOf(source, uses) };
  }
  const range = { start: 0, length, step: 1 };
  const axes = first.axes.with(0, { kind: "kept", range });
  const joined: Uses = { axes, kept: [{ length, axis }, ...kept], chosen: [], place: 0, shape: whole };
  const box = boxOf(source, joined);
  if (areAscending(ranges)) return { uses: joined, box: box.with(0, runsAxis(ranges)) };
  return {
    uses: chosenUses(first, axis, positionsOf(ranges, length), whole),
    box: box.with(0, unionAxis(ranges)),
  };
}

/** What the slices use, with each position of the first axis by itself. */
function chosenUses(first: Uses, axis: number, positions: Float64Array, shape: readonly number[]): Uses {
  return {
    axes: first.axes.with(axis, { kind: "chosen", positions }),
    kept: first.kept.filter((one) => one.axis !== axis),
    chosen: [{ axis, positions, shape: [positions.length] }],
    place: 0,
    shape,
  };
}

function basicUses(frame: Frame, parts: readonly unknown[], label: string): Uses {
  const uses = planUses(frame, parts, label);
  if (uses.chosen.length === 0 && uses.kept.every(({ axis }) => axis !== undefined)) return uses;
  throw new IndexError(`slices of ${label} are made of positions, slice() and "..." alone`);
}

/**
 * The range along the first axis of a selection that is like another one everywhere else, which has been planned: there may be
 * thousands of them.
 *
 * @returns undefined where it is another one, or what has to be planned to be refused
 */
function rangeLike(one: unknown, model: readonly unknown[], outer: Range | undefined): Range | undefined {
  const isLike = Array.isArray(one)
    ? one.length === model.length && one.every((part, i) => i === 0 || isSame(part, model[i]))
    : model.length === 1;
  if (outer === undefined || !isLike || !isPlain(model[0])) return undefined;
  const part: unknown = Array.isArray(one) ? one[0] : one;
  if (part instanceof Slice) return composed(outer, resolveSlice(part, outer.length));
  const at = positionOf(part, outer.length);
  return at < 0 ? undefined : { start: outer.start + outer.step * at, length: 1, step: 1 };
}

function tupleOf(one: unknown): readonly unknown[] {
  return Array.isArray(one) ? one : [one];
}

/** Whether a part stands for one axis. */
function isPlain(part: unknown): boolean {
  return typeof part === "number" || part instanceof Slice;
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!(a instanceof Slice && b instanceof Slice)) return false;
  return a.start === b.start && a.stop === b.stop && a.step === b.step;
}

/** What a selection uses of all axes but one, to be compared. */
function restOf({ axes }: Uses, axis: number): string {
  return JSON.stringify(axes.map((use, i) => (i === axis ? null : use)));
}

function rangeIn({ axes }: Uses, axis: number): Range {
  const use = axes[axis];
  if (use?.kind === "kept") return use.range;
  return { start: use?.kind === "fixed" ? use.at : 0, length: 1, step: 1 };
}

/** Whether each begins where the one before it ends, or later; an empty one may lie anywhere. */
function areAscending(ranges: readonly Range[]): boolean {
  let end = 0;
  for (const { start, length, step } of ranges) {
    if (length === 0) continue;
    if (step !== 1 || start < end) return false;
    end = start + length;
  }
  return true;
}

function positionsOf(ranges: readonly Range[], length: number): Float64Array {
  const positions = new Float64Array(length);
  let at = 0;
  for (const { start, length: count, step } of ranges) {
    for (let i = 0; i < count; i++) positions[at++] = start + i * step;
  }
  return positions;
}
