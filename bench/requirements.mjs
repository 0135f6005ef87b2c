import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const requirements = fileURLToPath(new URL("requirements.txt", import.meta.url));

/**
 * Sees to it that a Python has the peers that the interop suite does not need.
 *
 * @returns that Python
 * @throws Error where they cannot be installed
 */
export function requirePython(python) {
  const { status } = spawnSync(python, ["-c", "import polars"], { stdio: "ignore" });
  if (status === 0) return python;
  const install = ["-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", requirements];
  if (spawnSync(python, install, { stdio: "inherit" }).status === 0) return python;
  throw new Error(`pip could not install what is in ${requirements}`);
}
