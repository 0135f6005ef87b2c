/**
 * Maps in a worker that ends in the way that was asked: what of its maps is left when it has? Also the number of maps
 * that the worker could make while the main thread held some.
 */
import { openSync, readFileSync } from "node:fs";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { isMemmapError } from "../../../src/errors.js";
import type { Mapping } from "../../../src/platform/platform.js";
import { argument, leaveRoomFor, platformOf } from "./implementation.js";

const platform = platformOf(argument(0));
const path = argument(1);
const length = 10_000;
const fd = openSync(path, "r+");
const map = (shared = true): Mapping => platform.map(fd, length, { shared, path });

function mapToTheEnd(): { maps: number; code: string } {
  const maps: Mapping[] = [];
  try {
    for (;;) maps.push(map());
  } catch (error) {
    return { maps: maps.length, code: isMemmapError(error) ? error.code : String(error) };
  }
}

/** Maps that are open, closed and, with a living view, dropped. */
function mapSome(): { kept: Mapping[]; views: Uint8Array[] } {
  const kept = Array.from({ length: 50 }, (_, at) => map(at % 2 === 0));
  const views = Array.from({ length: 50 }, () => new Uint8Array(map().buffer));
  for (let at = 0; at < 50; at += 1) map().close(() => openSync(path, "r"));
  return { kept, views };
}

const areas = (): number =>
  readFileSync("/proc/self/maps", "utf8")
    .split("\n")
    .filter((line) => line.endsWith(path)).length;

async function inWorker(task: string): Promise<unknown> {
  const start = new URL("./worker-start.mjs", import.meta.url);
  const worker = new Worker(start, { argv: process.argv.slice(2), workerData: task });
  const said: unknown[] = [];
  worker.on("message", (message) => said.push(message));
  worker.on("error", (error) => {
    if (task !== "throw") said.push(String(error));
  });
  await new Promise((resolve) => worker.on("exit", resolve));
  return said[0];
}

if (isMainThread) {
  const task = argument(2);
  leaveRoomFor(3_000);
  const held = Array.from({ length: task === "count" ? 2_000 : 1 }, () => map());
  const said = [await inWorker(task), await inWorker(task)];
  // The main thread's are there to the end, even for those that come last.
  process.on("exit", () => {
    const right = held.every(({ buffer }) => new Uint8Array(buffer)[0] === 5);
    console.log(JSON.stringify({ said, areas: areas() - held.length, right }));
  });
} else if (workerData === "count") {
  parentPort?.postMessage(mapToTheEnd());
} else {
  const { kept, views } = mapSome();
  process.on("exit", () => {
    // The arrays are empty rather than a way into memory that is gone.
    const bytes = kept.map((mapping) => (mapping.closed ? 0 : mapping.length));
    for (const mapping of kept) mapping.close();
    parentPort?.postMessage({ open: bytes.filter((each) => each > 0).length, first: views[0]?.[0] ?? null });
  });
  if (workerData === "exit") process.exit(0);
  if (workerData === "throw") throw new Error("the end");
}
