import { BLOCK, newBlock } from "./blocks.js";
import { compareBlock } from "./compare.js";
import type { CompareOp } from "./plan.js";

/**
 * Raw strings of one fixed width: code points (`U`) or bytes (`S`), `width` of them each, filled up with
 * zeros.
 */
export type Units = Uint32Array | Uint8Array;

const order = newBlock();

/**
 * Compares the strings `start` to `end - 1` with one string, unit by unit, and writes 0 or 1 for each to
 * `out`. Zeros at the end count as nothing, so widths may differ.
 *
 * @param width units of one element
 * @param scalar the units of one string, of any number
 */
export function compareUnitsScalar(
  op: CompareOp,
  values: Units,
  width: number,
  start: number,
  end: number,
  scalar: Units,
  out: Uint8Array,
  outOffset: number,
): void {
  for (let at = start; at < end; at += BLOCK) {
    const count = Math.min(BLOCK, end - at);
    orderUnits(values, width, at * width, scalar, scalar.length, 0, 0, count);
    compareBlock(op, order, count, 0, out, outOffset + at - start);
  }
}

/** As {@link compareUnitsScalar} for two arrays, pair by pair; starts count elements. */
export function compareUnitsArrays(
  op: CompareOp,
  a: Units,
  aWidth: number,
  aStart: number,
  b: Units,
  bWidth: number,
  bStart: number,
  count: number,
  out: Uint8Array,
  outOffset: number,
): void {
  for (let done = 0; done < count; done += BLOCK) {
    const some = Math.min(BLOCK, count - done);
    orderUnits(a, aWidth, (aStart + done) * aWidth, b, bWidth, (bStart + done) * bWidth, bWidth, some);
    compareBlock(op, order, some, 0, out, outOffset + done);
  }
}

/** Writes to `order` how each string stands to its other: -1, 0 or 1. Starts and the step count units. */
function orderUnits(
  a: Units,
  aWidth: number,
  aStart: number,
  b: Units,
  bWidth: number,
  bStart: number,
  bStep: number,
  count: number,
): void {
  const shared = Math.min(aWidth, bWidth);
  for (let i = 0, at = aStart, other = bStart; i < count; i++, at += aWidth, other += bStep) {
    let k = 0;
    while (k < shared && a[at + k] === b[other + k]) k++;
    if (k < shared) order[i] = a[at + k] < b[other + k] ? -1 : 1;
    else order[i] = Number(hasUnits(a, at + k, at + aWidth)) - Number(hasUnits(b, other + k, other + bWidth));
  }
}

/** Whether anything but zeros stands in a range. */
function hasUnits(units: Units, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (units[i] !== 0) return true;
  return false;
}
