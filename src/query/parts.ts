import type { DType } from "../dtype/index.js";
import { isWide, NO_ROW, ofDoubles, type Part, type PartRule, takeDoubles, takeWords } from "./part-rule.js";
import { MOMENTS, SUM, sumOfIntegers } from "./part-sums.js";

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
