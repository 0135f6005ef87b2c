/**
 * Serves tables, hierarchies and HDF5 files over HTTP, for reading.
 *
 * @module
 */
export type { RootOptions, Roots } from "./catalogue/index.js";
export type { AuthOptions } from "./http/auth.js";
export type { ServeLimits } from "./http/limits.js";
export type { ServeOptions } from "./http/options.js";
export { hashPassword, hashToken } from "./http/passwords.js";
export { serve, TableServer } from "./http/serve.js";
