import { type DType, type DTypeLike, parseDType, showValue } from "../dtype/index.js";
import { NotFoundError, UnsupportedError } from "../errors.js";
import { type AttrInput, didYouMean } from "../store/index.js";
import type { StoreSettings } from "../table/index.js";

/** A text column whose width is that of its widest value: code points or UTF-8. */
export type TextKind = "U" | "S";

/** What an option says of each column by name. */
type ByName<T> = { readonly [name: string]: T } | ReadonlyMap<string, T>;

/** What is stored where a source has null: one value for all columns, or one for each by name. */
export type FillOption = number | bigint | string | boolean | Date | ByName<unknown>;

/** Options of everything that makes a table from something else. */
export interface ImportOptions extends StoreSettings {
  /**
   * What columns become, by their names in the source; `"U"` and `"S"` are as wide as the widest value. Columns that
   * are not named follow from the source.
   */
  readonly dtypes?: ByName<DTypeLike | TextKind>;
  /** What text becomes: code points (`"U"`, the default) or UTF-8 (`"S"`). */
  readonly strings?: TextKind;
  /**
   * What is stored where the source has null. Without it null is NaN in columns of floats, NaT in those of dates, and an
   * error that names the cell in all others.
   */
  readonly fill?: FillOption;
  /**
   * Whether a column that has nulls gets another one beside it, `name.null`, of booleans that are true where it has; the
   * cell itself is then the fill, or zero.
   */
  readonly masks?: boolean;
  /**
   * What to do about names that no column can have: `"error"` (the default), or `"encode"`, which writes what they may
   * not have as `%` and two digits and keeps the name in the column's attribute, as `{ name }`.
   */
  readonly names?: "error" | "encode";
  /** The table's attribute. */
  readonly attr?: AttrInput;
  /** Whether a table of that name is replaced. */
  readonly overwrite?: boolean;
}

/** Checks what importers share, before anything is done. @throws UnsupportedError naming the option */
export function checkOptions({ strings, names, masks, overwrite }: ImportOptions): void {
  oneOf(strings, ["U", "S"], "strings");
  oneOf(names, ["error", "encode"], "names");
  oneOf(masks, [true, false], "masks");
  oneOf(overwrite, [true, false], "overwrite");
}

/** Checks that an option is one of a few values. @throws UnsupportedError naming the option and what it may be */
export function oneOf(value: unknown, known: readonly unknown[], name: string): void {
  if (value === undefined || known.includes(value)) return;
  const list = known.map((choice) => JSON.stringify(choice)).join(" or ");
  throw new UnsupportedError(`${name} is ${list}, not ${showValue(value)}`);
}

/** Checks that options by column name columns that there are. @throws NotFoundError, with a guess at what was meant */
export function checkOptionNames({ dtypes, fill }: ImportOptions, columns: readonly string[]): void {
  const known = new Set(columns);
  for (const [option, entries] of Object.entries({ dtypes, fill })) {
    if (!isByName(entries)) continue;
    const names: Iterable<string> = entries instanceof Map ? entries.keys() : Object.keys(entries);
    for (const name of names) {
      if (known.has(name)) continue;
      throw new NotFoundError(
        `${option} has ${JSON.stringify(name)}, but there is no such column${didYouMean(name, known)}`,
      );
    }
  }
}

/** What a column is to become. */
export type ImportType = DType | TextKind;

/** The dtype that the options say for a column, else that of the source. @throws DTypeError */
export function importType(
  { dtypes, strings = "U" }: ImportOptions,
  name: string,
  otherwise: ImportType | "text",
): ImportType {
  const chosen = entryOf(dtypes, name) ?? (otherwise === "text" ? strings : otherwise);
  return isTextKind(chosen) ? chosen : parseDType(chosen);
}

export function isTextKind(type: unknown): type is TextKind {
  return type === "U" || type === "S";
}

/** Whether an option says something of each column, and not of all at once. */
export function isByName(option: unknown): option is ByName<unknown> {
  return typeof option === "object" && option !== null && !(option instanceof Date);
}

/** An own entry of an object, or a map's; undefined of an option that was left out. */
export function entryOf<T>(entries: ByName<T> | undefined, name: string): T | undefined {
  if (entries instanceof Map) return entries.get(name);
  if (!isByName(entries)) return undefined;
  const object = entries as { readonly [name: string]: T };
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
