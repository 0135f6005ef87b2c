import { mergeMoments } from "../compute/index.js";
import type { DType } from "../dtype/index.js";
import { isWide, ofDoubles, type PartRule, type PartValues, takeDoubles } from "./part-rule.js";

/** A sum, and what rounding took from it. */
export const SUM: PartRule = {
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
export function sumOfIntegers(unsigned: boolean): PartRule {
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
export const MOMENTS: PartRule = {
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
