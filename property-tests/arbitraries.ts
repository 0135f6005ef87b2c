/**
 * Random dtypes and values, hard ones first, for properties of every layer.
 *
 * @module
 */

import fc from "fast-check";
import {
  type DType,
  type FieldSpec,
  fromHalf,
  type Kind,
  nest,
  ownEntry,
  parseDType,
  sizeOf,
} from "../src/dtype/index.js";

export interface DTypeOptions {
  /** Kinds that may occur, structured dtypes aside; all of them when left out. */
  readonly kinds?: string | undefined;
  /** How deep structured dtypes are nested; 0 for none. 2 when left out. */
  readonly nesting?: number | undefined;
  readonly byteorders?: readonly ("<" | ">")[] | undefined;
  /** Widest `S`, `U` and `V`; 9 when left out. */
  readonly maxWidth?: number | undefined;
}

const SIZES: Readonly<Record<string, readonly number[]>> = {
  b: [1],
  i: [1, 2, 4, 8],
  u: [1, 2, 4, 8],
  f: [2, 4, 8],
  c: [8, 16],
};

/** Steps of dates and durations, as they stand in brackets. */
export const anyStep: fc.Arbitrary<string> = fc
  .tuple(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant(1) },
      fc.integer({ min: 1, max: 30 }),
      fc.constantFrom(100, 400, 2 ** 31 - 1),
    ),
    fc.constantFrom("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"),
  )
  .map(([multiple, unit]) => `${multiple === 1 ? "" : multiple}${unit}`);

/** Names of fields, those of `Object.prototype` among them. */
export const anyFieldName: fc.Arbitrary<string> = fc.oneof(
  fc.string({ minLength: 1, maxLength: 5 }),
  fc.string({ unit: "binary", minLength: 1, maxLength: 3 }),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "0",
    "-1",
    "re",
    "im",
    " ",
    "'",
    "\n",
  ),
);

const anyItemShape = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 3 });

function scalarDType(options: DTypeOptions): fc.Arbitrary<DType> {
  const { kinds = "biufcSUMmV", byteorders = ["<", ">"], maxWidth = 9 } = options;
  const order = fc.constantFrom(...byteorders);
  const ofKind = (kind: string): fc.Arbitrary<string> => {
    switch (kind as Kind) {
      case "S":
      case "U":
      case "V":
        return fc.integer({ min: 1, max: maxWidth }).map((width) => `${kind}${width}`);
      case "M":
      case "m":
        return fc
          .option(anyStep, { nil: undefined, freq: 6 })
          .map((step) => `${kind}8${step === undefined ? "" : `[${step}]`}`);
      default:
        return fc.constantFrom(...(SIZES[kind] ?? [])).map((size) => `${kind}${size}`);
    }
  };
  return fc
    .tuple(order, fc.oneof(...Array.from(kinds, ofKind)))
    .map(([prefix, rest]) => parseDType(prefix + rest));
}

function structuredDType(inner: fc.Arbitrary<DType>): fc.Arbitrary<DType> {
  const field = fc.tuple(anyFieldName, inner, fc.option(anyItemShape, { nil: undefined, freq: 2 }));
  const padding = fc.option(fc.integer({ min: 1, max: 5 }), { nil: 0, freq: 2 });
  return fc
    .tuple(
      fc.uniqueArray(fc.tuple(field, padding), { minLength: 1, maxLength: 4, selector: ([[name]]) => name }),
      padding,
    )
    .filter(([fields]) => fields.some(([[, , shape]]) => sizeOf(shape ?? []) > 0))
    .map(([fields, last]) => {
      const spec: FieldSpec[] = [];
      const pad = (bytes: number) => {
        if (bytes > 0) spec.push(["", `|V${bytes}`]);
      };
      for (const [[name, dtype, shape], before] of fields) {
        pad(before);
        spec.push(shape === undefined ? [name, dtype] : [name, dtype, shape]);
      }
      pad(last);
      return parseDType(spec);
    });
}

/** Any dtype: numbers, text, dates, bytes, and records of them with item shapes, padding and hard names. */
export function anyDType(options: DTypeOptions = {}): fc.Arbitrary<DType> {
  const { nesting = 2 } = options;
  const scalar = scalarDType(options);
  let dtype = scalar;
  for (let level = 0; level < nesting; level++) {
    dtype = fc.oneof({ weight: 2, arbitrary: scalar }, structuredDType(dtype));
  }
  return dtype;
}

const HARD_TEXTS = [
  "",
  "a",
  "é",
  "e\u0301",
  "日本",
  "😀",
  "a😀",
  "\ufeff",
  "\ufffd",
  "\u{10ffff}",
  "\ud7ff\ue000",
  "\x7f\x80\u07ff\u0800\uffff",
  "a\0b",
  "\0a",
  "\x7f\x80",
  " ",
  "NaN",
  "__proto__",
];

/** Texts of Unicode characters, short ones. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HARD_TEXTS),
  fc.string({ maxLength: 10 }),
  fc.string({ unit: "binary", maxLength: 10 }),
  fc.string({ unit: "grapheme", maxLength: 4 }),
);

/** The most of a text that fits, whole characters, without NULs behind. */
function fitting(text: string, { kind, width }: DType): string {
  let kept = "";
  let used = 0;
  for (const character of text) {
    used += kind === "U" ? 1 : Buffer.byteLength(character);
    if (used > width) break;
    kept += character;
  }
  return kept.replace(/\0+$/, "");
}

function anyInteger(min: bigint, max: bigint): fc.Arbitrary<bigint> {
  return fc.oneof(
    fc.constantFrom(min, max, 0n, 1n, min + 1n, max - 1n),
    fc.bigInt({ min: min < -300n ? -300n : min, max: max > 300n ? 300n : max }),
    fc.bigInt({ min, max }),
  );
}

/** Any number that a float of so many bytes holds exactly. */
export function anyFloat(itemsize: number): fc.Arbitrary<number> {
  const patterns = fc.integer({ min: 0, max: 0xffff }).map(fromHalf);
  const hard = fc.constantFrom(
    0,
    -0,
    1,
    -1,
    0.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  );
  if (itemsize === 2) return fc.oneof(hard, patterns);
  if (itemsize === 4) return fc.oneof(hard, patterns, fc.float());
  const whole = fc.constantFrom(2 ** 53, 2 ** 53 - 1, -(2 ** 63), 2 ** 63, 2 ** 64, 5e-324, Number.MAX_VALUE);
  return fc.oneof(hard, whole, patterns, fc.float(), fc.double());
}

/** A value that the dtype holds exactly, in the form in which reading gives it. */
export function anyValue(dtype: DType): fc.Arbitrary<unknown> {
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
      return anyText.map((text) => fitting(text, dtype));
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

/** A cell of that shape which the dtype holds exactly, in the form in which reading gives it. */
export function anyCell(dtype: DType, shape: readonly number[]): fc.Arbitrary<unknown> {
  if (shape.length === 0) return anyValue(dtype);
  const size = sizeOf(shape);
  return fc.array(anyValue(dtype), { minLength: size, maxLength: size }).map((values) => {
    const make = dtype.native ? CELL_ARRAYS.get(`${dtype.kind}${dtype.itemsize}`) : undefined;
    return make === undefined ? nest(shape, (i) => values[i]) : make(values);
  });
}

/** Whatever a caller may offer for storing: numbers on the edges, texts, dates, nothing, and things that fit nowhere. */
export const anyPlain: fc.Arbitrary<unknown> = fc.oneof(
  anyFloat(8),
  anyFloat(4),
  fc.integer({ min: -40_000, max: 70_000 }),
  anyInteger(-(2n ** 64n), 2n ** 65n),
  fc.constantFrom(
    127n,
    128n,
    255n,
    256n,
    65504n,
    65505n,
    2n ** 24n + 1n,
    2n ** 53n + 1n,
    2n ** 63n,
    -(2n ** 63n),
  ),
  fc.boolean(),
  anyText,
  fc.string({ unit: fc.constantFrom("a", "\0", "\ud83d", "\ude00", "é"), maxLength: 4 }),
  fc.date({ noInvalidDate: false }),
  fc.constantFrom(new Date(0), new Date(86_400_000), new Date("2000-03-01"), new Date(8.64e15)),
  fc.record({ re: anyFloat(8), im: anyFloat(8) }, { noNullPrototype: true }),
  fc.uint8Array({ maxLength: 4 }),
  fc.constantFrom<unknown>(null, undefined, {}, [], [1], Symbol.iterator, () => 1),
);

/** Whether two values are the same to the last bit that JavaScript can see, deep down; NaN is NaN, -0 is not 0. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSame(Reflect.get(a, key), Reflect.get(b, key)))
  );
}
