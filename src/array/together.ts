import { copyTogether, type StridedCopy } from "../compute/index.js";
import { copyElements } from "./copy.js";
import { isContiguous } from "./layout.js";
import { solidRow } from "./pick.js";
import type { Strided } from "./strided.js";

/** Rows of so many bytes are moved by native calls, which gain nothing by turns. */
const WIDE = 256;

/** An array, and another of its dtype and shape that shares no memory with it. */
export type Copy = readonly [from: Strided, to: Strided];

/**
 * Copies the elements of several arrays with one number of rows, a few rows of each in turn where they are small, so
 * that records are packed and unpacked at one pass over their bytes.
 */
export function copyAll(copies: readonly Copy[]): void {
  const small: StridedCopy[] = [];
  for (const copy of copies) {
    const together = inTurns(copy);
    if (together === undefined) copyElements(...copy);
    else small.push(together);
  }
  const rows = copies[0]?.[0].layout.shape[0] ?? 0;
  copyTogether(small, rows);
}

/** Undefined where the copy is better made by itself. */
function inTurns([from, to]: Copy): StridedCopy | undefined {
  const { itemsize } = to.dtype;
  const bytes = solidRow(from.layout, itemsize);
  if (bytes === undefined || bytes >= WIDE || solidRow(to.layout, itemsize) !== bytes) return undefined;
  if (isContiguous(from.layout, itemsize) && isContiguous(to.layout, itemsize)) return undefined;
  return {
    src: from.bytes,
    srcOffset: from.layout.offset,
    srcStride: from.layout.strides[0] ?? 0,
    dst: to.bytes,
    dstOffset: to.layout.offset,
    dstStride: to.layout.strides[0] ?? 0,
    itemsize: bytes,
  };
}
