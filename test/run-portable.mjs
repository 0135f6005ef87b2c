/**
 * Runs the whole suite over mmap-io instead of the C library's own calls: `node test/run-portable.mjs [vitest's
 * arguments]`.
 *
 * mmap-io brings 150 packages and is compiled at install, so the project does not depend on it. Where it is not there
 * already it is installed into `.nodes/`, which git ignores, once for each Node version: its binary suits only the one
 * that it was built for.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NAME = "@riaskov/mmap-io";
const VERSION = "1.4.3";
/** The last Node that it builds on as it is: the headers of later ones need a newer C++ than it asks for. */
const LAST_NODE = 22;

const root = fileURLToPath(new URL("..", import.meta.url));
const major = Number.parseInt(process.versions.node, 10);
const home = join(root, ".nodes", `mmap-io-${process.platform}-${process.arch}-${process.versions.modules}`);

/** This environment, in which `node` is the Node that runs and packages are also found in `home`. */
const env = {
  ...process.env,
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  NODE_PATH: [join(home, "node_modules"), process.env.NODE_PATH].filter(Boolean).join(delimiter),
};

const run = (command, args, options) =>
  spawnSync(command, args, { cwd: root, env, stdio: "inherit", ...options }).status ?? 1;

const loads = () =>
  [NAME, "mmap-io"].some(
    (name) => run(process.execPath, ["-e", `require(${JSON.stringify(name)})`], { stdio: "ignore" }) === 0,
  );

function install() {
  mkdirSync(home, { recursive: true });
  const args = ["install", "--prefix", home, "--no-audit", "--no-fund", `${NAME}@${VERSION}`];
  const flags = major > LAST_NODE ? { CXXFLAGS: `${process.env.CXXFLAGS ?? ""} -std=c++20` } : {};
  // Headers that came with this Node suit it for sure, and need no download.
  const own = dirname(dirname(process.execPath));
  const headers = existsSync(join(own, "include", "node", "node.h")) ? { npm_config_nodedir: own } : {};
  // npm is a script on Windows, which only a shell can start.
  run("npm", args, { env: { ...env, ...flags, ...headers }, shell: process.platform === "win32" });
}

if (!loads()) {
  console.log(`installing ${NAME} ${VERSION} for Node ${process.versions.node}`);
  install();
}
if (loads()) {
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  process.exitCode = run(process.execPath, [vitest, "run", ...process.argv.slice(2)], {
    env: { ...env, MEMMAP_TABLE_PLATFORM: "portable" },
  });
} else {
  console.log(`portable: ${NAME} does not build on Node ${process.versions.node}: nothing was tested`);
  process.exitCode = major > LAST_NODE ? 0 : 1;
}
