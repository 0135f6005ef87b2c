/** The six comparisons, as NumPy and Python's operator module name them. */
export type CompareOp = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

/**
 * A comparison with a scalar, made ready for one type of element: either with a scalar of that type, or with
 * an outcome that is the same for all elements (NaN and NaT excepted, for which only `ne` holds).
 */
export type ComparePlan<Scalar> =
  | { readonly op: CompareOp; readonly scalar: Scalar }
  | { readonly always: boolean };

/** The comparison that holds for (b, a) where `op` holds for (a, b). */
export function mirrored(op: CompareOp): CompareOp {
  switch (op) {
    case "lt":
      return "gt";
    case "le":
      return "ge";
    case "gt":
      return "lt";
    case "ge":
      return "le";
    default:
      return op;
  }
}

/**
 * A comparison of doubles with any scalar, exact: an integer that is no double lies between two doubles, and
 * what compares with it compares with one of them.
 */
export function planForNumbers(op: CompareOp, scalar: number | bigint): ComparePlan<number> {
  if (typeof scalar === "number") return { op, scalar };
  const near = Number(scalar);
  const isDouble = Number.isFinite(near) && BigInt(near) === scalar;
  if (isDouble) return { op, scalar: near };
  if (op === "eq" || op === "ne") return { always: op === "ne" };
  // Mixed comparisons of JavaScript are themselves exact.
  const above = near > scalar;
  const below = op === "lt" || op === "le";
  return { op: above ? (below ? "lt" : "ge") : below ? "le" : "gt", scalar: near };
}

/** A comparison of 64-bit integers with any scalar, exact. */
export function planForBigs(op: CompareOp, scalar: number | bigint, signed: boolean): ComparePlan<bigint> {
  if (typeof scalar === "bigint") return planForRange(op, scalar, signed);
  if (Number.isNaN(scalar)) return { always: op === "ne" };
  if (Number.isInteger(scalar)) return planForRange(op, BigInt(scalar), signed);
  if (op === "eq" || op === "ne") return { always: op === "ne" };
  const below = op === "lt" || op === "le";
  if (!Number.isFinite(scalar)) return { always: scalar > 0 === below };
  // A fraction lies between two integers: to be below it is to be at most the lower one.
  return planForRange(below ? "le" : "gt", BigInt(Math.floor(scalar)), signed);
}

function planForRange(op: CompareOp, scalar: bigint, signed: boolean): ComparePlan<bigint> {
  const least = signed ? -(2n ** 63n) : 0n;
  const greatest = signed ? 2n ** 63n - 1n : 2n ** 64n - 1n;
  if (scalar >= least && scalar <= greatest) return { op, scalar };
  if (op === "eq" || op === "ne") return { always: op === "ne" };
  return { always: scalar > greatest === (op === "lt" || op === "le") };
}
