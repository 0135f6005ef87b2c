/** The kernels of assembly/convert.ts. */
export interface ConvertKernels {}
