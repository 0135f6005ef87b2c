import type { DuckDBPreparedStatement } from "@duckdb/node-api";
import type { Connection } from "./connection.js";
import { duckdb } from "./duckdb.js";
import { bindParams, type DuckDBParams } from "./params.js";
import type { TableScan } from "./scan/table-scan.js";

/** The positions of columns. */
export type ColumnChoice = ReadonlySet<number>;

/** A node of a plan as DuckDB writes it in JSON. */
interface PlanNode {
  readonly children?: readonly PlanNode[];
  readonly extra_info?: { readonly [name: string]: unknown };
}

/**
 * The columns of each table that a query needs, by the plan that DuckDB makes for it over the tables' probes.
 *
 * @returns undefined where it has no plan to show: for several statements, and for those that are no queries
 */
export async function neededColumns(
  connection: Connection,
  query: string,
  params: DuckDBParams,
  scans: readonly TableScan[],
): Promise<ReadonlyMap<TableScan, ColumnChoice> | undefined> {
  if (!(await isQuery(connection, query))) return undefined;
  let roots: unknown;
  try {
    const statement = await connection.duckdb.prepare(`EXPLAIN (FORMAT JSON) ${query}`);
    try {
      bindParams(statement, params);
      const reader = await statement.runAndReadAll();
      roots = JSON.parse(String(reader.getRows()[0]?.[1]));
    } finally {
      statement.destroySync();
    }
  } catch {
    // What is wrong with the query itself is told when it is run.
    return undefined;
  }
  return columnsOf(roots, scans);
}

/** The needed columns in a plan; undefined where it is none that this function can read. */
export function columnsOf(
  roots: unknown,
  scans: readonly TableScan[],
): ReadonlyMap<TableScan, ColumnChoice> | undefined {
  if (!Array.isArray(roots)) return undefined;
  const needed = new Map(scans.map((scan) => [scan, new Set<number>()] as const));
  const byProbe = new Map(scans.map((scan) => [scan.probeName.toUpperCase(), scan]));
  const visit = ({ children = [], extra_info: info = {} }: PlanNode): boolean => {
    const scan = byProbe.get(String(info.Function).toUpperCase());
    if (scan !== undefined) {
      const chosen = projected(info.Projections, scan.columns.length);
      if (chosen === undefined) return false;
      for (const index of chosen) needed.get(scan)?.add(index);
    }
    return children.every(visit);
  };
  return roots.every(visit) ? needed : undefined;
}

/** What a scan projects: `c0` is nothing, and of `c3.x` the whole column is needed. */
function projected(list: unknown, count: number): number[] | undefined {
  const names: unknown[] = Array.isArray(list) ? list : [list];
  const chosen: number[] = [];
  for (const name of names) {
    const match = /^c(\d+)(?![^.[])/.exec(String(name));
    if (match === null) return undefined;
    const index = Number(match[1]) - 1;
    if (index >= count) return undefined;
    if (index >= 0) chosen.push(index);
  }
  return chosen;
}

/** Whether it is one statement, of a kind that has a plan. */
async function isQuery(connection: Connection, query: string): Promise<boolean> {
  let statement: DuckDBPreparedStatement | undefined;
  try {
    const extracted = await connection.duckdb.extractStatements(query);
    if (extracted.count !== 1) return false;
    statement = await extracted.prepare(0);
    const { SELECT, COPY, CREATE, INSERT } = duckdb.StatementType;
    return [SELECT, COPY, CREATE, INSERT].includes(statement.statementType);
  } catch {
    return false;
  } finally {
    statement?.destroySync();
  }
}
