/** The kernels of assembly/pack.ts. */
export interface PackKernels {}
