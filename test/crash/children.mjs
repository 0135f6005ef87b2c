/** Processes of a run: none of them outlives it. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { atEnd } from "./cleanup.mjs";

/** Of what a child says about its end, this much is kept. */
const MOST_OUTPUT = 20_000;

/**
 * Starts a script of `children/`, which waits for its orders: one line of JSON.
 *
 * `exited` resolves to its exit code, the signal that ended it and what it wrote to stderr; `nextLine()` to the next line
 * that it writes, or undefined at its end.
 */
export function startChild(script) {
  const path = fileURLToPath(new URL(`./children/${script}`, import.meta.url));
  const child = spawn(process.execPath, [path], { stdio: ["pipe", "pipe", "pipe"] });
  const forget = atEnd(() => child.kill("SIGKILL"));
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr = (stderr + text).slice(-MOST_OUTPUT);
  });
  // Orders to a child that is dead already are nobody's concern.
  child.stdin.on("error", () => {});
  const exited = new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      forget();
      resolve({ code, signal, stderr });
    });
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    pid: child.pid,
    exited,
    tell: (orders) => child.stdin.write(`${JSON.stringify(orders)}\n`),
    nextLine: async () => (await lines.next()).value,
    kill: () => child.kill("SIGKILL"),
  };
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
