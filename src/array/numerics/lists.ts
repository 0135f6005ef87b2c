import { type DType, isComplex, parseDType, showValue, sizeOf } from "../../dtype/index.js";
import { CastError, DTypeError } from "../../errors.js";
import { planAssign } from "../assign.js";
import { isTypedArray } from "../operand.js";
import { type Strided, zeros } from "../strided.js";
import { unitsOf } from "./text-units.js";

type List = readonly unknown[];

/** Whether a part of a list is a list itself; typed arrays are, of as many elements, save the pairs of complex ones. */
function isList(part: unknown, { kind }: DType): part is List {
  return Array.isArray(part) || (isTypedArray(part) && "biufMm".includes(kind));
}

/** The shape of nested arrays, by their first elements. */
function shapeOf(list: List, dtype: DType): readonly number[] {
  const shape: number[] = [];
  for (let part: unknown = list; isList(part, dtype); part = part[0]) shape.push(part.length);
  return shape;
}

/** The elements of nested arrays. */
function leavesOf(list: List, dtype: DType): List {
  return Array.from(list).flatMap((part) => (isList(part, dtype) ? leavesOf(part, dtype) : [part]));
}

/**
 * Plain arrays, nested or not, as an array that elements of `dtype` can be compared with: numbers as doubles, or as
 * 64-bit integers where bigints are among them; strings as long as the longest; dates in milliseconds.
 *
 * @throws DTypeError, CastError for elements that have no place in such an array, ShapeError for ragged ones
 */
export function listAsArray(list: List, dtype: DType, label: string): Strided {
  const array = zeros(dtypeFor(leavesOf(list, dtype), dtype, label), shapeOf(list, dtype));
  if (sizeOf(array.layout.shape) > 0)
    planAssign(array, list, { label: `the list to compare ${label} with` })();
  return array;
}

function dtypeFor(leaves: List, dtype: DType, label: string): DType {
  switch (dtype.kind) {
    case "b":
    case "i":
    case "u":
    case "f":
    case "c":
      return numberDType(leaves, dtype, label);
    case "S":
    case "U": {
      const bad = leaves.find((leaf) => typeof leaf !== "string");
      if (bad !== undefined) {
        throw new DTypeError(
          `${label} of ${dtype} cannot be compared with ${showValue(bad)}; it takes strings`,
        );
      }
      const widths = leaves.map((leaf) => unitsOf(String(leaf), dtype.kind).length);
      return parseDType(`${dtype.kind}${widths.reduce((a, b) => Math.max(a, b), 1)}`);
    }
    case "M":
      if (leaves.length > 0 && leaves.every((leaf) => leaf instanceof Date || leaf === null)) {
        return dtype.step?.unit === "generic" ? dtype : parseDType("M8[ms]");
      }
      return dtype;
    default:
      return dtype;
  }
}

function isNumber(leaf: unknown): boolean {
  return ["number", "bigint", "boolean"].includes(typeof leaf) || isComplex(leaf);
}

function numberDType(leaves: List, dtype: DType, label: string): DType {
  const bad = leaves.findIndex((leaf) => !isNumber(leaf));
  if (bad >= 0) {
    throw new DTypeError(
      `${label} of ${dtype} cannot be compared with ${showValue(leaves[bad])}; it takes numbers`,
    );
  }
  if (leaves.length > 0 && leaves.every((leaf) => typeof leaf === "boolean")) return parseDType("b1");
  if (leaves.some((leaf) => typeof leaf === "object")) return parseDType("c16");
  const big = leaves.filter((leaf) => typeof leaf === "bigint");
  const whole = leaves.every((leaf) => typeof leaf === "bigint" || Number.isInteger(leaf));
  if (big.length === 0 || !whole) return parseDType("f8");
  const isNegative = leaves.some((leaf) => Number(leaf) < 0);
  if (big.every((leaf) => BigInt.asIntN(64, leaf) === leaf)) return parseDType("i8");
  if (!isNegative && big.every((leaf) => BigInt.asUintN(64, leaf) === leaf)) return parseDType("u8");
  throw new CastError(
    "a list of bigints to compare with goes into 64 bits; compare with one bigint at a time",
  );
}
