import type { CodeOf, Complex, DTypeLike, ElementOf, FieldSpec } from "../../dtype/index.js";

/**
 * What the numerics give, by dtype, where the compiler knows it. `never` marks operations that a dtype does not have;
 * a dtype that is known only when the program runs gives the union of all.
 *
 * @module
 */

/** Looks up the code of `D` in a table; `Any` where the compiler does not know the dtype. */
type By<D extends DTypeLike, Table, Any> = D extends string
  ? string extends D
    ? Any
    : CodeOf<D> extends infer C
      ? C extends keyof Table
        ? Table[C]
        : never
      : never
  : D extends readonly FieldSpec[]
    ? FieldSpec extends D[number]
      ? Any
      : never
    : Any;

/** The same dtype in the byte order of this machine. */
export type NativeOf<D extends DTypeLike> = D extends `${"<" | ">" | "=" | "|"}${infer Rest}` ? Rest : D;

interface Sums {
  b1: number;
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
  m: bigint | null;
}

/** The sum of elements of the dtype `D`: exact bigints for `i8` and `u8`, counts for `b1`. */
export type SumOf<D extends DTypeLike> = By<D, Sums, number | bigint | Complex | null>;

interface SumDTypes<D extends DTypeLike> {
  b1: "i8";
  i1: "i8";
  i2: "i8";
  i4: "i8";
  i8: "i8";
  u1: "u8";
  u2: "u8";
  u4: "u8";
  u8: "u8";
  f2: "f2";
  f4: "f4";
  f8: "f8";
  c8: "c8";
  c16: "c16";
  m: NativeOf<D>;
}

/** The dtype of sums along an axis, and of cumulative sums. */
export type SumDTypeOf<D extends DTypeLike> = D extends unknown ? By<D, SumDTypes<D>, DTypeLike> : never;

interface Means extends Omit<Sums, "i8" | "u8"> {
  i8: number;
  u8: number;
}

/** The mean of elements of the dtype `D`. */
export type MeanOf<D extends DTypeLike> = By<D, Means, number | bigint | Complex | null>;

interface Averages {
  b1: "f8";
  i1: "f8";
  i2: "f8";
  i4: "f8";
  i8: "f8";
  u1: "f8";
  u2: "f8";
  u4: "f8";
  u8: "f8";
  f2: "f2";
  f4: "f4";
  f8: "f8";
}

interface MeanDTypes<D extends DTypeLike> extends Averages {
  c8: "c8";
  c16: "c16";
  m: NativeOf<D>;
}

/** The dtype of means along an axis. */
export type MeanDTypeOf<D extends DTypeLike> = D extends unknown ? By<D, MeanDTypes<D>, DTypeLike> : never;

interface Spreads extends Averages {
  c8: "f4";
  c16: "f8";
}

/** The dtype of variances and standard deviations along an axis. */
export type VarDTypeOf<D extends DTypeLike> = By<D, Spreads, "f2" | "f4" | "f8">;

/** A variance or standard deviation: a real number for every dtype that has one. */
export type VarOf<D extends DTypeLike> = By<D, { [C in keyof Spreads]: number }, number>;

/** The least or greatest element of the dtype `D`. */
export type ExtremumOf<D extends DTypeLike> = D extends unknown
  ? By<D, { [C in Ordered<D>]: ElementOf<D> }, number | bigint | boolean | Complex | string | null>
  : never;

/** The dtype of least and greatest elements along an axis. */
export type ExtremumDTypeOf<D extends DTypeLike> = D extends unknown
  ? By<D, { [C in Ordered<D>]: NativeOf<D> }, DTypeLike>
  : never;

/** The codes that have an order. */
type Ordered<D extends DTypeLike> = Exclude<CodeOf<string & D>, "V">;

type Number = number | bigint | boolean | Complex;

interface Comparands {
  b1: Number;
  i1: Number;
  i2: Number;
  i4: Number;
  i8: Number;
  u1: Number;
  u2: Number;
  u4: Number;
  u8: Number;
  f2: Number;
  f4: Number;
  f8: Number;
  c8: Number;
  c16: Number;
  S: string;
  U: string;
  M: bigint | Date | null;
  m: bigint | number | null;
  V: Uint8Array;
}

/** One value that elements of the dtype `D` can be compared with. */
export type ScalarFor<D extends DTypeLike> = By<D, Comparands, Comparands[keyof Comparands]>;
