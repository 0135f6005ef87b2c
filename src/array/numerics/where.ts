import { parseDType, showValue } from "../../dtype/index.js";
import { DTypeError, ShapeError } from "../../errors.js";
import { broadcast, denseLayout, type Layout, showShape } from "../layout.js";
import { maskOf } from "../rows.js";
import type { BlockStatistics } from "../statistics.js";
import { isViewable, STRIDED, type Strided, type Viewable } from "../strided.js";
import { type Comparison, operandArray } from "./comparison.js";
import type { WhereMask } from "./options.js";

const B1 = parseDType("b1");

/** What is compared, and with what, where that is put off until it is known what for. */
export interface Compared {
  readonly array: Strided;
  readonly comparisons: readonly Comparison[];
  readonly label: string;
  readonly statistics: BlockStatistics | undefined;
}

/** How conditions tell what they are made of. */
export const COMPARED = Symbol("memmap-table.compared");

/** A mask that has not been made. */
export interface Conditional extends Viewable {
  [COMPARED](): Compared;
}

function isConditional(value: unknown): value is Conditional {
  return typeof value === "object" && value !== null && COMPARED in value;
}

/** Which elements count: a mask of their shape, or with comparisons an array of that shape for whose elements they hold. */
export interface Where extends Strided {
  /** Each with one value. */
  readonly compared?: readonly Comparison[] | undefined;
}

/**
 * A mask as an array of the shape of the one whose elements it chooses; undefined if there is none. A condition stays one where it
 * is with values, and nothing is known of the elements that would spare to read them.
 *
 * @throws DTypeError where it holds no booleans, ShapeError where the shapes do not go together
 */
export function whereOf(
  mask: WhereMask | null | undefined,
  array: Strided,
  label: string,
): Where | undefined {
  if (mask === undefined || mask === null) return undefined;
  const condition = isConditional(mask) ? mask[COMPARED]() : undefined;
  if (condition !== undefined && condition.statistics === undefined && isOfValues(condition)) {
    const { array: other, comparisons } = condition;
    const layout = stretched(other.layout, array.layout.shape, label);
    return { ...other, layout, compared: comparisons };
  }
  const given = isViewable(mask) ? mask[STRIDED]() : listed(mask, label);
  if (given.dtype.kind !== "b") throw new DTypeError(`where is a mask of booleans (b1), not ${given.dtype}`);
  return { ...given, layout: stretched(given.layout, array.layout.shape, label) };
}

/** Whether nothing is compared with an array. */
export function isOfValues({ array, comparisons, label }: Compared): boolean {
  return comparisons.every(({ other }) => operandArray(other, array, label) === undefined);
}

function listed(mask: Uint8Array | readonly boolean[], label: string): Strided {
  if (!(Array.isArray(mask) || mask instanceof Uint8Array)) {
    throw new DTypeError(`where is an array of booleans, not ${showValue(mask)}`);
  }
  return { dtype: B1, layout: denseLayout([mask.length], 1), bytes: maskOf(mask, mask.length, label) };
}

/** By NumPy's broadcasting; a mask of one axis that does not go together with the last one is of rows. */
function stretched(layout: Layout, shape: readonly number[], label: string): Layout {
  const [length, ...others] = layout.shape;
  const isOfRows = length !== undefined && others.length === 0 && shape.length > 1 && length === shape[0];
  const byLast = layout.shape.length <= shape.length ? broadcast(layout, shape) : undefined;
  if (isOfRows && byLast !== undefined && length > 1) {
    throw new ShapeError(
      `a mask of length ${length} could be of the rows or of the last axis of ${label}, which is ${showShape(shape)}; give one of that shape`,
    );
  }
  if (byLast !== undefined) return byLast;
  if (!isOfRows) {
    throw new ShapeError(
      `a mask of shape ${showShape(layout.shape)} does not fit ${label}, which is ${showShape(shape)}`,
    );
  }
  const strides = shape.map((_, axis) => (axis === 0 ? (layout.strides[0] ?? 0) : 0));
  return { shape, strides, offset: layout.offset };
}
