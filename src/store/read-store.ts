import { StaleError } from "../errors.js";
import type { Files } from "../platform/files.js";
import { type Look, latest, look } from "./look.js";
import { outerStore } from "./nesting.js";
import type { StorePaths } from "./paths.js";
import { type Authority, type Scan, type StoreKind, scan } from "./scan.js";
import { isStore } from "./vacancy.js";

/** How long a table is tried to be read between the changes of a writer, in milliseconds. */
const PATIENCE = 10_000;

/** The records that a reader goes by: the directory's own, or those of the store that it is a part of. */
export function authorityOf(paths: StorePaths, files: Files, before?: Look): Authority {
  const whose = isStore(paths.root, files) ? paths : (outerStore(paths, files) ?? paths);
  return { paths: whose, look: look(whose, files, before) };
}

/**
 * Reads what a store holds, without a lock and without a mixture: a look at the records, the files, and another look. What
 * was read counts if both looks show the same transaction.
 *
 * @throws as {@link scan}, and StaleError where a writer changes the store all the time
 */
export function readStore(paths: StorePaths, files: Files, kind: StoreKind): Scan {
  const deadline = performance.now() + PATIENCE;
  for (let before = authorityOf(paths, files); ; ) {
    const outcome = attempt(() => scan(paths, files, before, kind));
    const after = authorityOf(paths, files, before.look);
    const isSame =
      after.paths.root === before.paths.root && latest(after.look)?.txid === latest(before.look)?.txid;
    if (isSame && "found" in outcome) return outcome.found;
    // A record that was applied meanwhile took its files along.
    if (
      isSame &&
      "error" in outcome &&
      (after.look.pending === undefined) === (before.look.pending === undefined)
    ) {
      throw outcome.error;
    }
    if (performance.now() > deadline) {
      throw new StaleError(
        `${paths.root}: a writer changes the table faster than it can be read; try again when it rests`,
        { path: paths.root },
      );
    }
    before = after;
  }
}

type Outcome = { readonly found: Scan } | { readonly error: unknown };

function attempt(work: () => Scan): Outcome {
  try {
    return { found: work() };
  } catch (error) {
    return { error };
  }
}
