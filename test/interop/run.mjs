/**
 * Runs the tests against real NumPy: `node test/interop/run.mjs [vitest's arguments]`.
 *
 * NumPy comes from `requirements.txt` into the virtual environment `.venv/`, which git ignores and which is kept while
 * the requirements stay the same. `PYTHON=<program>` says which Python makes it, `python3` when left out. Data are
 * random: `SEED=<number>` repeats a run.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** NumPy's own demand, of the release in `requirements.txt`. */
const OLDEST = [3, 11];

const root = fileURLToPath(new URL("../..", import.meta.url));
const requirements = fileURLToPath(new URL("requirements.txt", import.meta.url));
const home = join(root, ".venv");
const venvPython =
  process.platform === "win32" ? join(home, "Scripts", "python.exe") : join(home, "bin", "python");
/** What is installed: a copy of the requirements, written when all went well. */
const stamp = join(home, "installed-requirements.txt");

const versionOf = (python) => {
  const script = "import sys; print(*sys.version_info[:3])";
  const { status, stdout } = spawnSync(python, ["-c", script], { encoding: "utf8" });
  return status === 0 ? stdout.trim().split(" ").map(Number) : undefined;
};

const isNewEnough = ([major, minor]) => major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);

function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  if (error !== undefined) console.error(`${command}: ${error.message}`);
  return status ?? 1;
}

function fail(message) {
  console.error(`test:interop: ${message}`);
  process.exit(1);
}

/** The Python that the environment is made with. */
function findPython() {
  const python = process.env.PYTHON ?? (process.platform === "win32" ? "python" : "python3");
  const oldest = OLDEST.join(".");
  const right = `Python ${oldest} or later is needed; PYTHON=<program> says where it is`;
  const version = versionOf(python);
  if (version === undefined) fail(`${python} does not run. ${right}`);
  if (!isNewEnough(version)) fail(`${python} is Python ${version.join(".")}. ${right}`);
  return python;
}

/** Makes the virtual environment, or brings it up to the requirements. */
function prepare() {
  const wanted = readFileSync(requirements, "utf8");
  const version = existsSync(venvPython) ? versionOf(venvPython) : undefined;
  const usable = version !== undefined && isNewEnough(version);
  if (usable && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  if (!usable) {
    const python = findPython();
    console.log(`making a virtual environment in ${home}`);
    if (run(python, ["-m", "venv", "--clear", home]) !== 0) {
      fail(`${python} -m venv failed; some systems have it in a package of its own, such as python3-venv`);
    }
  }
  const args = ["-m", "pip", "install", "--disable-pip-version-check", "-r", requirements];
  if (run(venvPython, args) !== 0) fail(`pip could not install what is in ${requirements}`);
  writeFileSync(stamp, wanted);
}

prepare();
if (run(process.execPath, [join(root, "schema", "generate.mjs")]) !== 0) {
  fail("the validators of the JSON schemas could not be generated");
}
const seed = process.env.SEED ?? String(Date.now() & 0x7fffffff);
console.log(`seed ${seed}; SEED=${seed} npm run test:interop repeats this run`);
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const config = fileURLToPath(new URL("vitest.config.ts", import.meta.url));
process.exitCode = run(process.execPath, [vitest, "run", "--config", config, ...process.argv.slice(2)], {
  PYTHON: venvPython,
  SEED: seed,
});
