import type { DType } from "../../dtype/index.js";
import { extremumOf, placeOf } from "./extrema.js";
import type { MomentOptions } from "./options.js";
import type { Reduction } from "./reduce.js";
import { stdOf, varOf } from "./spreads.js";
import { meanOf, sumOf } from "./sums.js";
import { allOf, anyOf, countNonzeroOf } from "./truth.js";

/** The reductions, by the names that arrays have for them. */
export type ReductionName =
  | "sum"
  | "mean"
  | "var"
  | "std"
  | "min"
  | "max"
  | "argmin"
  | "argmax"
  | "any"
  | "all"
  | "countNonzero";

/**
 * A reduction of elements of a dtype: what these three make is the same in every thread.
 *
 * @param options of the reduction; those that it does not have are nothing to it
 * @param label what messages call the array
 * @throws DTypeError where elements of this dtype have none
 */
export function reductionOf(
  name: ReductionName,
  dtype: DType,
  options: MomentOptions,
  label: string,
): Reduction {
  switch (name) {
    case "sum":
      return sumOf(dtype, options, label);
    case "mean":
      return meanOf(dtype, options, label);
    case "var":
      return varOf(dtype, options, label);
    case "std":
      return stdOf(dtype, options, label);
    case "min":
    case "max":
      return extremumOf(name, dtype, options, label);
    case "argmin":
      return placeOf("min", dtype, options, label);
    case "argmax":
      return placeOf("max", dtype, options, label);
    case "any":
      return anyOf(dtype, label);
    case "all":
      return allOf(dtype, label);
    case "countNonzero":
      return countNonzeroOf(dtype, label);
    default:
      return name satisfies never;
  }
}
