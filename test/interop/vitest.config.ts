import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Started by `run.mjs`, which provides Python and the seed. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    include: ["test/interop/*.test.ts"],
    reporters: ["default", "./test/support/tally.ts"],
    pool: "forks",
    // Half of the work is Python's.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
