import { type ArrayView, denseLayout, planAssign, type Strided, wrap, zeros } from "../../array/index.js";
import { byteSwap } from "../../compute/index.js";
import { DType, nest, parseDType } from "../../dtype/index.js";
import { type ImportType, isTextKind, type TextKind } from "../options.js";
import { textWidth } from "../text-width.js";
import { type Elements, isList } from "./elements.js";

/** What elements are to become. */
export interface SourceType {
  readonly target: ImportType;
  /** The shape of each row's cell. */
  readonly shape: readonly number[];
}

/** Elements as an assignment takes them: an array or nested lists of so many rows. */
export function sourceOf(
  values: Elements["values"],
  rows: number,
  { target, shape }: SourceType,
): ArrayView | readonly unknown[] {
  const whole = [rows, ...shape];
  if (isList(values)) {
    if (shape.length === 0) return values;
    return isTextKind(target) ? widest(values, whole, target) : nest<unknown>(whole, (i) => values[i]);
  }
  const { dtype, bytes } = isTextKind(target) ? values : inOrderOf(target, values);
  return wrap({ dtype, layout: denseLayout(whole, dtype.itemsize), bytes }, false);
}

/** Text in cells, as wide as the widest. */
function widest(values: readonly unknown[], shape: readonly number[], kind: TextKind): ArrayView {
  const array = zeros(parseDType(`${kind}${textWidth(values, kind, 1)}`), shape);
  planAssign(
    array,
    nest<unknown>(shape, (i) => values[i]),
    { label: "text" },
  )();
  return wrap(array, false);
}

/**
 * Elements of the very dtype that is wanted where they are so but for the byte order, so that they move as bytes: what NaN
 * carries would not outlive a conversion.
 */
function inOrderOf(target: DType, values: Strided): { readonly dtype: DType; readonly bytes: Uint8Array } {
  const { dtype, bytes } = values;
  if (target.fields !== undefined) return values;
  const native = new DType({ ...target, byteorder: dtype.byteorder, fields: undefined });
  const isPair = target.kind === "c" && dtype.kind === "f" && dtype.itemsize * 2 === target.itemsize;
  if (!isPair && !native.equals(dtype)) return values;
  if (target.native) return { dtype: target, bytes };
  const swapped = new Uint8Array(bytes);
  byteSwap(swapped, target.itemsize, target.alignment);
  return { dtype: target, bytes: swapped };
}
