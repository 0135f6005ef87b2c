import { setImmediate } from "node:timers/promises";
import { ArrayView, denseLayout, type Layout, MemoryStorage, openBytes } from "../array/index.js";
import { type Descr, type DType, dtypeFromDescr, sizeOf } from "../dtype/index.js";
import { ClosedError } from "../errors.js";
// Workers load what they need and no more: it is half of the time that a new one takes to its first answer.
import { readRows } from "../hdf5/read/index.js";
import type { PlannedPart } from "./planned-rows.js";
import { columnNamed, ITSELF, type RowColumns } from "./predicate.js";
import { isRange, type RowPick, rangeOf } from "./row-pick.js";
import { selectParts } from "./selection-parts.js";
import type { SharedView } from "./shared-view.js";
import type { RowsView } from "./source.js";
import type { Cut } from "./steps.js";

/** Rows of a view of this thread. */
export interface OwnRows {
  readonly kind: "own";
  readonly columns: RowColumns;
  readonly rows: RowPick;
  /** Rows that are looked at together. */
  readonly blockRows: number;
}

/** Rows of a view that another thread has, too. */
export interface SharedRows {
  readonly kind: "shared";
  readonly view: SharedView;
  readonly rows: RowPick;
  readonly blockRows: number;
}

/** Rows of a dataset, which have to be read. */
export interface PlannedRows {
  readonly kind: "planned";
  readonly parts: readonly PlannedPart[];
  /** Rows before them, which other tasks have read. */
  readonly start: number;
  readonly descr: Descr;
  /** The shape of one row. */
  readonly cell: readonly number[];
}

/** Rows to be read, block by block. */
export type Reading = OwnRows | SharedRows | PlannedRows;

/** Some rows, one after another. */
export interface RowBlock {
  /** Rows before them. */
  readonly start: number;
  readonly length: number;
  readonly columns: RowColumns;
}

/**
 * Reads rows block by block; the memory of one is the next one's. In between, whatever else there is to do has its turn.
 *
 * @throws ClosedError where it was stopped; CorruptError, StaleError
 */
export async function* readBlocks(
  reading: Reading,
  cut: Cut,
  isStopped: () => boolean,
): AsyncGenerator<RowBlock> {
  const blocks = reading.kind === "planned" ? plannedBlocks(reading, isStopped) : viewedBlocks(reading);
  for await (const { columns, ...block } of blocks) {
    if (block.start > 0) await setImmediate();
    if (isStopped()) throw new ClosedError("the request was given up");
    yield { ...block, columns: cutColumns(columns, cut) };
  }
}

async function* viewedBlocks(reading: OwnRows | SharedRows): AsyncGenerator<RowBlock> {
  const { rows, blockRows } = reading;
  for (let start = 0; start < rows.length; start += blockRows) {
    const length = Math.min(blockRows, rows.length - start);
    // What is mapped for a thread is let go when it rests.
    const columns = reading.kind === "own" ? lookedAt(reading.columns) : openColumns(reading.view);
    yield { start, length, columns: pickedColumns(columns, rangeOf(rows, { start, length, step: 1 })) };
  }
}

/** @throws CorruptError where a file was cut short */
function lookedAt(columns: RowColumns): RowColumns {
  for (const { storage } of columns.values()) storage.verify?.();
  return columns;
}

async function* plannedBlocks(
  { parts, descr, cell, ...reading }: PlannedRows,
  isStopped: () => boolean,
): AsyncGenerator<RowBlock> {
  const dtype = dtypeFromDescr(descr);
  const rowBytes = sizeOf(cell) * dtype.itemsize;
  const most = parts.reduce((rows, { plan }) => Math.max(rows, plan.length), 0);
  const memory = new Uint8Array(most * rowBytes);
  let { start } = reading;
  for (const { plan, length, pick } of parts) {
    const bytes = memory.subarray(0, plan.length * rowBytes);
    await readRows(plan, bytes, isStopped);
    const layout = denseLayout([plan.length, ...cell], dtype.itemsize);
    const columns = columnsOfRecords(arrayOver(bytes, dtype, layout));
    yield { start, length, columns: pick === undefined ? columns : pickedColumns(columns, pick) };
    start += length;
  }
}

/** The columns of a view: of an array one, {@link ITSELF}. */
export function columnsOfView(view: RowsView): RowColumns {
  return new Map(view instanceof ArrayView ? [[ITSELF, view]] : view.named());
}

function columnsOfRecords(array: ArrayView): RowColumns {
  const { fields } = array.dtype;
  if (fields === undefined) return new Map([[ITSELF, array]]);
  return new Map(fields.map(({ name }) => [name, array.field(name)]));
}

/** The columns of a view that another thread has shared, to be used at once. @throws StaleError, CorruptError */
function openColumns(shared: SharedView): RowColumns {
  const columns = shared.kind === "array" ? ([[ITSELF, shared.array]] as const) : shared.columns;
  return new Map(
    columns.map(([name, { descr, layout, bytes }]) => [
      name,
      arrayOver(openBytes(bytes), dtypeFromDescr(descr), layout),
    ]),
  );
}

function arrayOver(bytes: Uint8Array, dtype: DType, layout: Layout): ArrayView {
  return new ArrayView(new MemoryStorage(bytes, { writable: false }), dtype, layout);
}

/** Columns of some rows: views where the rows are a slice, else copies. */
export function pickedColumns(columns: RowColumns, rows: RowPick): RowColumns {
  const picked = new Map<string, ArrayView>();
  for (const [name, column] of columns) {
    picked.set(name, isRange(rows) ? column.rows(rows) : column.takeRows(rows));
  }
  return picked;
}

/** What an operation makes of each row. */
export function cutColumns(columns: RowColumns, { column, inner }: Cut): RowColumns {
  const array = columnNamed(column ?? ITSELF, columns);
  if (array === undefined || (column === undefined && inner.length === 0)) return columns;
  const innermost = inner.reduce(
    (cut, part) => (typeof part === "string" ? cut.field(part) : selectParts(cut, part)),
    array,
  );
  return new Map([[ITSELF, innermost]]);
}
