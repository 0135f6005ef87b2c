/**
 * `casting: "unsafe"`: one value as NumPy's `astype` would store it.
 *
 * @module
 */

import { formatDate, formatDuration, parseCount, parseDate } from "./date-text.js";
import { convertWide, type DateStep, GENERIC, NAT } from "./datetime.js";
import type { DType } from "./dtype.js";
import { isComplex } from "./number-codec.js";
import { formatComplex, formatFloat, parseComplex, parseFloat64, parseInteger } from "./number-text.js";
import { codePointLength, utf8Length } from "./text.js";

/** A value that may be stored. */
interface Forced {
  readonly value: unknown;
}

/**
 * A value as NumPy's unsafe casting would store it in an element of `to`, a dtype without fields: integers wrap,
 * fractions and strings are cut, numbers and dates become text and text becomes numbers and dates.
 *
 * @param from the dtype that the value was read from; undefined for plain JavaScript values
 * @returns undefined where NumPy too has no conversion (`"abc"` to a number, `"300"` to `i1`)
 */
export function force(value: unknown, to: DType, from: DType | undefined): Forced | undefined {
  const plainNull = value === null && from === undefined;
  switch (to.kind) {
    case "b":
      return plainNull ? undefined : forced(truthOf(value));
    case "i":
    case "u":
      return plainNull ? undefined : forced(wholeOf(value, to, from));
    case "f":
      return forced(plainNull ? Number.NaN : numberOf(value));
    case "c":
      if (typeof value === "string") return forced(parseComplex(value));
      return forced(isComplex(value) ? value : plainNull ? Number.NaN : numberOf(value));
    case "S":
    case "U":
      if (value instanceof Uint8Array) {
        return to.kind === "S" && from === undefined ? { value: value.subarray(0, to.itemsize) } : undefined;
      }
      return plainNull ? undefined : forced(cut(textOf(value, from), to, from));
    case "M":
    case "m":
      return forceDate(value, to, from);
    case "V":
      return forced(value instanceof Uint8Array ? resized(value, to.itemsize) : undefined);
    default:
      return to.kind satisfies never;
  }
}

function forced(value: unknown): Forced | undefined {
  return value === undefined ? undefined : { value };
}

/** NaN and NaT are true. */
function truthOf(value: unknown): boolean | undefined {
  if (isComplex(value)) return value.re !== 0 || value.im !== 0;
  if (value === null) return true;
  switch (typeof value) {
    case "number":
      return value !== 0;
    case "bigint":
    case "boolean":
    case "string":
      return Boolean(value);
    default:
      return undefined;
  }
}

/** Numbers of numbers, truth values, counts (NaT is the lowest) and texts. A complex number gives its real part. */
function numberOf(value: unknown): number | undefined {
  if (isComplex(value)) return value.re;
  if (value === null) return Number(NAT);
  if (typeof value === "string") return parseFloat64(value);
  return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean"
    ? Number(value)
    : undefined;
}

/** Cuts the fraction, then keeps the low bits; texts must say a number that fits. */
function wholeOf(
  value: unknown,
  { kind, itemsize }: DType,
  from: DType | undefined,
): number | bigint | undefined {
  const bits = itemsize * 8;
  const wrap = (whole: bigint) => (kind === "i" ? BigInt.asIntN(bits, whole) : BigInt.asUintN(bits, whole));
  let low: bigint;
  if (typeof value === "string") {
    const whole = parseInteger(value);
    if (whole === undefined || wrap(whole) !== whole) return undefined;
    low = whole;
  } else if (typeof value === "bigint" || value === null) {
    low = wrap(value ?? NAT);
  } else {
    const number = numberOf(value);
    if (number === undefined) return undefined;
    const whole = Number.isSafeInteger(number) && !isFloating(from);
    low = wrap(whole ? BigInt(number) : truncate(number, kind, itemsize));
  }
  return itemsize === 8 ? low : Number(low);
}

function isFloating(dtype: DType | undefined): boolean {
  return dtype?.kind === "f" || dtype?.kind === "c";
}

/**
 * The whole part of a float. What is too large, and what is no number, C leaves undefined; here it is what compilers
 * for x86-64 make of it: the lowest of 32 bits, or of 64 for the wider integers.
 */
function truncate(number: number, kind: string, itemsize: number): bigint {
  const width = itemsize < 4 || (kind === "i" && itemsize === 4) ? 32 : 64;
  const end = 2 ** (width - 1);
  if (number > -end - 1 && number < end) return BigInt(Math.trunc(number));
  const unsigned = kind === "u" && itemsize === 8 && number >= end;
  return unsigned ? (number < 2 * end ? BigInt(number) : 0n) : -(2n ** BigInt(width - 1));
}

function forceDate(value: unknown, to: DType, from: DType | undefined): Forced | undefined {
  const count = countOf(value, to, from);
  if (count === undefined) return undefined;
  const low = BigInt.asIntN(64, count);
  return { value: low === NAT ? null : low };
}

const MILLISECONDS: DateStep = { unit: "ms", multiple: 1 };
const ATTOSECONDS: DateStep = { unit: "as", multiple: 1 };

function countOf(value: unknown, to: DType, from: DType | undefined): bigint | undefined {
  const target = to.step ?? GENERIC;
  const isDate = to.kind === "M";
  if (value === null) return NAT;
  // Between dates and durations NumPy keeps the bare count.
  if (typeof value === "bigint") {
    return from?.step !== undefined && from.kind === to.kind
      ? convertWide(value, from.step, target, isDate).value
      : value;
  }
  if (typeof value === "string") return isDate ? dateOf(value, target) : parseCount(value);
  if (value instanceof Date) {
    if (!isDate || Number.isNaN(value.getTime()) || target.unit === "generic") return undefined;
    return convertWide(BigInt(value.getTime()), MILLISECONDS, target, true).value;
  }
  const number = numberOf(value);
  return number === undefined ? undefined : truncate(number, "i", 8);
}

/** The count of a date that a text says; undefined if it says none, or one that leaves 64 bits. */
function dateOf(text: string, target: DateStep): bigint | undefined {
  const count = parseDate(text);
  if (count === undefined || count === NAT) return count;
  const date = target.unit === "generic" ? NAT : convertWide(count, ATTOSECONDS, target, true).value;
  return date > NAT && date < -NAT ? date : undefined;
}

/** The text that NumPy makes of a value; undefined for what has none, such as dates without a unit. */
export function textOf(value: unknown, from: DType | undefined): string | undefined {
  switch (typeof value) {
    case "string":
      return value;
    case "boolean":
      return value ? "True" : "False";
    case "number": {
      const whole = from === undefined ? Number.isInteger(value) && !Object.is(value, -0) : from.kind !== "f";
      return whole ? BigInt(value).toString() : formatFloat(value, from?.itemsize ?? 8);
    }
    case "bigint":
      if (from?.kind === "M")
        return from.step?.unit === "generic" ? undefined : formatDate(value, from.step ?? GENERIC);
      return from?.kind === "m" ? formatDuration(value, from.step ?? GENERIC) : value.toString();
    default:
      if (value === null) return "NaT";
      if (isComplex(value)) return formatComplex(value, from?.itemsize ?? 16);
      if (!(value instanceof Date) || Number.isNaN(value.getTime())) return undefined;
      return formatDate(BigInt(value.getTime()), MILLISECONDS);
  }
}

/** The beginning of a text that fits, whole characters only. Half a date would be another one: none. */
function cut(text: string | undefined, { kind, width }: DType, from: DType | undefined): string | undefined {
  if (text === undefined) return undefined;
  const measure = kind === "U" ? codePointLength : utf8Length;
  if (measure(text) <= width) return text.replace(/\0+$/, "");
  if (from?.kind === "M") return undefined;
  let kept = "";
  let used = 0;
  for (const character of text) {
    used += kind === "U" ? 1 : utf8Length(character);
    if (used > width) break;
    kept += character;
  }
  return kept.replace(/\0+$/, "");
}

/** Bytes cut or followed by zeros. */
function resized(bytes: Uint8Array, length: number): Uint8Array {
  const exact = new Uint8Array(length);
  exact.set(bytes.subarray(0, length));
  return exact;
}
