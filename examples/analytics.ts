/**
 * Questions about flights: sums under a condition, groups, joins, descriptions, on this thread and on all processors, and an
 * index that lets a comparison skip what it need not read.
 *
 *     npx tsx examples/analytics.ts [flights] [directory]
 *
 * Reads flights of `flights-3m.parquet` (of the package vega-datasets) into a table, all three million unless a number is
 * given. Without a directory, all lies in a temporary one.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as joinPaths } from "node:path";
import { count, describe, groupBy, join, MemmapTable, max, mean, saveTable, slice } from "memmap-table";
import { loadFlights } from "./load-flights.js";

const given = process.argv[2];
const directory = process.argv[3] ?? mkdtempSync(joinPaths(tmpdir(), "memmap-table-"));
const path = joinPaths(directory, "flights");

function heading(text: string): void {
  console.log(`\n── ${text}`);
}

{
  using made = await loadFlights(path, given === undefined ? undefined : Number(given));
  heading('column("date").buildIndex(): the least and greatest date of each 65,536 rows');
  made.column("date").buildIndex();
}

using flights = MemmapTable.open(path);
console.log(flights.column("date").index);
await flights.prefetch(["delay", "date"], slice(0, 1_000_000));

heading("the distance flown by those an hour late or more");
const delay = flights.column("delay");
const late = delay.condition("ge", 60);
console.log(late.count(), "flights,", flights.column("distance").sum({ where: late }), "miles");
console.log(
  "the same on all processors:",
  await flights.column("distance").sumAsync({ where: late }),
  "miles",
);

heading("between(…) by the index: the flights of one day");
const day = flights.column("date").between(new Date("2001-01-05"), new Date("2001-01-05T23:59:59"));
const ofDay = flights.filter(day);
console.log(
  ofDay.length,
  "flights, their mean delay",
  Number(ofDay.column("delay").mean()).toFixed(2),
  "min",
);

heading("groupBy(…).agg(…), and what was found as a table of its own");
const byOrigin = await groupBy(flights, "airport/origin").aggAsync({
  flights: count(),
  late: mean("delay"),
  worst: max("delay"),
});
console.log(byOrigin);
saveTable(joinPaths(directory, "by-origin"), byOrigin, { attr: "flights by their origin" }).close();

heading("join(…): each flight of the day beside the mean of its origin");
const beside = join(
  ofDay.select(["date", "delay", "airport/origin"]),
  byOrigin.select(["airport/origin", "late"]),
  { on: "airport/origin", how: "left" },
);
console.log(beside.slice(0, 5));

heading("describe(…)");
console.log(describe(flights.select(["delay", "distance"])));
console.log(`\n${directory}`);
