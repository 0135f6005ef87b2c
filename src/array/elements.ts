import type { Layout } from "./layout.js";

/**
 * Visits two layouts of one shape together, element by element in C order.
 *
 * @param visit takes the first byte of an element in either, and its number; ends the walk by answering true
 */
export function forEachElement(
  a: Layout,
  b: Layout,
  visit: (aOffset: number, bOffset: number, position: number) => boolean | undefined,
): void {
  const { shape } = a;
  const last = shape.length - 1;
  let position = 0;
  const walk = (axis: number, aStart: number, bStart: number): boolean => {
    if (axis > last) return visit(aStart, bStart, position++) === true;
    const length = shape[axis] ?? 0;
    const [aStride, bStride] = [a.strides[axis] ?? 0, b.strides[axis] ?? 0];
    for (let i = 0; i < length; i++) {
      if (walk(axis + 1, aStart + i * aStride, bStart + i * bStride)) return true;
    }
    return false;
  };
  walk(0, a.offset, b.offset);
}
