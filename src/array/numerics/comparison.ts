import { type CompareOp, maskAnd } from "../../compute/index.js";
import { type DType, parseDType, sizeOf } from "../../dtype/index.js";
import { ShapeError } from "../../errors.js";
import { splitRange } from "../blocks.js";
import { broadcast, type Layout, showShape } from "../layout.js";
import { asStrided } from "../operand.js";
import { scanned } from "../scan.js";
import type { BlockStatistics } from "../statistics.js";
import { room, type Strided, zeros } from "../strided.js";
import { broadcastShape } from "./broadcasting.js";
import { listAsArray } from "./lists.js";
import { type PairTest, pairTest } from "./pairs.js";
import { blockLength, nativeOf, Reader } from "./reader.js";
import { bothTest, type ScalarTest, scalarTest } from "./scalars.js";
import { type Decided, decideBlocks } from "./skipping.js";

/** One comparison of all elements: with one value, or with an array. */
export interface Comparison {
  readonly op: CompareOp;
  readonly other: unknown;
}

/** The array that is meant by an operand; undefined where it is one value. */
export function operandArray(other: unknown, to: Strided, label: string): Strided | undefined {
  const { dtype, layout } = to;
  if (dtype.kind === "V" && other instanceof Uint8Array && other.length === dtype.itemsize) return undefined;
  if (Array.isArray(other)) return listAsArray(other, dtype, label);
  const array = asStrided(other, { dtype, shape: layout.shape });
  // Counts of another shape than the array are counts still; so are bytes of truth.
  const isCount = dtype.step !== undefined && other instanceof BigInt64Array;
  const isTruth = dtype.kind === "b" && other instanceof Uint8Array;
  return array !== undefined && (isCount || isTruth) ? { ...array, dtype: nativeOf(dtype) } : array;
}

/** Some comparisons of an array whose operands have been judged: they can be made of any part of it. */
export interface ComparisonPlan {
  readonly array: Strided;
  readonly comparisons: readonly Comparison[];
  /** The shape that all operands have together. */
  readonly shape: readonly number[];
  readonly tests: readonly PlannedTest[];
  /** The two tests in one, where they are of numbers: such as both ends of a range. */
  readonly both?: ScalarTest | undefined;
  /** So many elements are compared at a time. */
  readonly limit: number;
  readonly reader: Reader;
}

/** One comparison: with a value, or with an array in the shape of all, which is read along with the first. */
type PlannedTest =
  | { readonly scalar: ScalarTest }
  | { readonly side: Strided; readonly test: PairTest; readonly reader: Reader };

/**
 * Judges comparisons of an array.
 *
 * @throws DTypeError where dtypes or values do not compare, ShapeError where shapes do not go together
 */
export function planComparison(
  array: Strided,
  comparisons: readonly Comparison[],
  label: string,
): ComparisonPlan {
  const sides = comparisons.map(({ op, other }) => ({ op, other, side: operandArray(other, array, label) }));
  const shape = sides.reduce(
    (together, { side }) =>
      side === undefined ? together : broadcastShape(together, side.layout.shape, label),
    array.layout.shape,
  );
  const tests = sides.map(({ op, other, side }): PlannedTest => {
    if (side === undefined) return { scalar: scalarTest(op, array.dtype, other, label) };
    const test = pairTest(op, array.dtype, side.dtype, label);
    return { side: { ...side, layout: stretch(side.layout, shape) }, test, reader: new Reader() };
  });
  const dtypes = sides.map(({ side }) => side?.dtype ?? array.dtype);
  return {
    array: { ...array, layout: stretch(array.layout, shape) },
    comparisons,
    shape,
    tests,
    both: isOfValues(tests) && sides.length === 2 ? testOfValues(array.dtype, sides, label) : undefined,
    limit: blockLength(array.dtype, ...dtypes),
    reader: new Reader(),
  };
}

/** Comparisons of elements of a dtype with one value each as one test, where all hold. @throws as {@link scalarTest} */
export function testOfValues(dtype: DType, comparisons: readonly Comparison[], label: string): ScalarTest {
  const tests = comparisons.map(({ op, other }) => scalarTest(op, dtype, other, label));
  const [first, second, ...others] = comparisons;
  const isTwo = second !== undefined && others.length === 0;
  return (isTwo ? bothTest(dtype, first, second) : undefined) ?? tests.reduce(inTurn);
}

/** Where two tests hold. */
function inTurn(one: ScalarTest, other: ScalarTest): ScalarTest {
  let further = new Uint8Array(0);
  return (values, count, out, at) => {
    if (further.length < count) further = new Uint8Array(count);
    one(values, count, out, at);
    other(values, count, further, 0);
    maskAnd(out, at, further, 0, count, out, at);
  };
}

/**
 * Where all the comparisons hold, of the elements `from` to before `to` in C order of the shape of all.
 *
 * @param out takes a truth value for each, from `at` on
 */
export function compareRange(
  { array, tests, both, limit, reader }: ComparisonPlan,
  from: number,
  to: number,
  out: Uint8Array,
  at: number,
): void {
  const apply = both === undefined ? tests.map((test) => appliedTo(test, from, to, limit)) : [both];
  const further = new Uint8Array(apply.length > 1 ? Math.min(limit, to - from) : 0);
  let place = at;
  const pieces = splitRange(array.layout, from, to, limit);
  for (const layout of scanned(array, pieces, (piece) => piece)) {
    const values = reader.read({ ...array, layout });
    const count = sizeOf(layout.shape);
    apply.forEach((test, i) => {
      if (i === 0) return test(values, count, out, place);
      test(values, count, further, 0);
      maskAnd(out, place, further, 0, count, out, place);
    });
    place += count;
  }
}

/** The test of one block after another of a range. */
function appliedTo(planned: PlannedTest, from: number, to: number, limit: number): ScalarTest {
  if ("scalar" in planned) return planned.scalar;
  const { side, test, reader } = planned;
  const pieces = splitRange(side.layout, from, to, limit);
  return (values, count, out, at) => {
    const layout = pieces.next().value;
    if (layout !== undefined) test(values, reader.read({ ...side, layout }), count, out, at);
  };
}

/** Where all the comparisons hold: an array of truth values in the shape that all operands have together. */
export function compare(
  array: Strided,
  comparisons: readonly Comparison[],
  label: string,
  statistics?: BlockStatistics,
): Strided {
  const plan = planComparison(array, comparisons, label);
  const make = statistics === undefined ? room : zeros;
  const result = make(parseDType("b1"), plan.shape);
  const { certain, unknown } = decide(plan, statistics);
  for (const [from, to] of certain) result.bytes.fill(1, from, to);
  for (const [from, to] of unknown) compareRange(plan, from, to, result.bytes, from);
  return result;
}

/** What block statistics decide of a comparison; the rest is left for {@link compareRange}, all where there are none. */
export function decide(
  { array, comparisons, shape, tests }: ComparisonPlan,
  statistics: BlockStatistics | undefined,
): Decided {
  if (statistics === undefined || !isOfValues(tests)) return { certain: [], unknown: [[0, sizeOf(shape)]] };
  return decideBlocks(array, comparisons, statistics);
}

/** Whether no test is with an array. */
function isOfValues(tests: readonly PlannedTest[]): boolean {
  return tests.every((test) => "scalar" in test);
}

/** A layout in a shape that it has been found to go together with. */
export function stretch(layout: Layout, shape: readonly number[]): Layout {
  const stretched = broadcast(layout, shape);
  if (stretched === undefined) {
    throw new ShapeError(`shape ${showShape(layout.shape)} does not stretch to ${showShape(shape)}`);
  }
  return stretched;
}
