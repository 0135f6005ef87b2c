import { showValue } from "../../dtype/index.js";
import { DTypeError } from "../../errors.js";
import { TableView } from "../../table/index.js";
import type { Connection } from "./connection.js";
import { duckdb, requireTableFunctions } from "./duckdb.js";
import type { DuckDBParams } from "./params.js";
import { type ColumnChoice, neededColumns } from "./plan.js";
import { quoteName, quoteText, requireDistinct } from "./quote.js";
import { orderedSource } from "./scan/ordered-scan.js";
import { type ScanOptions, scanColumns } from "./scan/scan-columns.js";
import { occupy, vacate } from "./scan/slots.js";
import { TableScan } from "./scan/table-scan.js";

/** A table or a view of one, whatever its columns are. */
export type AnyView = Pick<TableView, "length" | "columnNames" | "toRecords">;

/** Tables by the names that SQL knows them by. */
export type Tables = { readonly [name: string]: AnyView } | ReadonlyMap<string, AnyView>;

/** Tables that SQL can read, as they are now. */
export class Exposed {
  readonly #scans: ReadonlyMap<string, TableScan>;

  /**
   * @throws NameError, DTypeError and ShapeError for what SQL has no names and types for, ClosedError, UnsupportedError where
   * DuckDB is too old
   */
  constructor(tables: Tables, options: ScanOptions) {
    requireTableFunctions(duckdb);
    const entries = tables instanceof Map ? [...tables] : Object.entries(tables);
    requireDistinct(
      entries.map(([name]) => name),
      "tables",
    );
    this.#scans = new Map(
      entries.map(([name, view], i): [string, TableScan] => {
        quoteName(name);
        return [name, new TableScan(scanColumns(requireView(view, name), options), view.length, i)];
      }),
    );
  }

  /** What a table had to say that DuckDB was told only the message of; undefined where nothing was wrong. */
  get error(): unknown {
    for (const { error } of this.#scans.values()) if (error !== undefined) return error;
    return undefined;
  }

  /** Makes views of the tables that read the columns which a query needs. */
  async prepareFor(connection: Connection, query: string, params: DuckDBParams): Promise<void> {
    const scans = [...this.#scans.values()];
    if (scans.length === 0) return;
    occupy(connection.duckdb, scans);
    await this.#createViews(connection, probeView);
    const needed = await neededColumns(connection, query, params, scans);
    await this.#createViews(connection, (scan) => scanView(scan, needed?.get(scan)));
  }

  /** Makes views that read all columns, by several threads, where the order of rows is to be kept. */
  async prepareOrdered(connection: Connection): Promise<void> {
    for (const [name, scan] of this.#scans) {
      const source = await orderedSource(connection, scan);
      await connection.run(`CREATE TEMP VIEW ${quoteName(name)} AS SELECT ${namesOf(scan)} FROM ${source}`);
    }
  }

  /** Removes the views, and lets go of the tables. */
  async withdraw(connection: Connection): Promise<void> {
    for (const name of this.#scans.keys()) await connection.run(`DROP VIEW temp.main.${quoteName(name)}`);
    vacate(connection.duckdb);
  }

  async #createViews(connection: Connection, select: (scan: TableScan) => string): Promise<void> {
    for (const [name, scan] of this.#scans) {
      await connection.run(`CREATE OR REPLACE TEMP VIEW ${quoteName(name)} AS ${select(scan)}`);
    }
  }
}

/** @throws DTypeError for what is no table */
export function requireView(view: unknown, name: string): TableView {
  if (view instanceof TableView) return view as TableView;
  throw new DTypeError(`${JSON.stringify(name)} is a table or a view of one, not ${showValue(view)}`);
}

function probeView(scan: TableScan): string {
  return `SELECT ${namesOf(scan)} FROM ${scan.probeName}()`;
}

/** The columns of a source by their names. */
function namesOf({ columns }: TableScan): string {
  return columns.map(({ name }, i) => `c${i + 1} AS ${quoteName(name)}`).join(", ");
}

/** Columns that are not needed cannot be left out, but nobody looks at them: it would be an error and no wrong answer. */
function scanView({ columns, rows, scanName }: TableScan, needed: ColumnChoice | undefined): string {
  const isNeeded = (index: number) => needed === undefined || needed.has(index);
  const list = columns.map(({ name, writer }, i) => {
    const value = isNeeded(i)
      ? `c${i + 1}`
      : `error(${quoteText(`column ${JSON.stringify(name)} was not planned`)})::${writer.type}`;
    return `${value} AS ${quoteName(name)}`;
  });
  const taken = columns.flatMap((_, i) => (isNeeded(i) ? [`unnest(c${i + 1}) AS c${i + 1}`] : []));
  // Without columns rows are only counted.
  const source = taken.length === 0 ? `range(${rows})` : `(SELECT ${taken.join(", ")} FROM ${scanName}())`;
  return `SELECT ${list.join(", ")} FROM ${source}`;
}
