import { codecOf, type DType, type Field, sizeOf } from "../../dtype/index.js";
import { isMemmapError } from "../../errors.js";
import { dateFormat } from "./json-date.js";
import { JsonLists } from "./json-lists.js";

/** One element as JSON. */
export type JsonElement = (view: DataView, at: number) => string;

/**
 * How elements of a dtype stand in JSON: numbers, and strings where a number would lose digits (64-bit integers beyond 2⁵³) or
 * JSON has none (`"NaN"`, `"Infinity"`, `"-Infinity"`); dates as NumPy prints them, durations as counts of their unit, NaT as null;
 * complex numbers as `{ "re", "im" }`; text as strings, or `{ "base64" }` where the bytes are none; `V` as base64; records as objects.
 */
export function jsonElement(dtype: DType): JsonElement {
  if (dtype.fields !== undefined) return recordElement(dtype.fields);
  const { kind, itemsize, step } = dtype;
  const { read } = codecOf(dtype);
  switch (kind) {
    case "b":
    case "i":
    case "u":
    case "f":
      return (view, at) => jsonNumber(read(view, at));
    case "c":
      return (view, at) => {
        const { re, im } = read(view, at) as { readonly re: number; readonly im: number };
        return `{"re":${jsonNumber(re)},"im":${jsonNumber(im)}}`;
      };
    case "S":
    case "U":
      return (view, at) => textAt(() => read(view, at)) ?? `{"base64":${base64(view, at, itemsize)}}`;
    case "M":
    case "m": {
      const isDate = kind === "M" && step !== undefined && step.unit !== "generic";
      const format = isDate ? dateFormat(step) : undefined;
      return (view, at) => {
        const count = read(view, at);
        if (typeof count !== "bigint") return "null";
        return format === undefined ? jsonNumber(count) : `"${format(count)}"`;
      };
    }
    case "V":
      return (view, at) => base64(view, at, itemsize);
    default:
      return kind satisfies never;
  }
}

/** A number, truth value or integer of any length. */
export function jsonNumber(value: unknown): string {
  if (typeof value === "bigint") {
    return Number.isSafeInteger(Number(value)) ? value.toString() : `"${value}"`;
  }
  if (typeof value !== "number" || Number.isFinite(value)) return Object.is(value, -0) ? "-0" : String(value);
  return `"${value}"`;
}

/** Undefined for what is no text. */
function textAt(read: () => unknown): string | undefined {
  try {
    return JSON.stringify(read());
  } catch (error) {
    if (isMemmapError(error, "CAST")) return undefined;
    throw error;
  }
}

function base64(view: DataView, at: number, length: number): string {
  return `"${Buffer.from(view.buffer, view.byteOffset + at, length).toString("base64")}"`;
}

function recordElement(fields: readonly Field[]): JsonElement {
  const members = fields.map(({ name, dtype, shape, offset }) => ({
    key: `${JSON.stringify(name)}:`,
    cell: jsonCell(dtype, shape),
    offset,
  }));
  return (view, at) => {
    const texts = members.map(({ key, cell, offset }) => key + cell(view, at + offset));
    return `{${texts.join(",")}}`;
  };
}

/** Elements side by side, as nested lists. */
function jsonCell(dtype: DType, shape: readonly number[]): JsonElement {
  const element = jsonElement(dtype);
  if (shape.length === 0) return element;
  const size = sizeOf(shape);
  return (view, at) => {
    const lists = new JsonLists(shape);
    let text = "";
    for (let i = 0; i < size; i++) text += lists.next() + element(view, at + i * dtype.itemsize);
    return text + lists.end();
  };
}
