import {
  CastError,
  DiskError,
  DTypeError,
  FormatError,
  isMemmapError,
  LimitError,
  type MemmapError,
  NotFoundError,
  UnsupportedError,
} from "../../errors.js";

type ErrorClass = new (message: string, details: { readonly cause: unknown }) => MemmapError;

/** The kinds of error that DuckDB's messages begin with, and what they are here. */
const CLASSES: ReadonlyMap<string, ErrorClass> = new Map<string, ErrorClass>([
  ["Parser Error", FormatError],
  ["Syntax Error", FormatError],
  ["Catalog Error", NotFoundError],
  ["Binder Error", DTypeError],
  ["Mismatch Type Error", DTypeError],
  ["Conversion Error", CastError],
  ["Out of Range Error", CastError],
  ["Constraint Error", CastError],
  ["Out of Memory Error", LimitError],
  ["IO Error", DiskError],
]);

/**
 * The error of this package for one of DuckDB's: `FormatError` for what is no SQL, `NotFoundError` for unknown tables,
 * columns and functions, `DTypeError` for types that do not go together, `CastError` for values that cannot be converted,
 * `LimitError` for too little memory, `DiskError` for what the system refused, `UnsupportedError` for all others.
 */
export function queryError(cause: unknown): Error {
  if (isMemmapError(cause)) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const kind = /(?:^|: )([A-Z][A-Za-z -]* Error):/.exec(message)?.[1] ?? "";
  if (kind === "Permission Error") {
    return new UnsupportedError(`${message}\nA query reads and writes files only where files: true is said`, {
      cause,
    });
  }
  const isUnknown = kind === "Binder Error" && /not found|does not (exist|have)/.test(message);
  const Class = isUnknown ? NotFoundError : (CLASSES.get(kind) ?? UnsupportedError);
  return new Class(message, { cause });
}
