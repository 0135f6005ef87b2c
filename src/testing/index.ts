/**
 * For programs that embed tables and test themselves on them: random schemas, cells, rows and operations, a reference
 * model in plain arrays, and the comparison of a table with it.
 *
 * ```ts
 * import fc from "fast-check";
 * import { MemmapTable } from "memmap-table";
 * import { anyRows, compareTable, TableModel } from "memmap-table/testing";
 *
 * const columns = { id: "u8", name: "U16" } as const;
 * fc.assert(
 *   fc.property(fc.array(anyRows(columns)), (batches) => {
 *     using table = MemmapTable.open("scratch", { mode: "w+", columns });
 *     const model = new TableModel({ columns });
 *     for (const batch of batches) {
 *       table.append(batch.source);
 *       model.append(batch.rows);
 *     }
 *     compareTable(table, model);
 *   }),
 * );
 * ```
 *
 * The functions whose names begin with `any` need the package fast-check; the others do not.
 *
 * @module
 */
export { anyAttr } from "./arbitraries/attributes.js";
export { anyCell } from "./arbitraries/cells.js";
export { anyDType, type DTypeOptions } from "./arbitraries/dtypes.js";
export { anyRows, type RowBatch, type RowsOptions } from "./arbitraries/rows.js";
export {
  anyColumnName,
  anyColumnType,
  anySchema,
  type SchemaOptions,
  type TestSchema,
} from "./arbitraries/schemas.js";
export { anySteps, type StepsOptions } from "./arbitraries/steps.js";
export { checkStore } from "./check-store.js";
export { type ComparableColumn, type ComparableTable, compareTable } from "./compare-table.js";
export * from "./files/index.js";
export type { Cells, ColumnType, ModelColumn, ModelColumnOptions } from "./model/column.js";
export type { ModelRow } from "./model/row.js";
export type { ColumnForm, RowForm } from "./model/sources.js";
export { TableModel, type TableModelOptions } from "./model/table-model.js";
export type {
  InnerStep,
  Mistake,
  OuterStep,
  Step,
  StepContent,
  StepOf,
  StepRange,
  StepRowForm,
} from "./run/steps.js";
export { runSteps, TableRun, type TableRunOptions } from "./run/table-run.js";
export { isSame } from "./same.js";
