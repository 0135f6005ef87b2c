/** The typed arrays whose elements are JavaScript numbers. */
export type NumberArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** The typed arrays whose elements are bigints. */
export type BigArray = BigInt64Array | BigUint64Array;

/** Every typed array that the kernels take. */
export type NumericArray = NumberArray | BigArray;

/** The typed arrays of floating point; also of complex numbers, real and imaginary part in turn. */
export type FloatArray = Float32Array | Float64Array;

/** One complex number. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

/** Which elements of a run are taken: those whose byte is not zero. */
export interface Mask {
  readonly bytes: Uint8Array;
  /** Where the byte of the run's first element is. */
  readonly start: number;
}

/**
 * A reduction that is fed one run of elements block by block, so that the run may be longer than memory.
 *
 * The result belongs to the run, however it was cut into blocks; only the rounding of floating-point sums may
 * differ. `reset` begins a new run.
 */
export interface Accumulator<Result, Values = NumericArray> {
  /** Takes up the elements `start` to `end - 1`; for complex numbers these count pairs. */
  add(values: Values, start: number, end: number): void;
  /**
   * As `add`, with those elements alone that a mask chooses. Left out where nothing is gained over putting them side by side
   * first.
   */
  addWhere?(values: Values, start: number, end: number, mask: Mask): void;
  /** The reduction of everything added since the beginning or the last `reset`. */
  result(): Result;
  /** Forgets everything added. */
  reset(): void;
  /** What was added since the beginning or the last `reset`, as a value that can be cloned to another thread. */
  state(): unknown;
  /** Adds what another accumulator of the same making had when it gave its state, as if its elements came next. */
  absorb(state: unknown): void;
  /** True when further elements can no longer change the result, so that the caller may stop reading. */
  readonly settled?: boolean;
}

/** What a reduction or comparison does with elements that are not a value. */
export interface MissingOptions {
  /** Leave NaN (and NaT, with `nat`) out instead of letting it propagate. */
  readonly skipNaN?: boolean;
  /** The elements are dates or durations: -2⁶³ in a BigInt64Array is NaT, and treated as NaN is. */
  readonly nat?: boolean;
}
