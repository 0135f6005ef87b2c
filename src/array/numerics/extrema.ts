import {
  type Accumulator,
  BigExtremum,
  ComplexExtremum,
  type Extremum,
  NumberExtremum,
  type Side,
  type Units,
} from "../../compute/index.js";
import { type DType, NAT, parseDType } from "../../dtype/index.js";
import { ShapeError } from "../../errors.js";
import { Finished } from "./accumulators.js";
import type { ReduceOptions } from "./options.js";
import { nativeOf } from "./reader.js";
import type { Reduction } from "./reduce.js";
import { refusal } from "./refusal.js";
import { TextExtremum, textOf } from "./text-extremum.js";

/** What finds the extreme element of a dtype, in native byte order. */
function finder(
  name: string,
  side: Side,
  dtype: DType,
  skipNaN: boolean,
  label: string,
  valueOnly = false,
): () => Accumulator<Extremum<unknown> | null> {
  switch (dtype.kind) {
    case "V":
      throw refusal(name, dtype, label);
    case "S":
    case "U":
      return () => {
        const read = (found: Extremum<Units> | null) =>
          found && { ...found, value: textOf(found.value, dtype) };
        return new Finished(new TextExtremum(side, dtype.width), read);
      };
    case "c":
      return () => new ComplexExtremum(side, { skipNaN });
    case "M":
    case "m":
      return () => new BigExtremum(side, { nat: true, skipNaN, valueOnly });
    default:
      if (dtype.itemsize === 8 && dtype.kind !== "f") return () => new BigExtremum(side, { valueOnly });
      return () => new NumberExtremum(side, { skipNaN, valueOnly });
  }
}

/** What stands for a missing element of each kind: the extremum where all are missing. */
function missing({ kind }: DType): unknown {
  if (kind === "c") return { re: Number.NaN, im: Number.NaN };
  return kind === "M" || kind === "m" ? null : Number.NaN;
}

/** NumPy's `min` or `max`: the element. */
export function extremumOf(
  side: Side,
  source: DType,
  { skipNaN = false }: ReduceOptions,
  label: string,
): Reduction {
  const dtype = nativeOf(source);
  const find = finder(side, side, dtype, skipNaN, label, true);
  const finish = (found: Extremum<unknown> | null): unknown => {
    if (found === null) return missing(dtype);
    if (dtype.kind === "b") return found.value === 1;
    return found.value === NAT && dtype.step !== undefined ? null : found.value;
  };
  return {
    name: side,
    dtype,
    start: () => new Finished(find(), finish),
    // Which of several complex numbers with a NaN in them is found depends on the order.
    ordered: dtype.kind === "c",
    needsElements: true,
  };
}

/** NumPy's `argmin` or `argmax`: the first place of the element. */
export function placeOf(
  side: Side,
  source: DType,
  { skipNaN = false }: ReduceOptions,
  label: string,
): Reduction {
  const name = `arg${side}`;
  const find = finder(name, side, nativeOf(source), skipNaN, label);
  const finish = (found: Extremum<unknown> | null): number => {
    if (found !== null) return found.index;
    throw new ShapeError(`${name} of nothing but NaN has no place; ${label} has elements of no other value`);
  };
  return {
    name,
    dtype: parseDType("i8"),
    start: () => new Finished(find(), finish),
    ordered: true,
    isPlace: true,
    needsElements: true,
  };
}
