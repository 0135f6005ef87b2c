import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fileOf, hasProc, implementations, runChild, scratchDirectory } from "./support.js";

const directory = scratchDirectory();
const path = fileOf(join(directory, "mapped"), 10_000, 5);

for (const { title, id, platform } of implementations) {
  if (id === "portable-copy") continue; // differs in private maps alone
  describe.skipIf(platform === undefined || !hasProc)(`workers, ${title}`, () => {
    it.each(["natural", "exit", "throw"])("leave no map of a file behind (end: %s)", (end) => {
      const found = runChild("worker", [id, path, end]);
      expect(found).toMatchObject({ areas: 0, right: true });
      // What mmap-io mapped goes with the worker by itself, so nothing is closed before.
      const said = { open: 0, first: null };
      if (id === "posix") expect(found).toMatchObject({ said: [said, said] });
    });

    it("count their maps together with the main thread's, and no longer than they live", () => {
      const said = { maps: 1_000, code: "LIMIT" };
      expect(runChild("worker", [id, path, "count"])).toEqual({ said: [said, said], areas: 0, right: true });
    });
  });
}
