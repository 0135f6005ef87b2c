import type { DuckDBDataChunk, DuckDBTableFunction } from "@duckdb/node-api";
import { bindings, duckdb } from "../duckdb.js";
import { writeLists } from "./blocks.js";
import type { ScanColumn } from "./scan-columns.js";

/** Rows of a list, which are those of DuckDB's vectors: what it takes out of a list is then the list itself. */
const LIST_ROWS = 2048;
/** Lists of a block at most: DuckDB waits for a block longer than for its rows. */
const MAX_LISTS = 512;
/** Bytes of a block, of all columns that are asked for. Measured: less costs waiting, more no less. */
const BLOCK_BYTES = 2 << 20;

/** How far a scan of DuckDB's is, and the columns that it asked for. */
interface Progress {
  readonly scan: TableScan;
  row: number;
  readonly columns: readonly ScanColumn[];
  readonly blockRows: number;
  readonly listRows: number;
}

/** A table that is read by functions of DuckDB's. Their columns are called `c1`, `c2`, … */
export class TableScan {
  readonly columns: readonly ScanColumn[];
  readonly rows: number;
  readonly scanName: string;
  readonly probeName: string;
  /** What DuckDB was told only the message of. */
  error: unknown;

  /** @param index what tells its functions from those of other tables */
  constructor(columns: readonly ScanColumn[], rows: number, index: number) {
    this.columns = columns;
    this.rows = rows;
    this.scanName = `memmap_scan_${index}`;
    this.probeName = `memmap_probe_${index}`;
  }
}

/**
 * Gives blocks of rows, each column as lists: DuckDB fetches from this thread, which costs as much for one row as for many.
 *
 * @param current the table of now: functions stay as long as their connection
 */
export function scanFunction(name: string, current: () => TableScan): DuckDBTableFunction {
  return duckdb.DuckDBTableFunction.create({
    name,
    supportsProjectionPushdown: true,
    bindFunction: (bind) => {
      const { columns, rows } = current();
      columns.forEach(({ writer }, i) => {
        bind.addResultColumn(`c${i + 1}`, duckdb.LIST(writer.type));
      });
      // The rows and not the lists: joins are planned by it.
      bind.setCardinality(rows, true);
    },
    initFunction: (init) => {
      const scan = current();
      const asked = init.getColumnIndexes().map((index) => scan.columns[index]);
      const columns = asked.filter((column) => column !== undefined);
      init.setInitData({ scan, row: 0, columns, ...blockSize(columns) } satisfies Progress);
      init.setMaxThreads(2);
    },
    mainFunction: (info, chunk) => {
      const progress = info.getInitData() as Progress;
      try {
        writeNext(progress, chunk);
      } catch (error) {
        progress.scan.error ??= error;
        info.setError(error instanceof Error ? error.message : String(error));
      }
    },
  });
}

function writeNext(progress: Progress, chunk: DuckDBDataChunk): void {
  const { scan, row, columns, blockRows, listRows } = progress;
  const count = Math.min(blockRows, scan.rows - row);
  const lists = Math.ceil(Math.max(0, count) / listRows);
  chunk.rowCount = lists;
  if (lists === 0) return;
  columns.forEach((column, i) => {
    const vector = bindings().data_chunk_get_vector(chunk.chunk, i);
    writeLists(column, vector, { row, count, listRows, lists });
  });
  progress.row += count;
}

/**
 * Has the columns themselves and no rows: of plans over it DuckDB says which columns they need. The column `c0` is what is
 * asked for where no other is.
 */
export function probeFunction(name: string, current: () => TableScan): DuckDBTableFunction {
  return duckdb.DuckDBTableFunction.create({
    name,
    supportsProjectionPushdown: true,
    bindFunction: (bind) => {
      const { columns, rows } = current();
      bind.addResultColumn("c0", duckdb.UTINYINT);
      columns.forEach(({ writer }, i) => {
        bind.addResultColumn(`c${i + 1}`, writer.type);
      });
      bind.setCardinality(rows, true);
    },
    initFunction: () => {},
    mainFunction: (_, chunk) => {
      chunk.rowCount = 0;
    },
  });
}

function blockSize(columns: readonly ScanColumn[]): { blockRows: number; listRows: number } {
  const rowBytes = columns.reduce((sum, column) => sum + column.rowBytes, 1);
  const fitting = Math.floor(BLOCK_BYTES / rowBytes);
  if (fitting < LIST_ROWS) return { blockRows: Math.max(1, fitting), listRows: Math.max(1, fitting) };
  const lists = Math.min(MAX_LISTS, Math.floor(fitting / LIST_ROWS));
  return { blockRows: lists * LIST_ROWS, listRows: LIST_ROWS };
}
