/** The kernels of assembly/group.ts. */
export interface GroupKernels {}
