/** DuckDB, Arquero or danfo beside this library: `figures-peer.mjs <which>`; see `figures.mjs`. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { MemmapTable, openNpy } from "memmap-table";
import { answer } from "./answer.mjs";

/** The version of a package that is installed. */
function versionOf(name) {
  const require = createRequire(import.meta.url);
  const [folder] = require.resolve
    .paths(name)
    .map((path) => join(path, name, "package.json"))
    .filter(existsSync);
  return require(folder).version;
}

/** Copies of some columns in memory, by name. */
function copies(table, names) {
  return Object.fromEntries(names.map((name) => [name, table.column(name).values.slice()]));
}

/** A database in memory of its own: `own` has the columns that are held. */
async function duckdb() {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const { exportFile } = await import("memmap-table/sql");
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const one = async (select, from = "own") => {
    const result = await connection.runAndReadAll(`SELECT ${select} FROM ${from}`);
    return Number(result.getRows()[0]?.[0]);
  };
  const keep = async (query) => {
    await connection.run("DROP TABLE IF EXISTS made");
    await connection.run(`CREATE TABLE made AS ${query}`);
  };
  let parquet = "";
  return {
    WORK: {
      async open({ table: path }) {
        parquet = join(path, "..", "figures.parquet");
        const table = MemmapTable.open(path);
        if (!existsSync(parquet)) await exportFile(table, parquet, { compression: "none" });
        table.close();
      },
      async hold(names) {
        await connection.run("DROP TABLE IF EXISTS made");
        await connection.run("DROP TABLE IF EXISTS own");
        await connection.run(`CREATE TABLE own AS SELECT ${names.join()} FROM read_parquet('${parquet}')`);
      },
      sum: (name) => one(`sum(${name})`),
      mean: (name) => one(`avg(${name})`),
      min: (name) => one(`min(${name})`),
      max: (name) => one(`max(${name})`),
      std: (name) => one(`stddev_pop(${name})`),
      count: (name) => one("count(*)", `own WHERE ${name}`),
      countAbove: (name, than) => one("count(*)", `own WHERE ${name} > ${than}`),
      sumWhere: (y, x, than) => one(`sum(${y})`, `own WHERE ${x} > ${than}`),
      group: (by, name) => connection.runAndReadAll(`SELECT ${by}, sum(${name}) FROM own GROUP BY ${by}`),
      filter: (names, mask) => keep(`SELECT ${names.join()} FROM own WHERE ${mask}`),
      argsort: (name) => keep(`SELECT rowid AS row FROM own ORDER BY ${name}`),
      unique: (name) => keep(`SELECT DISTINCT ${name} FROM own`),
    },
    CHECKS: {
      group: (sums) => sums.getRows().reduce((total, [, sum]) => total + sum, 0),
      filter: () => one("sum(f8)", "made"),
      argsort: () => one("row", "made LIMIT 1 OFFSET (SELECT count(*) // 2 FROM made)"),
      unique: () => one("count(*)", "made"),
    },
  };
}

/** Arquero over typed arrays. */
async function arquero() {
  const { op, table: tableOf, escape } = await import("arquero");
  const state = {};
  const rollup = (from, value) => from.rollup({ value }).get("value");
  const above = (name, than) => state.held.filter(escape((row) => row[name] > than));
  return {
    WORK: {
      open(paths) {
        state.table = MemmapTable.open(paths.table);
        state.rows = [...openNpy(paths.rows).values];
      },
      hold(names) {
        state.held = undefined;
        state.held = tableOf(copies(state.table, names));
      },
      sum: (name) => rollup(state.held, op.sum(name)),
      mean: (name) => rollup(state.held, op.mean(name)),
      min: (name) => rollup(state.held, op.min(name)),
      max: (name) => rollup(state.held, op.max(name)),
      std: (name) => rollup(state.held, op.stdevp(name)),
      count: (name) => rollup(state.held, op.sum(name)),
      countAbove: (name, than) => above(name, than).numRows(),
      sumWhere: (y, x, than) => rollup(above(x, than), op.sum(y)),
      group: (by, name) => state.held.groupby(by).rollup({ value: op.sum(name) }),
      filter: (names, mask) =>
        state.held
          .filter(escape((row) => row[mask] === 1))
          .select(names)
          .reify(),
      take: () => state.held.reify(state.rows),
      argsort: (name) => state.held.orderby(name).indices(),
      unique: (name) => state.held.dedupe(name).numRows(),
    },
    CHECKS: {
      group: (groups) => rollup(groups, op.sum("value")),
      filter: (kept) => rollup(kept, op.sum("f8")),
      take: (taken) => rollup(taken, op.sum("f8")),
      argsort: (order) => order[Math.floor(order.length / 2)],
    },
  };
}

/** danfo's data frames. */
async function danfo() {
  const { default: dfd } = await import("danfojs-node");
  const state = {};
  const series = (name) => state.held[name];
  return {
    WORK: {
      open(paths) {
        state.table = MemmapTable.open(paths.table);
        state.rows = [...openNpy(paths.rows).values];
      },
      hold(names) {
        state.held = undefined;
        state.held = new dfd.DataFrame(
          Object.fromEntries(
            Object.entries(copies(state.table, names)).map(([name, each]) => [name, Array.from(each)]),
          ),
        );
      },
      sum: (name) => series(name).sum(),
      mean: (name) => series(name).mean(),
      min: (name) => series(name).min(),
      max: (name) => series(name).max(),
      std: (name) => series(name).std(),
      count: (name) => series(name).sum(),
      countAbove: (name, than) => series(name).gt(than).sum(),
      sumWhere: (y, x, than) => state.held.query(series(x).gt(than)).column(y).sum(),
      group: (by, name) => state.held.groupby([by]).col([name]).sum(),
      filter: (names, mask) => state.held.query(series(mask).eq(1)),
      take: () => state.held.iloc({ rows: state.rows }),
      argsort: (name) => series(name).argSort(),
      unique: (name) => series(name).unique(),
    },
    CHECKS: {
      group: (groups) => groups.column(groups.columns[1]).sum(),
      filter: (kept) => kept.column("f8").sum(),
      take: (taken) => taken.column("f8").sum(),
      argsort: (order) => order.values[Math.floor(order.shape[0] / 2)],
      unique: (values) => values.shape[0],
    },
  };
}

const [which = ""] = process.argv.slice(2);
const { WORK, CHECKS } = await { DuckDB: duckdb, Arquero: arquero, danfo }[which]();
await answer(
  WORK,
  CHECKS,
  versionOf({ DuckDB: "@duckdb/node-api", Arquero: "arquero", danfo: "danfojs-node" }[which]),
);
process.exit(0);
