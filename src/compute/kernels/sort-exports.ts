/** Sorts `count` words at `at`, with memory for as many at `other` and 4 KiB at `bins`; gives where they are in the end. */
type Sort<Options extends readonly unknown[] = []> = (
  at: number,
  other: number,
  count: number,
  ...rest: [...Options, bins: number]
) => number;

/** Numbers the distinct elements of a block; gives how many there are now, one more than `limit` where there are more. */
type NumberElements = (
  at: number,
  count: number,
  floats: boolean,
  slots: number,
  bits: number,
  known: number,
  limit: number,
  start: number,
  codes: number,
  firsts: number,
  counts: number,
) => number;

/** Looks which elements of a block are in a range; `kind` says what they are, `open` which bounds there are not. */
type Within<Options extends readonly unknown[], Result> = (
  at: number,
  count: number,
  kind: number,
  bounds: number,
  open: number,
  ...rest: Options
) => Result;

/** Makes pairs of the elements that are in a range; gives how many there are now. */
type PairWithin = Within<
  [start: number, known: number, pairs: number, words: number, places: number],
  number
>;

/** The kernels of assembly/sort.ts. */
export interface SortKernels {
  /** Pairs of each element's word, of 32 bits, and its place. */
  makePairs(words: number, pairs: number, count: number): void;
  /** The places of pairs, of 32 bits. */
  placesOfPairs(pairs: number, count: number, out: number): void;
  /** 1 where words of 32 bits are all the same, else 0. */
  isConstant(at: number, count: number): number;
  /** Sorts pairs whose places ascend by their words. */
  readonly sortPairs: Sort;
  /** Marks in bytes each pair that begins a run of equal words; gives how many begin none. */
  markRuns(pairs: number, count: number, isFirst: number): number;
  /** Sorts each run by the next words of its elements, and marks the runs in it; gives how many pairs begin none. */
  refine(
    pairs: number,
    other: number,
    count: number,
    words: number,
    isFirst: number,
    ties: number,
    bins: number,
  ): number;
  readonly sortIntegers32: Sort<[signed: boolean]>;
  readonly sortIntegers64: Sort<[signed: boolean, nat: boolean]>;
  /** NaN come last and stay in their order; -0 comes before 0. */
  readonly sortFloats32: Sort;
  readonly sortFloats64: Sort;
  readonly number32: NumberElements;
  readonly number64: NumberElements;
  /** Adds two counts at `bounds` + 16: elements before the range, and in it. */
  readonly countWithin32: Within<[], void>;
  readonly countWithin64: Within<[], void>;
  /** Copies the elements that are in a range; gives the address behind them. */
  readonly takeWithin32: Within<[out: number], number>;
  readonly takeWithin64: Within<[out: number], number>;
  readonly pairWithin32: PairWithin;
  readonly pairWithin64: PairWithin;
  /** The places, of 64 bits, of the elements that pairs have the numbers of. */
  placesThrough(pairs: number, count: number, places: number, out: number): void;
}
