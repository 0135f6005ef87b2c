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
import { fileURLToPath } from "node:url";
import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { MemmapTable, toDate } from "memmap-table";

/** One flight, as the file has it. */
interface Flight {
  /** Departure, in microseconds since 1970. */
  readonly date: bigint;
  /** Minutes late. */
  readonly delay: bigint;
  /** Miles. */
  readonly distance: bigint;
  readonly origin: string;
  readonly destination: string;
}

/** The smallest signed integer type that holds a column, by the statistics that the file keeps of it. */
function smallestInteger({ row_groups }: FileMetaData, column: string): "i1" | "i2" | "i4" | "i8" {
  let low = 0n;
  let high = 0n;
  for (const { columns } of row_groups) {
    const statistics = columns.find(({ meta_data }) => meta_data?.path_in_schema.join(".") === column)
      ?.meta_data?.statistics;
    const [min, max] = [statistics?.min_value ?? statistics?.min, statistics?.max_value ?? statistics?.max];
    if (typeof min !== "bigint" || typeof max !== "bigint") return "i8";
    if (min < low) low = min;
    if (max > high) high = max;
  }
  const fits = (bits: number) => low === BigInt.asIntN(bits, low) && high === BigInt.asIntN(bits, high);
  return fits(8) ? "i1" : fits(16) ? "i2" : fits(32) ? "i4" : "i8";
}

function progress(done: number, all: number): void {
  if (!process.stdout.isTTY && done < all) return;
  const width = 40;
  const full = Math.round((done / all) * width);
  process.stdout.write(
    `\r  ${"█".repeat(full)}${"░".repeat(width - full)} ${done.toLocaleString("en")} flights`,
  );
  if (done === all) process.stdout.write("\n");
}

function heading(text: string): void {
  console.log(`\n── ${text}`);
}

async function load(root: string, file: AsyncBuffer, metadata: FileMetaData) {
  const rows = Number(metadata.num_rows);
  const table = MemmapTable.create(root, {
    rows,
    columns: [
      ["date", "M8[us]"],
      ["delay", smallestInteger(metadata, "delay")],
      ["distance", smallestInteger(metadata, "distance")],
      ["airport/origin", "U3"],
      ["airport/destination", "U3"],
    ],
    attr: { title: "US flights of 2001", source: "vega-datasets/flights-3m.parquet", loaded: new Date() },
  });
  let start = 0;
  for (const group of metadata.row_groups) {
    const end = start + Number(group.num_rows);
    const flights = (await parquetReadObjects({
      file,
      metadata,
      compressors,
      rowStart: start,
      rowEnd: end,
      parsers: { timestampFromMicroseconds: (count: bigint) => count },
    })) as unknown as Flight[];
    table.slice(start, end).assign({
      date: flights.map(({ date }) => date),
      delay: flights.map(({ delay }) => delay),
      distance: flights.map(({ distance }) => distance),
      "airport/origin": flights.map(({ origin }) => origin),
      "airport/destination": flights.map(({ destination }) => destination),
    });
    start = end;
    progress(start, rows);
  }
  table.column("delay").attr = { unit: "min" };
  table.column("distance").attr = { unit: "mi" };
  return table;
}

const root = process.argv[2] ?? join(mkdtempSync(join(tmpdir(), "memmap-table-")), "flights");
const path = fileURLToPath(new URL("../node_modules/vega-datasets/data/flights-3m.parquet", import.meta.url));
const file = await asyncBufferFromFile(path);
const metadata = await parquetMetadataAsync(file);

console.log(`Reading ${path.slice(path.lastIndexOf("/") + 1)}`);
using table = await load(root, file, metadata);

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
