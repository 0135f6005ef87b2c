/**
 * Flights on a server, and a client that reads some of them as if they were here. Both are this process, on loopback.
 *
 *     npx tsx examples/remote.ts [flights] [directory]
 *
 * Reads flights of `flights-3m.parquet` (of the package vega-datasets) into a table, all three million unless a number is
 * given. The server reads its files as they are; the client asks for rows, columns and groups of it by HTTP. Without a
 * directory, all lies in a temporary one.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemmapFile, slice } from "memmap-table";
import { connect } from "memmap-table/remote";
import { serve } from "memmap-table/server";
import { loadFlights, progress } from "./load-flights.js";

const given = process.argv[2];
const directory = process.argv[3] ?? mkdtempSync(join(tmpdir(), "memmap-table-"));

function heading(text: string): void {
  console.log(`\n── ${text}`);
}

const path = join(directory, "flights");
using table = await loadFlights(path, given === undefined ? undefined : Number(given));

heading("serve(…): a server for this machine alone, at a free port");
await using server = await serve({ flights: path }, { port: 0 });
console.log("it listens at", server.url.replace(/\d+$/, "<port>"));

heading("connect(…): what there is; nothing but names, dtypes and shapes has come yet");
// Small arrays would come with their group, and be here already.
using remote = await connect(server.url, { dataSizeLimit: 0 });
const file = await remote.file("flights");
for await (const node of file.root().walk()) {
  if (node.kind === "array") console.log(node.path.padEnd(22), String(node.dtype), node.shape);
}
const flights = await file.table();
console.log(flights.length.toLocaleString("en"), "rows,", await flights.column("delay").attr);

heading("slice(…).get(): slices of three columns, each by a request of its own");
const middle = Math.floor(flights.length / 2);
for (const name of ["delay", "distance", "airport/origin"]) {
  const column = flights.column(name);
  console.log(name.padEnd(15), String(await column.slice(middle, middle + 5).get()));
}

heading("select(…).slice(…).get(): the same rows by one request, as a table in memory");
const rows = await flights
  .select(["delay", "distance", "airport/origin"])
  .slice(middle, middle + 5)
  .get();
console.log(rows);

heading("requestSlices(…): three rows from each of a hundred places, by one request");
const places = Array.from({ length: 100 }, (_, i) => Math.floor((i * flights.length) / 100));
const some = await flights.column("delay").requestSlices(places.map((place) => slice(place, place + 3)));
const here = table.column("delay").take(places.flatMap((place) => [place, place + 1, place + 2]));
console.log(some.length, "delays; as in the table:", some.eq(here).all());

heading("filter(…): the server looks for rows, and sends no others");
const late = await flights.select(["delay", "airport/origin"]).filter("delay > 120 and distance < 300");
console.log(late.length.toLocaleString("en"), "short flights were over two hours late");

heading("copyTo(…): a group of the table becomes one of a local file");
using local = MemmapFile.open(join(directory, "local"), { mode: "w+" });
const airports = await file.getGroup("airport");
const { copied } = await airports.copyTo(local, {
  onProgress: ({ path, bytes, total = bytes }) => progress(bytes, total, `bytes of ${path}`),
});
console.log("copied:", copied.join(", "));
for (const [name, copy] of [
  ["origin", local.getArray("airport/origin")],
  ["destination", local.getArray("airport/destination")],
] as const) {
  console.log(`${name} as in the table:`, copy.eq(table.column(`airport/${name}`)).all());
}

heading("the files");
console.log(directory);
