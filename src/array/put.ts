import { sizeOf } from "../dtype/index.js";
import { ShapeError } from "../errors.js";
import { type Assignment, type AssignOptions, planAssign } from "./assign.js";
import { BLOCK_BYTES } from "./blocks.js";
import { broadcast, denseLayout, type Layout, showShape } from "./layout.js";
import { asStrided } from "./operand.js";
import { copyApart } from "./overlap.js";
import { putRows } from "./pick.js";
import { detached, plainShape } from "./plain.js";
import type { Rows } from "./rows.js";
import { mayOverlap, STRIDED, type Strided, type Viewable, zeros } from "./strided.js";

/**
 * Judges an assignment to chosen rows, as NumPy's `a[rows] = source`: the last of several values for one row stays.
 *
 * @returns the assignment, still to be made
 * @throws ShapeError, CastError, and nothing has been written
 */
export function planPut(to: Strided, rows: Rows, source: unknown, options: AssignOptions): Assignment {
  const { dtype } = to;
  const shape = to.layout.shape.with(0, rows.length);
  const part = partsOf(source, to, shape, options.label);
  const rowBytes = Math.max(1, sizeOf(shape.slice(1)) * dtype.itemsize);
  const step = Math.max(1, Math.floor(BLOCK_BYTES / rowBytes));
  const { bytes } = zeros(dtype, shape.with(0, Math.min(step, rows.length)));
  const run = (store: boolean): void => {
    let start = 0;
    // Once at least, so that a source for no rows is judged as well.
    do {
      const chosen = rows.subarray(start, start + step);
      const end = start + chosen.length;
      const layout = denseLayout(shape.with(0, chosen.length), dtype.itemsize);
      const block: Strided = { dtype, layout, bytes };
      const assignment = planAssign(block, part(start, end), { ...options, rows: chosen });
      if (store) {
        assignment();
        putRows(block, chosen, to);
      }
      start += step;
    } while (start < rows.length);
  };
  run(false);
  return () => run(true);
}

/** The source of rows `start` to `end`, as `planAssign` takes it; apart from the memory of the destination. */
function partsOf(
  source: unknown,
  to: Strided,
  shape: readonly number[],
  label: string,
): (start: number, end: number) => unknown {
  const array = asStrided(source, { dtype: to.dtype, shape });
  if (array !== undefined) {
    const layout = broadcast(array.layout, shape);
    if (layout === undefined) throw shapeError("an array", array.layout.shape, shape, label);
    const whole: Strided = { ...array, layout };
    const from = mayOverlap(whole, to) ? copyApart(whole) : whole;
    return (start, end) => rowsFrom(from, start, end);
  }
  const lengths = plainShape(source, { dtype: to.dtype, shape });
  const steps = broadcast({ shape: lengths, strides: lengths, offset: 0 }, shape);
  if (steps === undefined) throw shapeError("a list", lengths, shape, label);
  const apart = detached(source, to);
  const oneByOne = lengths.length === shape.length && lengths[0] !== 1;
  return Array.isArray(apart) && oneByOne ? (start, end) => apart.slice(start, end) : () => apart;
}

function rowsFrom(array: Strided, start: number, end: number): Viewable {
  const { shape, strides, offset } = array.layout;
  const layout: Layout = {
    shape: shape.with(0, end - start),
    strides,
    offset: offset + start * (strides[0] ?? 0),
  };
  return { [STRIDED]: () => ({ ...array, layout }) };
}

function shapeError(
  what: string,
  given: readonly number[],
  shape: readonly number[],
  label: string,
): ShapeError {
  return new ShapeError(
    `${what} of shape ${showShape(given)} does not go into ${shape[0]} rows of ${label}, shape ${showShape(shape)}`,
  );
}
