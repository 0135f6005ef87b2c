import type fc from "fast-check";
import { type DType, type FieldSpec, type Kind, parseDType, sizeOf } from "../../dtype/index.js";
import { fastCheck } from "../fast-check.js";

/** What {@link anyDType} may give. */
export interface DTypeOptions {
  /** Kinds that may occur, as the letters of NumPy's type strings, structured dtypes aside; all when left out. */
  readonly kinds?: string | undefined;
  /** How deep structured dtypes are nested, 0 for none; 2 when left out. */
  readonly nesting?: number | undefined;
  /** Byte orders that may occur; both when left out. */
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

/** Steps of dates and durations, as they stand in brackets: `"us"`, `"25s"`. */
export function anyDateStep(): fc.Arbitrary<string> {
  const fc = fastCheck();
  const multiple = fc.oneof(
    { weight: 3, arbitrary: fc.constant(1) },
    fc.integer({ min: 1, max: 30 }),
    fc.constantFrom(100, 400, 2 ** 31 - 1),
  );
  const unit = fc.constantFrom("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as");
  return fc.tuple(multiple, unit).map(([count, name]) => `${count === 1 ? "" : count}${name}`);
}

const HARD_FIELD_NAMES = [
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
];

/** Names of fields, those of `Object.prototype` among them. */
function anyFieldName(): fc.Arbitrary<string> {
  const fc = fastCheck();
  return fc.oneof(
    fc.string({ minLength: 1, maxLength: 5 }),
    fc.string({ unit: "binary", minLength: 1, maxLength: 3 }),
    fc.constantFrom(...HARD_FIELD_NAMES),
  );
}

function scalarDType(options: DTypeOptions): fc.Arbitrary<DType> {
  const fc = fastCheck();
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
          .option(anyDateStep(), { nil: undefined, freq: 6 })
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
  const fc = fastCheck();
  const shape = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 3 });
  const field = fc.tuple(anyFieldName(), inner, fc.option(shape, { nil: undefined, freq: 2 }));
  const padding = fc.option(fc.integer({ min: 1, max: 5 }), { nil: 0, freq: 2 });
  return fc
    .tuple(
      fc.uniqueArray(fc.tuple(field, padding), { minLength: 1, maxLength: 4, selector: ([[name]]) => name }),
      padding,
    )
    .filter(([fields]) => fields.some(([[, , axes]]) => sizeOf(axes ?? []) > 0))
    .map(([fields, last]) => {
      const spec: FieldSpec[] = [];
      const pad = (bytes: number) => {
        if (bytes > 0) spec.push(["", `|V${bytes}`]);
      };
      for (const [[name, dtype, axes], before] of fields) {
        pad(before);
        spec.push(axes === undefined ? [name, dtype] : [name, dtype, axes]);
      }
      pad(last);
      return parseDType(spec);
    });
}

/**
 * Any dtype: numbers, text, dates and bytes in both byte orders, and records of them with item shapes, padding and
 * hard names.
 *
 * ```ts
 * fc.assert(fc.property(anyDType({ kinds: "iuf", nesting: 0 }), (dtype) => { … }));
 * ```
 *
 * @throws UnsupportedError where fast-check is not installed
 */
export function anyDType(options: DTypeOptions = {}): fc.Arbitrary<DType> {
  const fc = fastCheck();
  const { nesting = 2 } = options;
  const scalar = scalarDType(options);
  let dtype = scalar;
  for (let level = 0; level < nesting; level++) {
    dtype = fc.oneof({ weight: 2, arbitrary: scalar }, structuredDType(dtype));
  }
  return dtype;
}
