import { endianness } from "node:os";
import { type DateStep, formatStep } from "./datetime.js";

/** NumPy's kinds: bool, signed, unsigned, float, complex, bytes, code points, date, duration, void or structured. */
export type Kind = "b" | "i" | "u" | "f" | "c" | "S" | "U" | "M" | "m" | "V";

/** Little-endian, big-endian, or not applicable. */
export type ByteOrder = "<" | ">" | "|";

/** The byte order of this machine. */
export const NATIVE_ORDER: "<" | ">" = endianness() === "LE" ? "<" : ">";

/** A field of a structured dtype. */
export interface Field {
  readonly name: string;
  readonly dtype: DType;
  /** The shape of the field within one record; `[]` for one element. */
  readonly shape: readonly number[];
  /** Bytes from the start of the record. */
  readonly offset: number;
}

/** NumPy's `descr`, as it stands in an NPY header: a type string, or fields; `["", "|V3"]` is three bytes of padding. */
export type Descr = string | readonly DescrField[];
export type DescrField =
  | readonly [name: string, descr: Descr]
  | readonly [name: string, descr: Descr, shape: readonly number[]];

export interface DTypeParts {
  readonly kind: Kind;
  readonly byteorder: ByteOrder;
  readonly itemsize: number;
  readonly step?: DateStep | undefined;
  readonly fields?: readonly Field[] | undefined;
}

/** Bytes of one unit that byte order applies to: a code point, one half of a complex number, the whole number. */
function unitOf(kind: Kind, itemsize: number): number {
  if (kind === "U") return 4;
  if (kind === "c") return itemsize / 2;
  return kind === "S" || kind === "V" ? 1 : itemsize;
}

/**
 * What one element is: NumPy's dtype. Immutable; made by {@link parseDType}.
 *
 * ```ts
 * parseDType("M8[us]").str;                       // "<M8[us]"
 * parseDType([["a", "i4"], ["b", "f8", [3]]]).itemsize; // 28
 * ```
 */
export class DType {
  readonly kind: Kind;
  readonly byteorder: ByteOrder;
  /** Bytes of one element. */
  readonly itemsize: number;
  /** Bytes of the unit that byte order applies to; elements are aligned when they start on a multiple of it. */
  readonly alignment: number;
  /** The unit of dates and durations. */
  readonly step: DateStep | undefined;
  /** The fields of a structured dtype, else undefined. */
  readonly fields: readonly Field[] | undefined;
  /** NumPy's type string with byte order: `"<i4"`, `"|b1"`, `"<M8[us]"`, `"|V12"` for a structured dtype. */
  readonly str: string;
  readonly #text: string;

  /** @internal Use {@link parseDType}. */
  constructor({ kind, byteorder, itemsize, step, fields }: DTypeParts) {
    this.kind = kind;
    this.itemsize = itemsize;
    this.alignment = unitOf(kind, itemsize);
    this.byteorder = this.alignment === 1 ? "|" : byteorder;
    this.step = step;
    this.fields = fields;
    const width = kind === "U" ? itemsize / 4 : itemsize;
    this.str = `${this.byteorder}${kind}${width}${step === undefined ? "" : formatStep(step)}`;
    this.#text = fields === undefined ? this.str : JSON.stringify(this.descr);
    Object.freeze(this);
  }

  /** Whether elements are in this machine's byte order (or have none), so that a typed array can hold them. */
  get native(): boolean {
    return this.byteorder === "|" || this.byteorder === NATIVE_ORDER;
  }

  /** Characters of `U`, bytes of `S` and `V`; else the itemsize. */
  get width(): number {
    return this.kind === "U" ? this.itemsize / 4 : this.itemsize;
  }

  /** NumPy's `dtype.descr`, gaps between fields as nameless void. */
  get descr(): Descr {
    if (this.fields === undefined) return this.str;
    const parts: DescrField[] = [];
    let end = 0;
    for (const { name, dtype, shape, offset } of this.fields) {
      if (offset > end) parts.push(["", `|V${offset - end}`]);
      parts.push(shape.length === 0 ? [name, dtype.descr] : [name, dtype.descr, shape]);
      end = offset + dtype.itemsize * shape.reduce((product, axis) => product * axis, 1);
    }
    if (this.itemsize > end) parts.push(["", `|V${this.itemsize - end}`]);
    return parts;
  }

  /** The field of that name, or undefined. */
  field(name: string): Field | undefined {
    return this.fields?.find((field) => field.name === name);
  }

  /** Whether both mean the same bytes: kind, size, byte order, unit, fields and their places. */
  equals(other: DType): boolean {
    return this === other || this.#text === other.#text;
  }

  /** The type string, or the fields in JSON. */
  toString(): string {
    return this.#text;
  }

  /** NumPy's `descr`. */
  toJSON(): Descr {
    return this.descr;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `dtype(${this.fields === undefined ? `'${this.#text}'` : this.#text})`;
  }
}
