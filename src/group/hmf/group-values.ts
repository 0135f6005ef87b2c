import { type DType, formatDate, parseDType } from "../../dtype/index.js";
import { formatFloat } from "../../dtype/number-text.js";
import type { AttrValue } from "../../store/index.js";
import { PickledTime, type PickleValue } from "./pickle/values.js";

/**
 * How Python writes a value that rows were grouped by, which is what HMF called its group; several where a value may have
 * been of several types. None for what is no such value.
 */
export function groupTexts(value: PickleValue): readonly string[] {
  if (value === null) return ["None", "nan", "NaT", "<NA>"];
  switch (typeof value) {
    case "string":
      return [value];
    case "boolean":
      return [value ? "True" : "False"];
    case "bigint":
      return [String(value)];
    case "number":
      if (Number.isNaN(value)) return ["nan", "None"];
      return Number.isInteger(value) ? [String(value), formatFloat(value, 8)] : [formatFloat(value, 8)];
    default:
      return value instanceof PickledTime && value.dtype.kind === "M" ? dateTexts(value) : [];
  }
}

/** `2020-01-02`, `2020-01-02 00:00:00`, `2020-01-02 00:00:00.500000`; with what stands for UTC behind it, too. */
function dateTexts({ count, dtype }: PickledTime): readonly string[] {
  if (dtype.step === undefined) return [];
  const [whole = "", fraction = ""] = formatDate(count, dtype.step).replace("T", " ").split(".");
  const digits = fraction.padEnd(6, "0").replace(/^(.{6})000$/, "$1");
  const text = /^0*$/.test(digits) ? whole : `${whole}.${digits}`;
  return [text, `${text}+00:00`];
}

/** The values of a frame's groups as elements of the dtype that holds all of them. */
export interface GroupKeys {
  readonly dtype: DType;
  readonly keys: readonly AttrValue[];
}

/**
 * @param isFloat whether HMF wrote whole numbers as floats
 * @returns undefined for values of several kinds
 */
export function groupKeys(values: readonly PickleValue[], isFloat: boolean): GroupKeys | undefined {
  const known = values.filter((value) => value !== null && !Number.isNaN(value));
  const dtype = dtypeOf(known, isFloat || values.some(Number.isNaN));
  if (dtype === undefined) return undefined;
  return { dtype, keys: values.map((value) => keyOf(value, dtype)) };
}

function dtypeOf(values: readonly PickleValue[], isFloat: boolean): DType | undefined {
  const [first] = values;
  if (first instanceof PickledTime) {
    const { dtype } = first;
    const isSame = values.every((value) => value instanceof PickledTime && value.dtype.equals(dtype));
    return isSame ? dtype : undefined;
  }
  const are = (...types: string[]) => values.every((value) => types.includes(typeof value));
  if (are("string")) {
    const width = values.reduce<number>((most, text) => Math.max(most, [...String(text)].length), 1);
    return parseDType(`U${width}`);
  }
  if (are("boolean")) return parseDType("b1");
  if (!are("number", "bigint")) return undefined;
  if (isFloat || !values.every((value) => typeof value === "bigint" || Number.isInteger(value))) {
    return are("number") ? parseDType("f8") : undefined;
  }
  const numbers = values.map((value) => BigInt(value as number | bigint));
  if (numbers.every((value) => BigInt.asIntN(64, value) === value)) return parseDType("i8");
  return numbers.every((value) => BigInt.asUintN(64, value) === value) ? parseDType("u8") : undefined;
}

/** An element as arrays of the dtype give it, null for nulls. */
function keyOf(value: PickleValue, dtype: DType): AttrValue {
  if (value === null || Number.isNaN(value)) return null;
  if (value instanceof PickledTime) return value.count;
  if (typeof value === "number" || typeof value === "bigint")
    return dtype.kind === "f" ? Number(value) : BigInt(value);
  return typeof value === "string" || typeof value === "boolean" ? value : null;
}
