import { ComplexMomentsAccumulator, MomentsAccumulator } from "../../compute/index.js";
import { type DType, parseDType } from "../../dtype/index.js";
import { Finished } from "./accumulators.js";
import type { MomentOptions } from "./options.js";
import { nativeOf } from "./reader.js";
import type { Reduction } from "./reduce.js";
import { refusal } from "./refusal.js";
import { roundingTo } from "./rounding.js";

/** The dtype of variances: real, and for integers double. */
function spreadDType(name: string, dtype: DType, label: string): DType {
  switch (dtype.kind) {
    case "b":
    case "i":
    case "u":
      return parseDType("f8");
    case "f":
      return nativeOf(dtype);
    case "c":
      return parseDType(dtype.itemsize === 8 ? "f4" : "f8");
    default:
      throw refusal(name, dtype, label);
  }
}

/** NumPy's `var`, or with its root as `finish`, `std`. */
function spreadOf(
  name: string,
  source: DType,
  { skipNaN = false, ddof = 0 }: MomentOptions,
  label: string,
  finish: (variance: number) => number,
): Reduction {
  const dtype = spreadDType(name, source, label);
  const strict = skipNaN && (source.kind === "f" || source.kind === "c");
  const result = ({ count, m2 }: { readonly count: number; readonly m2: number }) => {
    // NumPy's nanvar has no result where its var is infinite.
    if (strict && count - ddof <= 0) return Number.NaN;
    return finish(m2 / Math.max(count - ddof, 0));
  };
  return {
    name,
    dtype,
    start: () =>
      source.kind === "c"
        ? new Finished(new ComplexMomentsAccumulator({ skipNaN }), result)
        : new Finished(new MomentsAccumulator({ skipNaN }), result),
    scalar: roundingTo(dtype),
  };
}

/** NumPy's `var`. */
export function varOf(source: DType, options: MomentOptions, label: string): Reduction {
  return spreadOf("var", source, options, label, (variance) => variance);
}

/** NumPy's `std`. */
export function stdOf(source: DType, options: MomentOptions, label: string): Reduction {
  return spreadOf("std", source, options, label, Math.sqrt);
}
