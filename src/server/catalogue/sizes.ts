import { isMemmapError } from "../../errors.js";
import type { Files } from "../../platform/files.js";
import { turn } from "../../platform/turns.js";
import type { May, VirtualDirectory, VirtualEntry } from "./entries.js";
import { Lasting } from "./lasting.js";
import type { Place } from "./place.js";
import { storeFiles } from "./store-files.js";

/** Directories and stores whose sizes are kept. */
const MAX_KEPT = 10_000;

/** How much is looked at for one request. */
export interface Budget {
  /** Files and directories. */
  entries: number;
}

/**
 * Sums of the sizes of files. A sum of many is believed for a while; what cannot be read counts as nothing, and so
 * does what is beyond the budget.
 */
export class Sizes {
  readonly #files: Files;
  readonly #children: (directory: VirtualDirectory, may: May) => Iterable<VirtualEntry>;
  readonly #known = new Lasting<number>(MAX_KEPT);
  readonly #running = new Map<string, Promise<number>>();

  constructor(files: Files, children: (directory: VirtualDirectory, may: May) => Iterable<VirtualEntry>) {
    this.#files = files;
    this.#children = children;
  }

  /** Bytes of what someone sees. */
  of(entry: VirtualEntry, may: May, budget: Budget): number | Promise<number> {
    const { place } = entry;
    if (entry.kind === "directory") {
      // What is above the real directories depends on who asks.
      if (place === undefined) return this.#sum(entry, may, budget);
      return this.#once(`directory ${place.path}`, budget, () => this.#sum(entry, may, budget));
    }
    if (entry.bytes !== undefined) return entry.bytes;
    const { path } = entry.place;
    return this.#once(`store ${path}`, budget, () => this.#sumStore(entry.place, budget));
  }

  async #once(key: string, budget: Budget, work: () => Promise<number>): Promise<number> {
    const known = this.#known.get(key);
    if (known?.isFresh === true) return known.value;
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const before = budget.entries;
    const run = work();
    this.#running.set(key, run);
    try {
      const size = await run;
      this.#known.set(key, size, before - budget.entries);
      return size;
    } finally {
      this.#running.delete(key);
    }
  }

  #sum(directory: VirtualDirectory, may: May, budget: Budget): Promise<number> {
    return added(this.#children(directory, may), budget, (entry) => this.of(entry, may, budget));
  }

  #sumStore(place: Place, budget: Budget): Promise<number> {
    return added(storeFiles(place, this.#files), budget, ({ stat }) => stat.size);
  }
}

async function added<Item>(
  items: Iterable<Item>,
  budget: Budget,
  sizeOf: (item: Item) => number | Promise<number>,
): Promise<number> {
  let sum = 0;
  // A directory that was replaced may have been something else all along: none of its files count.
  try {
    for (const item of items) {
      if (budget.entries <= 0) break;
      budget.entries -= 1;
      const size = sizeOf(item);
      sum += typeof size === "number" ? size : await size;
      const rest = turn();
      if (rest !== undefined) await rest;
    }
  } catch (error) {
    if (isMemmapError(error)) return 0;
    throw error;
  }
  return sum;
}
