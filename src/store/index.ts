export { type AttrInput, type AttrValue, decodeAttr, encodeAttr } from "./attributes.js";
export { type Catalog, type ColumnState, dataEnd, type FileLayout, rowBytes, shapeOf } from "./catalog.js";
export { check } from "./check/check.js";
export {
  type ColumnFinding,
  type Finding,
  type FindingCode,
  isNotice,
  type RecordFinding,
} from "./check/findings.js";
export { type RepairOptions, repair } from "./check/repair.js";
export { describes } from "./describes.js";
export type { Draft } from "./draft.js";
export type { JsonValue } from "./json.js";
export { locate } from "./links.js";
export { checkName, foldPart, isValidName, NameTree } from "./names.js";
export type { StoreKind } from "./scan.js";
export { schemaProblem } from "./schema-problem.js";
export { prefixOf, type Scope, ScopedDraft, scopedCatalog, type TableCatalog } from "./scoped-draft.js";
export type { Durability } from "./stage.js";
export {
  building,
  type IndexSite,
  indexDirectory,
  indexFile,
  readIndex,
  requirePlace,
  type SideFile,
  unusableBecause,
  type Waiting,
} from "./statistics/index.js";
export { Store, type StoreOptions } from "./store.js";
export { didYouMean } from "./suggest.js";
export type { NewColumn, RowBlock, TableDraft } from "./table-draft.js";
export { isStore, isVacant } from "./vacancy.js";
export { validateFrame } from "./validators.js";
export type { Locking } from "./writer-lock.js";
