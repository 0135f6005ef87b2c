import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { temporaryPaths } from "../../support/temporary.js";

const path = temporaryPaths();
const project = fileURLToPath(new URL("../../..", import.meta.url));

it("examples/arrow.ts goes to Arrow and back", () => {
  const directory = path("flights");
  mkdirSync(directory);
  const tsx = join(project, "node_modules/tsx/dist/loader.mjs");
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", tsx, join(project, "examples/arrow.ts"), directory],
    { encoding: "utf8", cwd: project },
  );
  expect(stderr).toBe("");
  expect(stdout).toContain("delay is shared: true");
  expect(stdout).toMatch(/200000 flights in \d+ bytes/);
  expect(stdout).toContain("back again: delay, distance, time; mean delay 7.5");
});
