import { UnsupportedError } from "../errors.js";
import type { Platform } from "./platform.js";
import { portablePlatform } from "./portable.js";
import { posixPlatform } from "./posix.js";

const MAKERS = { posix: posixPlatform, portable: portablePlatform };

/**
 * The best platform that loads here: `posix`, else `portable`.
 *
 * @param forced the only one to try, by its name
 * @throws UnsupportedError where none loads; the message says why and what to install
 */
export function choosePlatform(forced?: string): Platform {
  if (forced !== undefined && forced !== "posix" && forced !== "portable") {
    throw new UnsupportedError(`MEMMAP_TABLE_PLATFORM must be "posix" or "portable", not "${forced}"`);
  }
  const names = forced === undefined ? (["posix", "portable"] as const) : ([forced] as const);
  const failures: unknown[] = [];
  for (const name of names) {
    try {
      return MAKERS[name]();
    } catch (error) {
      failures.push(error);
    }
  }
  const reasons = failures.map((error) => (error instanceof Error ? error.message : String(error)));
  throw new UnsupportedError(
    `files cannot be mapped here. ${reasons.join(". ")}. ` +
      'Install one of the two: "npm install koffi", or, with a compiler, "npm install @riaskov/mmap-io"',
    { cause: new AggregateError(failures) },
  );
}

let chosen: Platform | undefined;

/**
 * The platform of this process, chosen at the first call. The environment variable `MEMMAP_TABLE_PLATFORM`, `posix`
 * or `portable`, forces one.
 *
 * @throws UnsupportedError where none loads
 */
export function platform(): Platform {
  chosen ??= choosePlatform(process.env.MEMMAP_TABLE_PLATFORM || undefined);
  return chosen;
}
