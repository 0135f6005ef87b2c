import { fromHalf, toHalf } from "../dtype/half.js";
import type { FloatArray } from "./types.js";

/**
 * Half-precision elements, given as their bits, in single precision. Exact; the payload of NaN is kept.
 *
 * @param bits as many halves as are to be converted
 * @param out room for at least as many floats
 */
export function halfToFloat(bits: Uint16Array, out: Float32Array): void {
  const words = new Uint32Array(out.buffer, out.byteOffset, out.length);
  for (let i = 0; i < bits.length; i++) {
    const half = bits[i];
    const magnitude = half & 0x7fff;
    const sign = (half & 0x8000) << 16;
    if (magnitude >= 0x7c00) {
      words[i] = sign | 0x7f800000 | ((magnitude & 0x3ff) << 13);
    } else if (magnitude >= 0x0400) {
      words[i] = sign | ((magnitude + ((127 - 15) << 10)) << 13);
    } else {
      out[i] = fromHalf(half);
    }
  }
}

/**
 * Floats as the bits of the nearest halves, ties to even, each rounded once. NaN stays NaN.
 *
 * @param out room for at least as many halves as there are values
 * @returns the index of the first finite value too large for a half, which became infinite; -1 when there is
 * none
 */
export function floatToHalf(values: FloatArray, out: Uint16Array): number {
  let overflow = -1;
  for (let i = 0; i < values.length; i++) {
    const half = toHalf(values[i]);
    out[i] = half;
    if ((half & 0x7fff) === 0x7c00 && overflow < 0 && Number.isFinite(values[i])) overflow = i;
  }
  return overflow;
}
