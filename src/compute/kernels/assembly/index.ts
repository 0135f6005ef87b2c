/**
 * The kernels, as one WebAssembly module. AssemblyScript, not TypeScript: numbers have sizes, and memory has addresses. Every
 * function works on memory that its caller has filled, allocates nothing and keeps nothing between two calls.
 */

export * from "./compare";
export * from "./convert";
export * from "./group";
export * from "./pack";
export * from "./reduce";
export * from "./sort";
