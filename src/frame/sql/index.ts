/**
 * SQL over tables, and files of CSV, JSON lines and Parquet, by DuckDB.
 *
 * @module
 */

export type { ResourceOptions } from "./connection.js";
export { type ExportOptions, exportFile } from "./export.js";
export type { Compression, ExportFormat } from "./export-format.js";
export type { AnyView, Tables } from "./expose.js";
export { importFile } from "./import-file.js";
export type { CsvOptions, ImportFileOptions, ImportFormat } from "./import-options.js";
export type { ImportProgress } from "./import-result.js";
export type { SqlParam, SqlParams } from "./params.js";
export type { SqlRow } from "./read-rows.js";
export { type SqlQuery, SqlResult } from "./result.js";
export { type SqlIntoOptions, type SqlOptions, sql } from "./sql.js";
