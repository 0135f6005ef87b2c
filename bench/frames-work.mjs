/**
 * One work of `frames.mjs`: `node bench/frames-work.mjs <work> <directory> [rounds …]`. Its last line is what was
 * measured, in JSON: milliseconds of each round, warming up left out.
 */
import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MemmapTable } from "memmap-table";

const [work = "", root = ".", rounds = "5", ...more] = process.argv.slice(2);

const FIVE = { i4: "i4", f8: "f8", f4: "f4", i2: "i2", i8: "i8" };

/** A table of five columns of numbers. */
function five(rows) {
  const path = join(root, `frames-${rows}`);
  if (existsSync(path)) return MemmapTable.open(path);
  const table = MemmapTable.create(path, { rows, columns: FIVE, durability: "process" });
  const { i4, f8, f4, i2, i8 } = Object.fromEntries(
    Object.keys(FIVE).map((name) => [name, table.column(name).values]),
  );
  for (let i = 0; i < rows; i++) {
    i4[i] = i % 1000;
    f8[i] = i / 3;
    f4[i] = i / 7;
    i2[i] = i & 1023;
    i8[i] = BigInt(i);
  }
  table.close();
  return MemmapTable.open(path);
}

/** Times both in turns. What they give must be the same. */
async function turns(theirs, ours, same = () => true) {
  const times = { theirs: [], ours: [] };
  for (let round = -1; round < Number(rounds); round++) {
    const timed = async (list, make) => {
      // Nobody pays for what the other one leaves behind.
      globalThis.gc();
      const start = performance.now();
      const result = await make();
      if (round >= 0) list.push(performance.now() - start);
      return result;
    };
    const a = await timed(times.theirs, theirs);
    const b = await timed(times.ours, ours);
    if (!(await same(a, b))) throw new Error(`${work}: the peer finds ${a}, this library ${b}`);
  }
  return times;
}

/** DuckDB with the five columns in a table of its own. */
async function duckdb(table) {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  if (table === undefined) return connection;
  const { exportFile } = await import("memmap-table/sql");
  const path = join(root, "five.parquet");
  await exportFile(table, path);
  await connection.run(`CREATE TABLE own AS SELECT * FROM read_parquet('${path}')`);
  rmSync(path);
  return connection;
}

/** The three million flights as a CSV file. */
async function flightsCsv() {
  const path = join(root, "flights.csv");
  if (existsSync(path)) return path;
  const parquet = fileURLToPath(
    new URL("../node_modules/vega-datasets/data/flights-3m.parquet", import.meta.url),
  );
  const connection = await duckdb();
  await connection.run(`COPY (SELECT * FROM read_parquet('${parquet}')) TO '${path}' (HEADER)`);
  return path;
}

/** The flights' file into a database of DuckDB's, and into a table. */
async function csvImport(database) {
  const { importFile } = await import("memmap-table/sql");
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const path = await flightsCsv();
  const connection = await (await DuckDBInstance.create(database)).connect();
  const theirs = async () => {
    await connection.run(`CREATE TABLE flights AS SELECT * FROM read_csv('${path}')`);
    if (database !== ":memory:") await connection.run("CHECKPOINT");
    return 3_000_000;
  };
  const ours = async () => {
    const table = await importFile(path, join(root, "imported"));
    const { length } = table;
    table.close();
    return length;
  };
  const clean = async (a, b) => {
    await connection.run("DROP TABLE flights");
    rmSync(join(root, "imported"), { recursive: true });
    return a === b;
  };
  return turns(theirs, ours, clean);
}

const WORK = {
  async danfo() {
    const { DataFrame } = await import("danfojs-node");
    const { toDataFrame } = await import("memmap-table/danfo");
    const table = five(1_000_000);
    const view = table.select(["i4", "f8", "i2"]);
    const [i4, f8, i2] = ["i4", "f8", "i2"].map((name) => table.column(name).values);
    const plain = () => {
      const rows = new Array(table.length);
      for (let i = 0; i < rows.length; i++) rows[i] = [i4[i], f8[i], i2[i]];
      return new DataFrame(rows, { columns: ["i4", "f8", "i2"], dtypes: ["int32", "float32", "int32"] });
    };
    return turns(
      plain,
      () => toDataFrame(view),
      (a, b) => a.values[999_999].join() === b.values[999_999].join(),
    );
  },
  async sql() {
    const { sql } = await import("memmap-table/sql");
    const table = five(10_000_000);
    const connection = await duckdb(table);
    const query = (name) => `SELECT sum(f8) AS total FROM ${name} WHERE i4 > 500`;
    const theirs = async () => (await connection.runAndReadAll(query("own"))).getRowObjects()[0].total;
    const ours = async () => (await sql(query("flights"), { tables: { flights: table } }).toArray())[0].total;
    return turns(theirs, ours, (a, b) => Math.abs(a - b) < 1e-9 * Math.abs(a));
  },
  csv: () => csvImport(":memory:"),
  csvOnDisk: () => csvImport(join(root, "flights.duckdb")),
  async csvMemory() {
    const { importFile } = await import("memmap-table/sql");
    const path = join(root, "flights.csv");
    const table = await importFile(path, join(root, "imported"));
    table.close();
    rmSync(join(root, "imported"), { recursive: true });
    return { mib: process.resourceUsage().maxRSS / 1024 };
  },
  async parquet() {
    const { exportFile } = await import("memmap-table/sql");
    const table = five(10_000_000);
    const connection = await duckdb(table);
    const own = join(root, "own.parquet");
    const ours = join(root, "ours.parquet");
    return turns(
      () => connection.run(`COPY own TO '${own}' (FORMAT parquet)`),
      () => exportFile(table, ours),
    );
  },
  async arrow() {
    const { toArrow } = await import("memmap-table/arrow");
    const [rows, python] = more;
    const table = five(Number(rows));
    const code = `
import json, sys, time, os, numpy as np, pyarrow as pa
root, rounds = sys.argv[1], int(sys.argv[2])
arrays = {n[:-4]: np.load(os.path.join(root, n), mmap_mode="r") for n in os.listdir(root) if n.endswith(".npy")}
times = []
for _ in range(rounds + 1):
    start = time.perf_counter()
    pa.table({name: pa.array(array) for name, array in arrays.items()})
    times.append((time.perf_counter() - start) * 1000)
print(json.dumps(times[1:]))
`;
    const { stdout, status } = spawnSync(python ?? "python3", ["-c", code, table.root, rounds], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (status !== 0) throw new Error("pyarrow failed");
    const times = await turns(
      () => undefined,
      () => toArrow(table),
      (_, arrow) => arrow.numRows === table.length,
    );
    return { ...times, theirs: JSON.parse(stdout) };
  },
};

const run = WORK[work];
if (run === undefined) throw new Error(`there is no work ${work}`);
console.log(JSON.stringify(await run()));
process.exit(0);
