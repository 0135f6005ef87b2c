import { closeSync } from "node:fs";
import { constants as os } from "node:os";
import { UnsupportedError } from "../errors.js";
import { type Arena, Arenas, noteHost, type Place, takenBy } from "./arenas.js";
import { movedError, notDetachedError } from "./checks.js";
import type { Errno, LibC } from "./libc.js";
import type { MapCount } from "./map-count.js";
import { mapError, tooManyMaps } from "./map-error.js";
import { Quarantine, type Region } from "./region.js";
import { detach } from "./transfer.js";

/** Where a file was mapped. */
interface Mapped {
  readonly address: bigint;
  /** The range of an arena, if it is one. */
  readonly place: Place | undefined;
}

/**
 * Every range that one platform mapped, from `mmap` to `munmap`.
 *
 * Detaching empties every view, but a request in flight (`fs.read` into a view, say) holds the bare address. Were it
 * unmapped at once, the next map would get that very address, and the request would write into another file. So a
 * closed range is first covered by a private placeholder, and is unmapped when its detached ArrayBuffer is collected:
 * requests in flight hold their view, and with it that ArrayBuffer.
 */
export class Regions {
  readonly #libc: LibC;
  readonly #count: MapCount;
  /** Bytes that the quarantine may take together with a new map; V8 needs memory of the same allowance. */
  readonly #most: number;
  /** Whatever may have to be unmapped. No owner is reached from here, so an owner can be collected. */
  readonly #held = new Set<Region>();
  readonly #quarantine: Quarantine;
  readonly #arenas: Arenas;
  /** Arenas whose memory is all alike to the system. */
  readonly #prepared = new WeakSet<Arena>();
  /** On the owners: it was dropped. */
  readonly #owners = new FinalizationRegistry<Region>((region) => this.#ownerGone(region));
  /** On the ArrayBuffers: nothing can reach the range any more. */
  readonly #buffers = new FinalizationRegistry<Region>((region) => this.#release(region));

  /** @param limit the bytes of addresses that this process may have */
  constructor(libc: LibC, count: MapCount, limit: number) {
    this.#libc = libc;
    this.#count = count;
    this.#most = limit / 4;
    this.#quarantine = new Quarantine(this.#most);
    // Without kernels nobody works in them.
    const usable = limit === Number.POSITIVE_INFINITY && process.env.MEMMAP_KERNELS !== "plain";
    this.#arenas = new Arenas(libc, usable);
  }

  /** Maps `length` bytes of an open file from `offset` on, which must be there. */
  map(fd: number, length: number, shared: boolean, path: string, offset = 0): Region {
    this.#makeRoom(length, path);
    const { address, place } =
      this.#mapInArena(fd, length, shared, offset) ?? this.#mapAnywhere(fd, length, shared, path, offset);
    let buffer: ArrayBuffer;
    try {
      buffer = this.#libc.view(address, length);
    } catch (cause) {
      this.#unmap(address, length, place);
      throw new UnsupportedError(`this JavaScript engine takes no memory from outside, so not ${path}`, {
        path,
        cause,
      });
    }
    if (place !== undefined) noteHost(buffer, place);
    const region: Region = { address, length, shared, offset, place, state: "open", buffer, calls: 0 };
    this.#held.add(region);
    this.#count.add(areasOf(place));
    return region;
  }

  /** Lets the region go once `owner` is collected. The region's buffer must not lead to the owner. */
  watch(owner: object, region: Region): void {
    this.#owners.register(owner, region);
  }

  /** Detaches the region and puts it in quarantine; see `Mapping.close`. Nothing if it is not open. */
  close(region: Region, path: string, reopen?: () => number | undefined): void {
    const { buffer } = region;
    if (region.state !== "open" || buffer === undefined) return;
    if (buffer.byteLength === 0) {
      this.#forget(region);
      throw movedError(path);
    }
    try {
      detach(buffer);
    } catch (cause) {
      this.#forget(region); // views can still reach it
      throw notDetachedError(path, cause);
    }
    region.descriptor = region.shared ? descriptorFrom(reopen) : undefined;
    if (region.calls === 0) this.#isolate(region);
    else region.state = "closing"; // a sync over a placeholder would succeed without having written anything
  }

  /** `msync` on another thread; a close meanwhile waits for it. */
  sync(region: Region): Promise<Errno> {
    return this.#pinned(region, () => this.#libc.msyncAsync(region.address, region.length));
  }

  /** `madvise` on another thread; a close meanwhile waits for it. */
  advise(region: Region, offset: number, length: number, advice: number): Promise<Errno> {
    return this.#pinned(region, () =>
      this.#libc.madviseAsync(region.address + BigInt(offset), length, advice),
    );
  }

  async #pinned(region: Region, call: () => Promise<Errno>): Promise<Errno> {
    region.calls += 1;
    try {
      return await call();
    } finally {
      region.calls -= 1;
      if (region.calls === 0 && region.state === "closing") this.#isolate(region);
    }
  }

  /**
   * For the end of a worker, after which no registry runs: nothing of its maps remains but addresses.
   *
   * @param idle whether no request can be in flight, so that the addresses can be given back as well
   */
  closeAll(idle: boolean): void {
    for (const region of this.#held) {
      if (region.state === "open" || region.state === "dropped") {
        const buffer = region.buffer ?? region.dropped?.deref();
        if (buffer?.byteLength === 0) continue; // moved
        try {
          if (buffer !== undefined) detach(buffer);
        } catch {
          continue;
        }
      }
      if (idle) {
        this.#release(region);
      } else {
        this.#coverWithZeros(region);
        region.state = "quarantined";
      }
    }
  }

  #mapInArena(fd: number, length: number, shared: boolean, offset: number): Mapped | undefined {
    const place = this.#arenas.take(length);
    if (place === undefined) return undefined;
    const { arena } = place;
    const address = arena.address + BigInt(place.offset);
    if (!this.#prepared.has(arena)) this.#keepFromForks(arena.address, arena.size);
    this.#prepared.add(arena);
    const flags = this.#flags(shared) | this.#libc.constants.mapFixed;
    if (this.#libc.mmap(address, length, flags, fd, offset) > 0n) return { address, place };
    // A failure may have taken away what was there.
    this.#unmap(address, length, place);
    return undefined;
  }

  #mapAnywhere(fd: number, length: number, shared: boolean, path: string, offset: number): Mapped {
    for (;;) {
      const address = this.#libc.mmap(null, length, this.#flags(shared), fd, offset);
      if (address > 0n) return { address, place: undefined };
      const errno = -Number(address);
      if (errno === os.errno.ENOMEM && this.#releaseOldest()) continue;
      throw mapError(errno, length, path);
    }
  }

  #flags(shared: boolean): number {
    const { mapShared, mapPrivate, mapNoReserve } = this.#libc.constants;
    return shared ? mapShared : mapPrivate | mapNoReserve;
  }

  /** Whether the file is gone from the range; an arena keeps it. */
  #unmap(address: bigint, length: number, place: Place | undefined): boolean {
    if (place === undefined) return this.#libc.munmap(address, length) === 0;
    // With what is behind it, and as what is around it: else each would stay a map of the system by itself.
    const taken = takenBy(length);
    const isGone = this.#coverWithZeros({ address, length: taken });
    if (isGone) {
      this.#keepFromForks(address, taken);
      this.#arenas.give(place);
    }
    return isGone;
  }

  /** As the engine keeps memory of WebAssembly. */
  #keepFromForks(address: bigint, length: number): void {
    const { dontFork } = this.#libc.constants;
    if (dontFork !== undefined) this.#libc.madvise(address, length, dontFork);
  }

  #makeRoom(length: number, path: string): void {
    while (this.#count.full) {
      if (!this.#releaseOldest()) throw tooManyMaps(this.#count.limit, path);
    }
    while (this.#quarantine.bytes + length > this.#most && this.#releaseOldest());
  }

  /** Puts a detached region in quarantine. */
  #isolate(region: Region): void {
    this.#cover(region);
    region.state = "quarantined";
    this.#quarantine.add(region);
    if (region.buffer !== undefined) this.#buffers.register(region.buffer, region);
    region.buffer = undefined;
    while (this.#quarantine.overfull) this.#releaseOldest();
  }

  /**
   * Takes the file from under a shared range without giving up its addresses: by a private map of the same file, else
   * by zeros. Where neither can be had, the old map stays, and requests in flight may still store into its file. A
   * private range can stay: nothing stored in it reaches anyone.
   */
  #cover(region: Region): void {
    const { address, length, descriptor, offset } = region;
    if (!region.shared) return;
    region.descriptor = undefined;
    // A shared map costs nothing of the allowance, a private one all of its length.
    const affordable = length <= this.#most;
    let covered = false;
    if (descriptor !== undefined) {
      const { mapPrivate, mapFixed, mapNoReserve } = this.#libc.constants;
      const flags = mapPrivate | mapFixed | mapNoReserve;
      covered = affordable && this.#libc.mmap(address, length, flags, descriptor, offset) > 0n;
      closeQuietly(descriptor);
    }
    if (affordable && !covered) this.#coverWithZeros(region);
  }

  #coverWithZeros({ address, length }: Pick<Region, "address" | "length">): boolean {
    const { mapPrivate, mapFixed, mapNoReserve, mapAnonymous } = this.#libc.constants;
    const flags = mapPrivate | mapFixed | mapNoReserve | mapAnonymous;
    return this.#libc.mmap(address, length, flags, -1, 0) > 0n;
  }

  #releaseOldest(): boolean {
    const oldest = this.#quarantine.oldest();
    if (oldest !== undefined) this.#release(oldest);
    return oldest !== undefined;
  }

  /** Unmaps once. Called by a registry too, where a throw would end the process. */
  #release(region: Region): void {
    if (region.state === "released" || region.state === "moved") return;
    this.#quarantine.delete(region);
    this.#held.delete(region);
    const isGone = this.#unmap(region.address, region.length, region.place);
    region.state = isGone ? "released" : "moved";
    if (isGone) this.#count.add(-areasOf(region.place));
  }

  /** The bytes are out of reach: the range stays mapped, and counted, to the end of the process. */
  #forget(region: Region): void {
    region.state = "moved";
    region.buffer = undefined;
    this.#held.delete(region);
  }

  #ownerGone(region: Region): void {
    const { buffer } = region;
    if (region.state !== "open" || buffer === undefined) return;
    if (buffer.byteLength === 0) {
      this.#forget(region);
      return;
    }
    region.state = "dropped";
    region.dropped = new WeakRef(buffer);
    region.buffer = undefined;
    this.#buffers.register(buffer, region);
  }
}

/** How many of the system's maps a region takes: in an arena it parts what is before it from what is behind it. */
function areasOf(place: Place | undefined): number {
  return place === undefined ? 1 : 2;
}

/** The caller's descriptor. Closing a mapping must not fail because it could not be had. */
function descriptorFrom(reopen: (() => number | undefined) | undefined): number | undefined {
  try {
    return reopen?.();
  } catch {
    return undefined;
  }
}

function closeQuietly(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {
    // It was only borrowed for the placeholder.
  }
}
