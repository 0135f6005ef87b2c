/**
 * What a table is, in plain arrays: the reference that the real one is compared with.
 *
 * @module
 */

import { wrap, zeros } from "../src/array/index.js";
import { type DType, parseDType } from "../src/dtype/index.js";
import type { ErrorCode, FileLayout } from "../src/index.js";
import { foldPart, groupsOf } from "../src/store/names.js";

/** Cells that go into a column, in the form in which reading gives them. */
export type Cells = readonly unknown[];

export interface ColumnSpec {
  readonly dtype: DType;
  readonly itemShape: readonly number[];
  readonly layout: FileLayout;
  /** Cells that commands choose from. */
  readonly pool: Cells;
}

/** A column of the model. Renaming keeps it; replacing it makes another one. */
export class ModelColumn {
  name: string;
  readonly spec: ColumnSpec;
  attr: unknown;
  cells: unknown[];
  /** Counts the files that held it: typed arrays over an older one are detached. */
  file = 0;
  /** Whether its file is the one that it had before the transaction under way. */
  inPlace: boolean;

  constructor(name: string, spec: ColumnSpec, attr: unknown, cells: Cells) {
    this.name = name;
    this.spec = spec;
    this.attr = attr;
    this.cells = [...cells];
    this.inPlace = false;
  }

  /** A cell of the pool; zero is one of them. */
  choose(at: number): unknown {
    const { pool } = this.spec;
    const place = at % (pool.length + 1);
    return place === pool.length ? zeroOf(this.spec) : pool[place];
  }

  /** So many cells, one after the other from a place of the pool. */
  chooseMany(count: number, at: number): unknown[] {
    return Array.from({ length: count }, (_, i) => this.choose(at + i));
  }
}

/** What the bytes of a new row read as. */
export function zeroOf({ dtype, itemShape }: Pick<ColumnSpec, "dtype" | "itemShape">): unknown {
  return wrap(zeros(dtype, [1, ...itemShape]), false).at(0);
}

interface Saved {
  readonly name: string;
  readonly attr: unknown;
  readonly cells: unknown[];
  readonly file: number;
}

interface Snapshot {
  readonly rows: number;
  readonly order: readonly ModelColumn[];
  readonly groups: ReadonlyMap<string, unknown>;
  readonly saved: ReadonlyMap<ModelColumn, Saved>;
}

export class Model {
  rows = 0;
  order: ModelColumn[] = [];
  /** Attributes of groups that have one; `""` is the table. */
  groups = new Map<string, unknown>();
  /** The names of the columns in the last record; others come after them, by name. */
  recorded: readonly string[] = [];
  /** Which handle of the table is open. */
  handle = 0;
  writable = true;
  #before: Snapshot | undefined;
  #low = 0;

  get inTransaction(): boolean {
    return this.#before !== undefined;
  }

  find(name: string): ModelColumn | undefined {
    return this.order.find((column) => column.name === name);
  }

  /** One of the columns; undefined where there is none. */
  pick(at: number): ModelColumn | undefined {
    return this.order[at % this.order.length];
  }

  /** Groups that have columns or an attribute below them, outermost first. */
  groupNames(): string[] {
    const names = new Set<string>();
    for (const { name } of this.order) for (const group of groupsOf(name)) names.add(group);
    for (const name of this.groups.keys()) {
      if (name !== "") for (const group of groupsOf(`${name}/x`)) names.add(group);
    }
    return [...names].sort();
  }

  /** Why a column cannot have a name, by the rules of the files. */
  claimProblem(name: string, overwrite: boolean, leaving?: ModelColumn): ErrorCode | undefined {
    const others = this.order.filter((column) => column !== leaving);
    if (others.some((column) => column.name === name)) return overwrite ? undefined : "EXISTS";
    const there = new Map<string, "column" | "group">();
    const addGroup = (group: string) => there.set(group, "group");
    for (const column of others) {
      groupsOf(column.name).forEach(addGroup);
      there.set(column.name, "column");
    }
    for (const group of this.groups.keys()) if (group !== "") groupsOf(`${group}/x`).forEach(addGroup);
    const mine = new Map<string, "column" | "group">(groupsOf(name).map((group) => [group, "group"]));
    mine.set(name, "column");
    for (const [path, kind] of mine) {
      for (const [other, otherKind] of there) {
        if (path === other ? kind !== otherKind : areTwins(path, other)) return "NAME";
      }
    }
    return undefined;
  }

  add(name: string, spec: ColumnSpec, attr: unknown, cells: Cells): ModelColumn {
    const column = new ModelColumn(name, spec, attr, cells);
    const at = this.order.findIndex((other) => other.name === name);
    this.order = at < 0 ? [...this.order, column] : this.order.with(at, column);
    return column;
  }

  copy(from: ModelColumn, to: string): ModelColumn {
    return this.add(to, from.spec, from.attr, from.cells);
  }

  remove(column: ModelColumn): void {
    this.order = this.order.filter((other) => other !== column);
  }

  resize(rows: number): void {
    for (const column of this.order) {
      const zero = zeroOf(column.spec);
      column.cells = Array.from({ length: rows }, (_, i) => (i < this.rows ? column.cells[i] : zero));
    }
    this.#moveTo(rows);
  }

  append(count: number, cellsOf: (column: ModelColumn) => Cells): void {
    for (const column of this.order) column.cells = [...column.cells, ...cellsOf(column)];
    this.#moveTo(this.rows + count);
  }

  /** Rows that a transaction cut off may only come back if it fails: what grows after that goes into another file. */
  #moveTo(rows: number): void {
    const before = this.#before;
    if (before !== undefined && rows > this.rows && this.#low < before.rows) {
      for (const column of this.order) {
        if (column.inPlace) column.file += 1;
        column.inPlace = false;
      }
    }
    this.rows = rows;
    this.#low = Math.min(this.#low, rows);
  }

  /** Assigns a cell; in place, whatever becomes of the transaction. */
  store(column: ModelColumn, row: number, cell: unknown): void {
    column.cells[row] = cell;
    const saved = column.inPlace ? this.#before?.saved.get(column) : undefined;
    if (saved !== undefined && row < saved.cells.length) saved.cells[row] = cell;
  }

  begin(): void {
    const saved = new Map<ModelColumn, Saved>();
    for (const column of this.order) {
      const { name, attr, cells, file } = column;
      saved.set(column, { name, attr, cells: [...cells], file });
      column.inPlace = true;
    }
    this.#before = { rows: this.rows, order: this.order, groups: new Map(this.groups), saved };
    this.#low = this.rows;
  }

  /** The transaction under way becomes what there is. */
  end(): void {
    this.#before = undefined;
  }

  /** A record of the order was written: by whatever raised the generation. */
  commit(): void {
    this.recorded = this.order.map(({ name }) => name);
  }

  rollback(): void {
    const before = this.#before;
    if (before === undefined) return;
    this.rows = before.rows;
    this.order = [...before.order];
    this.groups = new Map(before.groups);
    for (const [column, { name, attr, cells, file }] of before.saved) {
      Object.assign(column, { name, attr, cells, file });
    }
    this.#before = undefined;
  }

  /** Everything is taken away, as `w+` does. */
  clear(rows: number): void {
    this.order = [];
    this.groups.clear();
    this.rows = rows;
  }

  /** The order that a handle finds on the disk. */
  found(): void {
    const rank = new Map(this.recorded.map((name, i) => [name, i]));
    const recorded = this.order.filter(({ name }) => rank.has(name));
    const others = this.order.filter(({ name }) => !rank.has(name));
    recorded.sort((a, b) => (rank.get(a.name) ?? 0) - (rank.get(b.name) ?? 0));
    others.sort((a, b) => (a.name < b.name ? -1 : 1));
    this.order = [...recorded, ...others];
  }
}

/** Whether two paths differ in their last part only, and there only in what some file systems do not tell apart. */
function areTwins(one: string, other: string): boolean {
  const [a, b] = [one.split("/"), other.split("/")];
  const [last, otherLast] = [a.pop() ?? "", b.pop() ?? ""];
  return a.join("/") === b.join("/") && last !== otherLast && foldPart(last) === foldPart(otherLast);
}

/** The same dtype with its bytes the other way round; undefined for records. */
export function swapped(dtype: DType): DType | undefined {
  if (dtype.fields !== undefined || dtype.byteorder === "|") return undefined;
  return parseDType((dtype.byteorder === "<" ? ">" : "<") + dtype.str.slice(1));
}
