import type { ArrayView } from "../../../array/index.js";
import { type Complex, type DType, toDate } from "../../../dtype/index.js";

/**
 * What a pickle holds, as JavaScript has it: whole numbers are bigints beyond 2⁵³ − 1, bytes are a Uint8Array over the
 * pickle itself, tuples are frozen arrays, dictionaries are Maps, NaT and pandas' NA are null.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Complex
  | Uint8Array
  | PickledTime
  | PickledArray
  | PickledDType
  | PickledGlobal
  | readonly PickleValue[]
  | Map<PickleValue, PickleValue>
  | Set<PickleValue>;

/** A date or duration with every digit that Python had. Dates that say a time zone are in UTC, as in NumPy. */
export class PickledTime {
  /** Units of the dtype: since 1970 for `M8`, of time for `m8`. */
  readonly count: bigint;
  readonly dtype: DType;

  constructor(count: bigint, dtype: DType) {
    this.count = count;
    this.dtype = dtype;
  }

  /** The date; undefined for durations, and for dates that a `Date` does not hold to their last digit. */
  toDate(): Date | undefined {
    const { count, dtype } = this;
    if (dtype.kind !== "M") return undefined;
    const perMillisecond = PER_MILLISECOND.get(dtype.step?.unit ?? "");
    if (perMillisecond !== undefined && count % perMillisecond !== 0n) return undefined;
    const limit = MAX_DATE * (perMillisecond ?? 1n);
    return count > limit || count < -limit ? undefined : (toDate(count, dtype) ?? undefined);
  }
}

/** Units that are finer than those of a `Date`. */
const PER_MILLISECOND: ReadonlyMap<string, bigint> = new Map([
  ["us", 10n ** 3n],
  ["ns", 10n ** 6n],
  ["ps", 10n ** 9n],
  ["fs", 10n ** 12n],
  ["as", 10n ** 15n],
]);

/** The first and last milliseconds of a `Date` are this far from 1970. */
const MAX_DATE = 8_640_000_000_000_000n;

/** NumPy's array. It gets its elements by an instruction of its own, when others may have taken note of it already. */
export class PickledArray {
  /** Undefined where the pickle never says them. */
  array: ArrayView | undefined;

  constructor(array?: ArrayView) {
    this.array = array;
  }
}

/** NumPy's dtype, which gets its byte order by an instruction of its own. */
export class PickledDType {
  /** The letter and size that it was made with, such as `i8`, to which byte order and unit are added. */
  readonly code: string;
  dtype: DType;

  constructor(code: string, dtype: DType) {
    this.code = code;
    this.dtype = dtype;
  }
}

/** One of the few functions and classes that a pickle may name. It is a name and nothing else. */
export class PickledGlobal {
  /** `module.name`, that of today where it has had several. */
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A tuple, of all arrays those that are frozen; undefined for everything else. */
export function tupleOf(value: PickleValue | undefined): readonly PickleValue[] | undefined {
  return Array.isArray(value) && Object.isFrozen(value) ? value : undefined;
}

/** A whole number as it is in JavaScript: a number where that is exact, else a bigint. */
export function plainInteger(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
