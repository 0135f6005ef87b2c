import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import { afterEach } from "vitest";

const HOLDER = fileURLToPath(new URL("./lock-holder.mjs", import.meta.url));

const children: ChildProcess[] = [];

/** Gives other processes that hold a table's lock until they are killed, or the test ends. */
export function holders(): (table: string, locking: "kernel" | "lease") => Promise<ChildProcess> {
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });
  return async (table, locking) => {
    const child = spawn(process.execPath, [HOLDER, join(table, ".memmap", "lock"), locking], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    children.push(child);
    await once(child.stdout, "data");
    return child;
  };
}

/** Kills a process from another thread, so that this one can wait without its event loop. */
export async function killLater(child: ChildProcess, milliseconds: number): Promise<Worker> {
  const worker = new Worker(
    `const { workerData } = require("node:worker_threads");
     setTimeout(() => process.kill(workerData.pid, "SIGKILL"), workerData.milliseconds);`,
    { eval: true, workerData: { pid: child.pid, milliseconds } },
  );
  await once(worker, "online");
  return worker;
}

/** Collects garbage until a condition holds, or for half a second. @returns whether it holds */
export async function collectUntil(holds: () => boolean): Promise<boolean> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let i = 0; i < 50; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (holds()) return true;
  }
  return false;
}
