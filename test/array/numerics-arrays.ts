import { type AccessMode, type ArraySource, type ArrayView, wrap, zeros } from "../../src/array/index.js";
import { type DTypeLike, parseDType } from "../../src/dtype/index.js";

/** A new array in memory. */
export function arrayOf<const D extends DTypeLike>(
  dtype: D,
  shape: readonly number[],
  source: ArraySource<D>,
): ArrayView<D, "r+"> {
  return wrap<D, "r+">(zeros(parseDType(dtype), shape), true).assign(source);
}

/** A new array of one axis. */
export function listOf<const D extends DTypeLike>(
  dtype: D,
  elements: readonly unknown[],
): ArrayView<D, "r+"> {
  return arrayOf<D>(dtype, [elements.length], elements);
}

/** What an array is, for comparing with literals: dtype, shape, and elements in C order. */
export function contents<D extends DTypeLike, M extends AccessMode>(
  array: ArrayView<D, M>,
): readonly [dtype: string, shape: readonly number[], elements: readonly unknown[]] {
  const elements: unknown[] = [];
  const walk = (index: readonly number[]): void => {
    if (index.length === array.ndim) {
      elements.push(array.at(...index));
      return;
    }
    for (let i = 0; i < (array.shape[index.length] ?? 0); i++) walk([...index, i]);
  };
  walk([]);
  return [String(array.dtype), array.shape, elements];
}
