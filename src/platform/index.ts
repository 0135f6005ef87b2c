export { platform } from "./choose.js";
export type { Advice, MapOptions, Mapping, Platform } from "./platform.js";
