import {
  type CompareOp,
  compareBoth,
  compareComplexScalar,
  compareScalar,
  compareUnitsScalar,
  countBoth,
  countScalar,
  type EndComparison,
  type NumericArray,
} from "../../compute/index.js";
import {
  type Complex,
  type DateStep,
  type DType,
  formatStep,
  isComplex,
  NAT,
  showValue,
} from "../../dtype/index.js";
import { DTypeError } from "../../errors.js";
import { complexOf } from "./pairs.js";
import { isFloats, isUnits } from "./reader.js";
import { complexRoundingTo, roundingTo } from "./rounding.js";
import { stepsOfDate } from "./steps.js";
import { unitsOf } from "./text-units.js";

/** Compares the `count` elements of a block with one value. */
export interface ScalarTest {
  (values: NumericArray, count: number, out: Uint8Array, outOffset: number): void;
  /** How many of them it would mark, where that is found without marks. */
  readonly counted?: (values: NumericArray, count: number) => number;
}

/** A comparison of elements of a dtype with one value, exact. @throws DTypeError where they have none */
export function scalarTest(op: CompareOp, dtype: DType, value: unknown, label: string): ScalarTest {
  switch (dtype.kind) {
    case "b":
    case "i":
    case "u":
    case "f":
      return realTest(op, dtype, value) ?? refuse(op, dtype, value, "a number", label);
    case "c":
      return complexTest(op, dtype, value) ?? refuse(op, dtype, value, "a number or { re, im }", label);
    case "S":
    case "U":
      if (typeof value === "string") return unitsTest(op, dtype, unitsOf(value, dtype.kind));
      return refuse(op, dtype, value, "a string", label);
    case "M":
    case "m":
      return timeTest(op, dtype, dtype.step, value) ?? refuse(op, dtype, value, timesFor(dtype), label);
    case "V":
      if (dtype.fields === undefined && value instanceof Uint8Array && (op === "eq" || op === "ne")) {
        return unitsTest(op, dtype, value);
      }
      return refuse(op, dtype, value, "bytes, by eq and ne; records by field", label);
    default:
      return dtype.kind satisfies never;
  }
}

function refuse(op: CompareOp, dtype: DType, value: unknown, wanted: string, label: string): never {
  throw new DTypeError(
    `${label} of ${dtype} cannot be compared with ${showValue(value)} by ${op}; it takes ${wanted}`,
  );
}

/** A test that comes out alike for every element. */
function constant(result: boolean): ScalarTest {
  return (_values, count, out, to) => {
    out.fill(Number(result), to, to + count);
  };
}

/** A comparison of elements, as numbers or counts, with a number or count. */
interface CountComparison {
  readonly op: CompareOp;
  readonly scalar: number | bigint;
}

/**
 * Two comparisons of elements of a dtype with one value each, made together: each element is read once.
 *
 * @returns undefined for dtypes and values that are no numbers or times
 */
export function bothTest(
  dtype: DType,
  first: { readonly op: CompareOp; readonly other: unknown },
  second: { readonly op: CompareOp; readonly other: unknown },
): ScalarTest | undefined {
  const [a, b] = [first, second].map(({ op, other }) => countComparison(op, dtype, other));
  if (a === undefined || b === undefined || !(isEnd(a) && isEnd(b))) return undefined;
  const options = { nat: dtype.step !== undefined };
  const test: ScalarTest = (values, count, out, to) =>
    compareBoth([a, b], values, 0, count, out, to, options);
  return Object.assign(test, {
    counted: (values: NumericArray, count: number) => countBoth([a, b], values, 0, count, options),
  });
}

function isEnd(comparison: CountComparison): comparison is EndComparison {
  return comparison.op !== "ne";
}

/** What a comparison of real elements or times comes to; undefined where they are neither, or have no such comparison. */
function countComparison(op: CompareOp, dtype: DType, value: unknown): CountComparison | undefined {
  if ("biuf".includes(dtype.kind)) return realComparison(op, dtype, value);
  return dtype.step === undefined ? undefined : timeComparison(op, dtype, dtype.step, value);
}

function realComparison(op: CompareOp, dtype: DType, value: unknown): CountComparison | undefined {
  if (typeof value === "boolean") return { op, scalar: Number(value) };
  if (isComplex(value) && value.im === 0) return realComparison(op, dtype, value.re);
  if (typeof value === "bigint") return { op, scalar: value };
  // A number takes the precision of the floats that it is compared with, as a Python float does in NumPy 2.
  if (typeof value !== "number") return undefined;
  return { op, scalar: dtype.kind === "f" ? roundingTo(dtype)(value) : value };
}

function countTest({ op, scalar }: CountComparison, nat: boolean): ScalarTest {
  const test: ScalarTest = (values, count, out, to) =>
    compareScalar(op, values, 0, count, scalar, out, to, { nat });
  return Object.assign(test, {
    counted: (values: NumericArray, count: number) => countScalar(op, values, 0, count, scalar, { nat }),
  });
}

function realTest(op: CompareOp, dtype: DType, value: unknown): ScalarTest | undefined {
  const real = realComparison(op, dtype, value);
  if (real !== undefined) return countTest(real, false);
  if (!isComplex(value)) return undefined;
  return (values, count, out, to) =>
    compareComplexScalar(op, complexOf(values, dtype, count), 0, count, value, out, to);
}

function complexTest(op: CompareOp, dtype: DType, value: unknown): ScalarTest | undefined {
  if (typeof value === "boolean") return complexTest(op, dtype, Number(value));
  if (typeof value === "bigint") return bigComplexTest(op, value);
  const given: Complex | undefined =
    typeof value === "number" ? { re: value, im: 0 } : isComplex(value) ? value : undefined;
  return given === undefined ? undefined : exactComplexTest(op, complexRoundingTo(dtype)(given));
}

function exactComplexTest(op: CompareOp, scalar: Complex): ScalarTest {
  return (values, count, out, to) => {
    if (isFloats(values)) compareComplexScalar(op, values, 0, count, scalar, out, to);
  };
}

/** A bigint that is no double lies between two: it equals nothing, and orders as its neighbour does. */
function bigComplexTest(op: CompareOp, value: bigint): ScalarTest | undefined {
  const near = Number(value);
  if (Number.isFinite(near) && BigInt(near) === value) return exactComplexTest(op, { re: near, im: 0 });
  if (op === "eq" || op === "ne") return constant(op === "ne");
  const infinity = near > value ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return exactComplexTest(op, { re: near, im: infinity });
}

function unitsTest(op: CompareOp, { width }: DType, scalar: Uint32Array | Uint8Array): ScalarTest {
  return (values, count, out, to) => {
    if (isUnits(values)) compareUnitsScalar(op, values, width, 0, count, scalar, out, to);
  };
}

function timesFor({ kind, step }: DType): string {
  const unit = step === undefined ? "" : formatStep(step);
  return `${kind === "M" ? "a Date, " : "a number or "}a bigint in ${unit === "" ? "its steps" : unit}, or null`;
}

function timeTest(
  op: CompareOp,
  dtype: DType,
  step: DateStep | undefined,
  value: unknown,
): ScalarTest | undefined {
  const time = timeComparison(op, dtype, step, value);
  if (time !== undefined) return countTest(time, true);
  // Within a step there is no element.
  const isBetween = dtype.kind === "M" && value instanceof Date && stepsOfDate(value, step) !== undefined;
  return isBetween ? constant(op === "ne") : undefined;
}

/** Undefined, too, for `eq` and `ne` with a date within a step. */
function timeComparison(
  op: CompareOp,
  dtype: DType,
  step: DateStep | undefined,
  value: unknown,
): CountComparison | undefined {
  if (value === null) return { op, scalar: NAT };
  if (typeof value === "bigint" || (typeof value === "number" && dtype.kind === "m"))
    return { op, scalar: value };
  const floor = value instanceof Date && dtype.kind === "M" ? stepsOfDate(value, step) : undefined;
  if (floor === undefined) return undefined;
  if (floor.exact) return { op, scalar: floor.value };
  if (op === "eq" || op === "ne") return undefined;
  // A date within a step lies after its beginning and before the next: what is below it is at most the beginning.
  return { op: op === "lt" || op === "le" ? "le" : "gt", scalar: floor.value };
}
