import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "property-tests/**/*.test.ts"],
    exclude: ["test/interop/**", "**/node_modules/**"],
    setupFiles: ["property-tests/seed.ts"],
    reporters: ["default", "./test/support/tally.ts"],
    pool: "forks",
    // Much of a test's time is the disk's: one process for each core, not one less.
    maxWorkers: "100%",
    testTimeout: 60_000,
  },
});
