import { type ArrayView, isContiguous } from "../array/index.js";
import { ITSELF, type RowColumns } from "./predicate.js";
import { columnsOfView } from "./row-blocks.js";
import { Sample, zeroRow } from "./sample.js";
import type { Source, SourceRows } from "./source.js";

/** After so many bytes, or milliseconds, files are looked at again; it takes as long as reading some kilobytes. */
const LOOK_AFTER = 65536;
const LOOK_MS = 1;

/** What operations begin with: a source, and what has been found out about it once for all of them. */
export class Origin {
  readonly source: Source;
  /** One row of it. */
  readonly sample: Sample;
  /** The columns of a view; of a dataset none. */
  readonly columns: RowColumns;
  #unseen = LOOK_AFTER;
  #looked = 0;

  constructor(source: Source) {
    const { rows, label } = source;
    this.source = source;
    this.columns = rows.kind === "view" ? columnsOfView(rows.view) : new Map();
    this.sample = new Sample(sampleOf(rows, source.shape, this.columns), source.fields !== undefined, label);
  }

  get label(): string {
    return this.source.label;
  }

  /** Rows that there are now. */
  get length(): number {
    const { rows } = this.source;
    return rows.kind === "view" ? rows.view.length : this.source.length;
  }

  /** Copies rows that lie side by side to a place of `target`; false where they do not. */
  copyRows(column: ArrayView, start: number, bytes: number, target: Uint8Array, at: number): boolean {
    const { layout, storage, itemsize } = column;
    if (!isContiguous(layout, itemsize)) return false;
    const from = layout.offset + start * (layout.strides[0] ?? 0);
    target.set(storage.bytes().subarray(from, from + bytes), at);
    return true;
  }

  /** Before bytes are read: whether other software has changed the files. @throws StaleError, CorruptError */
  look(bytes: number): void {
    this.#unseen += bytes;
    const now = performance.now();
    if (this.#unseen < LOOK_AFTER && now - this.#looked < LOOK_MS) return;
    for (const { storage } of this.columns.values()) storage.verify?.();
    this.#unseen = 0;
    this.#looked = now;
  }
}

function sampleOf(rows: SourceRows, shape: readonly number[], columns: RowColumns): RowColumns {
  if (rows.kind === "view") {
    return new Map(
      Array.from(columns, ([name, column]) => [name, zeroRow(column.dtype, column.shape.slice(1))]),
    );
  }
  const { dtype } = rows.dataset;
  const row = zeroRow(dtype, shape.slice(1));
  if (dtype.fields === undefined) return new Map([[ITSELF, row]]);
  return new Map(dtype.fields.map(({ name }) => [name, row.field(name)]));
}
