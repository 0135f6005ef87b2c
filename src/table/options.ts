import type { ArraySource } from "../array/index.js";
import { type DTypeLike, showValue } from "../dtype/index.js";
import { IndexError, ShapeError, UnsupportedError } from "../errors.js";
import type { AttrInput, Durability, FileLayout, Locking } from "../store/index.js";
import type { ColumnsOption } from "./schema.js";

/** NumPy's modes: read; read and write; replace a table that is there; open or create. */
export type Mode = "r" | "r+" | "w+" | "a";

/** Options of everything that opens a table. */
export interface StoreSettings {
  /**
   * How other writers are kept out. All writers of a table say the same; readers need no lock.
   *
   * * `"kernel"` (the default): a lock of the operating system. It is free the moment its holder closes the table or
   *   dies, and cannot be lost. Right for everything on local disks, and for network file systems that have such locks.
   * * `"lease"`: a lock that lasts a minute and is renewed, by a timer and by each change. For file systems without
   *   locks of the kernel, and for runtimes that refuse native code. The weaker choice: after a crash the table is
   *   locked for up to a minute; a writer whose event loop stands still for longer than a minute between two changes
   *   loses its lock, and its next change throws `LockedError`; the clocks of machines that share the table must agree
   *   to a few seconds; and resizing copies the columns, since another writer may have taken over.
   * * `"none"`: for media that nobody else can write, and for programs that lock elsewhere. Two writers at a time
   *   damage the table.
   */
  readonly locking?: Locking;
  /** Whether changes wait for the disk: `"full"` (the default) or `"process"`. */
  readonly durability?: Durability;
  /** Milliseconds to wait for another writer's lock; 0 (the default) tries once. */
  readonly timeout?: number;
  /** How new columns are written: with NumPy's header (`"npy"`, the default) or headerless (`"raw"`). */
  readonly layout?: FileLayout;
}

/** Options of {@link MemmapTable.open}. */
export interface OpenOptions<C extends ColumnsOption = ColumnsOption, M extends Mode = Mode>
  extends StoreSettings {
  /** `"r"` when left out. */
  readonly mode?: M;
  /** The rows of a table that is made; those that an existing one must have. */
  readonly rows?: number;
  /** The columns of a table that is made; those that an existing one must have, with these dtypes. */
  readonly columns?: C;
}

/** Options of {@link MemmapTable.create}. */
export interface CreateOptions<C extends ColumnsOption = ColumnsOption> extends StoreSettings {
  /** Number of rows, 0 when left out. */
  readonly rows?: number;
  /** Columns of zeros to begin with. */
  readonly columns?: C;
  /** The table's attribute. */
  readonly attr?: AttrInput;
  /** Whether a table of that name is replaced. */
  readonly overwrite?: boolean;
}

/** Options of {@link MemmapTable.addColumn}. */
export interface AddOptions<D extends DTypeLike = DTypeLike> {
  /** The shape of each row's cell; `[]`, one element, when left out. */
  readonly itemShape?: readonly number[];
  /** The column's attribute. */
  readonly attr?: AttrInput;
  /** What to store in it; judged like an assignment. */
  readonly data?: ArraySource<D>;
  /** One value for all rows; zero when left out. */
  readonly fill?: ArraySource<D>;
  /** Whether a column of that name is replaced. */
  readonly overwrite?: boolean;
  /** With NumPy's header or headerless; as the table was opened, when left out. */
  readonly layout?: FileLayout;
}

function oneOf<T extends string>(value: unknown, known: readonly T[], name: string): void {
  if (value === undefined || known.some((choice) => choice === value)) return;
  const list = known.map((choice) => JSON.stringify(choice)).join(", ");
  throw new UnsupportedError(`${name} is one of ${list}, not ${showValue(value)}`);
}

/** Checks options before anything is done with them. @throws UnsupportedError, ShapeError, IndexError */
export function checkOptions(options: OpenOptions | CreateOptions): void {
  if ("mode" in options) oneOf(options.mode, ["r", "r+", "w+", "a"], "mode");
  oneOf(options.locking, ["kernel", "lease", "none"], "locking");
  oneOf(options.durability, ["full", "process"], "durability");
  checkLayout(options.layout);
  if (options.rows !== undefined) checkRowCount(options.rows);
  const { timeout } = options;
  if (timeout !== undefined && !(typeof timeout === "number" && timeout >= 0)) {
    throw new IndexError(`timeout is a number of milliseconds, at least 0, not ${showValue(timeout)}`);
  }
}

/** @throws UnsupportedError for anything but a layout that there is */
export function checkLayout(layout: unknown): void {
  oneOf(layout, ["npy", "raw"], "layout");
}

/** @throws ShapeError for anything but a whole number from 0 */
export function checkRowCount(rows: unknown): asserts rows is number {
  if (typeof rows === "number" && Number.isSafeInteger(rows) && rows >= 0) return;
  throw new ShapeError(`a number of rows is a whole number from 0, not ${showValue(rows)}`);
}

/** @throws ShapeError for anything but a list of whole numbers from 0, at most 31 of them */
export function checkItemShape(shape: unknown): asserts shape is readonly number[] {
  const good =
    Array.isArray(shape) &&
    shape.length <= 31 &&
    shape.every((axis) => typeof axis === "number" && Number.isSafeInteger(axis) && axis >= 0);
  if (!good)
    throw new ShapeError(
      `an item shape is a list of at most 31 whole numbers, such as [3], not ${showValue(shape)}`,
    );
}

/** @throws ShapeError where a table has another number of rows than was asked for */
export function requireRows(wanted: number, there: number, path: string): void {
  if (wanted === there) return;
  throw new ShapeError(`${path}: the table has ${there} rows, not ${wanted}`, { path });
}
