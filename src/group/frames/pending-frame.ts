import { type DType, type DTypeLike, parseDType, showValue } from "../../dtype/index.js";
import { ExistsError, NameError, ShapeError } from "../../errors.js";
import { type AttrValue, checkName } from "../../store/index.js";
import type { TableView } from "../../table/index.js";
import { type Frame, type FrameColumn, type FrameSource, frameOf } from "../column-source.js";
import { type Grouping, groupRows } from "../grouping/group-rows.js";
import { partNames } from "../part-names.js";
import type { FrameGroup, FrameTable, Registered } from "./frame-table.js";

/** Options of {@link MemmapFile.fromDataFrame}. */
export interface FrameOptions {
  /** The columns whose values make a group of rows; all rows are written as one when left out. */
  readonly groupBy?: string | readonly string[] | undefined;
  /** The columns that order the rows, those of a group among themselves; as they come when left out. */
  readonly orderBy?: string | readonly string[] | undefined;
  /** Whether the rows ascend along `orderBy`, once or for each column; true when left out. Nulls come last either way. */
  readonly ascending?: boolean | readonly boolean[] | undefined;
  /** The group that the frame is written into; a single frame without a name is written into the root. */
  readonly name?: string | undefined;
  /** Whether a frame of that name, which was written before, is replaced. */
  readonly overwrite?: boolean | undefined;
}

/** Makes one array of columns, with as many rows: a typed array, an array of this package, or a list. */
export type Encoder = (columns: TableView) => unknown;

/** Options of {@link MemmapFile.registerArray}. */
export interface RegisterOptions {
  /** What the columns become; what NumPy makes of their dtypes together when left out. */
  readonly dtype?: DTypeLike | undefined;
  /**
   * Makes the array of the columns, in the order in which rows are written. Called once, at the commit; synchronous. What
   * is null is NaN or NaT in columns that have these; of others, `<column>.null` says where.
   */
  readonly encoder?: Encoder | undefined;
}

/** An array to be written of a frame's columns. */
export interface RegisteredArray extends Registered {
  /** Whether the columns stand beside each other; else there is one, as it is. */
  readonly stacked: boolean;
  readonly dtype: DType | undefined;
  readonly encoder: Encoder | undefined;
}

/** A frame on its way into a file: how its rows are grouped and ordered, and what is to be written of them. */
export class PendingFrame {
  readonly name: string | undefined;
  /** Of a frame without a name; null for one that has one. */
  readonly number: number | null;
  readonly overwrite: boolean;
  readonly frame: Frame;
  readonly grouping: Grouping;
  readonly arrays: RegisteredArray[] = [];
  readonly frames: Registered[] = [];
  readonly #groupBy: readonly FrameColumn[];
  /** The groups of rows, in their order; none without keys. */
  readonly groups: readonly FrameGroup[];

  /**
   * @param number of a frame without a name
   * @throws NotFoundError for columns that are not there, ShapeError, DTypeError for columns that make no keys, CastError
   */
  constructor(source: FrameSource, options: FrameOptions, number: number) {
    const { name, overwrite = false, ascending = true } = options;
    this.frame = frameOf(source);
    this.name = name;
    this.number = name === undefined ? number : null;
    this.overwrite = overwrite;
    const columns = (names: readonly string[]) => names.map((column) => this.frame.column(column));
    this.#groupBy = columns(listOf(options.groupBy, "groupBy"));
    const orderBy = columns(listOf(options.orderBy, "orderBy"));
    const directions = directionsOf(ascending, orderBy.length);
    const orders = orderBy.map((column, i) => ({ ...column, ascending: directions[i] ?? true }));
    this.grouping = groupRows(this.#groupBy, orders, this.frame.length);
    this.groups = this.#groupsOf(this.grouping);
  }

  #groupsOf({ values, starts }: Grouping): readonly FrameGroup[] {
    if (this.#groupBy.length === 0) return [];
    const parts = partNames(
      values,
      this.#groupBy.map(({ array }) => array.dtype),
    );
    return parts.map((part, i) => ({
      part,
      keys: (values[i] ?? []) as readonly AttrValue[],
      size: (starts[i + 1] ?? 0) - (starts[i] ?? 0),
    }));
  }

  /** What the file will say of it. */
  get table(): FrameTable {
    return {
      number: this.number,
      rows: this.frame.length,
      groupBy: this.#groupBy.map(({ name }) => name),
      dtypes: this.#groupBy.map(({ array }) => String(array.dtype)),
      groups: this.groups,
      arrays: this.arrays,
      frames: this.frames,
    };
  }

  /** @throws ExistsError for a second array of that name, NameError, NotFoundError, DTypeError */
  registerArray(
    name: string,
    columns: string | readonly string[],
    { dtype, encoder }: RegisterOptions,
  ): void {
    this.#claim(name, "column");
    const list = this.#checkColumns(columns);
    if (encoder !== undefined && typeof encoder !== "function") {
      throw new ShapeError(`an encoder is a function of the columns, not ${showValue(encoder)}`);
    }
    const parsed = dtype === undefined ? undefined : parseDType(dtype);
    this.arrays.push({ name, columns: list, stacked: typeof columns !== "string", dtype: parsed, encoder });
  }

  /** @throws as `registerArray` */
  registerDataFrame(name: string, columns: string | readonly string[]): void {
    this.#claim(name, "group");
    const list = this.#checkColumns(columns);
    for (const column of list) checkName(column, "column");
    this.frames.push({ name, columns: list });
  }

  #claim(name: string, what: "column" | "group"): void {
    checkName(name, what);
    const taken = [...this.arrays, ...this.frames].some((other) => other.name === name);
    if (taken) throw new ExistsError(`${JSON.stringify(name)} is registered already for this frame`);
  }

  #checkColumns(columns: string | readonly string[]): readonly string[] {
    const list = listOf(columns, "columns");
    if (list.length === 0) throw new ShapeError("name at least one column to be written");
    for (const column of list) this.frame.column(column);
    return list;
  }
}

/** @throws NameError for anything but a name or a list of names, each once */
function listOf(names: unknown, what: string): readonly string[] {
  if (names === undefined) return [];
  const list: readonly unknown[] = Array.isArray(names) ? names : [names];
  const seen = new Set<string>();
  for (const name of list) {
    if (typeof name !== "string") {
      throw new NameError(`${what} is the name of a column or a list of names, not ${showValue(names)}`);
    }
    if (seen.has(name)) throw new NameError(`${what} has ${JSON.stringify(name)} twice`);
    seen.add(name);
  }
  return [...seen];
}

function directionsOf(ascending: boolean | readonly boolean[], count: number): readonly boolean[] {
  const list = typeof ascending === "boolean" ? new Array<boolean>(count).fill(ascending) : ascending;
  const isList = Array.isArray(list) && list.every((each) => typeof each === "boolean");
  if (isList && list.length === count) return list;
  throw new ShapeError(
    `ascending is true, false, or one of them for each of the ${count} columns of orderBy, not ${showValue(ascending)}`,
  );
}
