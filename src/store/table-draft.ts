import type { DType } from "../dtype/index.js";
import type { Catalog, ColumnState, FileLayout } from "./catalog.js";
import type { Filling } from "./content.js";
import type { JsonValue } from "./json.js";

/** What a new column is to be. */
export interface NewColumn extends Filling {
  readonly dtype: DType;
  readonly itemShape: readonly number[];
  readonly layout: FileLayout;
  readonly attr: JsonValue;
  readonly overwrite: boolean;
  /** As many as the table has, when left out. */
  readonly rows?: number | undefined;
  /** Whether it is one element without axes. */
  readonly isScalar?: boolean | undefined;
}

/** What changes a table: a draft of a store that is one, or the part of a draft that is a group's. */
export interface TableDraft extends Catalog {
  readonly columns: ReadonlyMap<string, ColumnState>;
  readonly rows: number;
  /** The column of that name, if there is one. */
  find(name: string): ColumnState | undefined;
  add(name: string, column: NewColumn): ColumnState;
  withdraw(name: string, before: ColumnState | undefined): void;
  copy(from: string, to: string, overwrite?: boolean): ColumnState;
  rename(from: string, to: string): void;
  remove(name: string): void;
  setColumnAttr(name: string, attr: JsonValue): void;
  setGroupAttr(group: string, attr: JsonValue): void;
  resize(rows: number): void;
  append(blocks: Iterable<RowBlock>): number;
}

/** Rows to be appended. */
export interface RowBlock {
  readonly count: number;
  /** The bytes of one column's rows, in C order. */
  bytesOf(name: string, column: ColumnState): Iterable<Uint8Array>;
}
