/**
 * Runs the tests against real NumPy, pandas and pyarrow: `node test/interop/run.mjs [vitest's arguments]`.
 *
 * They come from `requirements.txt`; see `python.mjs`. Data are random: `SEED=<number>` repeats a run.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { preparePython } from "./python.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

function fail(message) {
  console.error(`test:interop: ${message}`);
  process.exit(1);
}

function python() {
  try {
    return preparePython();
  } catch (error) {
    return fail(error.message);
  }
}

function run(args, env = {}) {
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  return status ?? 1;
}

const PYTHON = python();
if (run([join(root, "schema", "generate.mjs")]) !== 0) {
  fail("the validators of the JSON schemas could not be generated");
}
const SEED = process.env.SEED ?? String(Date.now() & 0x7fffffff);
console.log(`seed ${SEED}; SEED=${SEED} npm run test:interop repeats this run`);
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const config = fileURLToPath(new URL("vitest.config.ts", import.meta.url));
process.exitCode = run([vitest, "run", "--config", config, ...process.argv.slice(2)], { PYTHON, SEED });
