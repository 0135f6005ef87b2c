/** The kernels of assembly/convert.ts. Types of numbers are 0 to 9: i1, u1, i2, u2, i4, u4, i8, u8, f4, f8. */
export interface ConvertKernels {
  /** Integers of 64 bits as numbers of another type and length, or shorter ones as such: integers wrap, floats round. */
  convertLong(from: number, to: number, src: number, dst: number, count: number): void;
  /** Halves, by their bits, in single precision. */
  halvesToFloats(src: number, dst: number, count: number): void;
  /** Floats as the nearest halves, ties to even; 1 where a finite one became infinite, else 0. */
  floatsToHalves(src: number, dst: number, count: number): number;
  /** As `floatsToHalves`, of doubles, which are rounded once. */
  doublesToHalves(src: number, dst: number, count: number): number;
  /** 1 where any finite float is at least so large, else 0; the limit of singles is one. */
  anyOverflow(type: number, at: number, count: number, limit: number): number;
  /** 1 where any integer is below `low` or above `high`, which are of its type; unsigned ones by their bits. Else 0. */
  anyOutside(type: number, at: number, count: number, low: bigint, high: bigint): number;
  /** 1 where any integer of 64 bits is not exact as a double, or as a single where `isSingle` is 1. Else 0. */
  anyInexact(type: number, at: number, count: number, isSingle: number): number;
}
