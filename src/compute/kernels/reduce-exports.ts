/** The kernels of assembly/reduce.ts. */
export interface ReduceKernels {
  /** The sums of whole blocks of 2,048 doubles, one double each from `out` on. */
  sumF64(at: number, blocks: number, out: number): void;
}
