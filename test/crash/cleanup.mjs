/** What a run started and made is ended and removed at its end, however it ends. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const undone = [];

/** Calls `undo` when this process ends, the last first. @returns what does it at once instead */
export function atEnd(undo) {
  undone.push(undo);
  return () => {
    const place = undone.indexOf(undo);
    if (place === -1) return;
    undone.splice(place, 1);
    undo();
  };
}

function undoAll() {
  for (const undo of undone.splice(0).reverse()) {
    try {
      undo();
    } catch (error) {
      console.error(error);
    }
  }
}

process.on("exit", undoAll);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));

/**
 * A new directory that is removed at the end, or at once by `remove`. `MEMMAP_TABLE_KEEP=1` keeps all of them, for a look at
 * what a violation left.
 */
export function temporaryDirectory() {
  const directory = mkdtempSync(join(tmpdir(), "memmap-crash-"));
  if (process.env.MEMMAP_TABLE_KEEP === "1") return { directory, remove() {} };
  return { directory, remove: atEnd(() => rmSync(directory, { recursive: true, force: true })) };
}
