// Holds a store's lock until its standard input ends: another process, by means of its own.
import { openSync, writeFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const [path, locking] = process.argv.slice(2);
const said = `${JSON.stringify({ pid: process.pid, host: "elsewhere", since: "then" })}\n`;
if (locking === "lease") {
  const lock = require("proper-lockfile").lockSync;
  lock(path, { lockfilePath: `${path}.lease`, stale: 75_000, realpath: false });
  writeFileSync(path, said);
} else {
  const fd = openSync(path, "r+");
  if (!require("fs-native-extensions").tryLock(fd)) throw new Error("the lock is taken");
  writeSync(fd, said, 0);
}
process.stdout.write("held\n");
process.stdin.resume();
process.stdin.on("end", () => process.exit());
