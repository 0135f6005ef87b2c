/**
 * Groups and datasets as they are sent.
 *
 * @module
 */
export { type SentType, sentType } from "./dataset-type.js";
export { DEEPEST, encodeObject, type ObjectOptions } from "./encode-object.js";
