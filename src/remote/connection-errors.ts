import {
  AccessError,
  CorruptError,
  FormatError,
  IndexError,
  isMemmapError,
  LimitError,
  type MemmapError,
  NotFoundError,
  RemoteError,
  StaleError,
  systemCode,
  TimeoutError,
} from "../errors.js";
import { Setback } from "./retry.js";

/** What was asked, for messages. */
export interface Asked {
  /** The address, which has no user and no password in it. */
  readonly url: string;
  /** What is asked for, such as `the path "a/b"`. */
  readonly what: string;
  /** Whether it is a selection of a dataset, of which the protocol says by one status that it is not there, and that it is outside. */
  readonly isSelection: boolean;
  /** Whether a condition goes with it, which may be none. */
  readonly isCondition: boolean;
  /** Whether the server was told who asks. */
  readonly isNamed: boolean;
}

/** Causes that no second attempt changes: names that nobody has, and certificates. */
const PERMANENT = /^(ENOTFOUND|ERR_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH)/;

/** Where the protocol says by 404 that a selection is outside its dataset. */
const OUTSIDE = /slice|index|bound|outside|range|rank|dimension|selection|overlap|ascending|axis|position/i;

const MOST_OF_A_MESSAGE = 300;

/** A text from a server, fit to be shown: of one line, without control characters, and not too long. */
export function presentable(text: string): string {
  const line = text.replace(/[\p{C}\s]+/gu, " ").trim();
  return line.length > MOST_OF_A_MESSAGE ? `${line.slice(0, MOST_OF_A_MESSAGE)}…` : line;
}

function times(tries: number): string {
  return tries === 1 ? "" : `, ${tries} times`;
}

/** The error of a connection that was not made, or broke. */
export function brokenConnection(asked: Asked, happened: string, cause: unknown): unknown {
  const inner = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
  const code = systemCode(inner);
  // Undici has time limits of its own, such as for the making of a connection.
  const isTimeout = code !== undefined && /^UND_ERR_\w*TIMEOUT$/.test(code);
  const reason = presentable(inner instanceof Error ? inner.message : String(inner));
  const why = [code, reason].filter((part) => part !== undefined && part !== "").join(": ");
  const error = (tries: number): MemmapError => {
    const message = `${asked.url} ${happened}${times(tries)}: ${why}`;
    const details = { path: asked.url, cause };
    return isTimeout ? new TimeoutError(message, details) : new RemoteError(message, details);
  };
  return code !== undefined && PERMANENT.test(code) ? error(1) : new Setback(error);
}

/** The error of a server that sends nothing for so many milliseconds. */
export function silence(asked: Asked, timeout: number): Setback {
  return new Setback(
    (tries) =>
      new TimeoutError(
        `${asked.url} sent nothing for ${timeout} ms${times(tries)}; the option timeout is more`,
        {
          path: asked.url,
        },
      ),
  );
}

/** The error of an answer in the wrong media type. */
export function oddAnswer(asked: Asked, mediaType: string, expected: string): MemmapError {
  return new RemoteError(
    `${asked.url} answers ${presentable(mediaType) || "something without a media type"} where ${expected} is expected: ` +
      "is the address that of a server of this protocol?",
    { path: asked.url, status: 200 },
  );
}

/** The error of a body that is not what it should be. */
export function oddBody(asked: Asked, what: string, cause?: unknown): CorruptError {
  return new CorruptError(`${asked.url}: the answer ${what}`, { path: asked.url, cause });
}

/** An error of reading an answer, which says where it came from. */
export function answerError(asked: Asked, error: unknown): unknown {
  if (!isMemmapError(error) || error.path !== undefined) return error;
  switch (error.code) {
    case "CORRUPT":
    case "FORMAT":
      return oddBody(asked, `is not what it should be: ${error.message}`, error);
    case "LIMIT":
      return new LimitError(`${asked.url}: the answer is too much: ${error.message}`, {
        path: asked.url,
        cause: error,
      });
    default:
      return error;
  }
}

/**
 * What a status means that is no success.
 *
 * @param said the server's own words, where it has some
 * @param retryAfter milliseconds that it asks to be left alone for
 * @returns an error, or a {@link Setback} where another attempt may help
 */
export function statusError(
  asked: Asked,
  status: number,
  said: string | undefined,
  retryAfter: number | undefined,
): unknown {
  const words = said === undefined ? "" : `: ${presentable(said)}`;
  const details = { path: asked.url };
  const remote = (what: string, tries = 1): RemoteError =>
    new RemoteError(`${asked.url} ${what}${times(tries)}${words}`, { ...details, status });
  const waits =
    retryAfter === undefined ? "" : `; it asks to be left alone for ${Math.ceil(retryAfter / 1000)} s`;
  switch (status) {
    case 400:
      return asked.isCondition
        ? new FormatError(`${asked.what} cannot be${words}`, details)
        : remote("answered 400");
    case 401:
      return new AccessError(
        asked.isNamed
          ? `${asked.url} does not know this user and password, or this token (401)${words}`
          : `${asked.url} wants to know who asks (401): the options user and password, or token${words}`,
        details,
      );
    case 403:
      return new AccessError(`${asked.url} does not let this user (403)${words}`, details);
    case 404:
      return asked.isSelection && said !== undefined && OUTSIDE.test(said)
        ? new IndexError(`${asked.what} is not as that on ${asked.url}${words}`, details)
        : new NotFoundError(`${asked.what} is not there on ${asked.url}${words}`, details);
    case 409:
    case 412:
      return new StaleError(`${asked.what} is another by now on ${asked.url}${words}`, details);
    case 413:
      return new LimitError(`${asked.what} is more than ${asked.url} gives at once${words}`, details);
    case 416:
      return new IndexError(`${asked.what} has no such bytes on ${asked.url}${words}`, details);
    case 429:
      return new Setback((tries) => remote(`is asked too often (429)${waits}`, tries), retryAfter);
    default:
      if (status < 500 || status === 501) return remote(`answered ${status}`);
      return new Setback((tries) => remote(`answered ${status}${waits}`, tries), retryAfter);
  }
}
