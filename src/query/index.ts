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
export { GroupBy, type GroupOptions, groupBy } from "./group-by.js";
export type { AggregatesOf, GroupedSchema } from "./group-types.js";
