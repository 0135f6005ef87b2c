/** No more axes than NumPy 1 and 2 both read. */
const MAX_AXES = 32;

/**
 * Why an array of this shape cannot be, or undefined when it can: over 32 axes, or more elements or bytes than 2⁵³ − 1.
 * An axis of length 0 excuses no other, as in NumPy: the product is that of the other axes.
 *
 * @param shape whole numbers
 * @param itemsize bytes of one element
 */
export function sizeProblem(shape: readonly number[], itemsize: number): string | undefined {
  if (shape.length > MAX_AXES) return `a shape of ${shape.length} axes is over the limit of ${MAX_AXES}`;
  let bytes = BigInt(itemsize);
  for (const axis of shape) if (axis !== 0) bytes *= BigInt(axis);
  if (bytes <= Number.MAX_SAFE_INTEGER) return undefined;
  return `the shape ${formatShape(shape)} of elements of ${itemsize} bytes is over the limit of 2^53 - 1 bytes`;
}

/** How many elements an array of this shape has; exact where {@link sizeProblem} has none. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, axis) => count * axis, 1);
}

/** The shape as Python prints a tuple: `()`, `(3,)`, `(3, 4)`. */
export function formatShape(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}
