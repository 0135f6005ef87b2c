export { attributeFactsOf } from "./attribute-facts.js";
export { ChunkGrid } from "./chunk-grid.js";
export type { ChunkIndex, ChunkVisitor } from "./chunk-index.js";
export type { TypeFacts } from "./datatype.js";
export type { Layout } from "./layout.js";
export type { ChunkFilter } from "./messages.js";
export { type StorageInfo, storageOf, typeFactsOf } from "./storage-info.js";
