import type { DType } from "../../dtype/index.js";
import { DTypeError } from "../../errors.js";

/** What elements of this kind can do instead. */
function hintFor({ kind, fields }: DType): string {
  if (fields !== undefined) {
    const name = JSON.stringify(fields[0]?.name ?? "name");
    return `records are taken by field, such as field(${name})`;
  }
  switch (kind) {
    case "V":
      return "void elements have eq and ne";
    case "S":
    case "U":
      return "strings have comparisons, isin, min, max, argmin, argmax, sort, argsort, unique and countNonzero";
    case "M":
      return "dates have comparisons, isin, isnan, min, max, argmin, argmax, sort, argsort and unique; durations (m8) can be added";
    case "m":
      return "durations have comparisons, sum, mean, cumsum, min, max, sort and unique";
    default:
      return "numbers have comparisons, sum, mean, min, max, sort and unique";
  }
}

/** The error of an operation that a dtype does not have; says what it has instead. */
export function refusal(operation: string, dtype: DType, label: string): DTypeError {
  return new DTypeError(`${label} of ${dtype} has no ${operation}; ${hintFor(dtype)}`);
}
