/**
 * A directory for each airport, with the flights that left from there.
 *
 *     npx tsx examples/hierarchy.ts [flights] [directory]
 *
 * Reads flights of `flights-3m.parquet` (of the package vega-datasets) into a table, all three million unless a number is
 * given. Worker threads write them airport by airport, each by date. Without a directory, all lies in a temporary one.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemmapFile, slice, toDate } from "memmap-table";
import { loadFlights, progress } from "./load-flights.js";

const given = process.argv[2];
const directory = process.argv[3] ?? mkdtempSync(join(tmpdir(), "memmap-table-"));

function heading(text: string): void {
  console.log(`\n── ${text}`);
}

using table = await loadFlights(join(directory, "flights"), given === undefined ? undefined : Number(given));

heading("each airport's flights: mapped columns, which workers gather and write themselves");
const root = join(directory, "airports");
{
  using file = MemmapFile.open(root, { mode: "w+" });
  const source = {
    origin: table.column("airport/origin"),
    date: table.column("date"),
    destination: table.column("airport/destination"),
    delay: table.column("delay"),
    distance: table.column("distance"),
  };
  file
    .fromDataFrame(source, { groupBy: "origin", orderBy: "date" })
    .registerDataFrame("flights", ["date", "destination", "delay"])
    .registerArray("numbers", ["delay", "distance"]);
  await file.commit({ onProgress: ({ bytes, total }) => progress(bytes, total, "bytes") });

  // Attributes of all groups in one transaction.
  file.transaction(() => {
    file.setNodeAttr("/", "title", "US flights of 2001, by the airport that they left from");
    for (const { path } of file.groupItems()) {
      const delay = file.getArray<"i2">(`${path}/flights/delay`);
      file.setNodeAttr(path, "delay", { mean: delay.mean(), worst: delay.max(), unit: "min" });
    }
  });
}

using file = MemmapFile.open(root);
const items = file.groupItems();

heading("the tree: as far as the second airport, and how many nodes there are");
const second = [...file.walk()].findIndex(({ path }) => path === items[1]?.path);
console.log(String(file).split("\n").slice(0, second).join("\n"));
console.log(`${[...file.walk()].length} nodes, ${items.length} airports`);

heading("file.sortedGroupItems(): the five busiest airports");
for (const { name, size, path } of file.sortedGroupItems().slice(0, 5)) {
  console.log(name, size.toLocaleString("en"), path, file.getNodeAttr(path, "delay"));
}

heading("file.getDataFrame(…): the flights of one of them");
const [busiest] = file.sortedGroupItems();
if (busiest !== undefined) {
  const flights = file.getDataFrame(`${busiest.path}/flights`);
  console.log(flights);
  console.log(`mean delay of ${busiest.name}:`, flights.column("delay").mean(), "min");
  const dates = file.getArray<"M8[us]">(`${busiest.path}/flights/date`, [0, -1]);
  console.log("the first and the last:", ...Array.from(dates, (date) => toDate(date, "M8[us]")));
}

heading("file.getArray(…): its first delays and distances side by side, rows × columns");
console.log(file.getArray(`${busiest?.path}/numbers`, slice(0, 3)));

heading("the files");
console.log(file.root);
