/** The kernels of assembly/sort.ts. */
export interface SortKernels {}
