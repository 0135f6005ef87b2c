/**
 * Every error of this package is a {@link MemmapError}: one class per cause, told apart by `instanceof` or by its
 * `code`, which also tells where two copies of the package are installed.
 *
 * ```ts
 * try {
 *   MemmapTable.open("flights").column("dellay");
 * } catch (error) {
 *   if (isMemmapError(error, "NOT_FOUND")) console.log(error.message); // … did you mean "delay"?
 *   else throw error;
 * }
 * ```
 *
 * @module
 */

/** The causes, one per error class. */
export type ErrorCode =
  | "NOT_FOUND"
  | "EXISTS"
  | "FORMAT"
  | "DTYPE"
  | "CAST"
  | "SHAPE"
  | "INDEX"
  | "NAME"
  | "READ_ONLY"
  | "CLOSED"
  | "STALE"
  | "LOCKED"
  | "LIMIT"
  | "UNSUPPORTED"
  | "DISK"
  | "CORRUPT"
  | "WORKER"
  | "TIMEOUT"
  | "ACCESS"
  | "REMOTE";

/** What an error carries beside its message. */
export interface ErrorDetails {
  /** The file or directory that the error is about. */
  readonly path?: string | undefined;
  /** The error underneath, such as the system's. */
  readonly cause?: unknown;
}

/** The base of all errors that this package throws. */
export abstract class MemmapError<Code extends ErrorCode = ErrorCode> extends Error {
  abstract readonly code: Code;
  /** The file or directory that the error is about, where there is one. */
  declare readonly path?: string;

  constructor(message: string, { path, cause }: ErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    if (path !== undefined) this.path = path;
  }
}

/** A table, file, column or field that is not there. */
export class NotFoundError extends MemmapError<"NOT_FOUND"> {
  readonly code = "NOT_FOUND";
}
/** Something is already where a new thing should go. */
export class ExistsError extends MemmapError<"EXISTS"> {
  readonly code = "EXISTS";
}
/** Bytes that are not what their file's name promises: a malformed `.npy` header or `.attr` sidecar. */
export class FormatError extends MemmapError<"FORMAT"> {
  readonly code = "FORMAT";
}
/** A dtype that does not exist, is not supported, or does not suit the operation. */
export class DTypeError extends MemmapError<"DTYPE"> {
  readonly code = "DTYPE";
}
/** A value that the destination's dtype cannot hold exactly. */
export class CastError extends MemmapError<"CAST"> {
  readonly code = "CAST";
}
/** Lengths, shapes or row counts that do not agree. */
export class ShapeError extends MemmapError<"SHAPE"> {
  readonly code = "SHAPE";
}
/** An index or a selection outside the array, or rows that were discarded. */
export class IndexError extends MemmapError<"INDEX"> {
  readonly code = "INDEX";
}
/** A column or group name that breaks the rules, or collides with another. */
export class NameError extends MemmapError<"NAME"> {
  readonly code = "NAME";
}
/** A change asked of something that is open for reading. */
export class ReadOnlyError extends MemmapError<"READ_ONLY"> {
  readonly code = "READ_ONLY";
}
/** Any use after `close()`. */
export class ClosedError extends MemmapError<"CLOSED"> {
  readonly code = "CLOSED";
}
/** A file that other software replaced since it was opened; `refresh()` takes it up. */
export class StaleError extends MemmapError<"STALE"> {
  readonly code = "STALE";
}
/** The writer that holds a store's lock, as it wrote itself down. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** When it took the lock: an ISO 8601 date in UTC. */
  readonly since: string;
}
/** A store that another writer holds, or whose lock this writer has lost. */
export class LockedError extends MemmapError<"LOCKED"> {
  readonly code = "LOCKED";
  /** Who holds it, where that is known. */
  declare readonly holder?: LockHolder;

  constructor(
    message: string,
    { holder, ...details }: ErrorDetails & { holder?: LockHolder | undefined } = {},
  ) {
    super(message, details);
    if (holder !== undefined) this.holder = holder;
  }
}
/** A size beyond what this system, this Node or this format allows. */
export class LimitError extends MemmapError<"LIMIT"> {
  readonly code = "LIMIT";
}
/** Something that this platform or this version cannot do. */
export class UnsupportedError extends MemmapError<"UNSUPPORTED"> {
  readonly code = "UNSUPPORTED";
}
/** The operating system refused: disk full, input or output error, no permission. */
export class DiskError extends MemmapError<"DISK"> {
  readonly code = "DISK";
}
/** A store whose files contradict each other. */
export class CorruptError extends MemmapError<"CORRUPT"> {
  readonly code = "CORRUPT";
}

/** A worker thread that ended before its work was done, or a task that it could not take up. */
export class WorkerError extends MemmapError<"WORKER"> {
  readonly code = "WORKER";
}

/** Something that was waited for did not come within the time that the caller gave it. */
export class TimeoutError extends MemmapError<"TIMEOUT"> {
  readonly code = "TIMEOUT";
}

/** A server that wants to know who asks, does not know him, or does not let him. */
export class AccessError extends MemmapError<"ACCESS"> {
  readonly code = "ACCESS";
}

/** A server that was not reached, broke off, is too busy, or answers what it should not. */
export class RemoteError extends MemmapError<"REMOTE"> {
  readonly code = "REMOTE";
  /** The status of its answer, where there was one. */
  declare readonly status?: number;

  constructor(message: string, { status, ...details }: ErrorDetails & { status?: number | undefined } = {}) {
    super(message, details);
    if (status !== undefined) this.status = status;
  }
}

const CODES: ReadonlySet<string> = new Set<ErrorCode>([
  "NOT_FOUND",
  "EXISTS",
  "FORMAT",
  "DTYPE",
  "CAST",
  "SHAPE",
  "INDEX",
  "NAME",
  "READ_ONLY",
  "CLOSED",
  "STALE",
  "LOCKED",
  "LIMIT",
  "UNSUPPORTED",
  "DISK",
  "CORRUPT",
  "WORKER",
  "TIMEOUT",
  "ACCESS",
  "REMOTE",
]);

/**
 * Whether `error` is one of this package's, and of the given cause where one is given.
 *
 * @param error anything that was thrown
 * @param code the cause to look for; any when left out
 */
export function isMemmapError<Code extends ErrorCode = ErrorCode>(
  error: unknown,
  code?: Code,
): error is MemmapError<Code> {
  const found = codeOf(error);
  return found !== undefined && (code === undefined ? CODES.has(found) : found === code);
}

/** The system's own error code (`ENOENT`, …) of an error that Node threw, or undefined. */
export function systemCode(error: unknown): string | undefined {
  return codeOf(error);
}

/** By its property and not by its class: errors of another realm have classes of their own. */
function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
