export { planRows, type RowsOptions, type RowsPlan } from "./read-rows.js";
