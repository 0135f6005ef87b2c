import type { DType } from "./dtype.js";

/** One field of a structured dtype: name, dtype and, where each record holds several, their shape. */
export type FieldSpec =
  | readonly [name: string, dtype: DTypeLike]
  | readonly [name: string, dtype: DTypeLike, shape: number | readonly number[]];

/** What can be said where a dtype is wanted: NumPy's type string, a list of fields, or a {@link DType}. */
export type DTypeLike = string | DType | readonly FieldSpec[];

/** A complex number. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

/** The spellings of NumPy that have no width of their own, and the type string each stands for. */
interface Spellings {
  b1: "b1";
  bool: "b1";
  "?": "b1";
  i1: "i1";
  int8: "i1";
  i2: "i2";
  int16: "i2";
  i4: "i4";
  int32: "i4";
  i8: "i8";
  int64: "i8";
  int: "i8";
  u1: "u1";
  uint8: "u1";
  u2: "u2";
  uint16: "u2";
  u4: "u4";
  uint32: "u4";
  u8: "u8";
  uint64: "u8";
  uint: "u8";
  f2: "f2";
  float16: "f2";
  half: "f2";
  f4: "f4";
  float32: "f4";
  single: "f4";
  f8: "f8";
  float64: "f8";
  double: "f8";
  float: "f8";
  c8: "c8";
  complex64: "c8";
  c16: "c16";
  complex128: "c16";
  complex: "c16";
}

interface Elements {
  b1: boolean;
  i1: number;
  i2: number;
  i4: number;
  i8: bigint;
  u1: number;
  u2: number;
  u4: number;
  u8: bigint;
  f2: number;
  f4: number;
  f8: number;
  c8: Complex;
  c16: Complex;
  S: string;
  U: string;
  M: bigint | null;
  m: bigint | null;
  V: Uint8Array;
}

interface Arrays {
  b1: Uint8Array;
  i1: Int8Array;
  i2: Int16Array;
  i4: Int32Array;
  i8: BigInt64Array;
  u1: Uint8Array;
  u2: Uint16Array;
  u4: Uint32Array;
  u8: BigUint64Array;
  f2: Uint16Array;
  f4: Float32Array;
  f8: Float64Array;
  c8: Float32Array;
  c16: Float64Array;
  S: Uint8Array;
  U: Uint32Array;
  M: BigInt64Array;
  m: BigInt64Array;
  V: Uint8Array;
}

/** What may be stored into one element, beside what reading one gives. */
interface Inputs {
  b1: boolean;
  i1: number | bigint;
  i2: number | bigint;
  i4: number | bigint;
  i8: number | bigint;
  u1: number | bigint;
  u2: number | bigint;
  u4: number | bigint;
  u8: number | bigint;
  f2: number | bigint;
  f4: number | bigint;
  f8: number | bigint;
  c8: Complex | number | bigint;
  c16: Complex | number | bigint;
  S: string | Uint8Array;
  U: string;
  M: bigint | Date | null;
  m: bigint | number | null;
  V: Uint8Array;
}

type Ordered<Rest extends string> = Rest | `${"<" | ">" | "=" | "|"}${Rest}`;

/** The type string's kind and, for numbers, size; byte order and multiples left out. `never` if it is none. */
export type CodeOf<S extends string> =
  S extends Ordered<infer Rest extends keyof Spellings & string>
    ? Spellings[Rest]
    : S extends Ordered<`U${number}` | `str${number}`>
      ? "U"
      : S extends Ordered<`S${number}`>
        ? "S"
        : S extends Ordered<`V${number}`>
          ? "V"
          : S extends Ordered<"M8" | "datetime64" | `${"M8" | "datetime64"}[${string}]`>
            ? "M"
            : S extends Ordered<"m8" | "timedelta64" | `${"m8" | "timedelta64"}[${string}]`>
              ? "m"
              : never;

/** Any typed array that `values` can be. */
export type AnyValues = Arrays[keyof Arrays];
/** Any element that reading can give. */
export type AnyElement = Elements[keyof Elements] | { readonly [field: string]: unknown };
/** Any value that can be offered for storing; it is judged by value. */
export type AnyInput = Inputs[keyof Inputs] | { readonly [field: string]: unknown } | readonly unknown[];

type Nested<T> = readonly (T | Nested<T>)[];
type Plain = "i1" | "i2" | "i4" | "i8" | "u1" | "u2" | "u4" | "u8" | "f4" | "f8" | "c8" | "c16";
type Single = "b1" | "i1" | "u1" | "S" | "V";

/** Whether the elements of a type string have the other byte order than (nearly) every machine. */
type Swapped<S extends string, C> = C extends Single ? false : S extends `>${string}` ? true : false;

type CellOfCode<S extends string, C extends keyof Elements> = [C] extends [never]
  ? never
  : Swapped<S, C> extends true
    ? Nested<Elements[C]>
    : C extends Plain
      ? Arrays[C]
      : C extends "f2"
        ? Float32Array
        : Nested<Elements[C]>;

/** A record's cell that has an item shape: a copy in a typed array, or nested arrays where there is none. */
export type CellOf<D extends DTypeLike> = D extends string
  ? string extends D
    ? AnyValues | Nested<AnyElement>
    : CodeOf<D> extends infer C extends keyof Elements
      ? CellOfCode<D, C>
      : never
  : Nested<ElementOf<D>>;

/** A field's shape of no axes, or none at all: one element. */
type IsScalar<F extends FieldSpec> = F extends readonly [string, DTypeLike, infer Shape]
  ? Shape extends readonly []
    ? true
    : false
  : true;

type RecordOf<F extends readonly FieldSpec[]> = {
  [P in F[number] as P[0] extends "" ? never : P[0]]: IsScalar<P> extends true
    ? ElementOf<P[1]>
    : CellOf<P[1]>;
};

type RecordInputOf<F extends readonly FieldSpec[]> = {
  readonly [P in F[number] as P[0] extends "" ? never : P[0]]: IsScalar<P> extends true
    ? InputOf<P[1]>
    : AnyValues | Nested<InputOf<P[1]>>;
};

/** The JavaScript type of one element of the dtype `D`. */
export type ElementOf<D extends DTypeLike> = D extends string
  ? string extends D
    ? AnyElement
    : CodeOf<D> extends infer C extends keyof Elements
      ? Elements[C]
      : never
  : D extends readonly FieldSpec[]
    ? FieldSpec extends D[number]
      ? AnyElement
      : RecordOf<D>
    : AnyElement;

/** What may be stored into one element of the dtype `D`. */
export type InputOf<D extends DTypeLike> = D extends string
  ? string extends D
    ? AnyInput
    : CodeOf<D> extends infer C extends keyof Inputs
      ? Inputs[C]
      : never
  : D extends readonly FieldSpec[]
    ? FieldSpec extends D[number]
      ? AnyInput
      : RecordInputOf<D>
    : AnyInput;

/** The typed array behind elements of the dtype `D`; `never` where there is none (structured, byte-swapped). */
export type ValuesOf<D extends DTypeLike> = D extends string
  ? string extends D
    ? AnyValues
    : CodeOf<D> extends infer C extends keyof Arrays
      ? Swapped<D, C> extends true
        ? never
        : Arrays[C]
      : never
  : D extends readonly FieldSpec[]
    ? FieldSpec extends D[number]
      ? AnyValues
      : never
    : AnyValues;

/** What `toArray()` gives for a one-dimensional array of the dtype `D`. */
export type ArrayOf<D extends DTypeLike> = D extends string
  ? string extends D
    ? AnyValues | AnyElement[]
    : CodeOf<D> extends infer C extends keyof Arrays
      ? C extends "f2"
        ? Float32Array
        : C extends Plain
          ? C extends "c8" | "c16"
            ? Complex[]
            : Arrays[C]
          : ElementOf<D>[]
      : never
  : ElementOf<D>[];
