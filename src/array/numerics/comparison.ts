import { type CompareOp, maskAnd, type NumericArray } from "../../compute/index.js";
import { type DType, parseDType, sizeOf } from "../../dtype/index.js";
import { ShapeError } from "../../errors.js";
import { split } from "../blocks.js";
import { broadcast, type Layout, showShape } from "../layout.js";
import { asStrided } from "../operand.js";
import { type Strided, zeros } from "../strided.js";
import { broadcastShape } from "./broadcasting.js";
import { listAsArray } from "./lists.js";
import { pairTest } from "./pairs.js";
import { blockLength, nativeOf, Reader } from "./reader.js";
import { type ScalarTest, scalarTest } from "./scalars.js";

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

/** Where all the comparisons hold: an array of truth values in the shape that all operands have together. */
export function compare(array: Strided, comparisons: readonly Comparison[], label: string): Strided {
  const sides = comparisons.map(({ op, other }) => ({ op, other, side: operandArray(other, array, label) }));
  const shape = sides.reduce(
    (together, { side }) =>
      side === undefined ? together : broadcastShape(together, side.layout.shape, label),
    array.layout.shape,
  );
  const dtypes = sides.map(({ side }) => side?.dtype ?? array.dtype);
  const limit = blockLength(array.dtype, ...dtypes);
  const tests = sides.map(({ op, other, side }) =>
    side === undefined
      ? scalarTest(op, array.dtype, other, label)
      : sideTest(op, array.dtype, { ...side, layout: stretch(side.layout, shape) }, limit, label),
  );
  const result = zeros(parseDType("b1"), shape);
  const further = new Uint8Array(tests.length > 1 ? Math.min(limit, sizeOf(shape)) : 0);
  const reader = new Reader();
  let to = 0;
  for (const layout of split(stretch(array.layout, shape), limit)) {
    const values = reader.read({ ...array, layout });
    const count = sizeOf(layout.shape);
    tests.forEach((test, i) => {
      if (i === 0) return test(values, count, result.bytes, to);
      test(values, count, further, 0);
      maskAnd(result.bytes, to, further, 0, count, result.bytes, to);
    });
    to += count;
  }
  return result;
}

/** A comparison with an array, which is read along with the blocks of the first. */
function sideTest(op: CompareOp, dtype: DType, side: Strided, limit: number, label: string): ScalarTest {
  const test = pairTest(op, dtype, side.dtype, label);
  const reader = new Reader();
  const pieces = split(side.layout, limit);
  return (values: NumericArray, count, out, to) => {
    const layout = pieces.next().value;
    if (layout !== undefined) test(values, reader.read({ ...side, layout }), count, out, to);
  };
}

/** A layout in a shape that it has been found to go together with. */
export function stretch(layout: Layout, shape: readonly number[]): Layout {
  const stretched = broadcast(layout, shape);
  if (stretched === undefined) {
    throw new ShapeError(`shape ${showShape(layout.shape)} does not stretch to ${showShape(shape)}`);
  }
  return stretched;
}
