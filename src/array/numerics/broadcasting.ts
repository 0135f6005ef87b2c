import { ShapeError } from "../../errors.js";
import { showShape } from "../layout.js";

/**
 * The shape that arrays of these shapes have together by NumPy's broadcasting: aligned at their last axes, where
 * axes of length 1 stretch.
 *
 * @throws ShapeError where they do not go together
 */
export function broadcastShape(a: readonly number[], b: readonly number[], label: string): readonly number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const x = a[axis - rank + a.length] ?? 1;
    const y = b[axis - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new ShapeError(
        `shape ${showShape(b)} does not go together with ${label} of shape ${showShape(a)}`,
      );
    }
    return x === 1 ? y : x;
  });
}
