import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** Gives paths that nothing has yet, in a directory of this test file that is removed at its end. */
export function temporaryPaths(): (name?: string) => string {
  const directory = mkdtempSync(join(tmpdir(), "memmap-table-"));
  // A disk that is busy takes its time.
  afterAll(() => rmSync(directory, { recursive: true, force: true }), 120_000);
  let count = 0;
  return (name = "table") => {
    count += 1;
    return join(directory, `${name}-${count}`);
  };
}
