import { readFileSync } from "node:fs";
import { types } from "node:util";
import { getEnvironmentData, setEnvironmentData } from "node:worker_threads";
import { collectGarbage } from "./collect.js";
import { atWorkerExit } from "./worker-exit.js";

/** What Linux allows a process unless told otherwise; other systems name no limit. */
const USUAL = 65_530;
const KEY = "memmap-table:maps";

/**
 * The maps that the threads of this process hold. The kernel's limit counts them all, and where it is reached not
 * only `mmap` fails: V8 then cannot get memory either, and aborts.
 */
export class MapCount {
  /** Half of what the kernel allows: the other half is for everything else in the process. */
  readonly limit: number;
  readonly #all: Int32Array;
  /** Of these, this thread's. */
  #own = 0;
  /** So many of this thread's are the next reason to look for dropped ones. */
  #mark: number;
  #ended = false;

  constructor(limit: number, all: Int32Array) {
    this.limit = limit;
    this.#all = all;
    this.#mark = this.#step;
  }

  /** Four collections before the limit is reached leave the event loop time to let dropped maps go. */
  get #step(): number {
    return Math.ceil(this.limit / 4);
  }

  get full(): boolean {
    return Atomics.load(this.#all, 0) >= this.limit;
  }

  add(maps: number): void {
    if (this.#ended) return;
    this.#own += maps;
    Atomics.add(this.#all, 0, maps);
    if (this.#own >= this.#mark) {
      this.#mark = this.#own + this.#step;
      collectGarbage();
    } else this.#mark = Math.min(this.#mark, this.#own + this.#step);
  }

  /** At the end of a thread: its maps go, whether or not anybody comes to say so. */
  end(): void {
    this.add(-this.#own);
    this.#ended = true;
  }
}

/** The kernel's limit on maps in one process. */
function kernelLimit(): number {
  try {
    const limit = Number.parseInt(readFileSync("/proc/sys/vm/max_map_count", "latin1"), 10);
    return Number.isSafeInteger(limit) && limit > 0 ? limit : USUAL;
  } catch {
    return USUAL;
  }
}

/** The counter that this thread hands down to the workers it starts, or that it was handed. */
function sharedCounter(): Int32Array {
  const found: unknown = getEnvironmentData(KEY);
  if (types.isInt32Array(found)) return found; // of any realm
  const counter = new Int32Array(new SharedArrayBuffer(4));
  setEnvironmentData(KEY, counter);
  return counter;
}

let count: MapCount | undefined;

/** The count of this process; the first call reads the kernel's limit. */
export function mapCount(): MapCount {
  if (count === undefined) {
    const own = new MapCount(Math.floor(kernelLimit() / 2), sharedCounter());
    atWorkerExit(() => own.end());
    count = own;
  }
  return count;
}
