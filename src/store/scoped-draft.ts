import { NotFoundError, ShapeError } from "../errors.js";
import type { Catalog, ColumnState } from "./catalog.js";
import type { Draft } from "./draft.js";
import type { JsonValue } from "./json.js";
import type { NewColumn, RowBlock, TableDraft } from "./table-draft.js";

/** A catalog that is a table's. */
export interface TableCatalog extends Catalog {
  readonly rows: number;
}

/** The part of a catalog that is a group's, by names from the group on. */
export interface Scope {
  /** The group's name; `""` is the root. */
  readonly group: string;
  /** The rows of a group that has no columns. */
  readonly emptyRows: number;
  /** For messages. */
  readonly path: string;
}

/** What the names of a group's columns and groups begin with. */
export function prefixOf(group: string): string {
  return group === "" ? "" : `${group}/`;
}

/**
 * The table that the columns below a group are.
 *
 * @throws ShapeError where they have other rows than one another, or one has no axes, naming them; NotFoundError where the
 * group is no longer there
 */
export function scopedCatalog(catalog: Catalog, { group, emptyRows, path }: Scope): TableCatalog {
  const prefix = prefixOf(group);
  const columns = new Map<string, ColumnState>();
  let first: string | undefined;
  let rows: number | undefined;
  for (const [name, column] of catalog.columns) {
    if (!name.startsWith(prefix)) continue;
    if (column.isScalar === true) {
      throw new ShapeError(`${path}: this group is no table: ${name} is one element, without rows`, { path });
    }
    first ??= name;
    rows ??= column.rows;
    if (column.rows !== rows) {
      const what = `${first} has ${rows} rows, ${name} has ${column.rows}`;
      throw new ShapeError(`${path}: this group is no table: ${what}`, { path });
    }
    columns.set(name.slice(prefix.length), column);
  }
  const groups = new Map<string, JsonValue>();
  let isThere = group === "" || columns.size > 0;
  for (const [name, attr] of catalog.groups) {
    if (name === group) groups.set("", attr);
    else if (name.startsWith(prefix)) groups.set(name.slice(prefix.length), attr);
    else continue;
    isThere = true;
  }
  if (!isThere) throw goneError({ path });
  const own = group === "" ? (catalog.rows ?? undefined) : undefined;
  return { rows: rows ?? own ?? emptyRows, columns, groups };
}

function goneError({ path }: Pick<Scope, "path">): NotFoundError {
  return new NotFoundError(`${path}: the group of this table was renamed or deleted; open its table anew`, {
    path,
  });
}

/** The part of a draft that is a group's: what changes its columns as a table's. */
export class ScopedDraft implements TableDraft {
  readonly #draft: Draft;
  readonly #scope: Scope;
  readonly #prefix: string;

  constructor(draft: Draft, scope: Scope) {
    this.#draft = draft;
    this.#scope = scope;
    this.#prefix = prefixOf(scope.group);
  }

  get #catalog(): TableCatalog {
    return scopedCatalog(this.#draft, this.#scope);
  }

  get rows(): number {
    // All columns have as many.
    for (const [name, { rows }] of this.#draft.columns) if (name.startsWith(this.#prefix)) return rows;
    return this.#catalog.rows;
  }

  find(name: string): ColumnState | undefined {
    return this.#draft.find(this.#full(name));
  }

  get columns(): ReadonlyMap<string, ColumnState> {
    return this.#catalog.columns;
  }

  get groups(): ReadonlyMap<string, JsonValue> {
    return this.#catalog.groups;
  }

  #full(name: string): string {
    return this.#prefix + name;
  }

  add(name: string, column: NewColumn): ColumnState {
    return this.#draft.add(this.#full(name), { rows: this.rows, ...column });
  }

  withdraw(name: string, before: ColumnState | undefined): void {
    this.#draft.withdraw(this.#full(name), before);
  }

  copy(from: string, to: string, overwrite?: boolean): ColumnState {
    return this.#draft.copy(this.#full(from), this.#full(to), overwrite);
  }

  rename(from: string, to: string): void {
    this.#draft.rename(this.#full(from), this.#full(to));
  }

  /** The group itself stays when its last column goes. */
  remove(name: string): void {
    const { group } = this.#scope;
    this.#draft.remove(this.#full(name));
    if (group !== "" && !this.#draft.hasGroup(group)) this.#draft.setGroupAttr(group, null);
  }

  setColumnAttr(name: string, attr: JsonValue): void {
    this.#draft.setColumnAttr(this.#full(name), attr);
  }

  setGroupAttr(group: string, attr: JsonValue): void {
    if (!this.#draft.hasGroup(this.#scope.group)) throw goneError(this.#scope);
    this.#draft.setGroupAttr(group === "" ? this.#scope.group : this.#full(group), attr);
  }

  resize(rows: number): void {
    const own = this.#own();
    if (own.size === 0 && this.#scope.group !== "") {
      const { path } = this.#scope;
      throw new ShapeError(`${path}: a group without arrays has no rows; add a column first`, { path });
    }
    this.#draft.resize(rows, own);
  }

  append(blocks: Iterable<RowBlock>): number {
    return this.#draft.append(this.#scoped(blocks), this.rows, this.#own());
  }

  *#scoped(blocks: Iterable<RowBlock>): Generator<RowBlock> {
    const { length } = this.#prefix;
    for (const { count, bytesOf } of blocks) {
      yield { count, bytesOf: (name, column) => bytesOf(name.slice(length), column) };
    }
  }

  /** The group's columns by their whole names. */
  #own(): ReadonlyMap<string, ColumnState> {
    return new Map([...this.#draft.columns].filter(([name]) => name.startsWith(this.#prefix)));
  }
}
