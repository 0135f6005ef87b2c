import { types } from "node:util";
import * as tagged from "../errors.js";

/** Anything that was thrown, as a message to another thread: structured clones of errors lose class, code and path. */
export type Thrown = { readonly error: ErrorRecord } | { readonly value: unknown };

interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Further properties of its own, such as `code` and `path`. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly cause: Thrown | undefined;
  /** Of an AggregateError. */
  readonly errors: readonly Thrown[] | undefined;
}

type ErrorClass = new (message: string, details: { path?: string | undefined; cause?: unknown }) => Error;

const TAGGED: Readonly<Record<tagged.ErrorCode, ErrorClass>> = {
  NOT_FOUND: tagged.NotFoundError,
  EXISTS: tagged.ExistsError,
  FORMAT: tagged.FormatError,
  DTYPE: tagged.DTypeError,
  CAST: tagged.CastError,
  SHAPE: tagged.ShapeError,
  INDEX: tagged.IndexError,
  NAME: tagged.NameError,
  READ_ONLY: tagged.ReadOnlyError,
  CLOSED: tagged.ClosedError,
  STALE: tagged.StaleError,
  LOCKED: tagged.LockedError,
  LIMIT: tagged.LimitError,
  UNSUPPORTED: tagged.UnsupportedError,
  DISK: tagged.DiskError,
  CORRUPT: tagged.CorruptError,
  WORKER: tagged.WorkerError,
  TIMEOUT: tagged.TimeoutError,
  ACCESS: tagged.AccessError,
  REMOTE: tagged.RemoteError,
};

const STANDARD = new Map<string, ErrorClass>(
  [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((each) => [each.name, each]),
);

/** Causes have causes, and may be their own. */
const DEPTH = 8;
const APART: ReadonlySet<string> = new Set(["name", "message", "stack", "cause", "errors"]);

/** Makes a message of what was thrown. What no message can carry is left out of an error, or told by its text. */
export function packThrown(thrown: unknown, depth = DEPTH): Thrown {
  if (!isError(thrown)) return { value: isCloneable(thrown) ? thrown : String(thrown) };
  const { name, message, stack, cause } = thrown;
  const inner = (each: unknown) => packThrown(each, depth - 1);
  const errors = thrown instanceof AggregateError && depth > 0 ? thrown.errors.map(inner) : undefined;
  const properties = Object.entries(thrown).filter(([key, value]) => !APART.has(key) && isCloneable(value));
  return {
    error: {
      name,
      message,
      stack,
      properties: Object.fromEntries(properties),
      cause: cause === undefined || depth === 0 ? undefined : inner(cause),
      errors,
    },
  };
}

/**
 * Makes of a message what was thrown: this package's errors and JavaScript's own are of their class again, all others
 * an Error of their name, with message, stack, cause and further properties such as `code`.
 */
export function unpackThrown(thrown: Thrown): unknown {
  if ("value" in thrown) return thrown.value;
  const { name, stack, properties } = thrown.error;
  const error = emptyError(thrown.error);
  Object.assign(error, properties);
  if (error.name !== name) hide(error, "name", name);
  if (stack !== undefined) hide(error, "stack", stack);
  return error;
}

/** What was thrown, in words. */
export function messageOf(thrown: unknown): string {
  return isError(thrown) ? thrown.message : String(thrown);
}

function emptyError({ name, message, properties, cause: packed, errors }: ErrorRecord): Error {
  const cause = packed === undefined ? {} : { cause: unpackThrown(packed) };
  if (tagged.isMemmapError(properties)) {
    const path = typeof properties.path === "string" ? properties.path : undefined;
    return new TAGGED[properties.code](message, { ...cause, path });
  }
  if (errors !== undefined) return new AggregateError(errors.map(unpackThrown), message, cause);
  return new (STANDARD.get(name) ?? Error)(message, cause);
}

/** Sets a property that is not listed among the error's own when it is printed. */
function hide(error: Error, key: string, value: string): void {
  Object.defineProperty(error, key, { value, configurable: true, writable: true });
}

/** Errors of another realm are errors, too. */
function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || types.isNativeError(thrown);
}

function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}
