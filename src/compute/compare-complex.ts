import { BLOCK, loadComplexBlock, newBlock } from "./blocks.js";
import { compareBlock } from "./compare.js";
import type { CompareOp } from "./plan.js";
import type { Complex, FloatArray } from "./types.js";

const re = newBlock();
const im = newBlock();
const otherRe = newBlock();
const otherIm = newBlock();

/**
 * Compares the complex elements `start` to `end - 1` with a scalar, in the order of their real and then their
 * imaginary parts, and writes 0 or 1 for each to `out`. Where any part on either side is NaN, only `ne`
 * holds.
 */
export function compareComplexScalar(
  op: CompareOp,
  values: FloatArray,
  start: number,
  end: number,
  scalar: Complex,
  out: Uint8Array,
  outOffset: number,
): void {
  otherRe.fill(scalar.re);
  otherIm.fill(scalar.im);
  for (let at = start; at < end; at += BLOCK) {
    const count = Math.min(BLOCK, end - at);
    loadComplexBlock(values, at, at + count, re, im);
    orderBlock(count);
    compareBlock(op, re, count, 0, out, outOffset + at - start);
  }
}

/** As {@link compareComplexScalar} for two arrays, pair by pair. */
export function compareComplexArrays(
  op: CompareOp,
  a: FloatArray,
  aStart: number,
  b: FloatArray,
  bStart: number,
  count: number,
  out: Uint8Array,
  outOffset: number,
): void {
  for (let done = 0; done < count; done += BLOCK) {
    const some = Math.min(BLOCK, count - done);
    loadComplexBlock(a, aStart + done, aStart + done + some, re, im);
    loadComplexBlock(b, bStart + done, bStart + done + some, otherRe, otherIm);
    orderBlock(some);
    compareBlock(op, re, some, 0, out, outOffset + done);
  }
}

/**
 * Writes over `re` how each element stands to its other: negative, zero, positive, or NaN where there is no
 * order.
 */
function orderBlock(count: number): void {
  for (let i = 0; i < count; i++) {
    const x = re[i];
    const y = im[i];
    const p = otherRe[i];
    const q = otherIm[i];
    const byRe = Number(x > p) - Number(x < p);
    const byIm = Number(y > q) - Number(y < q);
    const isNaN = Number.isNaN(x) || Number.isNaN(y) || Number.isNaN(p) || Number.isNaN(q);
    re[i] = isNaN ? Number.NaN : 2 * byRe + byIm;
  }
}
