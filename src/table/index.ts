export type { AppendedRow, Appender, AppenderOptions } from "./appender.js";
export { MemmapColumn } from "./memmap-column.js";
export { MemmapTable } from "./memmap-table.js";
export type { AddOptions, CreateOptions, Mode, OpenOptions, StoreSettings } from "./options.js";
export type { ColumnSpec, ColumnsOption, Row, Schema, SchemaOf } from "./schema.js";
export { type RowsSource, TableView } from "./table-view.js";
