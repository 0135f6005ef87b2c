/**
 * The Python of the interop suite and the benchmarks.
 *
 * What `requirements.txt` asks for is installed in the virtual environment `.venv/`, which git ignores and which is kept
 * while the requirements stay the same. `PYTHON=<program>` says which Python makes it, `python3` when left out.
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

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  if (error !== undefined) console.error(`${command}: ${error.message}`);
  return status === 0;
}

/** The Python that the environment is made with. */
function findPython() {
  const python = process.env.PYTHON ?? (process.platform === "win32" ? "python" : "python3");
  const oldest = OLDEST.join(".");
  const right = `Python ${oldest} or later is needed; PYTHON=<program> says where it is`;
  const version = versionOf(python);
  if (version === undefined) throw new Error(`${python} does not run. ${right}`);
  if (!isNewEnough(version)) throw new Error(`${python} is Python ${version.join(".")}. ${right}`);
  return python;
}

/**
 * Makes the virtual environment, or brings it up to the requirements.
 *
 * @returns its Python
 * @throws Error saying what could not be done
 */
export function preparePython() {
  const wanted = readFileSync(requirements, "utf8");
  const version = existsSync(venvPython) ? versionOf(venvPython) : undefined;
  const usable = version !== undefined && isNewEnough(version);
  if (usable && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return venvPython;
  if (!usable) {
    const python = findPython();
    console.log(`making a virtual environment in ${home}`);
    if (!run(python, ["-m", "venv", "--clear", home])) {
      throw new Error(
        `${python} -m venv failed; some systems have it in a package of its own, such as python3-venv`,
      );
    }
  }
  // An index that does not answer is waited for once, and not for minutes.
  const install = ["install", "-q", "--disable-pip-version-check", "--retries", "1", "-r", requirements];
  if (!run(venvPython, ["-m", "pip", ...install])) {
    throw new Error(`pip could not install what is in ${requirements}`);
  }
  writeFileSync(stamp, wanted);
  return venvPython;
}
