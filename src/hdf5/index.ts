export {
  type ExportHdf5Options,
  type ExportProgress,
  type ExportSource,
  exportHdf5,
} from "./export/export-hdf5.js";
export { Hdf5Dataset, type Hdf5Filter } from "./hdf5-dataset.js";
export { Hdf5File, type Hdf5Kind, openHdf5 } from "./hdf5-file.js";
export { importHdf5 } from "./import/import-hdf5.js";
export type { ImportHdf5Options, ImportProgress, SkippedNode } from "./import/options.js";
export { type RowPlan, type RowSet, readRows } from "./read/index.js";
