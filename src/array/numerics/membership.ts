import { isin, membersFor, type NumericArray, type Units } from "../../compute/index.js";
import { convertWide } from "../../dtype/datetime.js";
import {
  type DateStep,
  type DType,
  isComplex,
  NAT,
  parseDType,
  showValue,
  sizeOf,
} from "../../dtype/index.js";
import { DTypeError } from "../../errors.js";
import { split } from "../blocks.js";
import { isTypedArray } from "../operand.js";
import { isViewable, STRIDED, type Strided, typedArray, zeros } from "../strided.js";
import { eachElement } from "./elements.js";
import { pairTest } from "./pairs.js";
import { blockLength, isUnits, nativeOf, Reader } from "./reader.js";
import { refusal } from "./refusal.js";
import { stepsOfDate } from "./steps.js";
import { unitsOf } from "./text-units.js";
import { UnitsSet } from "./units-set.js";

/** Marks which of the `count` elements of a block are among the values looked for. */
type Lookup = (values: NumericArray, count: number, out: Uint8Array, outOffset: number) => void;

/** Values to look for, which have been judged. */
export interface Membership {
  readonly dtype: DType;
  /** Plain values, one by one. */
  readonly candidates: readonly unknown[];
  readonly lookup: Lookup;
}

/** Judges the values to look for among elements of a dtype. @throws DTypeError for values that they cannot be compared with */
export function planMembership(dtype: DType, source: unknown, label: string): Membership {
  const candidates = candidatesFor(source, dtype, label);
  return { dtype, candidates, lookup: lookupFor(dtype, candidates, label) };
}

/** Which elements are among the values, from `at` on in `out`. @param array of the dtype that these were judged for */
export function markMembers(
  array: Strided,
  { dtype, lookup }: Membership,
  out: Uint8Array,
  at: number,
): void {
  const reader = new Reader();
  let to = at;
  for (const piece of split(array.layout, blockLength(dtype))) {
    const count = sizeOf(piece.shape);
    lookup(reader.read({ ...array, layout: piece }), count, out, to);
    to += count;
  }
}

/** NumPy's `isin`: which elements are among some values. */
export function isIn(array: Strided, candidates: unknown, label: string): Strided {
  const membership = planMembership(array.dtype, candidates, label);
  const result = zeros(parseDType("b1"), array.layout.shape);
  markMembers(array, membership, result.bytes, 0);
  return result;
}

/** The values looked for, one by one; those of another array in the unit of this one where they are dates. */
function candidatesFor(source: unknown, dtype: DType, label: string): readonly unknown[] {
  if (isViewable(source)) {
    const other = source[STRIDED]();
    pairTest("eq", dtype, other.dtype, label);
    const found: unknown[] = [];
    eachElement(other, (element) => found.push(inStep(element, other.dtype.step, dtype.step)));
    return found;
  }
  if (Array.isArray(source)) return source.flat(Number.POSITIVE_INFINITY);
  if (isTypedArray(source)) return Array.from<unknown>(source);
  const isMany = typeof source === "object" && source !== null && Symbol.iterator in source;
  return isMany ? Array.from(source as Iterable<unknown>) : [source];
}

/** A count in another step; null, which is no member, where it is no whole number of those. */
function inStep(count: unknown, from: DateStep | undefined, to: DateStep | undefined): unknown {
  if (typeof count !== "bigint" || from === undefined || to === undefined) return count;
  const { value, exact } = convertWide(count, from, to, true);
  return exact ? value : null;
}

function lookupFor(dtype: DType, candidates: readonly unknown[], label: string): Lookup {
  switch (dtype.kind) {
    case "b":
    case "i":
    case "u":
    case "f":
      return numberLookup(
        dtype,
        candidates.flatMap((one) => realOf(one) ?? refuse(dtype, one, label)),
      );
    case "c":
      return complexLookup(candidates.flatMap((one) => partsOf(one) ?? refuse(dtype, one, label)));
    case "S":
    case "U":
      return textLookup(
        dtype,
        candidates.map((one) =>
          typeof one === "string" ? unitsOf(one, dtype.kind) : refuse(dtype, one, label),
        ),
      );
    case "M":
    case "m":
      return numberLookup(
        dtype,
        candidates.flatMap((one) => countOf(one, dtype) ?? refuse(dtype, one, label)),
      );
    case "V":
      throw refusal("isin", dtype, label);
    default:
      return dtype.kind satisfies never;
  }
}

function refuse(dtype: DType, value: unknown, label: string): never {
  throw new DTypeError(`${label} of ${dtype} has no elements such as ${showValue(value)}`);
}

/** The real numbers that a value stands for: one, or none for a complex one; undefined for what is no number. */
function realOf(value: unknown): readonly (number | bigint)[] | undefined {
  if (typeof value === "number" || typeof value === "bigint") return [value];
  if (typeof value === "boolean") return [Number(value)];
  if (!isComplex(value)) return undefined;
  return value.im === 0 ? [value.re] : [];
}

/** The words of a complex number, 0 and -0 alike; none where no element can be equal. */
function partsOf(value: unknown): readonly Units[] | undefined {
  const [real] = realOf(value) ?? [];
  const { re, im } = isComplex(value) ? value : { re: Number(real), im: 0 };
  if (real === undefined && !isComplex(value)) return undefined;
  const isExact = typeof real !== "bigint" || (Number.isFinite(re) && BigInt(re) === real);
  if (!isExact || Number.isNaN(re) || Number.isNaN(im)) return [];
  return [new Uint32Array(Float64Array.of(re + 0, im + 0).buffer)];
}

/** The counts that a date or duration stands for: none for NaT and for what is no whole number of steps. */
function countOf(value: unknown, { kind, step }: DType): readonly (number | bigint)[] | undefined {
  if (value === null) return [];
  if (typeof value === "bigint") return value === NAT ? [] : [value];
  if (kind === "m") return typeof value === "number" ? [value] : undefined;
  const steps = value instanceof Date ? stepsOfDate(value, step) : undefined;
  return steps?.exact === false ? [] : steps && [steps.value];
}

function numberLookup(dtype: DType, candidates: readonly (number | bigint)[]): Lookup {
  const isHalf = dtype.kind === "f" && dtype.itemsize === 2;
  const sample = isHalf ? new Float32Array(0) : typedArray(nativeOf(dtype), new Uint8Array(0));
  const members = membersFor(sample, candidates, { nat: dtype.step !== undefined });
  return (values, count, out, to) => isin(values, 0, count, members, out, to);
}

/** Words of one complex number. */
const COMPLEX_WORDS = 4;

function complexLookup(members: readonly Units[]): Lookup {
  const set = new UnitsSet(members);
  return (values, count, out, to) => {
    // Adding 0 makes 0 of -0.
    const parts = Float64Array.from<number | bigint>(values, (x) => Number(x) + 0);
    set.mark(new Uint32Array(parts.buffer), COMPLEX_WORDS, count, out, to);
  };
}

function textLookup({ width }: DType, members: readonly Units[]): Lookup {
  const set = new UnitsSet(members);
  return (values, count, out, to) => {
    if (isUnits(values)) set.mark(values, width, count, out, to);
  };
}
