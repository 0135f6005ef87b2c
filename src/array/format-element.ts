import {
  codecOf,
  type DType,
  type Field,
  flattenCell,
  formatDate,
  formatDuration,
  isComplex,
  showValue,
} from "../dtype/index.js";
import { CastError } from "../errors.js";
import { ELEMENT_WIDTH, fitList, fitNested, type Piece } from "./format-list.js";
import { formatComplex, formatFloat } from "./format-number.js";
import { bareText, hexBytes, quoteAscii, quotePoints, quoteText } from "./format-text.js";
import { denseLayout } from "./layout.js";

/** How one element is printed. */
export interface FormatOptions {
  /** Whether strings stand in quotation marks, as in arrays; tables show them bare. Strings in records always do. */
  readonly quote?: boolean | undefined;
  /** Terminal columns that strings, bytes and records may take before `…`; 75 by default. Numbers are never cut. */
  readonly width?: number | undefined;
}

/** Kinds whose elements line up at their right end. */
export function alignsRight({ kind }: DType): boolean {
  return "biufcMm".includes(kind);
}

/**
 * One element as NumPy's users expect it: `True`, `-3`, `2.0`, `1e-07`, `1.5-2j`, `'text'`, `2001-01-05`, `NaT`,
 * `5 days`, `b'\x00\xff'`, `(1, 2.5, 'x')`. Never throws.
 *
 * @param value what a column of that dtype gives; bytes stand for a string that is no Unicode
 */
export function formatElement(dtype: DType, value: unknown, options: FormatOptions = {}): string {
  const { quote = true, width = ELEMENT_WIDTH } = options;
  const { kind, itemsize, fields, step } = dtype;
  if (fields !== undefined) {
    return fitFields(fields, (field, room, first) => fieldOfValue(field, value, room, first), width);
  }
  switch (kind) {
    case "b":
      if (typeof value === "boolean") return value ? "True" : "False";
      break;
    case "f":
      if (typeof value === "number") return formatFloat(value, itemsize);
      break;
    case "c":
      if (isComplex(value)) return formatComplex(value.re, value.im, itemsize / 2);
      break;
    case "M":
    case "m":
      if (value === null) return "NaT";
      if (typeof value === "bigint" && step !== undefined) {
        return kind === "M" ? formatDate(value, step) : formatDuration(value, step);
      }
      break;
    case "S":
      if (value instanceof Uint8Array) return quoteAscii(value, width);
      break;
    case "U":
      if (value instanceof Uint8Array) return quotePoints(value, dtype.byteorder !== ">", width);
      break;
    case "V":
      if (value instanceof Uint8Array) return hexBytes(value, width);
      break;
    case "i":
    case "u":
      break;
    default:
      return kind satisfies never;
  }
  if (typeof value === "string") return quote ? quoteText(value, width) : bareText(value, width);
  return typeof value === "bigint" ? value.toString() : bareText(showValue(value), width);
}

/**
 * The element that lies at a byte, as {@link formatElement} prints it. Text that is no Unicode is shown by its bytes
 * or code points instead of throwing.
 */
export function formatAt(dtype: DType, view: DataView, at: number, options: FormatOptions = {}): string {
  const { fields } = dtype;
  if (fields !== undefined) {
    const { width = ELEMENT_WIDTH } = options;
    return fitFields(fields, (field, room, first) => fieldAt(field, view, at, room, first), width);
  }
  let value: unknown;
  try {
    value = codecOf(dtype).read(view, at);
  } catch (error) {
    if (!(error instanceof CastError)) throw error;
    value = new Uint8Array(view.buffer, view.byteOffset + at, dtype.itemsize);
  }
  return formatElement(dtype, value, options);
}

type FieldText = (field: Field, room: number, first: boolean) => Piece;

function fitFields(fields: readonly Field[], show: FieldText, width: number): string {
  const item = (i: number, room: number, first: boolean): Piece => {
    const field = fields[i];
    return field === undefined ? { text: "", whole: true } : show(field, room, first);
  };
  return fitList("()", fields.length, item, width).text;
}

function fieldAt(
  { dtype, shape, offset }: Field,
  view: DataView,
  at: number,
  room: number,
  first: boolean,
): Piece {
  const layout = { ...denseLayout(shape, dtype.itemsize), offset: at + offset };
  return fitNested(layout, (position, width) => formatAt(dtype, view, position, { width }), room, first);
}

function fieldOfValue({ name, dtype, shape }: Field, record: unknown, room: number, first: boolean): Piece {
  const cell: unknown = typeof record === "object" && record !== null ? Reflect.get(record, name) : undefined;
  const flat = shape.length === 0 ? [cell] : flattenCell(dtype, shape, cell);
  if (typeof flat === "string") return { text: bareText(showValue(cell), room), whole: true };
  return fitNested(
    denseLayout(shape, 1),
    (i, width) => formatElement(dtype, flat[i], { width }),
    room,
    first,
  );
}
