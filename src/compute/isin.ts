import { BLOCK, isBig, loadBlock, newBlock } from "./blocks.js";
import type { NumericArray } from "./types.js";
import { WordSet } from "./word-set.js";
import { LOW, NAT, wordsOf } from "./words.js";

/** The values looked for, made ready for one type of element by {@link membersFor}. */
export type Members = WordSet;

const scratch = newBlock();
const scratchWords = wordsOf(scratch, 0, BLOCK);

/**
 * Makes a set of values ready to be looked up among elements of the type of `values`. What such an element
 * cannot equal (NaN, a fraction or a number out of range among integers, with `nat` NaT) is left out.
 *
 * @param values any array of the type; its elements do not matter
 */
export function membersFor(
  values: NumericArray,
  candidates: readonly (number | bigint)[],
  { nat = false }: { readonly nat?: boolean } = {},
): Members {
  const members = new WordSet(candidates.length);
  if (isBig(values)) {
    const signed = values instanceof BigInt64Array;
    for (const candidate of candidates) addInteger(members, candidate, signed, nat);
  } else {
    for (const candidate of candidates) addNumber(members, candidate);
  }
  return members;
}

function addInteger(members: WordSet, candidate: number | bigint, signed: boolean, nat: boolean): void {
  if (typeof candidate === "number" && !Number.isInteger(candidate)) return;
  const value = BigInt(candidate);
  const wrapped = signed ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value);
  if (wrapped !== value || (nat && value === NAT)) return;
  members.add(Number(BigInt.asUintN(32, value)), Number(BigInt.asUintN(32, value >> 32n)));
}

function addNumber(members: WordSet, candidate: number | bigint): void {
  const value = Number(candidate);
  if (Number.isNaN(value)) return;
  if (typeof candidate === "bigint" && (!Number.isFinite(value) || BigInt(value) !== candidate)) return;
  scratch[0] = value + 0;
  members.add(scratchWords[LOW], scratchWords[1 - LOW]);
}

/**
 * Writes to `out` which of the elements `start` to `end - 1` are among `members`, by value: 0 and -0 are one.
 * NaN is never among them. Cost: one lookup for each element, whatever the number of members.
 */
export function isin(
  values: NumericArray,
  start: number,
  end: number,
  members: Members,
  out: Uint8Array,
  outOffset: number,
): void {
  for (let at = start; at < end; at += BLOCK) {
    const count = Math.min(BLOCK, end - at);
    const to = outOffset + at - start;
    if (isBig(values)) {
      members.mark(wordsOf(values, at, at + count), LOW, count, out, to);
    } else {
      loadBlock(values, at, at + count, scratch);
      // Adding 0 makes 0 of -0 and leaves the rest alone.
      for (let i = 0; i < count; i++) scratch[i] += 0;
      members.mark(scratchWords, LOW, count, out, to);
    }
  }
}
