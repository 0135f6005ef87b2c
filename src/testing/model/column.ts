import { wrap, zeros } from "../../array/index.js";
import { type DType, type DTypeLike, parseDType } from "../../dtype/index.js";
import type { FileLayout } from "../../store/index.js";

/** What the cells of a column are. */
export interface ColumnType {
  readonly dtype: DType;
  /** The shape of the cell in each row; `[]` for one element. */
  readonly itemShape: readonly number[];
}

/** Cells of successive rows, in the form in which reading gives them. */
export type Cells = readonly unknown[];

/** What a column of the model is made with. */
export interface ModelColumnOptions {
  /** The shape of each row's cell; `[]`, one element, when left out. */
  readonly itemShape?: readonly number[] | undefined;
  /** Its attribute; null when left out. */
  readonly attr?: unknown;
  /** One cell for each row, in the form in which reading gives them; zeros when left out. */
  readonly cells?: Cells | undefined;
  /** Whether a column of that name is replaced. */
  readonly overwrite?: boolean | undefined;
  /** @internal How its file is written. */
  readonly layout?: FileLayout | undefined;
  /** @internal Cells that steps choose from. */
  readonly pool?: Cells | undefined;
}

/** A column of a {@link TableModel}: its cells in a plain array. Renaming keeps it; replacing it makes another one. */
export class ModelColumn implements ColumnType {
  name: string;
  readonly dtype: DType;
  readonly itemShape: readonly number[];
  /** Its attribute, as reading gives it. */
  attr: unknown;
  /** One for each row, as reading gives them. */
  cells: unknown[];
  /** @internal How its file is written. */
  readonly layout: FileLayout;
  /** @internal Cells that steps choose from. */
  readonly pool: Cells;
  /** @internal Counts the files that held it: typed arrays over an older one are detached. */
  file = 0;
  /** @internal Whether its file is the one that it had before the transaction under way. */
  inPlace = false;

  /** @internal Columns are made by a model. */
  constructor(name: string, dtype: DTypeLike, rows: number, options: ModelColumnOptions) {
    const { itemShape = [], attr = null, cells, layout = "npy", pool = [] } = options;
    this.name = name;
    this.dtype = parseDType(dtype);
    this.itemShape = itemShape;
    this.attr = attr;
    this.layout = layout;
    this.pool = pool;
    if (cells !== undefined && cells.length !== rows) {
      throw new Error(`column ${JSON.stringify(name)} needs ${rows} cells, not ${cells.length}`);
    }
    this.cells = cells === undefined ? new Array(rows).fill(zeroOf(this)) : [...cells];
  }
}

/** What the bytes of a new row read as. */
export function zeroOf({ dtype, itemShape }: ColumnType): unknown {
  return wrap(zeros(dtype, [1, ...itemShape]), false).at(0);
}
