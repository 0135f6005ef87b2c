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
    // Machines are shared, and disks busy: only what hangs shall fail by these.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
