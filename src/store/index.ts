export { type AttrInput, type AttrValue, decodeAttr, encodeAttr } from "./attributes.js";
export { type Catalog, type ColumnState, dataEnd, type FileLayout, rowBytes } from "./catalog.js";
export type { Draft } from "./draft.js";
export type { JsonValue } from "./json.js";
export type { Locking } from "./lock.js";
export { checkName } from "./names.js";
export type { Durability } from "./stage.js";
export { isStore, Store, type StoreOptions } from "./store.js";
export { didYouMean } from "./suggest.js";
