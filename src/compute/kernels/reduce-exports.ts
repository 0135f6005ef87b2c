/** A kernel from numbers to a number: addresses, counts, values. */
type Numbers<Rest extends unknown[] = []> = (at: number, count: number, ...rest: Rest) => number;
/** Writes results from `out` on. */
type Written = (at: number, count: number, out: number) => void;

type Small = "I8" | "U8" | "I16" | "U16" | "I32" | "U32";
type Wide = "I64" | "U64";

/** Of whole blocks of 2,048 elements: their means and the sums of squares about them, two doubles for each. */
type MomentsKernels = {
  readonly [Name in `moments${Small | Wide | "F32" | "F64"}`]: (
    at: number,
    blocks: number,
    scratch: number,
    out: number,
  ) => void;
};

/** Sums of integers, exact for up to 2²⁰ of them; those of 64 bits in two words, as two doubles. */
type SumKernels = { readonly [Name in `sum${Small}`]: Numbers } & {
  readonly [Name in `sum${Wide}`]: Written;
};

/** The extreme one of at least one element. */
type ExtremaKernels = { readonly [Name in `${"min" | "max"}${Small}`]: Numbers } & {
  readonly [Name in `${"min" | "max"}${"F32" | "F64"}`]: Numbers<[skipNaN: boolean]>;
} & {
  readonly minI64: (at: number, count: number, skipNaT: boolean) => bigint;
  readonly maxI64: (at: number, count: number) => bigint;
  /** As a signed integer of the same bits. */
  readonly minU64: (at: number, count: number) => bigint;
  readonly maxU64: (at: number, count: number) => bigint;
};

/** The first place of a value, of NaN the first place of any; -1 where there is none. */
type FindKernels = { readonly [Name in `find${Small | "F32" | "F64"}`]: Numbers<[value: number]> } & {
  readonly findI64: Numbers<[value: bigint]>;
};

/** The kernels of assembly/reduce.ts. */
export interface ReduceKernels extends MomentsKernels, SumKernels, ExtremaKernels, FindKernels {
  /**
   * The sums of whole blocks of 2,048 elements, one double each from `out` on, behind which 16 more are overwritten; with
   * `Ordered` NaN counts as zero, with `Where` what the mask leaves out.
   */
  sumF32(at: number, blocks: number, out: number): void;
  sumF64(at: number, blocks: number, out: number): void;
  sumOrderedF32(at: number, blocks: number, out: number): void;
  sumOrderedF64(at: number, blocks: number, out: number): void;
  sumWhereF32(at: number, mask: number, blocks: number, out: number): void;
  sumWhereF64(at: number, mask: number, blocks: number, out: number): void;
  sumWhereI32(at: number, mask: number, count: number): number;
  countZero8(at: number, count: number): number;
  countZero16(at: number, count: number): number;
  countZero32(at: number, count: number): number;
  countZeroF32(at: number, count: number): number;
  countZeroF64(at: number, count: number): number;
  /** How many elements are a value. */
  countI64(at: number, count: number, value: bigint): number;
  /** How many elements are not NaN. */
  countOrderedF32(at: number, count: number): number;
  countOrderedF64(at: number, count: number): number;
}
