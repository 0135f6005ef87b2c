import { type ArrayView, isContiguous, isViewable, STRIDED } from "../array/index.js";
import { codePointLength, utf8Length } from "../dtype/text.js";
import type { TextKind } from "./options.js";

/**
 * The width that a text column needs for some values, at least `least`: code points for `"U"`, bytes for `"S"`.
 *
 * @param values an array, or lists within lists of which what is no string does not count
 */
export function textWidth(values: unknown, kind: TextKind, least: number): number {
  if (!isViewable(values)) return Array.isArray(values) ? listWidth(values, kind, least) : least;
  const { dtype, layout, bytes } = values[STRIDED]();
  if (dtype.kind !== kind || !dtype.native || !isContiguous(layout, dtype.itemsize)) {
    return listWidth(Array.from(values as ArrayView), kind, least);
  }
  const unit = dtype.alignment;
  const rows = layout.shape.reduce((a, b) => a * b, 1);
  let widest = least;
  for (let row = 0; row < rows; row++) {
    const start = layout.offset + row * dtype.itemsize;
    for (let end = dtype.itemsize; end > widest * unit; end--) {
      if (bytes[start + end - 1] !== 0) widest = Math.ceil(end / unit);
    }
  }
  return widest;
}

function listWidth(values: readonly unknown[], kind: TextKind, least: number): number {
  const width = kind === "U" ? codePointLength : utf8Length;
  const most = kind === "U" ? 1 : 3;
  let widest = least;
  for (const value of values) {
    if (Array.isArray(value)) widest = listWidth(value, kind, widest);
    if (typeof value !== "string" || value.length * most <= widest) continue;
    widest = Math.max(widest, width(value));
  }
  return widest;
}
