import type { DTypeLike } from "../dtype/index.js";
import { ArrayView, wrap } from "./array-view.js";
import type { AccessMode } from "./base.js";
import type { IndexArray } from "./select-indices.js";
import { planSelection } from "./select-plan.js";
import { takeSelected } from "./select-take.js";
import { Slice } from "./slice.js";
import { STRIDED } from "./strided.js";

/** What stands for one axis in a selection: a position, a slice, or an index array; `null` is a new axis of length 1. */
export type SelectionPart = number | Slice | "..." | null | IndexArray;

/** What {@link select} takes. */
export type Selection = SelectionPart | readonly SelectionPart[];

/**
 * NumPy's indexing, basic and advanced.
 *
 * | selection | gives |
 * | --- | --- |
 * | a position, a `slice()`, `"..."`, `null` | a view: the position removes the first axis, `null` adds one in front |
 * | a list (typed array, array) of whole numbers | a copy of the rows at these positions; an empty list selects none |
 * | a list of booleans, an array of `b1` with as many axes as it likes | a copy of where it is true |
 * | any other list | NumPy's tuple: a part for each axis, each as above, `"..."` for all axes that no part names |
 *
 * In a tuple index arrays broadcast together, a mask counts for as many axes as it has, and a list of lists is one index array
 * of several axes. The axes of the positions stand where the index arrays stood if these (and positions) are side by side,
 * else in front.
 *
 * Stricter than NumPy: a position outside and a mask of another shape are refused also where nothing would come of them.
 *
 * ```ts
 * select(a, [slice(), 0]);           // a view of the first of each row
 * select(a, [2, 0, -1]);             // rows 2, 0 and the last, a copy
 * select(a, [[0, 1], [0, 2]]);       // the elements (0, 0) and (1, 2)
 * select(a, a.gt(5));                // the elements above 5
 * select(a, [[[0], [1]], [0, 2]]);   // 2 × 2 elements: NumPy's a[np.ix_([0, 1], [0, 2])]
 * ```
 *
 * @returns a view that shares the bytes and may be assigned to as the array may; with any index array a read-only copy in
 * memory
 * @throws IndexError outside an axis and for too many parts; ShapeError where a mask has another shape than its axes, where
 * index arrays do not broadcast together, and for lists of different lengths; DTypeError for floats and all else that is no
 * index; LimitError where there is no memory for the copy
 */
export function select<D extends DTypeLike, M extends AccessMode>(
  array: ArrayView<D, M>,
  selection: Selection,
): ArrayView<D, M> | ArrayView<D, "r"> {
  const { storage, dtype, layout } = array;
  const plan = planSelection(layout, isTuple(selection) ? selection : [selection], storage.label);
  if (plan.chosen.length > 0) return wrap<D, "r">(takeSelected(array[STRIDED](), plan), false);
  const { offset, kept } = plan;
  const shape = kept.map(({ length }) => length);
  return new ArrayView<D, M>(storage, dtype, { shape, strides: kept.map(({ stride }) => stride), offset });
}

/** Whether a list has a part for each axis, and is not one list of positions or booleans. */
function isTuple(selection: Selection): selection is readonly SelectionPart[] {
  if (!Array.isArray(selection)) return false;
  return selection.some((part) => part === null || part === "..." || typeof part === "object");
}

export type { IndexArray };
