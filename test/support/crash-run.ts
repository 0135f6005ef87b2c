import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import fc from "fast-check";

const script = fileURLToPath(new URL("../crash/run.mjs", import.meta.url));

/** Runs parts of `test/crash/run.mjs`, on the built package. @returns its exit code, and all that it printed */
export function crashRun(...args: readonly string[]): {
  readonly code: number | null;
  readonly output: string;
} {
  const { seed = 1 } = fc.readConfigureGlobal() ?? {};
  const command = [script, "--seed", String(seed % 1_000_000), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
  return { code: status, output: `${stdout}${stderr}` };
}
