import { type GroupMemory, mergeMoments } from "../compute/index.js";
import type { DType } from "../dtype/index.js";

/** What is gathered of the rows of groups, chunk by chunk: aggregates are made of such parts. */
export type PartKind = "count" | "last" | "first" | "sum" | "moments" | "min" | "max";

/** One part; the same for several aggregates where it can be. */
export interface Part {
  readonly kind: PartKind;
  /** Which of the columns it is of; undefined for rows as such. */
  readonly column: number | undefined;
  /** Whether rows whose element is missing are left out. */
  readonly skips: boolean;
}

/** Of each group as many numbers as the part takes. */
export type PartValues = Float64Array | BigInt64Array;

/** How a part is made. */
export interface PartRule {
  /** How elements are loaded: as doubles, as 64-bit integers, or not at all. */
  readonly form: "f8" | "i8" | undefined;
  /** Numbers of each group. */
  readonly width: number;
  /** An empty table. */
  table(memory: GroupMemory, places: number): number;
  /** Takes up rows; `row` is the number of the first one. */
  add(memory: GroupMemory, codes: number, count: number, values: number, row: number, table: number): void;
  /** What some places of a table have. */
  take(memory: GroupMemory, table: number, places: number, chosen: Uint32Array): PartValues;
  /** Adds to a group's numbers those of later rows. */
  merge(into: PartValues, to: number, from: PartValues, at: number): void;
}

/** A table's word of no row. */
export const NO_ROW = 0xffffffff;

const isWide = ({ kind, itemsize, step }: DType) =>
  step !== undefined || (itemsize === 8 && (kind === "i" || kind === "u"));

/** How a part of a column of a dtype is made; of rows as such without one. */
export function ruleOf({ kind }: Part, dtype: DType | undefined): PartRule {
  const wide = dtype !== undefined && isWide(dtype);
  const unsigned = dtype?.kind === "u";
  switch (kind) {
    case "count":
      return COUNT;
    case "first":
      return FIRST;
    case "last":
      return LAST;
    case "sum":
      return wide ? sumOfIntegers(unsigned) : SUM;
    case "moments":
      return MOMENTS;
    case "min":
    case "max":
      return wide ? extremeInteger(kind, unsigned) : extreme(kind);
    default:
      return kind satisfies never;
  }
}

type Doubles = (into: Float64Array, to: number, from: Float64Array, at: number) => void;

function ofDoubles(merge: Doubles): PartRule["merge"] {
  return (into, to, from, at) => {
    if (into instanceof Float64Array && from instanceof Float64Array) merge(into, to, from, at);
  };
}

/** The words of some places of a table. */
export function takeWords(
  memory: GroupMemory,
  table: number,
  places: number,
  chosen: Uint32Array,
): Float64Array {
  const words = memory.u4(table, places);
  const taken = new Float64Array(chosen.length);
  for (let i = 0; i < chosen.length; i++) taken[i] = words[chosen[i]];
  return taken;
}

const COUNT: PartRule = {
  form: undefined,
  width: 1,
  table: (memory, places) => memory.filled(4 * places),
  add: (memory, codes, count, _values, _row, table) => memory.kernels.groupCount(codes, count, table),
  take: takeWords,
  merge: ofDoubles((into, to, from, at) => {
    into[to] += from[at];
  }),
};

const FIRST: PartRule = {
  form: undefined,
  width: 1,
  table: (memory, places) => memory.filled(4 * places, 0xff),
  add: (memory, codes, count, _values, row, table) => {
    memory.kernels.groupFirst(codes, count, row, table);
  },
  take: takeWords,
  merge: ofDoubles((into, to, from, at) => {
    if (into[to] === NO_ROW) into[to] = from[at];
  }),
};

const LAST: PartRule = {
  ...FIRST,
  add: (memory, codes, count, _values, row, table) => memory.kernels.groupLast(codes, count, row, table),
  merge: ofDoubles((into, to, from, at) => {
    if (from[at] !== NO_ROW) into[to] = from[at];
  }),
};

/** Copies so many numbers of each place out of a table of doubles. */
function takeDoubles(width: number): PartRule["take"] {
  return (memory, table, places, chosen) => {
    const values = memory.f8(table, width * places);
    const taken = new Float64Array(width * chosen.length);
    for (let i = 0; i < chosen.length; i++) {
      for (let k = 0; k < width; k++) taken[width * i + k] = values[width * chosen[i] + k];
    }
    return taken;
  };
}

/** A sum, and what rounding took from it. */
const SUM: PartRule = {
  form: "f8",
  width: 2,
  table: (memory, places) => memory.filled(16 * places),
  add: (memory, codes, count, values, _row, table) => memory.kernels.groupSumF64(codes, count, values, table),
  take: takeDoubles(2),
  merge: ofDoubles((into, to, from, at) => {
    const [before, x] = [into[to], from[at]];
    const sum = before + x;
    const part = sum - before;
    into[to] = sum;
    into[to + 1] += from[at + 1] + (before - (sum - part) + (x - part));
  }),
};

/** What {@link SUM} gathered, rounded once. */
export function roundedSum(values: PartValues, group: number): number {
  const [sum, lost] = [Number(values[2 * group]), Number(values[2 * group + 1])];
  // Beyond the doubles, what was lost is no number.
  return Number.isFinite(lost) ? sum + lost : sum;
}

const WORD = 2 ** 32;

/** The sum of 64-bit integers in three words, the lower two below 2³², so that each is exact. */
function sumOfIntegers(unsigned: boolean): PartRule {
  const take = takeDoubles(2);
  return {
    form: "i8",
    width: 3,
    table: (memory, places) => memory.filled(16 * places),
    add: (memory, codes, count, values, _row, table) =>
      memory.kernels.groupSumI64(codes, count, values, unsigned, table),
    take: (memory, table, places, chosen) => {
      const pairs = take(memory, table, places, chosen);
      const sums = new Float64Array(3 * chosen.length);
      for (let i = 0; i < chosen.length; i++) {
        sums[3 * i] = Number(pairs[2 * i]);
        sums[3 * i + 1] = Number(pairs[2 * i + 1]);
        carry(sums, 3 * i);
      }
      return sums;
    },
    merge: ofDoubles((into, to, from, at) => {
      for (let k = 0; k < 3; k++) into[to + k] += from[at + k];
      carry(into, to);
    }),
  };
}

function carry(sums: Float64Array, at: number): void {
  for (let k = at; k < at + 2; k++) {
    const over = Math.floor(sums[k] / WORD);
    sums[k] -= over * WORD;
    sums[k + 1] += over;
  }
}

/** What the sum of integers gathered: of narrow ones by {@link SUM}, of wide ones in three words. */
export function exactSum(values: PartValues, group: number, dtype: DType): bigint {
  if (!isWide(dtype)) return BigInt(Number(values[2 * group])) + BigInt(Number(values[2 * group + 1]));
  const [low, middle, high] = [0, 1, 2].map((k) => BigInt(Number(values[3 * group + k])));
  return (high << 64n) + (middle << 32n) + low;
}

/** Number, mean, and sum of the squares of differences from it. */
const MOMENTS: PartRule = {
  form: "f8",
  width: 3,
  table: (memory, places) => memory.filled(48 * places),
  add: (memory, codes, count, values, _row, table) =>
    memory.kernels.groupMoments(codes, count, values, table),
  take: (memory, table, places, chosen) => {
    const sums = memory.f8(table, 6 * places);
    const moments = new Float64Array(3 * chosen.length);
    for (let i = 0; i < chosen.length; i++) {
      const at = 6 * chosen[i];
      const count = sums[at];
      const differences = sums[at + 2] + finite(sums[at + 3]);
      const squares = sums[at + 4] + finite(sums[at + 5]);
      moments[3 * i] = count;
      moments[3 * i + 1] = count === 0 ? 0 : sums[at + 1] + differences / count;
      moments[3 * i + 2] = count === 0 ? 0 : Math.max(0, squares - differences * (differences / count));
    }
    return moments;
  },
  merge: ofDoubles((into, to, from, at) => {
    const both = mergeMoments(momentsAt(into, to), momentsAt(from, at));
    into[to] = both.count;
    into[to + 1] = both.mean;
    into[to + 2] = both.m2;
  }),
};

function finite(lost: number): number {
  return Number.isFinite(lost) ? lost : 0;
}

function momentsAt(values: Float64Array, at: number) {
  return { count: values[at], mean: values[at + 1], m2: values[at + 2] };
}

function extreme(side: "min" | "max"): PartRule {
  const choose = side === "min" ? Math.min : Math.max;
  return {
    form: "f8",
    width: 1,
    table: (memory, places) => {
      const at = memory.take(8 * places);
      memory.f8(at, places).fill(side === "min" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY);
      return at;
    },
    add: ({ kernels }, codes, count, values, _row, table) =>
      side === "min"
        ? kernels.groupMinF64(codes, count, values, table)
        : kernels.groupMaxF64(codes, count, values, table),
    take: takeDoubles(1),
    merge: ofDoubles((into, to, from, at) => {
      into[to] = choose(into[to], from[at]);
    }),
  };
}

/** Unsigned ones as the bits of signed ones. */
function extremeInteger(side: "min" | "max", unsigned: boolean): PartRule {
  const ends: readonly [bigint, bigint] = unsigned ? [0n, -1n] : [-(2n ** 63n), 2n ** 63n - 1n];
  const order = (x: bigint) => (unsigned ? BigInt.asUintN(64, x) : x);
  return {
    form: "i8",
    width: 1,
    table: (memory, places) => {
      const at = memory.take(8 * places);
      memory.i8(at, places).fill(side === "min" ? ends[1] : ends[0]);
      return at;
    },
    add: ({ kernels }, codes, count, values, _row, table) =>
      side === "min"
        ? kernels.groupMinI64(codes, count, values, unsigned, table)
        : kernels.groupMaxI64(codes, count, values, unsigned, table),
    take: (memory, table, places, chosen) => {
      const values = memory.i8(table, places);
      const taken = new BigInt64Array(chosen.length);
      for (let i = 0; i < chosen.length; i++) taken[i] = values[chosen[i]];
      return taken;
    },
    merge: (into, to, from, at) => {
      if (!(into instanceof BigInt64Array && from instanceof BigInt64Array)) return;
      const [x, y] = [order(into[to]), order(from[at])];
      if (side === "min" ? y < x : y > x) into[to] = from[at];
    },
  };
}
