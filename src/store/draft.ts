import { ExistsError, NameError, NotFoundError, ShapeError } from "../errors.js";
import { excerpt } from "../npy/excerpt.js";
import type { Files } from "../platform/files.js";
import { MAX_PATH_BYTES } from "../platform/path-limit.js";
import { type Catalog, type ColumnState, nextId, withRows } from "./catalog.js";
import { Growth } from "./growth.js";
import type { JsonValue } from "./json.js";
import { type Below, checkName, groupsOf, type NameKind, NameTree } from "./names.js";
import type { StorePaths } from "./paths.js";
import { byteLength, type Scope, withRowCount } from "./row-count.js";
import type { Stage } from "./stage.js";
import { didYouMean } from "./suggest.js";
import type { NewColumn, RowBlock } from "./table-draft.js";

/**
 * The catalog that a transaction is making. Its changes are made here first, on staged files and behind the data of
 * files in place, where nobody sees them; committing is the store's.
 */
export class Draft implements Catalog {
  columns: Map<string, ColumnState>;
  groups: Map<string, JsonValue>;
  rows: number | null;
  readonly base: Catalog;
  readonly stage: Stage;
  readonly #files: Files;
  readonly #paths: StorePaths;
  /** Made when a name is first given or taken: most changes do neither. */
  #tree: NameTree | undefined;
  readonly #growth: Growth;
  /** Columns in place with fewer rows than the base has, now or before: what lies behind is the base's until it is replaced. */
  readonly #cutShort = new Set<number>();
  #rowsOfBase: Map<number, number> | undefined;
  #version = nextId();
  #touched = new Map<number, string | undefined>();

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

  /** Another one after each change. */
  get version(): number {
    return this.#version;
  }

  /** The columns that were changed since the last call, by their identities: the names that they have now, if any. */
  takeTouched(): ReadonlyMap<number, string | undefined> {
    const touched = this.#touched;
    this.#touched = new Map();
    return touched;
  }

  #touch(column: ColumnState | undefined, name: string | undefined): void {
    this.#version = nextId();
    if (column !== undefined) this.#touched.set(column.id, name);
  }

  find(name: string): ColumnState | undefined {
    return this.columns.get(name);
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
    this.#requireLength(name, this.#paths.sidecar(name));
    this.#refuseConflict(name, "column", this.#paths.column(name));
    const isThere = this.#requireDirectories(groupsOf(name));
    if (!isThere || this.base.columns.has(name)) return;
    for (const path of [this.#paths.column(name), this.#paths.sidecar(name)]) {
      if (this.#files.look(path) !== undefined) {
        throw new ExistsError(`${path}: a file that is no column of this table is in the way`, { path });
      }
    }
  }

  /** A path that the system does not take would be found out when the change is committed and cannot be made. */
  #requireLength(name: string, longest: string): void {
    const bytes = Buffer.byteLength(longest);
    if (bytes <= MAX_PATH_BYTES) return;
    throw new NameError(
      `"${excerpt(name)}" is too long: its path would have ${bytes} bytes, where this system takes ${MAX_PATH_BYTES}`,
      { path: longest },
    );
  }

  #refuseConflict(name: string, what: NameKind, path: string): void {
    const conflict = this.#names.conflict(name, what);
    if (conflict === undefined) return;
    if (name.startsWith(`${conflict}/`)) {
      throw new NameError(
        `${JSON.stringify(name)} cannot lie in ${JSON.stringify(conflict)}, which is an array and no group`,
        { path },
      );
    }
    throw new NameError(
      `${JSON.stringify(name)} cannot stand beside ${JSON.stringify(conflict)}: on some systems they would be one file`,
      { path },
    );
  }

  /**
   * Something that is no column may have the name of a file or directory: it is not ours to replace.
   *
   * @param groups outermost first
   * @returns whether all are there: what is in one that is not need not be looked at
   */
  #requireDirectories(groups: readonly string[]): boolean {
    for (const group of groups) {
      const path = this.#paths.file(group);
      const there = this.#files.look(path);
      if (there === undefined) return false;
      if (!there.isDirectory()) {
        throw new ExistsError(`${path}: something that is no directory is in the way of a group`, { path });
      }
    }
    return true;
  }

  #adopt(name: string, column: ColumnState): void {
    this.#names.add(name);
    this.#touch(this.columns.get(name), undefined);
    this.columns.set(name, column);
    this.#touch(column, name);
  }

  /**
   * A new column.
   *
   * @throws ShapeError where neither the column nor a table says how many rows, CorruptError where the content has another
   * number of bytes
   */
  add(name: string, column: NewColumn): ColumnState {
    const { dtype, itemShape, layout, attr, overwrite, isScalar, rows = this.rows } = column;
    if (rows === null) throw new ShapeError(`${JSON.stringify(name)}: there is no table to have the rows of`);
    this.#claim(name, overwrite);
    const shape = { dtype, itemShape, layout, rows, isScalar };
    const bytes = byteLength(shape, rows, name);
    const file = this.stage.column(shape, bytes, column, this.#paths.column(name));
    const added: ColumnState = {
      ...shape,
      ...file,
      id: nextId(),
      fortran: false,
      staged: true,
      attr,
      sidecar: undefined,
    };
    this.#adopt(name, added);
    this.#fit(added);
    return added;
  }

  /** With an array of another shape, what was a table is none. */
  #fit({ rows, isScalar }: ColumnState): void {
    if (rows !== this.rows || isScalar === true) this.rows = null;
  }

  /** Takes a column back that was added a moment ago, and puts what it replaced in its place. */
  withdraw(name: string, before: ColumnState | undefined): void {
    if (before === undefined) {
      this.remove(name);
      return;
    }
    this.#touch(this.columns.get(name), undefined);
    this.columns.set(name, before);
    this.#touch(before, name);
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
    this.column(from);
    this.renameAll(new Map([[from, to]]));
  }

  /** Gives columns other names, each its own, in time linear in all columns. @param names the new ones by the old ones */
  renameAll(names: ReadonlyMap<string, string>): void {
    const moved = [...names].filter(([from, to]) => from !== to);
    try {
      // All old names first: the new ones may differ from them by case alone.
      for (const [from] of moved) this.#names.delete(from);
      for (const [, to] of moved) {
        this.#claim(to, false);
        this.#names.add(to);
      }
    } catch (error) {
      this.#tree = undefined;
      throw error;
    }
    for (const [from, to] of names) this.#touch(this.columns.get(from), to);
    this.columns = new Map([...this.columns].map(([name, state]) => [names.get(name) ?? name, state]));
  }

  /** Makes several changes of names, or where one throws none of them. Linear in all names. */
  atomically<T>(work: () => T): T {
    const { columns, groups, rows } = this;
    const touched = new Map(this.#touched);
    this.columns = new Map(columns);
    this.groups = new Map(groups);
    try {
      return work();
    } catch (error) {
      this.columns = columns;
      this.groups = groups;
      this.rows = rows;
      this.#tree = undefined;
      this.#touched = touched;
      this.#version = nextId();
      throw error;
    }
  }

  remove(name: string): void {
    const column = this.column(name);
    this.#names.delete(name);
    this.columns.delete(name);
    this.#touch(column, undefined);
  }

  /** Takes everything away, as `w+` does. @param rows of the table that it is to be; null for a tree */
  clear(rows: number | null): void {
    for (const name of [...this.columns.keys()]) this.remove(name);
    for (const group of this.groups.keys()) this.#names.deleteGroup(group);
    this.groups.clear();
    this.rows = rows;
    this.#touch(undefined, undefined);
  }

  setColumnAttr(name: string, attr: JsonValue): void {
    const column = { ...this.column(name), attr };
    this.columns.set(name, column);
    this.#touch(column, name);
  }

  /** The attribute of a group; of the table itself for `""`. */
  setGroupAttr(group: string, attr: JsonValue): void {
    if (group !== "") this.#names.addGroup(group);
    this.groups.set(group, attr);
    this.#touch(undefined, undefined);
  }

  /**
   * A group that stays when nothing is in it. @throws NameError, ExistsError where something that is no group is in the way
   */
  addGroup(group: string, attr: JsonValue): void {
    this.requireGroupName(group);
    this.setGroupAttr(group, attr);
  }

  /** @throws NameError for what no group can be called, ExistsError where something that is no group is in the way */
  requireGroupName(group: string): void {
    checkName(group, "group");
    this.#requireLength(group, this.#paths.group(group));
    this.#refuseConflict(group, "group", this.#paths.file(group));
    this.#requireDirectories([...groupsOf(group), group]);
  }

  /** What lies below a group, by names: columns, and groups that stay when nothing is in them, itself included. */
  below(group: string): Below {
    return this.#names.below(group);
  }

  /** Whether there is such a group. */
  hasGroup(group: string): boolean {
    return group === "" || this.#names.hasGroup(group);
  }

  /** Takes back the attribute of a group, which goes with its last column then. */
  removeGroup(group: string): void {
    this.#names.deleteGroup(group);
    this.groups.delete(group);
    this.#touch(undefined, undefined);
  }

  /** Changes the number of rows: what is cut off is gone, what is new is zero. @param scope of these columns alone */
  resize(rows: number, scope: Scope = this.columns): void {
    if (scope === this.columns && rows === this.rows) return;
    const grown = withRowCount(scope, rows, (column) => {
      if (rows === column.rows) return column;
      return rows < column.rows
        ? this.#cut(column, rows)
        : this.#growth.extend(column, rows, this.#isInPlace(column));
    });
    this.#replace(grown);
    this.#settleRows(rows, scope.size);
  }

  /** @param count how many columns have so many rows by now */
  #settleRows(rows: number, count: number): void {
    if (count === this.columns.size) this.rows = rows;
    else if (this.rows !== rows) this.rows = null;
  }

  get #baseRows(): ReadonlyMap<number, number> {
    this.#rowsOfBase ??= new Map(Array.from(this.base.columns.values(), ({ id, rows }) => [id, rows]));
    return this.#rowsOfBase;
  }

  /** The column with fewer rows, whose digits have room in any header. */
  #cut(column: ColumnState, rows: number): ColumnState {
    const shorter = withRows(column, rows) ?? column;
    if (column.staged) return shorter;
    if (rows < (this.#baseRows.get(column.id) ?? 0)) this.#cutShort.add(column.id);
    if (this.#isSole) return shorter;
    const { path, file } = this.stage.copy(column, rows);
    return { ...shorter, path, file, staged: true };
  }

  /**
   * Adds rows that come block by block. They are seen when all are there.
   *
   * @param before how many rows there are
   * @param scope of these columns alone
   * @returns how many came
   */
  append(blocks: Iterable<RowBlock>, before = this.rows ?? 0, scope: Scope = this.columns): number {
    let grown = scope;
    let rows = before;
    for (const { count, bytesOf } of blocks) {
      if (count === 0) continue;
      const longer = rows + count;
      grown = withRowCount(grown, longer, (column, name) =>
        this.#growth.append(column, longer, this.#isInPlace(column), (roomy) => bytesOf(name, roomy)),
      );
      rows = longer;
    }
    if (rows === before) return 0;
    this.#replace(grown);
    this.#settleRows(rows, grown.size);
    return rows - before;
  }

  /** Removes what was staged, and gives back the room behind files in place. */
  undo(): void {
    this.#growth.undo();
    this.stage.remove();
  }

  /** Whether nothing behind the data of a file in place is the base's. */
  #isInPlace({ id }: ColumnState): boolean {
    return this.#isSole && !this.#cutShort.has(id);
  }

  /** Puts changed columns in the places of those that they were. */
  #replace(some: Scope): void {
    this.columns = new Map(Array.from(this.columns, ([name, column]) => [name, some.get(name) ?? column]));
    this.#touch(undefined, undefined);
    for (const [name, column] of some) this.#touch(column, name);
  }
}
