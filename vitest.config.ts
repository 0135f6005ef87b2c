import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "property-tests/**/*.test.ts"],
    exclude: ["test/interop/**", "**/node_modules/**"],
    setupFiles: ["property-tests/seed.ts"],
    reporters: ["default", "./test/support/tally.ts"],
    pool: "forks",
    testTimeout: 60_000,
  },
});
