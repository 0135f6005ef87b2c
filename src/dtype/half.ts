/**
 * Half precision (`f2`, IEEE 754 binary16), one element at a time: the sixteen bits on one side, a JavaScript
 * number on the other.
 *
 * @module
 */

/**
 * What one unit of a half's significand is worth, by its exponent field (the last field is infinities and
 * NaN).
 */
const UNITS = Float64Array.from({ length: 32 }, (_, exponent) => 2 ** (Math.max(exponent, 1) - 25));

const NAN_BITS = 0x7e00;
const INFINITY_BITS = 0x7c00;

const scratch = new DataView(new ArrayBuffer(8));

/**
 * The number that the sixteen bits of a half stand for. Exact: every half is a double.
 *
 * @param bits 0 to 0xffff; higher bits are ignored
 */
export function fromHalf(bits: number): number {
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const negative = (bits & 0x8000) !== 0;
  if (exponent === 0x1f) {
    if (fraction !== 0) return Number.NaN;
    return negative ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  const significand = exponent === 0 ? fraction : fraction + 0x400;
  const magnitude = significand * (UNITS[exponent] ?? 0);
  return negative ? -magnitude : magnitude;
}

/**
 * The bits of the half nearest to `x`, ties to the even one, as NumPy's `float16(x)`. The double is rounded
 * once, never by way of single precision. From 65520 on, the result is infinity; NaN is the quiet NaN 0x7e00.
 *
 * @param x any number
 * @returns 0 to 0xffff
 */
export function toHalf(x: number): number {
  if (Number.isNaN(x)) return NAN_BITS;
  scratch.setFloat64(0, x);
  const high = scratch.getUint32(0);
  const sign = (high >>> 16) & 0x8000;
  const magnitude = high & 0x7fffffff;
  const exponent = (magnitude >>> 20) - 1023;
  if (exponent > 15) return sign | INFINITY_BITS;
  if (exponent < -14) {
    // 2 ** 28 is where a double's last place is the unit of subnormal halves, so the addition itself rounds.
    return sign | ((Math.abs(x) + 2 ** 28 - 2 ** 28) * 2 ** 24);
  }
  // Exponent and significand side by side: a carry out of the significand moves into the exponent by itself.
  const truncated = (magnitude >>> 10) - ((1023 - 15) << 10);
  const rest = magnitude & 0x3ff;
  if (rest < 0x200) return sign | truncated;
  const tie = rest === 0x200 && scratch.getUint32(4) === 0;
  return sign | (truncated + (tie ? truncated & 1 : 1));
}
