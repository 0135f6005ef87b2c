// Holds a file's lock until its standard input ends: another process, as far as the kernel is concerned.
import { openSync, writeSync } from "node:fs";
import { createRequire } from "node:module";

const { tryLock } = createRequire(import.meta.url)("fs-native-extensions");
const fd = openSync(process.argv[2], "r+");
if (!tryLock(fd)) throw new Error("the lock is taken");
writeSync(fd, `${JSON.stringify({ pid: process.pid, host: "elsewhere", since: "then" })}\n`, 0);
process.stdout.write("held\n");
process.stdin.resume();
process.stdin.on("end", () => process.exit());
