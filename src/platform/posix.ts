import { constants as buffers } from "node:buffer";
import { addressLimit } from "./address-limit.js";
import { checkFileHolds, checkMapLength, checkMapOffset } from "./checks.js";
import { type LibC, loadLibC } from "./libc.js";
import { mapCount } from "./map-count.js";
import { EmptyMapping, FileMapping } from "./mapping.js";
import type { Advice, MapOptions, Mapping, Platform } from "./platform.js";
import type { Region } from "./region.js";
import { Regions } from "./regions.js";
import { extend, punch, reserve } from "./space.js";
import { diskError, isNotSupported, SystemError } from "./system-error.js";
import { assertTransfer } from "./transfer.js";
import { atWorkerExit } from "./worker-exit.js";

/**
 * The platform over the C library's own calls: 64-bit sizes, and closing at once.
 *
 * @throws UnsupportedError where koffi, or what is needed of the C library or of Node, is not there
 */
export function posixPlatform(): Platform {
  assertTransfer();
  const libc = loadLibC();
  const regions = new Regions(libc, mapCount(), addressLimit());
  const maxMapLength = Math.min(buffers.MAX_LENGTH, Number.MAX_SAFE_INTEGER);
  let watched = false;

  return {
    name: "posix",
    maxMapLength,
    map(fd: number, length: number, { shared, path, offset = 0 }: MapOptions): Mapping {
      checkMapLength(length, maxMapLength, path);
      checkMapOffset(offset, path);
      checkFileHolds(fd, offset + length, path);
      if (length === 0) return new EmptyMapping(shared, path);
      if (!watched) atWorkerExit((idle) => regions.closeAll(idle));
      watched = true;
      const region = regions.map(fd, length, shared, path, offset);
      const mapping = new PosixMapping(libc, regions, region, path);
      regions.watch(mapping, region);
      return mapping;
    },
    reserve: (fd, length, path) => reserve(libc.space, fd, length, path),
    extend: (fd, from, to, path) => extend(libc.space, fd, from, to, path),
    punch: (fd, from, length, path) => punch(libc.space, fd, from, length, path),
    exchange(one: string, other: string): boolean {
      if (libc.exchange === undefined) return false;
      const errno = libc.exchange(one, other);
      if (errno === 0) return true;
      const cause = new SystemError(errno, "renameat2");
      if (isNotSupported(cause) || cause.code === "EINVAL") return false;
      throw diskError(`cannot exchange ${one} and ${other}`, one, cause);
    },
    syncFileSystem(fd: number, path: string): boolean {
      if (libc.syncfs === undefined) return false;
      const errno = libc.syncfs(fd);
      if (errno === 0) return true;
      throw diskError(`cannot sync the file system of ${path}`, path, new SystemError(errno, "syncfs"));
    },
  };
}

/** The owner of a region. Nothing that its buffer or its region holds leads back here, so that it can be collected. */
class PosixMapping extends FileMapping {
  readonly #libc: LibC;
  readonly #regions: Regions;
  readonly #region: Region;

  constructor(libc: LibC, regions: Regions, region: Region, path: string) {
    super(region.length, region.shared, path);
    this.#libc = libc;
    this.#regions = regions;
    this.#region = region;
  }

  get closed(): boolean {
    return this.#region.state !== "open";
  }

  close(reopen?: () => number | undefined): void {
    this.#regions.close(this.#region, this.path, reopen);
  }

  protected get open(): ArrayBuffer | undefined {
    return this.#region.state === "open" ? this.#region.buffer : undefined;
  }

  protected get pageSize(): number {
    return this.#libc.pageSize;
  }

  protected write(offset: number, length: number): void {
    this.#check(this.#libc.msync(this.#region.address + BigInt(offset), length));
  }

  protected async writeAsync(): Promise<void> {
    const errno = await this.#regions.sync(this.#region);
    this.#check(errno); // `this` is needed to the end, so a dropped mapping is not collected under its own sync
  }

  protected hint(advice: Advice, offset: number, length: number): void {
    const number = this.#libc.constants.advice[advice];
    if (number !== undefined) this.#libc.madvise(this.#region.address + BigInt(offset), length, number);
  }

  protected override fetch(offset: number, length: number): Promise<void> | undefined {
    // To ask costs a hundredth of what it costs to have pages mapped that are there.
    if (this.isThere(offset, length)) return undefined;
    const { populateRead } = this.#libc.constants;
    return populateRead === undefined
      ? super.fetch(offset, length)
      : this.#populate(offset, length, populateRead);
  }

  protected override isThere(offset: number, length: number): boolean {
    const pages = new Uint8Array(Math.ceil(length / this.pageSize));
    const errno = this.#libc.mincore(this.#region.address + BigInt(offset), length, pages);
    // Of the other bits, the system says nothing.
    return errno === 0 && pages.every((page) => (page & 1) === 1);
  }

  async #populate(offset: number, length: number, advice: number): Promise<void> {
    const errno = await this.#regions.advise(this.#region, offset, length, advice);
    // An older kernel knows no such advice.
    if (errno !== 0 && !this.closed) this.hint("willneed", offset, length);
  }

  #check(errno: number): void {
    if (errno === 0) return;
    throw diskError(`cannot write ${this.path} back to the disk`, this.path, new SystemError(errno, "msync"));
  }
}
