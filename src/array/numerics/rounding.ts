import { type Complex, type DType, fromHalf, toHalf } from "../../dtype/index.js";

/** Rounds numbers to the precision of a float dtype, or of the parts of a complex one. */
export function roundingTo({ kind, itemsize }: DType): (x: number) => number {
  const bytes = kind === "c" ? itemsize / 2 : itemsize;
  if (bytes === 2) return (x) => fromHalf(toHalf(x));
  return bytes === 4 ? Math.fround : (x) => x;
}

/** As {@link roundingTo}, for complex numbers. */
export function complexRoundingTo(dtype: DType): (z: Complex) => Complex {
  const round = roundingTo(dtype);
  return ({ re, im }) => ({ re: round(re), im: round(im) });
}
