import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { isExampleOfTurn } from "../../support/some-of.js";
import { temporaryPaths } from "../../support/temporary.js";

const path = temporaryPaths();
const project = fileURLToPath(new URL("../../..", import.meta.url));

it.runIf(isExampleOfTurn("sql"))("examples/sql.ts asks where passengers wait", () => {
  const directory = path("delays");
  mkdirSync(directory);
  const tsx = join(project, "node_modules/tsx/dist/loader.mjs");
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", tsx, join(project, "examples/sql.ts"), directory],
    { encoding: "utf8", cwd: project },
  );
  expect(stderr).toBe("");
  expect(stdout).toContain("500000 flights, 3376 airports");
  expect(stdout).toContain("DFW    6.5 min  Dallas-Fort Worth International");
  expect(stdout).toMatch(/0 {2}SJU {3}San Juan/);
  expect(stdout).toContain("81 airports in delays.parquet, whole");
});
