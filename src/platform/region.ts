import type { Place } from "./arenas.js";

/**
 * What becomes of a mapped range of addresses:
 *
 * - `open`: its owner uses it;
 * - `closing`: detached, but a call of another thread is still in flight over it;
 * - `quarantined`: detached; its addresses are kept taken until nothing in flight can reach them;
 * - `dropped`: its owner was collected without closing it, but views of it may live;
 * - `moved`: its bytes went to an ArrayBuffer that we do not know, so it stays mapped for ever;
 * - `released`: unmapped.
 */
export type RegionState = "open" | "closing" | "quarantined" | "dropped" | "moved" | "released";

/** A mapped range. Plain, so that whoever holds it holds no owner. */
export interface Region {
  readonly address: bigint;
  readonly length: number;
  readonly shared: boolean;
  /** The byte of the file that it begins at. */
  readonly offset: number;
  /** The range of an arena that it is, if it is one. */
  readonly place: Place | undefined;
  state: RegionState;
  /** The only strong reference to the buffer, given up when the region is quarantined or dropped. */
  buffer: ArrayBuffer | undefined;
  /** A dropped region's buffer, for the end of a worker. */
  dropped?: WeakRef<ArrayBuffer>;
  /** Calls of other threads in flight over it. */
  calls: number;
  /** A descriptor of the same file, kept while `closing`. */
  descriptor?: number | undefined;
}

/** Ranges and bytes of addresses that a quarantine holds at most. */
const MOST_RANGES = 1024;
const MOST_BYTES = 2 ** 40;

/** Closed regions whose addresses are kept taken, oldest first. */
export class Quarantine {
  readonly #regions = new Set<Region>();
  readonly #mostBytes: number;
  #bytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = Math.min(mostBytes, MOST_BYTES);
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(region: Region): void {
    this.#regions.add(region);
    this.#bytes += region.length;
  }

  delete(region: Region): void {
    if (this.#regions.delete(region)) this.#bytes -= region.length;
  }

  oldest(): Region | undefined {
    for (const region of this.#regions) return region;
    return undefined;
  }

  /** Whether the oldest must go. The newest never must, however long it is: requests in flight may reach it. */
  get overfull(): boolean {
    return this.#regions.size > 1 && (this.#regions.size > MOST_RANGES || this.#bytes > this.#mostBytes);
  }
}
