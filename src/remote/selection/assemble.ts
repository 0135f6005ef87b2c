import {
  type Axis,
  denseCopy,
  denseLayout,
  isContiguous,
  type Strided,
  takeSelected,
} from "../../array/index.js";
import type { BoxAxis } from "./box.js";
import type { Uses } from "./uses.js";

/**
 * What a selection selects, out of the box that was asked for: its elements in C order.
 *
 * @param bytes the elements of the box in C order; they are the result's own where nothing has to be moved
 */
export function assembled(
  uses: Uses,
  box: readonly BoxAxis[],
  { dtype, bytes }: Pick<Strided, "dtype" | "bytes">,
): Strided {
  const lengths = box.map(({ length }) => length);
  const { strides } = denseLayout(lengths, dtype.itemsize);
  const strideOf = (axis: number) => strides[axis] ?? 0;
  let offset = 0;
  const steps = uses.axes.map((use, axis): number => {
    const place = (position: number) => box[axis]?.placeOf(position) ?? 0;
    if (use.kind === "chosen") return 0;
    const first = place(use.kind === "fixed" ? use.at : use.range.start);
    offset += first * strideOf(axis);
    if (use.kind === "fixed" || use.range.length < 2) return strideOf(axis);
    return (place(use.range.start + use.range.step) - first) * strideOf(axis);
  });
  const kept = uses.kept.map(({ length, axis }): Axis => {
    return { length, stride: axis === undefined ? 0 : (steps[axis] ?? 0) };
  });
  if (uses.chosen.length === 0) {
    const layout = { shape: uses.shape, strides: kept.map(({ stride }) => stride), offset };
    const array = { dtype, layout, bytes };
    return isContiguous(layout, dtype.itemsize) ? array : denseCopy(array);
  }
  const chosen = uses.chosen.map(({ axis, positions, shape }) => {
    const from = axis === undefined ? undefined : box[axis];
    if (axis === undefined || from === undefined) return { axes: [], positions, shape };
    const axes = [{ length: from.length, stride: strideOf(axis) }];
    return { axes, positions: from.placesOf(positions), shape };
  });
  const whole = { dtype, layout: denseLayout(lengths, dtype.itemsize), bytes };
  return takeSelected(whole, { offset, kept, chosen, place: uses.place });
}
