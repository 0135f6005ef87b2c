import type { DTypeLike } from "../../dtype/index.js";
import { type ColumnsOption, parseColumns } from "../../table/schema.js";
import { type Cells, ModelColumn, type ModelColumnOptions, zeroOf } from "./column.js";
import { groupsAround, nameProblem } from "./names.js";
import { cellIn, type ModelRow, rowOf } from "./row.js";

/** What a {@link TableModel} begins with. */
export interface TableModelOptions {
  /** Number of rows, 0 when left out. */
  readonly rows?: number | undefined;
  /** Columns of zeros. */
  readonly columns?: ColumnsOption | undefined;
  /** The table's attribute. */
  readonly attr?: unknown;
}

interface Saved {
  readonly name: string;
  readonly attr: unknown;
  readonly cells: unknown[];
  readonly file: number;
}

interface Snapshot {
  readonly rows: number;
  readonly columns: readonly ModelColumn[];
  readonly groups: ReadonlyMap<string, unknown>;
  readonly saved: ReadonlyMap<ModelColumn, Saved>;
}

/**
 * What a table is, in plain arrays: the reference that a real one is compared with.
 *
 * Its changes are named as those of `MemmapTable`. It takes cells and attributes in the form in which reading gives
 * them (`1n` for an `i8`), keeps them as they are given, and judges none.
 *
 * ```ts
 * const model = new TableModel({ columns: { id: "u8", name: "U16" } });
 * model.append([{ id: 1n, name: "Vega" }]);
 * compareTable(table, model); // throws where the table differs
 * ```
 */
export class TableModel implements Iterable<ModelRow> {
  /** Attributes of groups that have one, by name; `""` is the table. */
  groupAttrs = new Map<string, unknown>();
  #rows: number;
  #columns: readonly ModelColumn[] = [];
  #before: Snapshot | undefined;
  /** Fewest rows since the transaction under way began. */
  #low = 0;

  constructor({ rows = 0, columns, attr }: TableModelOptions = {}) {
    this.#rows = rows;
    for (const { name, dtype, itemShape } of parseColumns(columns))
      this.addColumn(name, dtype, { itemShape });
    if (attr !== undefined) this.groupAttrs.set("", attr);
  }

  /** Number of rows. */
  get length(): number {
    return this.#rows;
  }

  /** The columns, in order. */
  get columns(): readonly ModelColumn[] {
    return this.#columns;
  }

  /** The names of the columns, in order. */
  get columnNames(): string[] {
    return this.#columns.map(({ name }) => name);
  }

  /** Groups that have columns or an attribute below them, sorted. */
  get groupNames(): string[] {
    const named = [...this.groupAttrs.keys()].filter((name) => name !== "");
    return [...groupsAround(this.columnNames, named)].sort();
  }

  /** Whether a transaction is under way. */
  get inTransaction(): boolean {
    return this.#before !== undefined;
  }

  /** The column of that name; undefined where there is none. */
  find(name: string): ModelColumn | undefined {
    return this.#columns.find((column) => column.name === name);
  }

  /** The column of that name. @throws Error where there is none */
  column(name: string): ModelColumn {
    const found = this.find(name);
    if (found !== undefined) return found;
    throw new Error(`the model has no column ${JSON.stringify(name)}`);
  }

  /** One row as an object. @param row from 0 */
  at(row: number): ModelRow {
    if (!(row >= 0 && row < this.#rows)) throw new Error(`the model has ${this.#rows} rows, none at ${row}`);
    return rowOf(this.#columns, row);
  }

  /** The rows in order, as objects. */
  *[Symbol.iterator](): IterableIterator<ModelRow> {
    for (let row = 0; row < this.#rows; row++) yield rowOf(this.#columns, row);
  }

  /** @internal Why a column cannot have a name, by the rules of the files. */
  claimProblem(name: string, overwrite: boolean, leaving?: ModelColumn): "EXISTS" | "NAME" | undefined {
    const others = this.#columns.filter((column) => column !== leaving).map((column) => column.name);
    const groups = [...this.groupAttrs.keys()].filter((group) => group !== "");
    const problem = nameProblem(name, others, groups);
    return problem === "EXISTS" && overwrite ? undefined : problem;
  }

  #claim(name: string, overwrite: boolean, leaving?: ModelColumn): void {
    const problem = this.claimProblem(name, overwrite, leaving);
    if (problem !== undefined)
      throw new Error(`the model has no room for ${JSON.stringify(name)}: ${problem}`);
  }

  /** Adds a column, last; with `overwrite`, in the place of one of its name. */
  addColumn(name: string, dtype: DTypeLike, options: ModelColumnOptions = {}): ModelColumn {
    this.#claim(name, options.overwrite === true);
    const column = new ModelColumn(name, dtype, this.#rows, options);
    const at = this.#columns.findIndex((other) => other.name === name);
    this.#columns = at < 0 ? [...this.#columns, column] : this.#columns.with(at, column);
    return column;
  }

  /** Copies a column with its attribute. */
  copyColumn(from: string, to: string, { overwrite = false } = {}): ModelColumn {
    const column = this.column(from);
    return this.addColumn(to, column.dtype, { ...column, overwrite });
  }

  /** Renames a column, which keeps its place. */
  renameColumn(from: string, to: string): ModelColumn {
    const column = this.column(from);
    this.#claim(to, false, column);
    column.name = to;
    return column;
  }

  /** Deletes a column. */
  deleteColumn(name: string): void {
    const column = this.column(name);
    this.#columns = this.#columns.filter((other) => other !== column);
  }

  /** Discards rows at the end, or adds rows of zeros. */
  resize(rows: number): void {
    for (const column of this.#columns) {
      const zero = zeroOf(column);
      column.cells = Array.from({ length: rows }, (_, i) => (i < this.#rows ? column.cells[i] : zero));
    }
    this.#moveTo(rows);
  }

  /** Adds rows at the end, each with a cell for every column. */
  append(rows: Iterable<ModelRow>): void {
    const list = [...rows];
    const cells = new Map(
      this.#columns.map((column) => [column, list.map((row) => cellIn(row, column.name))]),
    );
    this.appendCells(list.length, (column) => cells.get(column) ?? []);
  }

  /** @internal Adds rows at the end, by columns. */
  appendCells(count: number, cellsOf: (column: ModelColumn) => Cells): void {
    for (const column of this.#columns) column.cells = [...column.cells, ...cellsOf(column)];
    this.#moveTo(this.#rows + count);
  }

  /** Rows that a transaction cut off may only come back if it fails: what grows after that goes into another file. */
  #moveTo(rows: number): void {
    const before = this.#before;
    if (before !== undefined && rows > this.#rows && this.#low < before.rows) {
      for (const column of this.#columns) {
        if (column.inPlace) column.file += 1;
        column.inPlace = false;
      }
    }
    this.#rows = rows;
    this.#low = Math.min(this.#low, rows);
  }

  /** Stores the cells that a row object names. @param row from 0 */
  set(row: number, cells: ModelRow): void {
    if (!(row >= 0 && row < this.#rows)) throw new Error(`the model has ${this.#rows} rows, none at ${row}`);
    const columns = Object.keys(cells).map((name) => this.column(name));
    for (const column of columns) this.store(column, row, cellIn(cells, column.name));
  }

  /** @internal Assigns a cell; in place, whatever becomes of the transaction. */
  store(column: ModelColumn, row: number, cell: unknown): void {
    column.cells[row] = cell;
    const saved = column.inPlace ? this.#before?.saved.get(column) : undefined;
    if (saved !== undefined && row < saved.cells.length) saved.cells[row] = cell;
  }

  /**
   * Several changes; where the function throws, none of them. As in a table, cells that were set in columns that were
   * there before stay set.
   */
  transaction<T>(work: () => T): T {
    this.begin();
    try {
      const result = work();
      this.end();
      return result;
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  /** @internal */
  begin(): void {
    if (this.inTransaction) throw new Error("the model is in a transaction already");
    const saved = new Map<ModelColumn, Saved>();
    for (const column of this.#columns) {
      const { name, attr, cells, file } = column;
      saved.set(column, { name, attr, cells: [...cells], file });
      column.inPlace = true;
    }
    this.#before = { rows: this.#rows, columns: this.#columns, groups: new Map(this.groupAttrs), saved };
    this.#low = this.#rows;
  }

  /** @internal The transaction under way becomes what there is. */
  end(): void {
    this.#before = undefined;
  }

  /** @internal */
  rollback(): void {
    const before = this.#before;
    if (before === undefined) return;
    this.#rows = before.rows;
    this.#columns = before.columns;
    this.groupAttrs = new Map(before.groups);
    for (const [column, saved] of before.saved) Object.assign(column, saved);
    this.#before = undefined;
  }

  /** @internal Takes everything away, as the mode `w+` does. */
  clear(rows: number): void {
    this.#columns = [];
    this.groupAttrs.clear();
    this.#rows = rows;
  }

  /** @internal Puts the columns in another order. */
  protected reorder(columns: readonly ModelColumn[]): void {
    this.#columns = columns;
  }
}
