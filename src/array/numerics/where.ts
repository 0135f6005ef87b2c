import { parseDType, showValue } from "../../dtype/index.js";
import { DTypeError, ShapeError } from "../../errors.js";
import { broadcast, denseLayout, type Layout, showShape } from "../layout.js";
import { maskOf } from "../rows.js";
import { isViewable, STRIDED, type Strided } from "../strided.js";
import type { WhereMask } from "./options.js";

const B1 = parseDType("b1");

/**
 * A mask as an array of the shape of the one whose elements it chooses; undefined if there is none.
 *
 * @throws DTypeError where it holds no booleans, ShapeError where the shapes do not go together
 */
export function whereOf(
  mask: WhereMask | null | undefined,
  array: Strided,
  label: string,
): Strided | undefined {
  if (mask === undefined || mask === null) return undefined;
  const given = isViewable(mask) ? mask[STRIDED]() : listed(mask, label);
  if (given.dtype.kind !== "b") throw new DTypeError(`where is a mask of booleans (b1), not ${given.dtype}`);
  return { ...given, layout: stretched(given.layout, array.layout.shape, label) };
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
