export { type FileSource, fileSourceOf } from "./file-source.js";
export { type DatasetSource, locateRows, planRows, type RowPlan } from "./plan.js";
export { readRows } from "./read-rows.js";
export type { RowSet } from "./rows.js";
