import { cellProblem, codecOf, writeCell } from "./codec.js";
import { formatDate } from "./date-text.js";
import { convertStep, type DateStep, formatStep, NAT } from "./datetime.js";
import type { DType, Kind } from "./dtype.js";
import { isComplex } from "./number-codec.js";
import { showValue } from "./show.js";
import { codePointLength, utf8Length } from "./text.js";

/**
 * How values are judged before they are stored. `"checked"`, the default, refuses whatever would not come back as
 * it was (except that floats round); `"unsafe"` is NumPy's `astype(casting="unsafe")`: integers wrap, fractions and
 * strings are cut, numbers become text and text numbers.
 */
export type Casting = "checked" | "unsafe";

/** Which kinds go into which under `"checked"`; values are judged after that. */
const ALLOWED: Readonly<Record<Kind, string>> = {
  b: "biufc",
  i: "iufc",
  u: "iufc",
  f: "fc",
  c: "c",
  S: "SU",
  U: "SU",
  M: "M",
  m: "m",
  V: "V",
};

/** Why arrays of one dtype do not go into another under `"checked"`, by their kinds; undefined if they do. */
export function kindProblem(from: DType, to: DType): string | undefined {
  if (!ALLOWED[from.kind].includes(to.kind)) {
    const hint = from.kind === "f" && "iu".includes(to.kind) ? '; round it, or say casting: "unsafe"' : "";
    return `${from} does not go into ${to}${hint}`;
  }
  if (from.kind !== "V") return undefined;
  if (from.fields === undefined || to.fields === undefined) {
    return from.fields === to.fields && from.itemsize === to.itemsize
      ? undefined
      : `${from} does not go into ${to}`;
  }
  const names = new Set(from.fields.map(({ name }) => name));
  const lacking = to.fields.find(({ name }) => !names.has(name));
  if (lacking !== undefined) return `the records lack the field ${showValue(lacking.name)}`;
  if (names.size !== to.fields.length) {
    const extra = from.fields.find(({ name }) => to.field(name) === undefined);
    return `there is no field ${showValue(extra?.name)}`;
  }
  for (const { name, dtype, shape } of from.fields) {
    const target = to.field(name);
    if (target === undefined) continue;
    if (shape.join() !== target.shape.join())
      return `field ${showValue(name)} has shape [${shape}], not [${target.shape}]`;
    const problem = kindProblem(dtype, target.dtype);
    if (problem !== undefined) return `field ${showValue(name)}: ${problem}`;
  }
  return undefined;
}

/** Takes a value into an element of one dtype: judges it, then stores it. */
export interface Caster {
  /** Why the value cannot be stored, or undefined if it can. */
  readonly problem: (value: unknown) => string | undefined;
  /** Stores a value that has no problem. */
  readonly write: (view: DataView, at: number, value: unknown) => void;
}

/** A caster for cells of plain JavaScript values, judged one by one. */
export function plainCaster(to: DType, shape: readonly number[], casting: Casting): Caster {
  if (shape.length === 0 && casting === "unsafe") return forced(to, undefined);
  return {
    problem: (value) => cellProblem(to, shape, value),
    write: (view, at, value) => writeCell(to, shape, view, at, value),
  };
}

/** A caster for elements read from an array of another dtype, whose kinds have been found to go together. */
export function elementCaster(from: DType, to: DType, casting: Casting): Caster {
  if (casting === "unsafe") return forced(to, from);
  if (from.fields !== undefined && to.fields !== undefined) return fieldwise(from, to);
  const codec = codecOf(to);
  if (from.kind === "b" && to.kind !== "b") {
    return {
      problem: () => undefined,
      write: (view, at, value) => codec.write(view, at, value === true ? 1 : 0),
    };
  }
  if (from.step !== undefined && to.step !== undefined) return stepCaster(from, from.step, to, to.step);
  return codec;
}

function stepCaster(from: DType, step: DateStep, to: DType, target: DateStep): Caster {
  const codec = codecOf(to);
  const convert = (value: unknown) =>
    typeof value === "bigint"
      ? convertStep(value, step, target, to.kind === "M")
      : { value: NAT, exact: true };
  return {
    problem: (value) => {
      const converted = convert(value);
      if (converted?.exact === true) return undefined;
      const shown =
        typeof value === "bigint" && from.kind === "M" ? formatDate(value, step) : showValue(value);
      if (converted !== undefined)
        return `${shown} is not a whole number of ${formatStep(target)}, which ${to} counts`;
      return `${shown} of ${from} cannot be converted to ${to}`;
    },
    write: (view, at, value) => {
      const count = convert(value)?.value ?? NAT;
      codec.write(view, at, count === NAT ? null : count);
    },
  };
}

/** Records into records of the same field names: each field by its own rule, `from` telling how its cells were read. */
function fieldwise(from: DType, to: DType): Caster {
  const parts = (to.fields ?? []).map((field) => {
    const source = from.field(field.name);
    const inner =
      source === undefined || field.shape.length > 0
        ? undefined
        : elementCaster(source.dtype, field.dtype, "checked");
    return { field, inner };
  });
  const cell = (record: unknown, name: string): unknown =>
    typeof record === "object" && record !== null ? Reflect.get(record, name) : undefined;
  return {
    problem: (record) => {
      for (const { field, inner } of parts) {
        const value = cell(record, field.name);
        const problem =
          inner === undefined ? cellProblem(field.dtype, field.shape, value) : inner.problem(value);
        if (problem !== undefined) return `field ${showValue(field.name)}: ${problem}`;
      }
      return undefined;
    },
    write: (view, at, record) => {
      for (const { field, inner } of parts) {
        const value = cell(record, field.name);
        if (inner === undefined) writeCell(field.dtype, field.shape, view, at + field.offset, value);
        else inner.write(view, at + field.offset, value);
      }
    },
  };
}

function forced(to: DType, from: DType | undefined): Caster {
  const codec = codecOf(to);
  return {
    problem: (value) => {
      const result = force(value, to, from);
      if (result === undefined) return `${showValue(value)} cannot be converted to ${to}`;
      return "iufcb".includes(to.kind) ? undefined : codec.problem(result.value);
    },
    write: (view, at, value) => codec.write(view, at, force(value, to, from)?.value),
  };
}

/** A value as NumPy's unsafe casting would store it; undefined where NumPy too has no conversion. */
function force(value: unknown, to: DType, from: DType | undefined): { readonly value: unknown } | undefined {
  switch (to.kind) {
    case "b":
      return { value: truthOf(value) };
    case "i":
    case "u":
      return wrap(value, to);
    case "f": {
      const number = numberOf(value);
      return number === undefined ? undefined : { value: number };
    }
    case "c": {
      const number = isComplex(value) ? value : numberOf(value);
      return number === undefined ? undefined : { value: number };
    }
    case "S":
    case "U":
      return value instanceof Uint8Array
        ? { value: value.subarray(0, to.itemsize) }
        : { value: cut(textOf(value, from), to) };
    case "M":
    case "m":
      return forceDate(value, to, from?.step);
    case "V":
      return { value };
    default:
      return to.kind satisfies never;
  }
}

function truthOf(value: unknown): boolean {
  if (isComplex(value)) return value.re !== 0 || value.im !== 0;
  if (typeof value === "number") return value !== 0;
  return value === null || Boolean(value);
}

/** Numbers of numbers, truth values, counts and their texts. A complex number gives its real part. */
function numberOf(value: unknown): number | undefined {
  if (isComplex(value)) return value.re;
  if (value === null) return Number.NaN;
  if (typeof value !== "string") {
    return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean"
      ? Number(value)
      : undefined;
  }
  const text = value.trim().toLowerCase();
  const special = /^([+-]?)(nan|inf|infinity)$/.exec(text);
  if (special !== null)
    return (special[1] === "-" ? -1 : 1) * (special[2] === "nan" ? Number.NaN : Number.POSITIVE_INFINITY);
  return /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?$/.test(text) ? Number(text) : undefined;
}

/** Cuts the fraction, then keeps the low bits. What C leaves undefined (NaN, infinities) becomes the lowest i4 or i8, else 0. */
function wrap(value: unknown, { kind, itemsize }: DType): { readonly value: number | bigint } | undefined {
  let whole: bigint;
  if (typeof value === "bigint") whole = value;
  else if (value === null) whole = NAT;
  else if (typeof value === "string" && /^\s*[+-]?[0-9]+\s*$/.test(value))
    whole = BigInt(value.trim().replace(/^\+/, ""));
  else {
    const number = typeof value === "string" ? undefined : numberOf(value);
    if (number === undefined) return undefined;
    const lowest = kind === "i" && itemsize >= 4 ? -(2n ** BigInt(itemsize * 8 - 1)) : 0n;
    whole = Number.isFinite(number) ? BigInt(Math.trunc(number)) : lowest;
  }
  const bits = itemsize * 8;
  const low = kind === "i" ? BigInt.asIntN(bits, whole) : BigInt.asUintN(bits, whole);
  return { value: itemsize === 8 ? low : Number(low) };
}

function forceDate(
  value: unknown,
  to: DType,
  from: DateStep | undefined,
): { readonly value: bigint | null } | undefined {
  if (value === null) return { value };
  const target = to.step ?? { unit: "generic", multiple: 1 };
  let count: bigint | undefined;
  if (typeof value === "bigint") {
    count = from === undefined ? value : convertStep(value, from, target, to.kind === "M")?.value;
  } else if (typeof value === "number") count = Number.isFinite(value) ? BigInt(Math.trunc(value)) : NAT;
  else if (value instanceof Date && !Number.isNaN(value.getTime())) {
    count = convertStep(BigInt(value.getTime()), { unit: "ms", multiple: 1 }, target, true)?.value;
  }
  if (count === undefined) return undefined;
  const low = BigInt.asIntN(64, count);
  return { value: low === NAT ? null : low };
}

/** The text that NumPy makes of a value: Python's, with dates in ISO 8601. */
function textOf(value: unknown, from: DType | undefined): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") {
    const whole = from === undefined ? Number.isInteger(value) && !Object.is(value, -0) : from.kind !== "f";
    return whole ? BigInt(value).toString() : floatText(value);
  }
  if (value === null) return "NaT";
  if (typeof value === "bigint") {
    return from?.kind === "M" && from.step !== undefined ? formatDate(value, from.step) : value.toString();
  }
  if (isComplex(value)) return complexText(value.re, value.im);
  return String(value);
}

/** Python's `repr` of a float, which JavaScript's shortest digits are too, in another notation; whole numbers plain. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  }
  return Number.isInteger(value) ? `${value}.0` : value.toString();
}

function complexText(re: number, im: number): string {
  const short = (part: number) => floatText(part).replace(/\.0$/, "");
  return `(${short(re)}${im < 0 || Object.is(im, -0) ? "" : "+"}${short(im)}j)`;
}

/** The beginning of a text that fits, whole characters only. */
function cut(text: string, { kind, width }: DType): string {
  const measure = kind === "U" ? codePointLength : utf8Length;
  let kept = text;
  if (measure(text) > width) {
    kept = "";
    let used = 0;
    for (const character of text) {
      used += kind === "U" ? 1 : utf8Length(character);
      if (used > width) break;
      kept += character;
    }
  }
  return kept.replace(/\0+$/, "");
}
