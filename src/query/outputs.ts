import { type Strided, takeRows, zeros } from "../array/index.js";
import { LOW } from "../compute/index.js";
import { codecOf, type DType, NAT, parseDType } from "../dtype/index.js";
import { CastError } from "../errors.js";
import type { GroupTotals } from "./group-totals.js";
import { NO_ROW, type PartValues } from "./part-rule.js";
import { exactSum, roundedSum } from "./part-sums.js";

/** What the groups are turned into columns with. */
export interface Grouped {
  readonly totals: GroupTotals;
  /** Elements of the column of a name. */
  array(name: string): Strided;
}

/** Makes the column of an aggregate, an element for each group in the order in which they were found. */
export type Make = (grouped: Grouped) => Strided;

const I8 = parseDType("i8");
const F8 = parseDType("f8");

function bigs(dtype: DType, length: number, valueOf: (group: number) => bigint): Strided {
  const array = zeros(dtype, [length]);
  const values = new BigInt64Array(array.bytes.buffer, 0, length);
  for (let group = 0; group < length; group++) values[group] = valueOf(group);
  return array;
}

/** Numbers in a native dtype of them, or truth values. */
function numbers(dtype: DType, length: number, valueOf: (group: number) => number): Strided {
  const array = zeros(dtype, [length]);
  const view = new DataView(array.bytes.buffer);
  const { write } = codecOf(dtype);
  const isBool = dtype.kind === "b";
  for (let group = 0; group < length; group++) {
    const value = valueOf(group);
    write(view, group * dtype.itemsize, isBool ? value !== 0 : value);
  }
  return array;
}

/** Doubles are stored without a call for each. */
function doubles(length: number, valueOf: (group: number) => number): Strided {
  const array = zeros(F8, [length]);
  const values = new Float64Array(array.bytes.buffer, 0, length);
  for (let group = 0; group < length; group++) values[group] = valueOf(group);
  return array;
}

function floats(dtype: DType, length: number, valueOf: (group: number) => number): Strided {
  return dtype.equals(F8) ? doubles(length, valueOf) : numbers(dtype, length, valueOf);
}

/** Counts. */
export function countOf(part: number): Make {
  return ({ totals }) => {
    const counts = totals.part(part);
    const array = zeros(I8, [totals.length]);
    const words = new Uint32Array(array.bytes.buffer, 0, 2 * totals.length);
    // There are fewer than 2³² rows.
    for (let group = 0; group < totals.length; group++) words[2 * group + LOW] = Number(counts[group]);
    return array;
  };
}

/** What is missing of a column in some group: whether its result is missing too. */
export interface Missing {
  /** The part that counts the elements that are there. */
  readonly there: number;
  /** The part that counts all rows; undefined where those that are missing are left out. */
  readonly rows: number | undefined;
}

/** Whether a group's result is missing: one of its elements is, or, where those are left out, all are. */
function missingIn(
  { totals }: Grouped,
  missing: Missing | undefined,
  needsOne: boolean,
): (group: number) => boolean {
  if (missing === undefined) return () => false;
  const there = totals.part(missing.there);
  const rows = missing.rows === undefined ? undefined : totals.part(missing.rows);
  return (group) =>
    rows === undefined ? needsOne && there[group] === 0 : Number(there[group]) < Number(rows[group]);
}

/** Sums of integers, bools or durations. @throws CastError where one leaves 64 bits */
export function integerSum(
  part: number,
  source: DType,
  dtype: DType,
  missing: Missing | undefined,
  label: string,
): Make {
  const nat = dtype.step !== undefined;
  return (grouped) => {
    const { totals } = grouped;
    const values = totals.part(part);
    const isMissing = missingIn(grouped, missing, false);
    return bigs(dtype, totals.length, (group) => {
      if (isMissing(group)) return NAT;
      const sum = exactSum(values, group, source);
      const fits = dtype.kind === "u" ? BigInt.asUintN(64, sum) === sum : BigInt.asIntN(64, sum) === sum;
      if (fits && !(nat && sum === NAT)) return sum;
      throw new CastError(
        `the sum of ${label} of the group of row ${totals.firsts[group]} is ${sum}, which does not go into ${dtype}; its mean does`,
      );
    });
  };
}

/** Sums of floats. */
export function floatSum(part: number, dtype: DType): Make {
  return ({ totals }) => {
    const values = totals.part(part);
    return floats(dtype, totals.length, (group) => roundedSum(values, group));
  };
}

/** Means in doubles, of integers that of the exact sum. */
export function meanOf(part: number, source: DType, counts: number): Make {
  return ({ totals }) => {
    const [values, of] = [totals.part(part), totals.part(counts)];
    const isExact = "biu".includes(source.kind);
    return doubles(totals.length, (group) => {
      const sum = isExact ? Number(exactSum(values, group, source)) : roundedSum(values, group);
      return sum / Number(of[group]);
    });
  };
}

/** Means of durations, towards zero as in NumPy. */
export function durationMean(part: number, source: DType, dtype: DType, missing: Missing): Make {
  return (grouped) => {
    const { totals } = grouped;
    const [values, there] = [totals.part(part), totals.part(missing.there)];
    const isMissing = missingIn(grouped, missing, true);
    return bigs(dtype, totals.length, (group) =>
      isMissing(group) ? NAT : exactSum(values, group, source) / BigInt(Number(there[group])),
    );
  };
}

/** Standard deviations. */
export function stdOf(part: number, ddof: number): Make {
  return ({ totals }) => {
    const moments = totals.part(part);
    return doubles(totals.length, (group) => {
      const [count, m2] = [Number(moments[3 * group]), Number(moments[3 * group + 2])];
      return Math.sqrt(m2 / Math.max(count - ddof, 0));
    });
  };
}

/** Least and greatest elements. @param dtype in this machine's byte order */
export function extremeOf(part: number, dtype: DType, missing: Missing | undefined): Make {
  return (grouped) => {
    const { totals } = grouped;
    const values: PartValues = totals.part(part);
    const isMissing = missingIn(grouped, missing, true);
    if (values instanceof BigInt64Array) {
      return bigs(dtype, totals.length, (group) => (isMissing(group) ? NAT : values[group]));
    }
    if (dtype.itemsize === 8 && dtype.kind !== "f") return zeros(dtype, [0]);
    return floats(dtype, totals.length, (group) => (isMissing(group) ? Number.NaN : values[group]));
  };
}

/** Elements of the rows that a part found; of a group without any, of its first row. */
export function elementsAt(name: string, part: number | undefined): Make {
  return ({ totals, array }) => {
    const { firsts } = totals;
    if (part === undefined) return takeRows(array(name), firsts);
    const found = totals.part(part);
    const rows = firsts.slice();
    for (let i = 0; i < rows.length; i++) if (found[i] !== NO_ROW) rows[i] = Number(found[i]);
    return takeRows(array(name), rows);
  };
}
