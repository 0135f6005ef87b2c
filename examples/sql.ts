/**
 * Which airports make their passengers wait: a join of flights with airports in SQL.
 *
 *     npx tsx examples/sql.ts [directory]
 *
 * Reads `flights-3m.parquet` (US flights of 2001) and `airports.csv` of the package vega-datasets (BSD-3-Clause) into tables,
 * asks them, and writes the answer to `delays.parquet`. Without a directory, all of it happens in a temporary one.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exportFile, importFile, sql } from "memmap-table/sql";

/** How many flights are taken. */
const FLIGHTS = 500_000;

const DELAYS = `
  SELECT iata, name, city, avg(delay) AS mean, count(*)::INTEGER AS flights
  FROM flights JOIN airports ON origin = iata
  WHERE state = $1 OR $1 IS NULL
  GROUP BY ALL HAVING count(*) >= $2
  ORDER BY mean DESC, iata`;

function data(name: string): string {
  return fileURLToPath(new URL(`../node_modules/vega-datasets/data/${name}`, import.meta.url));
}

/** Makes the tables and asks them. @returns what it printed */
export async function run(directory: string): Promise<string[]> {
  const lines: string[] = [];
  using airports = await importFile(data("airports.csv"), join(directory, "airports"), { overwrite: true });
  // A query may read files itself where that is said.
  using flights = await sql("SELECT date, delay, distance, origin FROM read_parquet($1) LIMIT $2", {
    params: [data("flights-3m.parquet"), FLIGHTS],
    files: true,
    into: join(directory, "flights"),
    dtypes: { delay: "i2", distance: "i2", origin: "S3" },
    overwrite: true,
  });
  lines.push(`${flights.length} flights, ${airports.length} airports`);

  // Only the columns that the query names are read, straight from their files.
  const tables = { flights, airports };
  const texans = sql<{ iata: string; name: string; mean: number }>(DELAYS, {
    tables,
    params: ["TX", 100],
  });
  for await (const { iata, name, mean } of texans) {
    lines.push(`${iata}  ${mean.toFixed(1).padStart(5)} min  ${name}`);
  }

  // The answer as a table, and as a file for others.
  using delays = await sql(DELAYS, {
    tables,
    params: [null, 1000],
    into: join(directory, "delays"),
    overwrite: true,
  });
  lines.push(String(delays.slice(0, 5).select(["iata", "city", "mean", "flights"])));
  const file = join(directory, "delays.parquet");
  await exportFile(delays, file);
  lines.push(`${delays.length} airports in delays.parquet, ${statSync(file).size > 0 ? "whole" : "empty"}`);
  return lines;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const given = process.argv[2];
  const directory = given ?? mkdtempSync(join(tmpdir(), "delays-"));
  try {
    for (const line of await run(directory)) console.log(line);
  } finally {
    if (given === undefined) rmSync(directory, { recursive: true, force: true });
  }
}
