import {
  type CompareOp,
  compareArrays,
  compareComplexArrays,
  compareUnitsArrays,
  type FloatArray,
  type NumericArray,
} from "../../compute/index.js";
import type { DType } from "../../dtype/index.js";
import { DTypeError } from "../../errors.js";
import { isFloats, isUnits } from "./reader.js";
import { compareSteps, isComparable } from "./steps.js";
import { encodeUnits, UTF8_BYTES } from "./text-units.js";

/** Compares two blocks of as many elements each. */
export type PairTest = (
  a: NumericArray,
  b: NumericArray,
  count: number,
  out: Uint8Array,
  outOffset: number,
) => void;

/** Numbers as complex numbers without imaginary part; complex ones as they are. 64-bit integers round, as in NumPy. */
export function complexOf(values: NumericArray, { kind }: DType, count: number): FloatArray {
  if (kind === "c" && isFloats(values)) return values;
  const pairs = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) pairs[2 * i] = Number(values[i]);
  return pairs;
}

const isReal = ({ kind }: DType) => "biuf".includes(kind);
const isInteger = ({ kind }: DType) => kind === "i" || kind === "u";
const isText = ({ kind }: DType) => kind === "S" || kind === "U";

/** A comparison of arrays of two dtypes. @throws DTypeError where they have none */
export function pairTest(op: CompareOp, a: DType, b: DType, label: string): PairTest {
  const isComplex = a.kind === "c" || b.kind === "c";
  if ((isReal(a) || a.kind === "c") && (isReal(b) || b.kind === "c")) {
    if (!isComplex) return (x, y, count, out, to) => compareArrays(op, x, 0, y, 0, count, out, to);
    return (x, y, count, out, to) =>
      compareComplexArrays(op, complexOf(x, a, count), 0, complexOf(y, b, count), 0, count, out, to);
  }
  if (isText(a) && isText(b)) return textTest(op, a, b);
  const isCount = (a.kind === "m" && isInteger(b)) || (b.kind === "m" && isInteger(a));
  if (isCount) {
    return (x, y, count, out, to) => compareArrays(op, x, 0, y, 0, count, out, to, { nat: true });
  }
  const [step, other] = [a.step, b.step];
  if (a.kind === b.kind && step !== undefined && other !== undefined) {
    const dates = a.kind === "M";
    if (step.unit === other.unit && step.multiple === other.multiple) {
      return (x, y, count, out, to) => compareArrays(op, x, 0, y, 0, count, out, to, { nat: true });
    }
    if (isComparable(step, other, dates)) {
      return (x, y, _count, out, to) => compareSteps(op, x, step, y, other, dates, out, to);
    }
  }
  const isVoid = a.kind === "V" && a.fields === undefined && b.fields === undefined;
  if (isVoid && b.kind === "V" && a.itemsize === b.itemsize && (op === "eq" || op === "ne"))
    return textTest(op, a, b);
  throw new DTypeError(`${label} of ${a} cannot be compared with ${b} by ${op}${hint(a)}`);
}

function hint({ fields }: DType): string {
  const [first] = fields ?? [];
  return first === undefined
    ? ""
    : `; records are compared by field, such as field(${JSON.stringify(first.name)})`;
}

function textTest(op: CompareOp, a: DType, b: DType): PairTest {
  const [aUnits, aWidth] = unitsFor(a, b);
  const [bUnits, bWidth] = unitsFor(b, a);
  return (x, y, count, out, to) => {
    if (!(isUnits(x) && isUnits(y))) return;
    compareUnitsArrays(op, aUnits(x), aWidth, 0, bUnits(y), bWidth, 0, count, out, to);
  };
}

type Convert = (units: Uint32Array | Uint8Array) => Uint32Array | Uint8Array;

/** Code points become UTF-8 where they meet bytes. */
function unitsFor(dtype: DType, other: DType): readonly [Convert, number] {
  if (dtype.kind !== "U" || other.kind !== "S") return [(units) => units, dtype.width];
  return [
    (points) => {
      const bytes = new Uint8Array(UTF8_BYTES * points.length);
      encodeUnits(points, dtype.width, bytes);
      return bytes;
    },
    UTF8_BYTES * dtype.width,
  ];
}
