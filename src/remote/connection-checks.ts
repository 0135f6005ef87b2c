import { showValue } from "../dtype/index.js";
import { LimitError, UnsupportedError } from "../errors.js";
import { didYouMean } from "../store/index.js";
import type { ConnectionOptions } from "./connection-options.js";

/** What timers of Node can wait for. */
const LONGEST = 2 ** 31 - 1;

const KNOWN: ReadonlySet<string> = new Set<keyof ConnectionOptions>([
  "user",
  "password",
  "token",
  "timeout",
  "retries",
  "fetch",
  "headers",
  "maxDepth",
  "dataSizeLimit",
  "maxSlices",
  "maxRequestBytes",
  "maxMapBytes",
  "progress",
  "onProgress",
]);

/** @throws UnsupportedError for options that are none */
export function requireOptions(options: unknown): void {
  if (typeof options === "object" && options !== null) return;
  throw new UnsupportedError(`options are an object, not ${showValue(options)}`);
}

/** @throws UnsupportedError for options that are not known, with a guess at what was meant */
export function requireKnown(options: ConnectionOptions): void {
  requireOptions(options);
  const other = Object.keys(options).find((name) => !KNOWN.has(name));
  if (other === undefined) return;
  throw new UnsupportedError(`a connection has no option "${other}"${didYouMean(other, KNOWN)}`);
}

/** @throws UnsupportedError for anything but a function, or nothing */
export function checkCallable(option: unknown, name: string): void {
  if (option === undefined || typeof option === "function") return;
  throw new UnsupportedError(`${name} is a function, not ${showValue(option)}`);
}

/** @throws LimitError for anything but milliseconds that a timer can wait for, or Infinity */
export function checkTimeout(timeout: unknown): number {
  const isRight = typeof timeout === "number" && timeout > 0 && (timeout <= LONGEST || timeout === Infinity);
  if (isRight) return timeout;
  throw new LimitError(
    `timeout is milliseconds above 0 and up to ${LONGEST}, or Infinity, not ${showValue(timeout)}`,
  );
}

/** @throws LimitError for anything but a whole number from `least` on */
export function checkCount(count: unknown, name: string, least = 0): number {
  if (typeof count === "number" && Number.isSafeInteger(count) && count >= least) return count;
  throw new LimitError(`${name} is a whole number from ${least} on, not ${showValue(count)}`);
}

/** Headers by their names in lower case. @throws UnsupportedError for what headers cannot say */
export function checkHeaders(headers: unknown): { readonly [name: string]: string } {
  try {
    return Object.fromEntries(new Headers((headers ?? {}) as ConstructorParameters<typeof Headers>[0]));
  } catch {
    // Without the cause, which says the value: it may be a secret.
    throw new UnsupportedError("headers are names and texts that HTTP allows, such as { 'x-team': 'stars' }");
  }
}
