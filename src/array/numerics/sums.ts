import { BigSum, ComplexSum, CountNonzero, FloatSum, IntegerSum } from "../../compute/index.js";
import { type Complex, type DType, NAT, parseDType } from "../../dtype/index.js";
import { Finished, Mean } from "./accumulators.js";
import type { ReduceOptions } from "./options.js";
import { nativeOf } from "./reader.js";
import type { Reduction } from "./reduce.js";
import { refusal } from "./refusal.js";
import { complexRoundingTo, roundingTo } from "./rounding.js";

const I8 = parseDType("i8");
const U8 = parseDType("u8");
const F8 = parseDType("f8");

/** The dtype of sums of elements of a dtype. @throws DTypeError where they cannot be added */
export function sumDType(name: string, dtype: DType, label: string): DType {
  switch (dtype.kind) {
    case "b":
    case "i":
      return I8;
    case "u":
      return U8;
    case "f":
    case "c":
    case "m":
      return nativeOf(dtype);
    default:
      throw refusal(name, dtype, label);
  }
}

/** NumPy's `sum`, integers exact. */
export function sumOf(source: DType, { skipNaN = false }: ReduceOptions, label: string): Reduction {
  const name = "sum";
  const dtype = sumDType(name, source, label);
  switch (source.kind) {
    case "b":
      return { name, dtype, start: () => new CountNonzero(), anyTruth: true };
    case "f":
      return { name, dtype, start: () => new FloatSum({ skipNaN }), scalar: roundingTo(dtype) };
    case "c":
      return {
        name,
        dtype,
        start: () => new ComplexSum({ skipNaN }),
        scalar: complexRoundingTo(dtype),
      };
    case "m":
      return {
        name,
        dtype,
        start: () => new Finished(new BigSum({ nat: true, skipNaN }), natToNull),
      };
    default:
      if (source.itemsize === 8) return { name, dtype, start: () => new BigSum() };
      return { name, dtype, start: () => new IntegerSum(), scalar: Number };
  }
}

function natToNull(count: bigint): bigint | null {
  return count === NAT ? null : count;
}

const byNumber = (sum: number | bigint, count: number) => Number(sum) / count;

/** NumPy's `mean`. */
export function meanOf(source: DType, { skipNaN = false }: ReduceOptions, label: string): Reduction {
  const name = "mean";
  const dtype = sumDType(name, source, label);
  switch (source.kind) {
    case "b":
      return { name, dtype: F8, start: () => new Mean(new CountNonzero(), byNumber), anyTruth: true };
    case "f":
      return {
        name,
        dtype,
        start: () => new Mean(new FloatSum({ skipNaN }), byNumber),
        scalar: roundingTo(dtype),
      };
    case "c":
      return {
        name,
        dtype,
        start: () => new Mean(new ComplexSum({ skipNaN }), divideComplex),
        scalar: complexRoundingTo(dtype),
      };
    case "m":
      return {
        name,
        dtype,
        start: () => new Mean(new BigSum({ nat: true, skipNaN }), divideDuration),
      };
    default:
      if (source.itemsize === 8) return { name, dtype: F8, start: () => new Mean(new BigSum(), byNumber) };
      return { name, dtype: F8, start: () => new Mean(new IntegerSum(), byNumber) };
  }
}

function divideComplex({ re, im }: Complex, count: number): Complex {
  return { re: re / count, im: im / count };
}

/** Towards zero, as NumPy divides durations. */
function divideDuration(sum: bigint, count: number): bigint | null {
  return count === 0 || sum === NAT ? null : sum / BigInt(count);
}
