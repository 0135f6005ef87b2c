import type { Indices } from "./indices.js";

/**
 * Sorts places by small numbers, as those of `factorize`: one pass to count them and one to move them.
 *
 * @param codes the number of each element, below `count`
 * @param before the order in which elements of one number stay, every place once; their own when left out
 * @param order where the places go, those with number 0 first
 * @returns where the elements of each number begin, and how many elements there are
 */
export function orderByCodes(
  codes: Uint32Array,
  count: number,
  before: Indices | undefined,
  order: Uint32Array,
): number[] {
  const starts = codeStarts(codes, count);
  const places = Uint32Array.from(starts);
  if (before === undefined) {
    for (let i = 0; i < codes.length; i++) order[places[codes[i]]++] = i;
  } else {
    for (let i = 0; i < before.length; i++) order[places[codes[before[i]]]++] = before[i];
  }
  return starts;
}

/** Where the elements of each number begin when they are sorted by it; their number behind. */
function codeStarts(codes: Uint32Array, count: number): number[] {
  const counts = new Uint32Array(count);
  for (let i = 0; i < codes.length; i++) counts[codes[i]] += 1;
  const starts: number[] = [];
  let start = 0;
  for (let code = 0; code < count; code++) {
    starts.push(start);
    start += counts[code];
  }
  starts.push(start);
  return starts;
}
