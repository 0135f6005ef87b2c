/**
 * The program of a worker thread: it does the tasks that it is told, one at a time, and knows none of them.
 *
 * @module
 */
import { readlinkSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { WorkerError } from "../errors.js";
import { permitArenas } from "../platform/arenas.js";
import { BUSY, LEAVE, type Order, type Reply, THREAD, type ThreadData } from "./protocol.js";
import { nameOf, type TaskContext, type TaskFunction } from "./task.js";
import { messageOf, packThrown } from "./thrown.js";

/** What a task leaves open, a timer or a socket, may keep a worker for so long (milliseconds) after its last task. */
const LINGER = 200;

if (parentPort === null) throw new WorkerError("the program of the worker threads was started as a program");
const port = parentPort;
const { state } = workerData as ThreadData;

// What tasks answer is copied.
permitArenas();

// Output would go through the main thread, and keep it alive.
for (const stream of [process.stdout, process.stderr]) stream._writev = (_, done) => done();

Atomics.store(state, THREAD, threadNumber());
// A task that ends its thread is not running any more.
process.on("exit", rest);

let orders = 0;
let leaving = false;
/** Fulfilled when all orders that came are done: one at a time, in the order in which they came. */
let done = Promise.resolve();
port.on("message", (order: Order | typeof LEAVE) => {
  if (order === LEAVE) leaving = true;
  else {
    orders += 1;
    done = done.then(() => carryOut(order));
  }
  if (leaving && orders === 0) leave();
});

async function carryOut(order: Order): Promise<void> {
  answer(order, await work(order));
  orders -= 1;
  if (leaving && orders === 0) leave();
}

async function work({ module, name, input, stop }: Order): Promise<Reply> {
  const context: TaskContext = {
    get stopped() {
      return Atomics.load(stop, 0) !== 0;
    },
  };
  // In this order: whoever stops the run sets the flag first, and then looks who is busy.
  Atomics.store(state, BUSY, 1);
  try {
    if (context.stopped) return { ok: true, output: undefined };
    const act = await load(module, name);
    return { ok: true, output: context.stopped ? undefined : await act(input, context) };
  } catch (error) {
    return { ok: false, thrown: packThrown(error) };
  } finally {
    rest();
  }
}

async function load(module: string, name: string): Promise<TaskFunction<unknown, unknown>> {
  let loaded: unknown;
  try {
    loaded = await import(module);
  } catch (cause) {
    throw new WorkerError(`${nameOf({ module, name })}: the module does not load: ${messageOf(cause)}`, {
      cause,
    });
  }
  const found: unknown = Reflect.get(Object(loaded), name);
  if (typeof found !== "function") {
    throw new WorkerError(`${nameOf({ module, name })}: the module exports no function of this name`);
  }
  return found as TaskFunction<unknown, unknown>;
}

function answer(order: Order, reply: Reply): void {
  try {
    port.postMessage(reply);
  } catch (cause) {
    const error = new WorkerError(
      `the result of ${nameOf(order)} cannot be handed over: ${messageOf(cause)}`,
      {
        cause,
      },
    );
    port.postMessage({ ok: false, thrown: packThrown(error) } satisfies Reply);
  }
}

/** Lets the event loop come to its end, so that whoever listens for that gives back what he holds. */
function leave(): void {
  port.close();
  setTimeout(() => process.exit(), LINGER).unref();
}

function rest(): void {
  Atomics.store(state, BUSY, 0);
  Atomics.notify(state, BUSY);
}

function threadNumber(): number {
  try {
    return Number(readlinkSync("/proc/thread-self").split("/").at(-1)) || 0;
  } catch {
    return 0;
  }
}
