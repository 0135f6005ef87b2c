import type { DType } from "../dtype/index.js";
import {
  CorruptError,
  ExistsError,
  LimitError,
  NameError,
  NotFoundError,
  ShapeError,
  UnsupportedError,
} from "../errors.js";
import type { Files } from "../platform/files.js";
import { platform } from "../platform/index.js";
import { type Catalog, type ColumnState, dataEnd, type FileLayout, nextId, rowBytes } from "./catalog.js";
import type { JsonValue } from "./json.js";
import { checkName, NameTree } from "./names.js";
import type { StorePaths } from "./paths.js";
import { headerOf, type Stage, type StagedFile } from "./stage.js";
import { didYouMean } from "./suggest.js";

/** What a new column is to be. */
export interface NewColumn {
  readonly dtype: DType;
  readonly itemShape: readonly number[];
  readonly layout: FileLayout;
  readonly attr: JsonValue;
  readonly overwrite: boolean;
}

/** The most spare capacity that an append leaves behind the data. */
const MAX_SPARE = 64 * 2 ** 20;

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
  readonly #names = new NameTree();
  /** The fewest rows so far: what lies behind them in files in place belongs to the base until it is replaced. */
  #low: number;

  constructor(base: Catalog, stage: Stage, files: Files, paths: StorePaths) {
    this.base = base;
    this.stage = stage;
    this.#files = files;
    this.#paths = paths;
    this.columns = new Map(base.columns);
    this.groups = new Map(base.groups);
    this.rows = base.rows;
    this.#low = base.rows;
    for (const name of base.columns.keys()) this.#names.add(name);
  }

  /** @throws NotFoundError, with a guess at what was meant */
  column(name: string): ColumnState {
    const column = this.columns.get(name);
    if (column !== undefined) return column;
    throw new NotFoundError(
      `there is no column ${JSON.stringify(name)}${didYouMean(name, this.columns.keys())}`,
      {
        path: this.#paths.root,
      },
    );
  }

  #claim(name: string, overwrite: boolean): void {
    checkName(name, "column");
    if (this.columns.has(name)) {
      if (overwrite) return;
      throw new ExistsError(
        `there is a column ${JSON.stringify(name)} already; say overwrite: true to replace it`,
        {
          path: this.#paths.column(name),
        },
      );
    }
    const conflict = this.#names.conflict(name);
    if (conflict !== undefined) {
      throw new NameError(
        `${JSON.stringify(name)} cannot stand beside ${JSON.stringify(conflict)}: on some systems they would be one file`,
        {
          path: this.#paths.column(name),
        },
      );
    }
    // Something that is no column may have the file's name: it is not ours to replace.
    if (this.base.columns.has(name)) return;
    for (const path of [this.#paths.column(name), this.#paths.sidecar(name)]) {
      if (this.#files.look(path) !== undefined) {
        throw new ExistsError(`${path}: a file that is no column of this table is in the way`, { path });
      }
    }
  }

  #adopt(name: string, column: ColumnState): void {
    this.columns.set(name, column);
    this.#names.add(name);
  }

  /** A new column of zeros. */
  add(name: string, { dtype, itemShape, layout, attr, overwrite }: NewColumn): ColumnState {
    this.#claim(name, overwrite);
    const shape = { dtype, itemShape, layout };
    const file = this.stage.column(shape, this.rows, byteLength(shape, this.rows, name));
    const column: ColumnState = {
      ...shape,
      ...file,
      id: nextId(),
      rows: this.rows,
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
    this.columns.delete(name);
    this.#names.delete(name);
  }

  /** Takes everything away, as `w+` does. */
  clear(rows: number): void {
    for (const name of [...this.columns.keys()]) this.remove(name);
    this.groups.clear();
    this.rows = rows;
    this.#low = 0;
  }

  setColumnAttr(name: string, attr: JsonValue): void {
    this.columns.set(name, { ...this.column(name), attr });
  }

  /** The attribute of a group; of the table itself for `""`. */
  setGroupAttr(group: string, attr: JsonValue): void {
    this.groups.set(group, attr);
  }

  /** Changes the number of rows: what is cut off is gone, what is new is zero. */
  resize(rows: number): void {
    if (rows === this.rows) return;
    this.#change(rows, (column) => {
      if (rows < column.rows) return { ...column, rows };
      const roomy = this.#growable(column, rows);
      this.#withFile(roomy, (fd) => platform().extend(fd, dataEnd(roomy), dataEnd(roomy, rows), roomy.path));
      return { ...roomy, rows };
    });
  }

  /** Adds rows whose bytes come column by column, in C order. Nothing is seen of them before the commit. */
  append(count: number, bytesOf: (name: string, column: ColumnState) => Iterable<Uint8Array>): void {
    if (count === 0) return;
    const rows = this.rows + count;
    this.#change(rows, (column, name) => {
      const roomy = this.#growable(column, rows);
      this.#withFile(roomy, (fd) => {
        const end = dataEnd(roomy, rows);
        const { size } = this.#files.stat(fd, roomy.path);
        if (size < end) {
          const spare = Math.min(Math.floor(size / 2), MAX_SPARE);
          platform().extend(fd, size, Math.max(end, size + spare), roomy.path);
        }
        let at = dataEnd(roomy);
        for (const block of bytesOf(name, roomy)) {
          this.#files.write(fd, block, at, roomy.path);
          at += block.length;
        }
        if (at !== end)
          throw new CorruptError(`${roomy.path}: ${at - dataEnd(roomy)} bytes came for ${count} rows`);
      });
      return { ...roomy, rows };
    });
  }

  #change(rows: number, change: (column: ColumnState, name: string) => ColumnState): void {
    for (const [name, column] of this.columns) {
      byteLength(column, rows, name);
      if (column.fortran) {
        throw new UnsupportedError(
          `column ${JSON.stringify(name)} is in Fortran order, where more rows would move every element; copy it first`,
          { path: column.path },
        );
      }
    }
    const changed = new Map<string, ColumnState>();
    for (const [name, column] of this.columns) changed.set(name, change(column, name));
    this.columns = changed;
    this.rows = rows;
    this.#low = Math.min(this.#low, rows);
  }

  /** The column in a file that may grow to so many rows now, which is a staged copy where the one in place may not. */
  #growable(column: ColumnState, rows: number): ColumnState {
    if (!column.staged && this.#low < column.rows) return this.#restage(column);
    if (!column.staged && this.#low < this.base.rows) return this.#restage(column);
    if (column.layout === "raw" || this.#hasRoom({ ...column, rows })) return column;
    const file = this.stage.column(column, column.rows, column.rows * rowBytes(column));
    this.#withFile(column, (source) => this.#copyData(source, column, file));
    return { ...column, ...file, staged: true };
  }

  #restage(column: ColumnState): ColumnState {
    return { ...column, ...this.stage.copy(column, column.rows), staged: true };
  }

  #hasRoom(column: ColumnState): boolean {
    return this.#withFile(column, (fd) => {
      try {
        headerOf(column, fd, this.#files);
        return true;
      } catch (error) {
        if (error instanceof CorruptError) return false;
        throw error;
      }
    });
  }

  #copyData(source: number, column: ColumnState, to: StagedFile): void {
    const block = new Uint8Array(1 << 20);
    const length = column.rows * rowBytes(column);
    const target = this.#files.open(to.path, "r+");
    try {
      for (let done = 0; done < length; done += block.length) {
        const part = block.subarray(0, Math.min(block.length, length - done));
        this.#files.read(source, part, column.dataOffset + done, column.path);
        this.#files.write(target, part, to.dataOffset + done, to.path);
      }
    } finally {
      this.#files.close(target);
    }
  }

  #withFile<T>(column: ColumnState, use: (fd: number) => T): T {
    const fd = this.#files.open(column.path, "r+");
    try {
      return use(fd);
    } finally {
      this.#files.close(fd);
    }
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
