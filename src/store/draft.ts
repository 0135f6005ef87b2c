import { dirname } from "node:path";
import type { DType } from "../dtype/index.js";
import {
  ExistsError,
  LimitError,
  NameError,
  NotFoundError,
  ShapeError,
  UnsupportedError,
} from "../errors.js";
import type { Files } from "../platform/files.js";
import { type Catalog, type ColumnState, type FileLayout, nextId, withRows } from "./catalog.js";
import { Growth } from "./growth.js";
import type { JsonValue } from "./json.js";
import { checkName, groupsOf, NameTree } from "./names.js";
import type { StorePaths } from "./paths.js";
import type { Stage } from "./stage.js";
import { didYouMean } from "./suggest.js";

/** What a new column is to be. */
export interface NewColumn {
  readonly dtype: DType;
  readonly itemShape: readonly number[];
  readonly layout: FileLayout;
  readonly attr: JsonValue;
  readonly overwrite: boolean;
}

/** Rows to be appended. */
export interface RowBlock {
  readonly count: number;
  /** The bytes of one column's rows, in C order. */
  bytesOf(name: string, column: ColumnState): Iterable<Uint8Array>;
}

/**
 * The catalog that a transaction is making. Its changes are made here first, on staged files and behind the data of
 * files in place, where nobody sees them; committing is the store's.
 */
export class Draft implements Catalog {
  columns: Map<string, ColumnState>;
  groups: Map<string, JsonValue>;
  rows: number;
  readonly base: Catalog;
  readonly stage: Stage;
  readonly #files: Files;
  readonly #paths: StorePaths;
  /** Made when a name is first given or taken: most changes do neither. */
  #tree: NameTree | undefined;
  readonly #growth: Growth;
  /** The fewest rows so far: what lies behind them in files in place belongs to the base until it is replaced. */
  #low: number;

  /** Whether files in place may grow and shrink: nobody else can be writing. */
  readonly #isSole: boolean;

  constructor(base: Catalog, stage: Stage, files: Files, paths: StorePaths, isSole = true) {
    this.base = base;
    this.stage = stage;
    this.#files = files;
    this.#paths = paths;
    this.#isSole = isSole;
    this.columns = new Map(base.columns);
    this.groups = new Map(base.groups);
    this.rows = base.rows;
    this.#low = base.rows;
    this.#growth = new Growth(stage, files);
  }

  /** The names of the columns and groups that there are; asked for before either changes. */
  get #names(): NameTree {
    if (this.#tree !== undefined) return this.#tree;
    const tree = new NameTree(this.columns.keys());
    for (const group of this.groups.keys()) if (group !== "") tree.addGroup(group);
    this.#tree = tree;
    return tree;
  }

  /** @throws NotFoundError, with a guess at what was meant */
  column(name: string): ColumnState {
    const column = this.columns.get(name);
    if (column !== undefined) return column;
    throw new NotFoundError(
      `there is no column ${JSON.stringify(name)}${didYouMean(name, this.columns.keys())}`,
      { path: this.#paths.root },
    );
  }

  #claim(name: string, overwrite: boolean): void {
    checkName(name, "column");
    if (this.columns.has(name)) {
      if (overwrite) return;
      throw new ExistsError(
        `there is a column ${JSON.stringify(name)} already; say overwrite: true to replace it`,
        { path: this.#paths.column(name) },
      );
    }
    const conflict = this.#names.conflict(name);
    if (conflict !== undefined) {
      throw new NameError(
        `${JSON.stringify(name)} cannot stand beside ${JSON.stringify(conflict)}: on some systems they would be one file`,
        { path: this.#paths.column(name) },
      );
    }
    // Something that is no column may have the name of a file or directory: it is not ours to replace.
    for (const group of groupsOf(name)) {
      const path = dirname(this.#paths.group(group));
      const there = this.#files.look(path);
      if (there !== undefined && !there.isDirectory()) {
        throw new ExistsError(`${path}: something that is no directory is in the way of a group`, { path });
      }
    }
    if (this.base.columns.has(name)) return;
    for (const path of [this.#paths.column(name), this.#paths.sidecar(name)]) {
      if (this.#files.look(path) !== undefined) {
        throw new ExistsError(`${path}: a file that is no column of this table is in the way`, { path });
      }
    }
  }

  #adopt(name: string, column: ColumnState): void {
    this.#names.add(name);
    this.columns.set(name, column);
  }

  /** A new column of zeros. */
  add(name: string, { dtype, itemShape, layout, attr, overwrite }: NewColumn): ColumnState {
    this.#claim(name, overwrite);
    const shape = { dtype, itemShape, layout, rows: this.rows };
    const file = this.stage.column(shape, byteLength(shape, this.rows, name));
    const column: ColumnState = {
      ...shape,
      ...file,
      id: nextId(),
      fortran: false,
      staged: true,
      attr,
      sidecar: undefined,
    };
    this.#adopt(name, column);
    return column;
  }

  /** Takes a column back that was added a moment ago, and puts what it replaced in its place. */
  withdraw(name: string, before: ColumnState | undefined): void {
    if (before !== undefined) this.columns.set(name, before);
    else this.remove(name);
  }

  copy(from: string, to: string, overwrite = false): ColumnState {
    const source = this.column(from);
    this.#claim(to, overwrite);
    const column: ColumnState = {
      ...source,
      ...this.stage.copy(source, source.rows),
      id: nextId(),
      staged: true,
      sidecar: undefined,
    };
    this.#adopt(to, column);
    return column;
  }

  rename(from: string, to: string): void {
    const column = this.column(from);
    if (from === to) return;
    this.#names.delete(from);
    try {
      this.#claim(to, false);
    } catch (error) {
      this.#names.add(from);
      throw error;
    }
    this.#names.add(to);
    this.columns = new Map(
      [...this.columns].map(([name, state]) => (name === from ? [to, column] : [name, state])),
    );
  }

  remove(name: string): void {
    this.column(name);
    this.#names.delete(name);
    this.columns.delete(name);
  }

  /** Takes everything away, as `w+` does. */
  clear(rows: number): void {
    for (const name of [...this.columns.keys()]) this.remove(name);
    for (const group of this.groups.keys()) this.#names.deleteGroup(group);
    this.groups.clear();
    this.rows = rows;
    this.#low = 0;
  }

  setColumnAttr(name: string, attr: JsonValue): void {
    this.columns.set(name, { ...this.column(name), attr });
  }

  /** The attribute of a group; of the table itself for `""`. */
  setGroupAttr(group: string, attr: JsonValue): void {
    if (group !== "") this.#names.addGroup(group);
    this.groups.set(group, attr);
  }

  /** Changes the number of rows: what is cut off is gone, what is new is zero. */
  resize(rows: number): void {
    if (rows === this.rows) return;
    this.columns = this.#grown(this.columns, rows, (column) =>
      rows < column.rows ? this.#cut(column, rows) : this.#growth.extend(column, rows, this.#inPlace),
    );
    this.rows = rows;
    this.#low = Math.min(this.#low, rows);
  }

  /** The column with fewer rows, whose digits have room in any header. */
  #cut(column: ColumnState, rows: number): ColumnState {
    const shorter = withRows(column, rows) ?? column;
    if (column.staged || this.#isSole) return shorter;
    const { path, file } = this.stage.copy(column, rows);
    return { ...shorter, path, file, staged: true };
  }

  /**
   * Adds rows that come block by block. They are seen when all are there.
   *
   * @returns how many came
   */
  append(blocks: Iterable<RowBlock>): number {
    let { columns, rows } = this;
    for (const { count, bytesOf } of blocks) {
      if (count === 0) continue;
      const longer = rows + count;
      columns = this.#grown(columns, longer, (column, name) =>
        this.#growth.append(column, longer, this.#inPlace, (roomy) => bytesOf(name, roomy)),
      );
      rows = longer;
    }
    const added = rows - this.rows;
    this.columns = columns;
    this.rows = rows;
    return added;
  }

  /** Removes what was staged, and gives back the room behind files in place. */
  undo(): void {
    this.#growth.undo();
    this.stage.remove();
  }

  /** Whether nothing behind the data of files in place is the base's. */
  get #inPlace(): boolean {
    return this.#isSole && this.#low >= this.base.rows;
  }

  #grown(
    columns: ReadonlyMap<string, ColumnState>,
    rows: number,
    change: (column: ColumnState, name: string) => ColumnState,
  ): Map<string, ColumnState> {
    for (const [name, column] of columns) {
      byteLength(column, rows, name);
      if (column.fortran) {
        throw new UnsupportedError(
          `column ${JSON.stringify(name)} is in Fortran order, where another number of rows would move every element; add it anew, with its data and overwrite: true`,
          { path: column.path },
        );
      }
    }
    return new Map(Array.from(columns, ([name, column]) => [name, change(column, name)]));
  }
}

/** Bytes of a column's data, computed without losing any. @throws LimitError over 2⁵³ − 1 */
function byteLength(column: Pick<ColumnState, "dtype" | "itemShape">, rows: number, name: string): number {
  if (!Number.isSafeInteger(rows) || rows < 0)
    throw new ShapeError(`a number of rows is a whole number, not ${rows}`);
  let bytes = BigInt(rows) * BigInt(column.dtype.itemsize);
  for (const axis of column.itemShape) bytes *= BigInt(axis);
  if (bytes <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(bytes);
  throw new LimitError(`column ${JSON.stringify(name)} would have ${bytes} bytes; the most are 2^53 - 1`);
}
