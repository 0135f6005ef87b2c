/**
 * Elements in words that JSON has; `peer/wire.py` says which. The translation here is the tests' own: it shares no code
 * with what it tests.
 *
 * @module
 */
import type { ArrayView, DType } from "../../src/index.js";

export type Wire = string | boolean | null | readonly Wire[];

const scratch = new DataView(new ArrayBuffer(8));

function floatToWire(value: number): string {
  if (Number.isNaN(value)) return "nan";
  scratch.setFloat64(0, value);
  return scratch.getBigUint64(0).toString(16).padStart(16, "0");
}

function floatFromWire(wire: Wire | undefined): number {
  if (wire === "nan") return Number.NaN;
  scratch.setBigUint64(0, BigInt(`0x${text(wire)}`));
  return scratch.getFloat64(0);
}

function text(wire: Wire | undefined): string {
  if (typeof wire === "string") return wire;
  throw new Error(`${JSON.stringify(wire)} is no string`);
}

function list(wire: Wire): readonly Wire[] {
  if (typeof wire === "object" && wire !== null) return wire;
  throw new Error(`${JSON.stringify(wire)} is no list`);
}

/** What `at` gives for one element of the dtype, as a wire. */
export function elementToWire(dtype: DType, element: unknown): Wire {
  const { kind, fields } = dtype;
  if (fields !== undefined) {
    const record = element as { readonly [name: string]: unknown };
    return fields.map((field) => {
      const value: unknown = Object.getOwnPropertyDescriptor(record, field.name)?.value;
      return field.shape.length === 0
        ? elementToWire(field.dtype, value)
        : cellToWire(field.dtype, field.shape.length, value);
    });
  }
  switch (typeof element) {
    case "boolean":
      return element;
    case "bigint":
      return String(element);
    case "number":
      return kind === "f" ? floatToWire(element) : String(element);
    case "string":
      return kind === "S" ? Buffer.from(element).toString("hex") : element;
    default:
  }
  if (element === null) return null;
  if (element instanceof Uint8Array) return Buffer.from(element).toString("hex");
  const { re, im } = element as { readonly re: number; readonly im: number };
  return [floatToWire(re), floatToWire(im)];
}

/** What `at` gives for several elements: a typed array, complex numbers in pairs, or arrays nested as deep as the shape. */
export function cellToWire(dtype: DType, depth: number, cell: unknown): Wire[] {
  if (Array.isArray(cell)) {
    const parts: readonly unknown[] = cell;
    return depth === 1
      ? parts.map((element) => elementToWire(dtype, element))
      : parts.flatMap((part) => cellToWire(dtype, depth - 1, part));
  }
  const numbers = Array.from(cell as ArrayLike<number | bigint>);
  if (dtype.kind !== "c") return numbers.map((number) => elementToWire(dtype, number));
  const wires = numbers.map((number) => floatToWire(Number(number)));
  return Array.from({ length: wires.length / 2 }, (_, i) => wires.slice(2 * i, 2 * i + 2));
}

/** All elements of an array, one by one. */
export function arrayToWire(array: ArrayView): Wire[] {
  const wires: Wire[] = [];
  const visit = (index: readonly number[]): void => {
    const length = array.shape[index.length];
    if (length === undefined) wires.push(elementToWire(array.dtype, array.at(...index)));
    else for (let i = 0; i < length; i++) visit([...index, i]);
  };
  visit([]);
  return wires;
}

/** A plain value to store into one element of the dtype. */
export function elementFromWire(dtype: DType, wire: Wire): unknown {
  if (dtype.fields !== undefined) {
    const values = list(wire);
    return Object.fromEntries(
      dtype.fields.map(({ name, dtype: inner, shape }, i) => [
        name,
        shape.length === 0
          ? elementFromWire(inner, values[i] ?? null)
          : nestedFromWire(inner, shape, list(values[i] ?? null)),
      ]),
    );
  }
  switch (dtype.kind) {
    case "b":
    case "U":
      return wire;
    case "i":
    case "u":
      return dtype.itemsize === 8 ? BigInt(text(wire)) : Number(text(wire));
    case "f":
      return floatFromWire(wire);
    case "c": {
      const [re, im] = list(wire);
      return { re: floatFromWire(re), im: floatFromWire(im) };
    }
    case "S":
      return Buffer.from(text(wire), "hex").toString();
    case "V":
      return new Uint8Array(Buffer.from(text(wire), "hex"));
    case "M":
    case "m":
      return wire === null ? null : BigInt(text(wire));
    default:
      return dtype.kind satisfies never;
  }
}

/** Plain values, arrays nested as the shape. */
export function nestedFromWire(dtype: DType, shape: readonly number[], wires: readonly Wire[]): unknown {
  const [length, ...inner] = shape;
  if (length === undefined) return elementFromWire(dtype, wires[0] ?? null);
  const each = wires.length / length;
  return Array.from({ length }, (_, i) =>
    nestedFromWire(dtype, inner, wires.slice(i * each, (i + 1) * each)),
  );
}
