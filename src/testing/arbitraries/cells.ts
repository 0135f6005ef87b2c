import type fc from "fast-check";
import { type DType, type DTypeLike, nest, ownEntry, parseDType, sizeOf } from "../../dtype/index.js";
import { fastCheck } from "../fast-check.js";
import { anyFloat, anyInteger, anyTextOf } from "./scalars.js";

/** One element that the dtype holds exactly, in the form in which reading gives it. */
export function anyElement(dtype: DType): fc.Arbitrary<unknown> {
  const fc = fastCheck();
  const { kind, itemsize, fields } = dtype;
  if (fields !== undefined) {
    return fc.tuple(...fields.map((field) => anyCell(field.dtype, field.shape))).map((cells) => {
      const record: { [name: string]: unknown } = {};
      for (const [i, { name }] of fields.entries()) ownEntry(record, name, cells[i]);
      return record;
    });
  }
  switch (kind) {
    case "b":
      return fc.boolean();
    case "i":
    case "u": {
      const bits = BigInt(itemsize * 8);
      const any =
        kind === "i"
          ? anyInteger(-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n)
          : anyInteger(0n, 2n ** bits - 1n);
      return itemsize === 8 ? any : any.map(Number);
    }
    case "f":
      return anyFloat(itemsize);
    case "c":
      return fc.record({ re: anyFloat(itemsize / 2), im: anyFloat(itemsize / 2) }, { noNullPrototype: true });
    case "S":
    case "U":
      return anyTextOf(dtype);
    case "M":
    case "m":
      return fc.option(anyInteger(1n - 2n ** 63n, 2n ** 63n - 1n), { nil: null });
    case "V":
      return fc.uint8Array({ minLength: itemsize, maxLength: itemsize });
    default:
      return kind satisfies never;
  }
}

type MakeArray = (values: readonly unknown[]) => unknown;

/** Typed arrays of cells, by kind and itemsize. */
const CELL_ARRAYS: ReadonlyMap<string, MakeArray> = new Map<string, MakeArray>([
  ["i1", (values) => Int8Array.from(values, Number)],
  ["i2", (values) => Int16Array.from(values, Number)],
  ["i4", (values) => Int32Array.from(values, Number)],
  ["i8", (values) => BigInt64Array.from(values as readonly bigint[])],
  ["u1", (values) => Uint8Array.from(values, Number)],
  ["u2", (values) => Uint16Array.from(values, Number)],
  ["u4", (values) => Uint32Array.from(values, Number)],
  ["u8", (values) => BigUint64Array.from(values as readonly bigint[])],
  ["f2", (values) => Float32Array.from(values, Number)],
  ["f4", (values) => Float32Array.from(values, Number)],
  ["f8", (values) => Float64Array.from(values, Number)],
  ["c8", (values) => Float32Array.from(pairs(values))],
  ["c16", (values) => Float64Array.from(pairs(values))],
]);

function pairs(values: readonly unknown[]): number[] {
  return (values as readonly { re: number; im: number }[]).flatMap(({ re, im }) => [re, im]);
}

/**
 * One row's cell of a column: values on the edges of the dtype, NaN, -0, subnormals, NaT, characters beyond 16 bits,
 * and ordinary ones, all of which the column holds exactly, in the form in which reading gives them.
 *
 * ```ts
 * fc.assert(fc.property(anyCell("U8"), (name) => {
 *   table.column("name").set(0, name);
 *   return isSame(table.column("name").at(0), name);
 * }));
 * ```
 *
 * @param dtype the column's
 * @param itemShape the shape of the cell in each row; one element when left out
 * @throws DTypeError; UnsupportedError where fast-check is not installed
 */
export function anyCell(dtype: DTypeLike, itemShape: readonly number[] = []): fc.Arbitrary<unknown> {
  const fc = fastCheck();
  const parsed = parseDType(dtype);
  const element = anyElement(parsed);
  if (itemShape.length === 0) return element;
  const size = sizeOf(itemShape);
  return fc.array(element, { minLength: size, maxLength: size }).map((values) => {
    const make = parsed.native ? CELL_ARRAYS.get(`${parsed.kind}${parsed.itemsize}`) : undefined;
    return make === undefined ? nest(itemShape, (i) => values[i]) : make(values);
  });
}
