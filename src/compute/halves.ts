import { fromHalf, toHalf } from "../dtype/half.js";
import { engine, slot } from "./kernels/engine.js";
import type { FloatArray } from "./types.js";

/** Elements that the kernels convert at a time: both sides stay in the second cache. */
const BLOCK = 1 << 15;

/** Fewer are converted before a kernel is ready. */
const WORTH = 256;

/**
 * Half-precision elements, given as their bits, in single precision. Exact; the payload of NaN is kept.
 *
 * @param bits as many halves as are to be converted
 * @param out room for at least as many floats
 */
export function halfToFloat(bits: Uint16Array, out: Float32Array): void {
  const kernels = bits.length < WORTH ? undefined : engine();
  if (kernels === undefined) {
    plainHalfToFloat(bits, out);
    return;
  }
  const target = new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
  for (let start = 0; start < bits.length; start += BLOCK) {
    const end = Math.min(start + BLOCK, bits.length);
    kernels.load(bits, start, end, slot(0));
    kernels.kernels.halvesToFloats(slot(0), slot(1), end - start);
    kernels.unload(slot(1), 4 * (end - start), target, 4 * start);
  }
}

function plainHalfToFloat(bits: Uint16Array, out: Float32Array): void {
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
  const kernels = values.length < WORTH ? undefined : engine();
  if (kernels === undefined) return plainFloatToHalf(values, out);
  const { floatsToHalves, doublesToHalves } = kernels.kernels;
  const convert = values instanceof Float32Array ? floatsToHalves : doublesToHalves;
  const target = new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
  let overflow = -1;
  for (let start = 0; start < values.length; start += BLOCK) {
    const end = Math.min(start + BLOCK, values.length);
    kernels.load(values, start, end, slot(0));
    const isOver = convert(slot(0), slot(1), end - start) !== 0;
    kernels.unload(slot(1), 2 * (end - start), target, 2 * start);
    if (isOver && overflow < 0) overflow = start + values.subarray(start, end).findIndex(overflows);
  }
  return overflow;
}

function overflows(value: number): boolean {
  return Number.isFinite(value) && (toHalf(value) & 0x7fff) === 0x7c00;
}

function plainFloatToHalf(values: FloatArray, out: Uint16Array): number {
  let overflow = -1;
  for (let i = 0; i < values.length; i++) {
    const half = toHalf(values[i]);
    out[i] = half;
    if ((half & 0x7fff) === 0x7c00 && overflow < 0 && Number.isFinite(values[i])) overflow = i;
  }
  return overflow;
}
