import { eachBlock, eachComplexBlock, isBig, isFloat } from "./blocks.js";
import { engineFor } from "./few.js";
import type { FloatArray, NumericArray } from "./types.js";
import { markSpan, type Span } from "./within.js";
import { HIGH, LOW, NAT, wordsOf } from "./words.js";

/** Every float but NaN is from one infinity to the other. */
const NOT_NUMBERS: Span = {
  floats: { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY },
  flip: true,
};
const NOT_TIMES: Span = { integers: { low: NAT, high: NAT }, flip: false };

/**
 * Writes to `out` which of the elements `start` to `end - 1` are NaN: 0 for every integer. With `nat`, which
 * of the dates or durations in a BigInt64Array are NaT.
 */
export function isnan(
  values: NumericArray,
  start: number,
  end: number,
  out: Uint8Array,
  outOffset: number,
  { nat = false }: { readonly nat?: boolean } = {},
): void {
  const running = isFloat(values) || nat ? engineFor(end - start, values) : undefined;
  if (running !== undefined) {
    markSpan(isFloat(values) ? NOT_NUMBERS : NOT_TIMES, values, start, end, out, outOffset, running);
  } else if (isFloat(values)) {
    let to = outOffset;
    eachBlock(values, start, end, {}, (block, count) => {
      for (let i = 0; i < count; i++) out[to + i] = Number(Number.isNaN(block[i]));
      to += count;
    });
  } else if (isBig(values) && nat) {
    markNat(wordsOf(values, start, end), out, outOffset);
  } else {
    out.fill(0, outOffset, outOffset + end - start);
  }
}

function markNat(words: Uint32Array, out: Uint8Array, outOffset: number): void {
  const lowAt = LOW;
  const highAt = HIGH;
  for (let i = 0, to = outOffset; i < words.length; i += 2, to++) {
    out[to] = Number((words[i + lowAt] | (words[i + highAt] ^ 0x80000000)) === 0);
  }
}

/** As {@link isnan} for complex numbers: NaN in either part. */
export function isnanComplex(
  values: FloatArray,
  start: number,
  end: number,
  out: Uint8Array,
  outOffset: number,
): void {
  let to = outOffset;
  eachComplexBlock(values, start, end, {}, (re, im, count) => {
    for (let i = 0; i < count; i++) out[to + i] = Number(Number.isNaN(re[i])) | Number(Number.isNaN(im[i]));
    to += count;
  });
}
