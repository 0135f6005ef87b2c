/**
 * What the server answers in other words than the protocol's own: JSON and Arrow.
 *
 * @module
 */
export { arrowOf } from "./arrow.js";
export { chooseRepresentation, MEDIA_TYPES, type Representation } from "./choose.js";
export { jsonOf, mapToJson } from "./json.js";
export type { FixedResult, ItemsResult, Result } from "./result.js";
