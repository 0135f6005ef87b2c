import { type ErrorCode, isMemmapError, systemCode } from "../../errors.js";

/** An answer that is an error: its status, and what it says. Neither has a path of this machine. */
export class Problem extends Error {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };

  constructor(status: number, message: string, headers: { readonly [name: string]: string } = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** The same for those who should come again. */
export class BusyProblem extends Problem {
  /** @param retryAfter seconds */
  constructor(message: string, retryAfter: number, status = 503) {
    super(status, message, { "retry-after": String(retryAfter) });
  }
}

const STATUS: { readonly [code in ErrorCode]?: number } = {
  FORMAT: 400,
  NAME: 400,
  DTYPE: 400,
  CAST: 400,
  SHAPE: 400,
  NOT_FOUND: 404,
  INDEX: 404,
  UNSUPPORTED: 404,
  CORRUPT: 404,
  DISK: 404,
  ACCESS: 404,
  LIMIT: 413,
  STALE: 409,
  LOCKED: 409,
  CLOSED: 503,
};

/** Errors whose messages say only what the client said himself. */
const HARMLESS: ReadonlySet<ErrorCode> = new Set([
  "NOT_FOUND",
  "FORMAT",
  "NAME",
  "DTYPE",
  "CAST",
  "SHAPE",
  "INDEX",
  "LIMIT",
]);

/** What other errors say to those outside. */
const SAID: { readonly [code in ErrorCode]?: string } = {
  NOT_FOUND: "Failed to open object",
  UNSUPPORTED: "Failed to open object",
  CORRUPT: "Unable to read data stream",
  DISK: "Unable to read data stream",
  LIMIT: "Unable to read data stream: the file has parts that are too large to be read",
  STALE: "the file changes while it is read; ask again",
  LOCKED: "another program writes the file; ask again when it has closed it",
  CLOSED: "the server stops",
};

/**
 * The answer that an error is. Errors of this package that carry a path are said in other words, since it is one of this machine;
 * what nobody foresaw says nothing.
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isMemmapError(error)) {
    const why = systemCode(error.cause);
    if (why === "ERR_MODULE_NOT_FOUND" || why === "MODULE_NOT_FOUND") {
      return new Problem(501, "this server lacks a package that this needs; its log says which");
    }
    const said = STATUS[error.code];
    // What is about a file is no fault of whoever asks for it.
    const status = said === 400 && error.path !== undefined ? 404 : said;
    if (status !== undefined) {
      const isSafe = HARMLESS.has(error.code) && error.path === undefined;
      return new Problem(status, isSafe ? error.message : (SAID[error.code] ?? "Failed to open object"));
    }
  }
  const { statusCode } = (error ?? {}) as { readonly statusCode?: unknown };
  if (statusCode === 413) return new Problem(413, "the body of the request is too large");
  if (typeof statusCode === "number" && statusCode >= 400 && statusCode < 500) {
    return new Problem(statusCode, "the request is not understood");
  }
  return new Problem(500, "the server failed");
}
