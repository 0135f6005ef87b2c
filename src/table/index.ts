export type { AppendedRow, Appender, AppenderOptions } from "./appender.js";
export type { ColumnIndex } from "./column-index.js";
export { copied } from "./columns.js";
export { formatBytes } from "./format-count.js";
export { inTurn } from "./in-turn.js";
export { MemmapColumn } from "./memmap-column.js";
export { MemmapTable } from "./memmap-table.js";
export { openStore } from "./open-store.js";
export { OpenTable } from "./open-table.js";
export {
  type AddOptions,
  type CreateOptions,
  checkOptions,
  checkRowCount,
  type Mode,
  type OpenOptions,
  requireRows,
  type StoreSettings,
} from "./options.js";
export {
  type AccessOf,
  type ColumnSpec,
  type ColumnsOption,
  parseColumns,
  type Row,
  requireColumns,
  type Schema,
  type SchemaOf,
} from "./schema.js";
export { Session } from "./session.js";
export { type RowsSource, TableView } from "./table-view.js";
