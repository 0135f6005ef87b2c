import type fc from "fast-check";
import { UnsupportedError } from "../errors.js";

type FastCheck = typeof fc;

let loaded: FastCheck | undefined;
let problem: unknown;
try {
  // By `import`, so that it is the copy that the tests have configured; `require` would load a second one.
  loaded = (await import("fast-check")).default;
} catch (error) {
  problem = error;
}

/**
 * The package fast-check, an optional partner: what needs no random values works without it.
 *
 * @throws UnsupportedError where it is not installed, with the command that installs it
 */
export function fastCheck(): FastCheck {
  if (loaded !== undefined) return loaded;
  throw new UnsupportedError(
    "the arbitraries of memmap-table/testing need the package fast-check: npm install --save-dev fast-check",
    { cause: problem },
  );
}
