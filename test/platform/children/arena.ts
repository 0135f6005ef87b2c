/** Files in arenas: in workers that end in every way, in a process by itself, and as many as the system allows. */
import { openSync, read, readFileSync } from "node:fs";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { CountNonzero, IntegerSum } from "../../../src/compute/index.js";
import { isMemmapError } from "../../../src/errors.js";
import { hostOf, permitArenas } from "../../../src/platform/arenas.js";
import type { Mapping } from "../../../src/platform/platform.js";
import { posixPlatform } from "../../../src/platform/posix.js";
import { argument, leaveRoomFor } from "./implementation.js";

const platform = posixPlatform();
const path = argument(0);
const fd = openSync(path, "r+");
const { length } = readFileSync(path);
const map = (shared = true): Mapping => platform.map(fd, length, { shared, path });
const ENDS = ["natural", "exit", "throw", "terminate"];

const areas = (): number =>
  readFileSync("/proc/self/maps", "utf8")
    .split("\n")
    .filter((line) => line.endsWith(path)).length;

/** Whether a kernel finds every byte to be as the file has it. */
function isRight({ buffer }: Mapping): boolean {
  const counted = new CountNonzero();
  counted.add(new Uint8Array(buffer), 0, length);
  return hostOf(buffer) !== undefined && counted.result() === length;
}

/** What a worker said, and its exit code. */
function ended(end: string): Promise<[unknown, number]> {
  const start = new URL("./arena-start.mjs", import.meta.url);
  const worker = new Worker(start, { argv: process.argv.slice(2), workerData: end });
  let said: unknown;
  worker.on("message", (message) => {
    said = message;
    if (end === "terminate") worker.terminate();
  });
  worker.on("error", (error) => {
    if (end !== "throw") said = String(error);
  });
  return new Promise((resolve) => worker.on("exit", (code) => resolve([said, code])));
}

/** What is left of workers, and what those see of their bytes that live. */
async function workers(): Promise<object> {
  const held = [map(), map(false)];
  const [handed, ...found] = await Promise.all([
    ended("handed"),
    ...ENDS.map(async (end) => [end, await ended(end)] as const),
  ]);
  const bytes = new Uint8Array(handed[0] instanceof ArrayBuffer ? handed[0] : new ArrayBuffer(0));
  return {
    ends: Object.fromEntries(found),
    left: areas() - held.length,
    handed: bytes.length === length && bytes.every((byte) => byte === 5),
    right: held.every(isRight),
    many: many(),
  };
}

/** Hands the bytes of a mapping, not a copy, to the main thread, which sees them when this one is gone. */
async function handOver(): Promise<void> {
  const { buffer } = map();
  const stream = new ReadableStream({
    type: "bytes",
    start(controller) {
      controller.enqueue(new Uint8Array(buffer));
      controller.close();
    },
  });
  const { value } = await stream.getReader().read();
  if (value instanceof Uint8Array) parentPort?.postMessage(value.buffer, [value.buffer as ArrayBuffer]);
}

/** Maps that are open, closed and, with a living view, dropped, and a read into one of them. */
function inWorker(): void {
  permitArenas();
  const kept = Array.from({ length: 6 }, (_, at) => map(at % 2 === 0));
  const views = Array.from({ length: 6 }, () => new Uint8Array(map().buffer));
  for (let at = 0; at < 6; at += 1) map().close(() => openSync(path, "r"));
  read(fd, views[0] ?? new Uint8Array(), 0, length, 0, () => {});
  parentPort?.postMessage(kept.every(isRight));
  if (workerData === "exit") process.exit(0);
  if (workerData === "throw") throw new Error("the end");
  if (workerData === "terminate") setInterval(() => kept.every(isRight), 1);
}

function alone(): object {
  const mapping = map(false);
  const sum = new IntegerSum();
  sum.add(new Uint8Array(mapping.buffer), 0, length);
  const hosted = hostOf(mapping.buffer) !== undefined;
  const bytes = new Uint8Array(mapping.buffer);
  mapping.close();
  return { hosted, sum: sum.result(), after: bytes.length };
}

/** Maps until it is refused, without letting the event loop turn. */
function many(): object {
  leaveRoomFor(2_000);
  const all: Mapping[] = [];
  let code = "";
  try {
    for (;;) all.push(map());
  } catch (error) {
    code = isMemmapError(error) ? error.code : String(error);
  }
  const count = all.length;
  const first = new Uint8Array(all[0]?.buffer ?? new ArrayBuffer(0))[0];
  for (const mapping of all.splice(0, 100)) mapping.close();
  return { code, half: count > 900 && count <= 1_000, first, again: new Uint8Array(map().buffer)[0] };
}

const TASKS: Record<string, () => object | Promise<object>> = { workers, alone };
if (workerData === "handed") await handOver();
else if (!isMainThread) inWorker();
else console.log(JSON.stringify(await TASKS[argument(1)]?.()));
