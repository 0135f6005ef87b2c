import type { Data, RecordBatch, Schema } from "apache-arrow";
import { FormatError } from "../../errors.js";
import type { Schema as Columns, MemmapTable } from "../../table/index.js";
import { NewTable, type Part } from "../new-table.js";
import type { ImportOptions } from "../options.js";
import { type ArrowColumn, columnOf } from "./columns.js";
import { sourceOf } from "./sources.js";
import { unreadable } from "./unreadable.js";

/** Rows that are read at a time, however many a batch has. */
export const ROWS = 1 << 16;

/** A table that is being made of batches. */
export class ArrowImport {
  readonly #path: string;
  readonly #options: ImportOptions;
  #schema: Schema | undefined;
  #columns: readonly ArrowColumn[] = [];
  #making: NewTable | undefined;

  constructor(path: string, options: ImportOptions) {
    this.#path = path;
    this.#options = options;
  }

  /** @throws DTypeError naming a column that no dtype stands for; as `NewTable.begin` */
  begin(schema: Schema): NewTable {
    if (this.#making === undefined) {
      this.#schema = schema;
      this.#columns = schema.fields.map((field) => columnOf(field, this.#options));
      this.#making = NewTable.begin(
        this.#path,
        this.#columns.map(({ column }) => column),
        this.#options,
      );
    } else if (!isAlike(schema, this.#schema)) {
      throw new FormatError(
        `the batch from row ${this.#making.length} on has other columns than those before it`,
      );
    }
    return this.#making;
  }

  /** @throws CastError naming column, row and value; FormatError */
  add(batch: RecordBatch): void {
    const making = this.begin(batch.schema);
    for (let start = 0; start < batch.numRows; start += ROWS) {
      const count = Math.min(ROWS, batch.numRows - start);
      const firstRow = making.length;
      making.append(
        this.#columns.map((column, i) => partOf(column, batch, i, start, count, firstRow)),
        count,
      );
    }
  }

  /** @throws FormatError where there was no schema */
  finish(): MemmapTable<Columns, "r+"> {
    if (this.#making === undefined) {
      throw new FormatError("there is no Arrow schema to make columns of: no batch, and no stream");
    }
    return this.#making.finish();
  }

  [Symbol.dispose](): void {
    this.#making?.[Symbol.dispose]();
  }
}

/**
 * Rows of one column of a batch, as a table takes them.
 *
 * @param index the column's place in the batch
 * @param firstRow the number of row `start` in the whole, for messages
 * @throws CastError naming column, row and value; FormatError
 */
export function partOf(
  column: ArrowColumn,
  batch: RecordBatch,
  index: number,
  start: number,
  count: number,
  firstRow: number,
): Part {
  const { reader, label } = column;
  try {
    const data = dataOf(column, batch, index, start, count);
    const { values, nulls } = reader.read(data, { label, firstRow, perRow: 1 });
    return { values: sourceOf(values, count, reader), nulls };
  } catch (error) {
    // Bytes from outside can be anything, and not all of it is looked for.
    throw unreadable(error, label);
  }
}

/** Rows of one column of a batch, as Arrow has them. @throws FormatError where the batch has fewer */
export function dataOf(
  { label }: ArrowColumn,
  batch: RecordBatch,
  index: number,
  start: number,
  count: number,
): Data {
  const whole: Data | undefined = batch.data.children[index];
  if (whole === undefined || whole.length < start + count) {
    throw new FormatError(`${label} has ${whole?.length ?? 0} of ${batch.numRows} rows`);
  }
  return start === 0 && count === whole.length ? whole : whole.slice(start, count);
}

function isAlike(schema: Schema, other: Schema | undefined): boolean {
  if (schema === other || other === undefined) return true;
  const text = ({ fields }: Schema) => fields.map((field) => JSON.stringify(String(field))).join();
  return text(schema) === text(other);
}
