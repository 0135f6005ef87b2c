import type { MemmapError } from "../errors.js";
import type { Patience } from "./connection-patience.js";

const FIRST_DELAY = 200;
const MOST_DELAY = 10_000;
/** Servers that ask for more than this are tried again no more: whoever calls decides whether he waits. */
const MOST_ASKED_FOR = 60_000;

/** An attempt that failed of what may pass; thrown between this package's own functions, never out of them. */
export class Setback {
  /** The error that it is in the end, where no further attempt is made. */
  readonly error: (tries: number) => MemmapError;
  /** Milliseconds that the server asks to be left alone for. */
  readonly retryAfter: number | undefined;

  constructor(error: (tries: number) => MemmapError, retryAfter?: number) {
    this.error = error;
    this.retryAfter = retryAfter;
  }
}

/**
 * How long to wait before the next attempt: twice as long each time, of which half by chance, so that clients that failed
 * together do not come back together; as long as the server asks for, where it does.
 *
 * @param failed attempts until now, at least 1
 * @param retryAfter milliseconds that the server asks for
 * @param random from 0 to below 1
 * @returns milliseconds, or undefined where the server asks for more than is waited
 */
export function retryDelay(
  failed: number,
  retryAfter: number | undefined,
  random: number,
): number | undefined {
  const delay = Math.min(FIRST_DELAY * 2 ** (failed - 1), MOST_DELAY);
  const own = delay * (0.5 + random / 2);
  if (retryAfter === undefined) return own;
  return retryAfter > MOST_ASKED_FOR ? undefined : Math.max(own, retryAfter);
}

/**
 * Reads the header `Retry-After`.
 *
 * @param value seconds, or a date
 * @param now milliseconds since 1970
 * @returns milliseconds from now; undefined where it says neither
 */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  const text = value.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // Dates alone: Date.parse() takes much more than those.
  const date = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(date - now, 0);
}

/**
 * Makes attempts until one is no {@link Setback}.
 *
 * @param retries attempts after the first
 * @param patience what ends the waiting between them
 */
export async function retrying<T>(
  retries: number,
  patience: Patience,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Setback)) throw error;
      const delay = tries > retries ? undefined : retryDelay(tries, error.retryAfter, Math.random());
      if (delay === undefined) throw error.error(tries);
      await patience.sleep(delay);
    }
  }
}
