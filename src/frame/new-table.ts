import { ArrayView, isTypedArray } from "../array/index.js";
import { type DType, sizeOf } from "../dtype/index.js";
import { NameError, ShapeError, UnsupportedError } from "../errors.js";
import type { AttrInput } from "../store/index.js";
import type { MemmapTable, Schema } from "../table/index.js";
import { booleans, ColumnBuffer } from "./column-buffer.js";
import { columnNames } from "./names.js";
import { checkOptionNames, checkOptions, type ImportOptions, type ImportType } from "./options.js";
import { Staging } from "./staging.js";

const BATCH_BYTES = 8 << 20;
const MAX_BATCH_ROWS = 1 << 17;
/** Rows of the first batch: many tables have no more. */
const FIRST_ROWS = 1 << 12;

/** A column of a table that is being made. */
export interface NewColumn {
  /** As the source calls it. */
  readonly name: string;
  /** `"U"` and `"S"`: as wide as the widest value. */
  readonly type: ImportType;
  readonly itemShape?: readonly number[] | undefined;
  /** The column's attribute; with `names: "encode"` a name that was encoded is added to it. */
  readonly attr?: AttrInput | undefined;
}

/** Successive values of one column. */
export interface Part {
  /** An array or typed array, or a list of plain values, as an assignment takes them. */
  readonly values: unknown;
  /** 1 where the source has null, whatever stands in `values` there; undefined where it has none. */
  readonly nulls?: Uint8Array | undefined;
}

/**
 * A table on its way: it is written beside its place, batch by batch in bounded memory, and gets its name when it is whole.
 * What fails or ends before that leaves nothing of that name.
 *
 * ```ts
 * using making = NewTable.begin(path, columns, options);
 * for (const batch of batches) making.append(parts, batch.length);
 * return making.finish();
 * ```
 */
export class NewTable {
  readonly #staging: Staging;
  readonly #columns: readonly ColumnBuffer[];
  /** The names of the masks of columns that have had nulls. */
  readonly #masks = new Map<ColumnBuffer, string>();
  /** Rows that the batch has room for. */
  #capacity = 0;
  #committed = 0;
  #gathered = 0;
  #isWhole = true;

  private constructor(staging: Staging, columns: readonly ColumnBuffer[]) {
    this.#staging = staging;
    this.#columns = columns;
  }

  /**
   * @throws ExistsError where something has that name which is not to be replaced; NameError for names that no column can
   * have; NotFoundError where the directory that it goes to is missing, and for columns that only the options have;
   * LockedError, DTypeError
   */
  static begin(path: string, columns: readonly NewColumn[], options: ImportOptions): NewTable {
    checkOptions(options);
    const sources = columns.map(({ name }) => name);
    checkOptionNames(options, sources);
    const names = columnNames(sources, options.names);
    const buffers = columns.map(
      (column, i) => new ColumnBuffer(column, names[i]?.column ?? column.name, options),
    );
    const making = new NewTable(new Staging(path, options), buffers);
    try {
      making.#addColumns(columns, options.attr);
      return making;
    } catch (error) {
      making[Symbol.dispose]();
      throw error;
    }
  }

  #addColumns(columns: readonly NewColumn[], attr: AttrInput | undefined): void {
    const { table } = this.#staging;
    table.transaction(() => {
      this.#columns.forEach(({ name, source, dtype, itemShape }, i) => {
        const own = columns[i]?.attr ?? null;
        table.addColumn(name, dtype, { itemShape, attr: name === source ? own : named(own, source) });
      });
      if (attr !== undefined) table.attr = attr;
    });
  }

  /** Rows so far. */
  get length(): number {
    return this.#committed + this.#gathered;
  }

  /**
   * Adds rows: a part for each column, in their order. After an error the table cannot be finished.
   *
   * @throws CastError naming column, row and value; ShapeError, DiskError
   */
  append(parts: readonly Part[], count: number): void {
    this.#isWhole = false;
    for (let start = 0; start < count; ) {
      if (this.#gathered === this.#capacity) this.#begin();
      const length = Math.min(count - start, this.#capacity - this.#gathered);
      const taken = this.#columns.map((column, i) => {
        const part = parts[i];
        if (part === undefined) {
          throw new ShapeError(`there are no values for column ${JSON.stringify(column.source)}`);
        }
        return column.prepare(slicePart(part, start, start + length, count), this.length);
      });
      const wider = this.#columns.filter((column, i) => column.widen(taken[i] ?? { values: [] }));
      if (wider.length > 0) {
        this.#begin();
        continue;
      }
      this.#columns.forEach((column, i) => {
        column.put(taken[i] ?? { values: [] }, this.#gathered, length, this.length);
      });
      this.#gathered += length;
      start += length;
    }
    this.#isWhole = true;
  }

  /** Writes the batch, and begins another one, as large as its rows are wide by now. */
  #begin(): void {
    this.#commit();
    const capacity = Math.min(batchRows(this.#columns), Math.max(FIRST_ROWS, 8 * this.#capacity));
    for (const column of this.#columns) column.begin(capacity);
    this.#capacity = capacity;
  }

  /** Writes the batch behind the rows that are there. */
  #commit(): void {
    const { table } = this.#staging;
    const rows = this.#gathered;
    const sources = new Map<string, ArrayView>();
    for (const column of this.#columns) {
      sources.set(column.name, column.rows(rows));
      this.#retype(column, column.dtype);
      const mask = this.#maskOf(column);
      if (mask !== undefined && column.nulls !== undefined)
        sources.set(mask, booleans(column.nulls.subarray(0, rows)));
    }
    if (sources.size === 0) table.resize(this.length);
    else if (rows > 0) table.append(sources);
    this.#committed += rows;
    this.#gathered = 0;
  }

  /** Writes a text column anew where its width is to be another. */
  #retype({ name, itemShape }: ColumnBuffer, dtype: DType): void {
    const { table } = this.#staging;
    const before = table.column(name);
    if (before.dtype.equals(dtype)) return;
    table.addColumn(name, dtype, { itemShape, attr: before.attr, data: before, overwrite: true });
  }

  /** The column of a mask, once there is a null; rows before that have none. @throws NameError where the name is taken */
  #maskOf(column: ColumnBuffer): string | undefined {
    if (column.nulls === undefined) return undefined;
    const known = this.#masks.get(column);
    if (known !== undefined) return known;
    const name = `${column.name}.null`;
    const { table } = this.#staging;
    if (table.has(name)) {
      const [own, other] = [column.source, name].map((part) => JSON.stringify(part));
      throw new NameError(
        `column ${own} has nulls, but ${other}, which would say where, is another column; say fill: { ${own}: … } and no masks, or give one of the two another name`,
      );
    }
    table.addColumn(name, "b1");
    this.#masks.set(column, name);
    return name;
  }

  /** Gives the table its name, and opens it for writing. @throws DiskError, LockedError, ExistsError */
  finish(): MemmapTable<Schema, "r+"> {
    if (!this.#isWhole) throw new UnsupportedError("a table whose rows have failed cannot be finished");
    this.#commit();
    for (const column of this.#columns) this.#retype(column, column.finalType);
    return this.#staging.publish();
  }

  /** Removes what was written, unless it is finished. */
  [Symbol.dispose](): void {
    this.#staging.discard();
  }
}

/** Rows of a batch: a few megabytes of them. */
function batchRows(columns: readonly ColumnBuffer[]): number {
  const bytes = columns.reduce((sum, { dtype, itemShape }) => sum + sizeOf(itemShape) * dtype.itemsize, 1);
  return Math.min(MAX_BATCH_ROWS, Math.max(1, Math.floor(BATCH_BYTES / bytes)));
}

/** Rows `start` to before `end` of a part of `count` rows. */
function slicePart({ values, nulls }: Part, start: number, end: number, count: number): Part {
  if (start === 0 && end === count) return { values, nulls };
  return { values: sliceValues(values, start, end, count), nulls: nulls?.subarray(start, end) };
}

function sliceValues(values: unknown, start: number, end: number, count: number): unknown {
  if (Array.isArray(values)) return values.slice(start, end);
  if (isTypedArray(values)) {
    const width = values.length / count;
    return values.subarray(start * width, end * width);
  }
  if (values instanceof ArrayView) return values.slice(start, end);
  throw new ShapeError("values are an array, a typed array or a list");
}

/** The attribute of a column that has another name than in its source. */
function named(attr: AttrInput, name: string): AttrInput {
  const isObject =
    typeof attr === "object" && attr !== null && Object.getPrototypeOf(attr) === Object.prototype;
  return isObject ? { ...attr, name } : { name };
}
