/**
 * The wire: how requests, object maps and arrays are written in MessagePack, and how they are read back without trusting
 * a length, a type or a shape that somebody else wrote.
 *
 * @module
 */
export {
  encodeArray,
  encodedParts,
  encodeItem,
  encodeTexts,
  type Items,
  textsHead,
} from "./arrays.js";
export { encodeBody, errorBody, parseBody, parseQuery, type Query } from "./body.js";
export {
  decodeMessage,
  isWireArray,
  isWireTexts,
  type MessageOptions,
  type RemoteValue,
  viewOf,
  type WireArray,
  type WireTexts,
} from "./decode.js";
export { type Dialect, dialectOf, MEDIA_TYPE, mediaTypeOf, PROFILE } from "./media.js";
export { type DecodeOptions, decodeValue, encodeValue } from "./msgpack.js";
export { parseSlice } from "./parse-slice.js";
export { type ReadArrayOptions, readArray } from "./read-array.js";
export {
  type AxisIndices,
  type AxisRange,
  type AxisRuns,
  type AxisSelection,
  checkSelection,
  resultShape,
} from "./selection.js";
export { SLICE_LIMITS, type SliceLimits } from "./slice-limits.js";
export { textsOf, transcode } from "./transcode.js";
export {
  dtypeFromWire,
  itemFromWire,
  type WireElement,
  type WireItem,
  type WireType,
  wireElement,
  wireType,
} from "./types.js";
export { encodeSlice } from "./write-slice.js";
