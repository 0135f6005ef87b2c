import type { DType } from "../dtype/index.js";
import { CastError } from "../errors.js";
import { entryOf, type ImportOptions, isByName } from "./options.js";

/** What the options say that is stored for the nulls of a column; undefined where they say nothing. */
export function fillOf({ fill }: ImportOptions, name: string): unknown {
  return isByName(fill) ? entryOf(fill, name) : (fill ?? undefined);
}

/**
 * What stands in a column where its source has null: the fill; else NaN and NaT; else zero, where a mask says which
 * cells these are. Undefined where there is no such value.
 */
export function substituteFor(dtype: DType, name: string, options: ImportOptions): unknown {
  const filled = fillOf(options, name);
  if (filled !== undefined) return filled;
  switch (dtype.kind) {
    case "f":
      return Number.NaN;
    case "c":
      return { re: Number.NaN, im: Number.NaN };
    case "M":
    case "m":
      return null;
    default:
      return options.masks === true ? zeroOf(dtype) : undefined;
  }
}

function zeroOf(dtype: DType): unknown {
  if (dtype.fields !== undefined) {
    return Object.fromEntries(dtype.fields.map(({ name, dtype: inner }) => [name, zeroOf(inner)]));
  }
  switch (dtype.kind) {
    case "b":
      return false;
    case "U":
    case "S":
      return "";
    case "V":
      return new Uint8Array(dtype.itemsize);
    case "M":
    case "m":
      return null;
    case "c":
      return { re: 0, im: 0 };
    default:
      return 0;
  }
}

/** The error for a null that nothing stands for. @param masks whether masks can be asked for */
export function nullError(name: string, row: number, what: string, masks = true): CastError {
  const column = JSON.stringify(name);
  return new CastError(
    `column ${column}, row ${row}: null does not go into ${what}; say fill: { ${column}: … } to store a value instead${masks ? ", or masks: true to keep a column of which cells are null" : ""}`,
  );
}
