export {
  type Aggregate,
  type AggregateKind,
  type AggregateOptions,
  count,
  first,
  last,
  max,
  mean,
  min,
  nunique,
  type SpreadOptions,
  std,
  sum,
} from "./aggregates.js";
export { type DescribedSchema, describe, describeAsync } from "./describe.js";
export { GroupBy, type GroupOptions, groupBy } from "./group-by.js";
export type { AggregatesOf, GroupedSchema } from "./group-types.js";
export { type JoinOptions, join } from "./join.js";
export type { JoinedSchema, JoinOn } from "./join-types.js";
export { type SaveOptions, saveTable } from "./save-table.js";
