/** The kernels of assembly/compare.ts. */
export interface CompareKernels {}
