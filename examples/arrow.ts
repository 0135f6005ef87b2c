/**
 * A table of flights becomes an Arrow table that shares its bytes, an Arrow IPC file, and a table again.
 *
 *     npx tsx examples/arrow.ts [directory]
 *
 * Reads `flights-200k.arrow` of the package vega-datasets (US flights of 2001; BSD-3-Clause). Without a directory, all of it
 * happens in a temporary one.
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fromArrow, toArrow, writeIPC } from "memmap-table/arrow";

/** Goes there and back. @returns what it printed */
export async function run(directory: string): Promise<string[]> {
  const lines: string[] = [];
  const source = new URL("../node_modules/vega-datasets/data/flights-200k.arrow", import.meta.url);
  // Whole bytes here; a stream or an open file goes batch by batch.
  using flights = fromArrow(readFileSync(source), join(directory, "flights"), { overwrite: true });
  lines.push(String(flights.slice(0, 5)));

  // The vectors are the mapped files; what must outlive the table says copy: true.
  const arrow = toArrow(flights.select(["delay", "distance"]));
  const delay = arrow.getChild("delay");
  lines.push(`delay is shared: ${delay?.toArray().buffer === flights.column("delay").values.buffer}`);

  const file = join(directory, "flights.arrow");
  writeIPC(flights, file);
  lines.push(`${arrow.numRows} flights in ${statSync(file).size} bytes`);

  await using handle = await open(file);
  using again = await fromArrow(handle, join(directory, "again"), { overwrite: true });
  lines.push(`back again: ${again.columnNames.join(", ")}; mean delay ${again.column("delay").mean()}`);
  return lines;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const given = process.argv[2];
  const directory = given ?? mkdtempSync(join(tmpdir(), "flights-"));
  try {
    for (const line of await run(directory)) console.log(line);
  } finally {
    if (given === undefined) rmSync(directory, { recursive: true, force: true });
  }
}
