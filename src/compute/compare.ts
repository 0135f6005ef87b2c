import { BLOCK, isBig, loadBlock, newBlock } from "./blocks.js";
import { minusNumbers, minusScalar, minusWords } from "./differences.js";
import { engineFor } from "./few.js";
import { isPaired, markPairs } from "./pairs.js";
import { type CompareOp, mirrored, planForBigs, planForNumbers } from "./plan.js";
import type { BigArray, NumberArray, NumericArray } from "./types.js";
import { markSpan, spanOf } from "./within.js";
import { isSigned, markNat, NAT, wordsOf } from "./words.js";

/** What a comparison needs to know of the elements beside their type. */
export interface CompareOptions {
  /**
   * The 64-bit integers are dates or durations: NaT (-2⁶³) equals nothing, itself included, and `ne`
   * everything.
   */
  readonly nat?: boolean;
}

const left = newBlock();
const right = newBlock();

/**
 * Compares the elements `start` to `end - 1` with a scalar and writes 0 or 1 for each to `out`, from
 * `outOffset` on.
 *
 * The comparison is exact whatever the types: no element and no scalar is rounded. NaN compares false, except
 * by `ne`.
 */
export function compareScalar(
  op: CompareOp,
  values: NumericArray,
  start: number,
  end: number,
  scalar: number | bigint,
  out: Uint8Array,
  outOffset: number,
  { nat = false }: CompareOptions = {},
): void {
  const running = engineFor(end - start, values);
  if (running !== undefined) {
    markSpan(spanOf(op, scalar, values, nat), values, start, end, out, outOffset, running);
  } else if (isBig(values)) compareBigs(op, values, start, end, scalar, out, outOffset, nat);
  else compareNumbers(op, values, start, end, scalar, out, outOffset);
}

function compareNumbers(
  op: CompareOp,
  values: NumberArray,
  start: number,
  end: number,
  scalar: number | bigint,
  out: Uint8Array,
  outOffset: number,
): void {
  const plan = planForNumbers(op, scalar);
  if ("always" in plan) {
    out.fill(Number(plan.always), outOffset, outOffset + end - start);
    return;
  }
  for (let at = start; at < end; at += BLOCK) {
    const count = Math.min(BLOCK, end - at);
    loadBlock(values, at, at + count, left);
    compareBlock(plan.op, left, count, plan.scalar, out, outOffset + at - start);
  }
}

function compareBigs(
  op: CompareOp,
  values: BigArray,
  start: number,
  end: number,
  scalar: number | bigint,
  out: Uint8Array,
  outOffset: number,
  nat: boolean,
): void {
  const signed = isSigned(values);
  let plan = nat && scalar === NAT ? { always: op === "ne" } : planForBigs(op, scalar, signed);
  // What holds for all elements does not hold for NaT.
  if (nat && "always" in plan && plan.always && op !== "ne") plan = { op: "gt", scalar: NAT };
  if ("always" in plan) {
    out.fill(Number(plan.always), outOffset, outOffset + end - start);
    return;
  }
  for (let at = start; at < end; at += BLOCK) {
    const count = Math.min(BLOCK, end - at);
    const words = wordsOf(values, at, at + count);
    minusScalar(words, signed, plan.scalar, left);
    if (nat) markNat(words, left);
    compareBlock(plan.op, left, count, 0, out, outOffset + at - start);
  }
}

/**
 * Compares `count` elements of `a` with as many of `b`, pair by pair, and writes 0 or 1 for each to `out`.
 *
 * Exact whatever the two types: an int64 and a double are compared as the numbers that they are, without
 * rounding.
 */
export function compareArrays(
  op: CompareOp,
  a: NumericArray,
  aStart: number,
  b: NumericArray,
  bStart: number,
  count: number,
  out: Uint8Array,
  outOffset: number,
  { nat = false }: CompareOptions = {},
): void {
  const running = isPaired(a, b) ? engineFor(count, a, b) : undefined;
  if (running !== undefined) {
    markPairs(op, a, aStart, b, bStart, count, out, outOffset, nat, running);
    return;
  }
  for (let done = 0; done < count; done += BLOCK) {
    const some = Math.min(BLOCK, count - done);
    const [from, other, to] = [aStart + done, bStart + done, outOffset + done];
    if (isBig(a)) {
      subtract(a, from, b, other, some, nat);
      compareBlock(op, left, some, 0, out, to);
    } else if (isBig(b)) {
      subtract(b, other, a, from, some, nat);
      compareBlock(mirrored(op), left, some, 0, out, to);
    } else {
      loadBlock(a, from, from + some, left);
      loadBlock(b, other, other + some, right);
      compareBlocks(op, left, right, some, out, to);
    }
  }
}

/** The differences of a block of 64-bit integers from anything, in `left`. */
function subtract(
  a: BigArray,
  aStart: number,
  b: NumericArray,
  bStart: number,
  count: number,
  nat: boolean,
): void {
  const words = wordsOf(a, aStart, aStart + count);
  if (isBig(b)) {
    const others = wordsOf(b, bStart, bStart + count);
    minusWords(words, isSigned(a), others, isSigned(b), left);
    if (nat) markNat(others, left);
  } else {
    loadBlock(b, bStart, bStart + count, right);
    minusNumbers(words, isSigned(a), right, left);
  }
  if (nat) markNat(words, left);
}

/** One loop for each operator; `Number(condition)` compiles to no branch. */
export function compareBlock(
  op: CompareOp,
  block: Float64Array,
  count: number,
  scalar: number,
  out: Uint8Array,
  to: number,
): void {
  switch (op) {
    case "eq":
      for (let i = 0; i < count; i++) out[to + i] = Number(block[i] === scalar);
      break;
    case "ne":
      for (let i = 0; i < count; i++) out[to + i] = Number(block[i] !== scalar);
      break;
    case "lt":
      for (let i = 0; i < count; i++) out[to + i] = Number(block[i] < scalar);
      break;
    case "le":
      for (let i = 0; i < count; i++) out[to + i] = Number(block[i] <= scalar);
      break;
    case "gt":
      for (let i = 0; i < count; i++) out[to + i] = Number(block[i] > scalar);
      break;
    case "ge":
      for (let i = 0; i < count; i++) out[to + i] = Number(block[i] >= scalar);
      break;
    default:
      op satisfies never;
  }
}

function compareBlocks(
  op: CompareOp,
  a: Float64Array,
  b: Float64Array,
  count: number,
  out: Uint8Array,
  to: number,
): void {
  switch (op) {
    case "eq":
      for (let i = 0; i < count; i++) out[to + i] = Number(a[i] === b[i]);
      break;
    case "ne":
      for (let i = 0; i < count; i++) out[to + i] = Number(a[i] !== b[i]);
      break;
    case "lt":
      for (let i = 0; i < count; i++) out[to + i] = Number(a[i] < b[i]);
      break;
    case "le":
      for (let i = 0; i < count; i++) out[to + i] = Number(a[i] <= b[i]);
      break;
    case "gt":
      for (let i = 0; i < count; i++) out[to + i] = Number(a[i] > b[i]);
      break;
    case "ge":
      for (let i = 0; i < count; i++) out[to + i] = Number(a[i] >= b[i]);
      break;
    default:
      op satisfies never;
  }
}
