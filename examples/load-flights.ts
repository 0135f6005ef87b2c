/**
 * The flights that the examples begin with: `flights-3m.parquet` of the package vega-datasets (US flights of 2001;
 * BSD-3-Clause), read row group by row group into mapped columns.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { asyncBufferFromFile, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { MemmapTable } from "memmap-table";

const path = fileURLToPath(new URL("../node_modules/vega-datasets/data/flights-3m.parquet", import.meta.url));
const file = await asyncBufferFromFile(path);
const metadata = await parquetMetadataAsync(file);

/** One flight, as the file has it. */
export type Flight = {
  /** Departure, in microseconds since 1970. */
  readonly date: bigint;
  /** Minutes late. */
  readonly delay: bigint;
  /** Miles. */
  readonly distance: bigint;
  readonly origin: string;
  readonly destination: string;
};

/** Some flights of the file. @param end the one behind the last */
export async function readFlights(start: number, end: number): Promise<readonly Flight[]> {
  const rows = await parquetReadObjects({
    file,
    metadata,
    compressors,
    rowStart: start,
    rowEnd: end,
    parsers: { timestampFromMicroseconds: (count: bigint) => count },
  });
  return rows as unknown as Flight[];
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

/** Shows how far something has come: a bar on a terminal, else only its end. */
export function progress(done: number, all: number, what: string): void {
  if (!process.stdout.isTTY && done < all) return;
  const width = 40;
  const full = Math.round((done / all) * width);
  process.stdout.write(
    `\r  ${"█".repeat(full)}${"░".repeat(width - full)} ${done.toLocaleString("en")} ${what}`,
  );
  if (done === all) process.stdout.write("\n");
}

/** Makes a table of the first flights; of all of them when `rows` is left out. */
export async function loadFlights(root: string, rows = Number(metadata.num_rows)) {
  console.log(`Reading ${path.slice(path.lastIndexOf("/") + 1)}`);
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
    const end = Math.min(start + Number(group.num_rows), rows);
    if (end === start) break;
    const flights = await readFlights(start, end);
    table.slice(start, end).assign({
      date: flights.map(({ date }) => date),
      delay: flights.map(({ delay }) => delay),
      distance: flights.map(({ distance }) => distance),
      "airport/origin": flights.map(({ origin }) => origin),
      "airport/destination": flights.map(({ destination }) => destination),
    });
    start = end;
    progress(start, rows, "flights");
  }
  table.column("delay").attr = { unit: "min" };
  table.column("distance").attr = { unit: "mi" };
  return table;
}
