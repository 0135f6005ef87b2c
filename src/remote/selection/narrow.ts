import { type Selector, selectLayout as select } from "../../array/index.js";
import { type Frame, type FrameAxis, frameShape, shapeOnly } from "./frame.js";
import { planUses } from "./uses.js";

/**
 * A view of a view, by NumPy's basic indexing.
 *
 * @throws IndexError for too many selectors, and for positions outside
 */
export function narrowed(frame: Frame, selection: readonly Selector[], label: string): Frame {
  // Views of arrays have errors of their own for what is no index.
  select(shapeOnly(frameShape(frame)), selection);
  return planUses(frame, selection, label).axes.map((use): FrameAxis => {
    if (use.kind === "kept") return { range: use.range, isKept: true };
    const at = use.kind === "fixed" ? use.at : 0;
    return { range: { start: at, length: 1, step: 1 }, isKept: false };
  });
}
