/**
 * Flights as a data frame, and back.
 *
 *     npx tsx examples/dataframe.ts [rows] [directory]
 *
 * Reads flights of `flights-3m.parquet` (of the package vega-datasets) into a table, hands it to danfo, changes a column
 * there, stores it back, and makes a table of danfo's own results. 10,000 rows unless another number is given; without a
 * directory, the tables lie in a temporary one.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemmapTable } from "memmap-table";
import { assignDataFrame, fromDataFrame, toDataFrame, toSeries } from "memmap-table/danfo";
import { readFlights } from "./load-flights.js";

const rows = Number(process.argv[2] ?? 10_000);
const directory = process.argv[3] ?? mkdtempSync(join(tmpdir(), "memmap-table-"));

function heading(text: string): void {
  console.log(`\n── ${text}`);
}

// Dates are microseconds since 1970.
const flights: readonly { readonly [name: string]: unknown }[] = await readFlights(0, rows);
using table = MemmapTable.create(join(directory, "flights"), {
  rows: flights.length,
  columns: { date: "M8[us]", delay: "i2", distance: "i2", origin: "U3", destination: "U3" },
  attr: { title: "US flights of 2001" },
});
for (const name of table.columnNames) {
  table.column(name).assign(flights.map((flight) => flight[name]));
}
table.column("delay").attr = { unit: "min" };

heading("the table");
console.log(table);

heading("toDataFrame(table): a copy; dates are Dates, numbers are numbers");
const df = toDataFrame(table);
df.head(5).print();

heading("toSeries(table.column(…)): one column");
toSeries(table.column("delay")).describe().print();

heading("assignDataFrame: no flight has left early any more");
df["delay"] = (df["delay"].values as number[]).map((delay) => Math.max(delay, 0));
assignDataFrame(table, df);
console.log("the least delay:", table.column("delay").min());

heading("fromDataFrame: the same columns, dtypes and attributes, since it is a frame of toDataFrame");
using copy = fromDataFrame(df, join(directory, "copy"));
const isSame = table.columnNames.every((name) => copy.column(name).eq(table.column(name)).all());
console.log(copy, copy.attr, copy.column("delay").attr);
console.log("the same, cell by cell:", isSame);

heading("fromDataFrame: of a frame that danfo made, by its values or as dtypes says");
const mean = df.groupby(["origin"]).col(["delay"]).mean().sortValues("delay_mean", { ascending: false });
using delays = fromDataFrame(mean, join(directory, "delays"), { dtypes: { origin: "S" }, index: "drop" });
console.log(delays);
