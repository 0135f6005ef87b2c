/**
 * Three million flights become a table.
 *
 *     npm start [directory]
 *
 * Reads `flights-3m.parquet` of the package vega-datasets (US flights of 2001; BSD-3-Clause) row group by row group
 * into mapped columns, then shows what a table can do. Without a directory, the table lies in a temporary one.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toDate } from "memmap-table";
import { loadFlights } from "./load-flights.js";

function heading(text: string): void {
  console.log(`\n── ${text}`);
}

const root = process.argv[2] ?? join(mkdtempSync(join(tmpdir(), "memmap-table-")), "flights");
using table = await loadFlights(root);

heading("the table");
console.log(table);

heading("table.slice(1_000_000, 1_000_005): a view, nothing is copied");
console.log(table.slice(1_000_000, 1_000_005));

heading("the mean delay, and that of flights from Las Vegas");
const delay = table.column("delay");
const fromVegas = table.column("airport/origin").eq("LAS");
console.log(
  `${delay.mean().toFixed(3)} min; ${table.filter(fromVegas).column("delay").mean().toFixed(3)} min`,
);

heading("table.at(-1): one record");
const last = table.at(-1);
console.log(last, toDate(last.date, "M8[us]"));

heading("a record assignment: the first three flights leave on time");
console.log("before:", delay.slice(0, 3).toArray());
const records = table.slice(0, 3).toRecords();
records.field("delay").fill(0);
table.slice(0, 3).assign(records);
console.log("after: ", delay.slice(0, 3).toArray());

heading("after copy, rename, delete and resize");
table.copyColumn("distance", "route/miles");
const late = table.renameColumn("delay", "late");
table.deleteColumn("distance");
table.resize(1_000_000);
console.log(table);

heading("attributes");
console.log("table:", table.attr);
console.log("late: ", late.attr);

heading("the files");
console.log(table.root);
