/**
 * How late flights are on average: a running mean, block by block from a table, and from a compressed HDF5 copy of it.
 *
 *     npx tsx examples/stream.ts [flights] [directory]
 *
 * Reads flights of `flights-3m.parquet` (of the package vega-datasets) into a table, all three million unless a number is
 * given. Blocks of the table are views of its files; those of the copy are inflated by worker threads. Without a
 * directory, all lies in a temporary one.
 */
import { mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ArrayView } from "memmap-table";
import { exportHdf5 } from "memmap-table/hdf5";
import { openSource, Reader, Streamer } from "memmap-table/stream";
import { loadFlights, progress } from "./load-flights.js";

const given = process.argv[2];
const directory = process.argv[3] ?? mkdtempSync(join(tmpdir(), "memmap-table-"));

function heading(text: string): void {
  console.log(`\n── ${text}`);
}

using table = await loadFlights(join(directory, "flights"), given === undefined ? undefined : Number(given));
const blockSize = Math.ceil(table.length / 12);

/** The mean of all delays up to the end of each block. */
async function runningMeans(delays: Streamer<ArrayView>): Promise<number[]> {
  const means: number[] = [];
  let sum = 0;
  let rows = 0;
  for await (const { data, length } of delays.blocks({ blockSize })) {
    sum += Number(data.sum());
    rows += length;
    means.push(sum / rows);
  }
  return means;
}

heading("streamer.blocks(…): the mean delay of the flights so far, from the table");
const means = await runningMeans(await Streamer.open(table, "delay"));
for (const [i, mean] of means.entries()) {
  const rows = Math.min((i + 1) * blockSize, table.length);
  console.log(rows.toLocaleString("en").padStart(10), mean.toFixed(3).padStart(7), "min");
}
console.log('table.column("delay").mean():', table.column("delay").mean().toFixed(3), "min");

heading("exportHdf5(…): a compressed copy, which h5py and PyTables read, too");
const copy = join(directory, "flights.h5");
await exportHdf5(table, copy, {
  gzip: true,
  shuffle: true,
  overwrite: true,
  onProgress: ({ bytes, total }) => progress(bytes, total, "bytes"),
});
console.log(`${(table.nbytes / statSync(copy).size).toFixed(1)} times smaller`);

heading("the same from the copy, which worker threads inflate ahead of the loop");
using streamer = new Streamer((await openSource(copy, "/delay")).asArray());
const again = await runningMeans(streamer);
console.log(streamer.source.toString());
console.log("the same means:", again.length === means.length && again.every((mean, i) => mean === means[i]));

heading("reader.requests(…): ten delays from each of 200 places, in the order that was asked");
await using reader = await Reader.open(copy);
const delays = await reader.dataset<ArrayView>("/delay");
using pool = delays.createStagePool(10, 8);
// Anywhere, but the same in every run.
const places = Array.from({ length: 200 }, (_, i) => (i * 7919 * 7919) % (table.length - 10));
const answers = reader.requests(
  places.map((place) => delays.slice(place, place + 10)),
  pool,
);
let [asked, right] = [0, 0];
for await (const answer of answers) {
  const place = places[asked++] ?? 0;
  const expected = table.column("delay").slice(place, place + 10);
  right += Number(answer.eq(expected).all());
}
console.log(`${right} of ${asked} are as in the table`);

heading("reader.request(…): what is asked is a value, and what answers is a future");
const late = delays.where((delay) => delay.gt(180));
using stage = delays.createStage(table.length);
const latest = reader.request(late.sorted().slice(-5), stage);
console.log("the five latest flights:", await latest.use((view) => [...view].join(", ")), "min");
console.log(
  "over three hours late:  ",
  await reader.request(late, stage).use((view) => view.length),
  "flights",
);

heading("the files");
console.log(directory);
