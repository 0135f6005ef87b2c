export { platform } from "./choose.js";
export { type FileIdentity, identityOf, isSameFile } from "./identity.js";
export type { Advice, MapOptions, Mapping, Platform } from "./platform.js";
