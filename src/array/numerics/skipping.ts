import type { CompareOp } from "../../compute/index.js";
import { sizeOf } from "../../dtype/index.js";
import { isContiguous } from "../layout.js";
import type { BlockStatistics } from "../statistics.js";
import type { Strided } from "../strided.js";
import { scalarTest } from "./scalars.js";

/** A comparison of all elements with one value. */
interface ScalarComparison {
  readonly op: CompareOp;
  readonly other: unknown;
}

/** Elements from one to before another, in C order. */
export type Span = readonly [from: number, to: number];

/** How many elements some spans have together. */
export function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, [from, to]) => sum + to - from, 0);
}

/** What is known of a block: that a comparison holds nowhere in it, or everywhere; or neither. */
const NOWHERE = 0;
const EVERYWHERE = 1;
const UNKNOWN = 2;

/** What block statistics decide. */
export interface Decided {
  /** The elements for which all comparisons are known to hold, ascending. */
  readonly certain: readonly Span[];
  /** Those of which nothing is known, ascending: they have to be compared. */
  readonly unknown: readonly Span[];
}

/** Compares whole blocks of a column by what is known of them. */
export function decideBlocks(
  { dtype, layout }: Pick<Strided, "dtype" | "layout">,
  comparisons: readonly ScalarComparison[],
  statistics: BlockStatistics | undefined,
): Decided {
  const count = sizeOf(layout.shape);
  const first = layout.offset / dtype.itemsize;
  if (
    statistics === undefined ||
    !Number.isInteger(first) ||
    first + count > statistics.length ||
    !dtype.equals(statistics.dtype) ||
    !isContiguous(layout, dtype.itemsize)
  ) {
    return { certain: [], unknown: [[0, count]] };
  }
  const { blockLength } = statistics;
  const known = together(comparisons.map(({ op, other }) => verdictsOf(op, other, statistics)));
  const certain: Span[] = [];
  const unknown: Span[] = [];
  for (let from = 0; from < count; ) {
    let block = Math.floor((first + from) / blockLength);
    const verdict = known[block];
    do block += 1;
    while (block < known.length && known[block] === verdict);
    const to = Math.min(block * blockLength - first, count);
    if (verdict === EVERYWHERE) certain.push([from, to]);
    else if (verdict !== NOWHERE) unknown.push([from, to]);
    from = to;
  }
  return { certain, unknown };
}

/** What is known of each block where it must hold in all of some respects. */
function together([first = new Uint8Array(0), ...others]: readonly Uint8Array[]): Uint8Array {
  for (const other of others) {
    for (let block = 0; block < first.length; block++) {
      const [one, two] = [first[block], other[block]];
      first[block] = one === NOWHERE || two === NOWHERE ? NOWHERE : one === two ? one : UNKNOWN;
    }
  }
  return first;
}

/** What is known of each block. */
function verdictsOf(op: CompareOp, value: unknown, statistics: BlockStatistics): Uint8Array {
  switch (op) {
    case "lt":
    case "le":
      return ordered(op, value, statistics, statistics.least, statistics.greatest);
    case "gt":
    case "ge":
      return ordered(op, value, statistics, statistics.greatest, statistics.least);
    case "eq":
      return equal(value, statistics);
    case "ne":
      // NaN and NaT equal nothing, and so are other than everything.
      return equal(value, statistics).map((known) => (known === UNKNOWN ? UNKNOWN : 1 - known));
    default:
      return op satisfies never;
  }
}

/** Elements equal a value where they are neither below nor above it. */
function equal(value: unknown, statistics: BlockStatistics): Uint8Array {
  return together([verdictsOf("ge", value, statistics), verdictsOf("le", value, statistics)]);
}

/**
 * What an element's place in the order decides.
 *
 * @param likely of each block, the element for which the comparison holds if it does for any
 * @param unlikely the one for which it holds only if it does for all
 */
function ordered(
  op: CompareOp,
  value: unknown,
  { dtype, missing, blockLength, length }: BlockStatistics,
  likely: BlockStatistics["least"],
  unlikely: BlockStatistics["least"],
): Uint8Array {
  const blocks = missing.length;
  const test = scalarTest(op, dtype, value, "");
  const some = new Uint8Array(blocks);
  const all = new Uint8Array(blocks);
  test(likely, blocks, some, 0);
  test(unlikely, blocks, all, 0);
  for (let block = 0; block < blocks; block++) {
    const without = missing[block] ?? 0;
    const elements = Math.min(blockLength, length - block * blockLength);
    if (some[block] === 0 || without === elements) some[block] = NOWHERE;
    else some[block] = all[block] === 1 && without === 0 ? EVERYWHERE : UNKNOWN;
  }
  return some;
}
