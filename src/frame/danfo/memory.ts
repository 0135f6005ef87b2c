import type { DType } from "../../dtype/index.js";
import type { AttrInput } from "../../store/index.js";
import type { DatesOption } from "./options.js";

/** What a frame's column was made of. */
export interface KnownColumn {
  /** Its name in the table. */
  readonly name: string;
  readonly dtype: DType;
  /** What its dates became. */
  readonly dates: DatesOption;
  readonly attr: AttrInput | undefined;
}

/** What a frame or series was made of: its columns by their names in the frame, and the table's attribute. */
export interface Known {
  readonly columns: ReadonlyMap<string, KnownColumn>;
  readonly attr: AttrInput | undefined;
  /** The column, by its name in the frame, that the labels are of. */
  readonly labelled?: string | undefined;
}

/** danfo's dtypes are hints, and too few: what a frame was made of is kept here as long as the frame itself. */
const memory = new WeakMap<object, Known>();

export function remember(frame: object, known: Known): void {
  memory.set(frame, known);
}

/** What a frame or series was made of; undefined where it is of danfo's own making. */
export function recall(frame: object): Known | undefined {
  return memory.get(frame);
}

/**
 * What a column was made of, and what the table is to call it: a name that was changed comes back, unless the frame has a
 * column of that name by now.
 */
export function knownColumn(
  known: Known | undefined,
  name: string,
  names: readonly string[],
): { readonly name: string; readonly known: KnownColumn | undefined } {
  const column = known?.columns.get(name);
  if (column === undefined) return { name, known: undefined };
  const isTaken = column.name !== name && names.includes(column.name);
  return { name: isTaken ? name : column.name, known: column };
}
