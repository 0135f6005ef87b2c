/** This library's side of the figures; see `figures.mjs`. Works that end in `Async` are done on all cores. */
import { groupBy, MemmapTable, openNpy, sum } from "memmap-table";
import { answer } from "./answer.mjs";

/** @type {any} */
const state = {};

/** @param {{ table: string, records: string, rows: string }} paths */
function open(paths) {
  const build = MemmapTable.open(paths.table, { mode: "r+", durability: "process" });
  build.column("s").buildIndex();
  build.close();
  state.table = MemmapTable.open(paths.table);
  state.records = MemmapTable.open(paths.records, { mode: "r+", durability: "process" });
  state.packed = state.records.toRecords();
  state.rows = openNpy(paths.rows).values.slice();
  return 0;
}

const column = (name) => state.table.column(name);
const total = () => ({ total: sum("f8") });

const WORK = {
  open,
  sum: (name) => column(name).sum(),
  sumAsync: (name) => column(name).sumAsync(),
  mean: (name) => column(name).mean(),
  meanAsync: (name) => column(name).meanAsync(),
  min: (name) => column(name).min(),
  minAsync: (name) => column(name).minAsync(),
  max: (name) => column(name).max(),
  maxAsync: (name) => column(name).maxAsync(),
  std: (name) => column(name).std(),
  stdAsync: (name) => column(name).stdAsync(),
  count: (name) => column(name).countNonzero(),
  countAsync: (name) => column(name).countNonzeroAsync(),
  countAbove: (name, than) => column(name).condition("gt", than).count(),
  countAboveAsync: (name, than) => column(name).condition("gt", than).countAsync(),
  maskAbove: (name, than) => column(name).gt(than),
  maskAboveAsync: (name, than) => column(name).gtAsync(than),
  sumWhere: (y, x, than) => column(y).sum({ where: column(x).condition("gt", than) }),
  sumWhereAsync: (y, x, than) => column(y).sumAsync({ where: column(x).condition("gt", than) }),
  group: (by) => groupBy(state.table, by).agg(total()),
  groupAsync: (by) => groupBy(state.table, by).aggAsync(total()),
  filter: (names, mask) => state.table.select(names).filter(column(mask)),
  filterAsync: (names, mask) => state.table.select(names).filterAsync(column(mask)),
  take: (names) => state.table.select(names).take(state.rows),
  takeAsync: (names) => state.table.select(names).takeAsync(state.rows),
  argsort: (name) => column(name).argsort(),
  argsortAsync: (name) => column(name).argsortAsync(),
  unique: (name) => column(name).unique(),
  uniqueAsync: (name) => column(name).uniqueAsync(),
  toRecords: () => state.records.toRecords(),
  toRecordsAsync: () => state.records.toRecordsAsync(),
  assignRecords: () => state.records.assign(state.packed),
  assignRecordsAsync: () => state.records.assignAsync(state.packed),
  between: (name, from, to) => column(name).between(from, to),
  betweenAsync: (name, from, to) => column(name).betweenAsync(from, to),
  countBetween: (name, from, to) => column(name).condition("between", from, to).count(),
  countBetweenAsync: (name, from, to) => column(name).condition("between", from, to).countAsync(),
};

const CHECKS = {
  group: (groups) => groups.column("total").sum(),
  filter: (kept) => kept.column("f8").sum(),
  take: (taken) => taken.column("f8").sum(),
  argsort: (order) => Number(order.at(Math.floor(order.length / 2))),
  unique: (values) => values.length,
  toRecords: (records) => records.field("i4").at(-1),
  assignRecords: () => state.records.column("i4").at(-1),
  between: (mask) => mask.countNonzero(),
  maskAbove: (mask) => mask.countNonzero(),
};
const both = Object.entries(CHECKS).flatMap(([name, check]) => [
  [name, check],
  [`${name}Async`, check],
]);

await answer(WORK, Object.fromEntries(both));
