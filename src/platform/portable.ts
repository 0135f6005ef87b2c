import { readSync } from "node:fs";
import { CorruptError, LimitError, UnsupportedError } from "../errors.js";
import { checkFileHolds, checkMapLength, checkMapOffset, movedError, notDetachedError } from "./checks.js";
import { systemConstants } from "./constants.js";
import { type MapCount, mapCount } from "./map-count.js";
import { mapError, tooManyMaps } from "./map-error.js";
import { EmptyMapping, FileMapping } from "./mapping.js";
import { loadMmapIo, type MmapIo } from "./mmap-io.js";
import type { Advice, MapOptions, Mapping, Platform } from "./platform.js";
import { extend, punch, reserve } from "./space.js";
import { diskError, SystemError } from "./system-error.js";
import { assertTransfer, detachAndKeep } from "./transfer.js";

/** mmap-io's sizes are signed and 32 bits wide. */
const MOST = 2 ** 31 - 1;

/** What differs from one system to another. */
export interface PortableOptions {
  /**
   * Read private mappings into memory instead of mapping them. On Windows mmap-io has no writable private maps: it
   * would ask for a shared one.
   */
  readonly copyPrivate?: boolean;
}

/**
 * The platform over mmap-io, where koffi has no C library to call: files under 2 GiB, unmapped when they are
 * collected, zeros written where the other allocates and punches.
 *
 * @throws UnsupportedError where mmap-io, or what is needed of Node, is not there
 */
export function portablePlatform({
  copyPrivate = process.platform === "win32",
}: PortableOptions = {}): Platform {
  assertTransfer();
  const io = loadMmapIo();
  const count = mapCount();

  return {
    name: "portable",
    maxMapLength: MOST,
    map(fd: number, length: number, { shared, path, offset = 0 }: MapOptions): Mapping {
      checkMapOffset(offset, path);
      // mmap-io takes an offset for a number of 32 bits.
      checkMapLength(offset + length, MOST, path);
      checkFileHolds(fd, offset + length, path);
      if (length === 0) return new EmptyMapping(shared, path);
      if (!shared && copyPrivate)
        return new PortableMapping(io, readWhole(fd, length, offset, path), shared, path);
      if (count.full) throw tooManyMaps(count.limit, path);
      const buffer = mapFile(io, fd, length, offset, shared, path);
      count.add(1);
      collected.register(buffer, count);
      return new PortableMapping(io, buffer, shared, path);
    },
    reserve: (fd, length, path) => reserve(undefined, fd, length, path),
    extend: (fd, from, to, path) => extend(undefined, fd, from, to, path),
    punch: (fd, from, length, path) => punch(undefined, fd, from, length, path),
    exchange: () => false,
    syncFileSystem: () => false,
  };
}

/** On the ArrayBuffers: the memory goes with them. */
const collected = new FinalizationRegistry<MapCount>((count) => count.add(-1));

/**
 * The memory of closed mappings, by their detached ArrayBuffers. Requests in flight hold their view, and with it that
 * ArrayBuffer: so what they reach stays mapped until they are done.
 */
const inFlight = new WeakMap<ArrayBuffer, object>();

class PortableMapping extends FileMapping {
  readonly #io: MmapIo;
  #buffer: ArrayBuffer | undefined;

  constructor(io: MmapIo, buffer: ArrayBuffer, shared: boolean, path: string) {
    super(buffer.byteLength, shared, path);
    this.#io = io;
    this.#buffer = buffer;
  }

  get closed(): boolean {
    return this.#buffer === undefined;
  }

  close(): void {
    const buffer = this.#buffer;
    if (buffer === undefined) return;
    this.#buffer = undefined;
    if (buffer.byteLength === 0) throw movedError(this.path);
    try {
      inFlight.set(buffer, detachAndKeep(buffer));
    } catch (cause) {
      throw notDetachedError(this.path, cause);
    }
  }

  protected get open(): ArrayBuffer | undefined {
    return this.#buffer;
  }

  protected get pageSize(): number {
    return this.#io.PAGESIZE;
  }

  protected write(offset: number, length: number): void {
    try {
      this.#io.sync(Buffer.from(this.buffer), offset, length, true, false);
    } catch (error) {
      throw diskError(`cannot write ${this.path} back to the disk`, this.path, systemError(error, "msync"));
    }
  }

  protected async writeAsync(): Promise<void> {
    this.write(0, this.length); // mmap-io has no other thread to do it on
  }

  protected hint(advice: Advice, offset: number, length: number): void {
    const { MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED } = this.#io;
    const numbers: Partial<Record<Advice, number>> = {
      normal: MADV_NORMAL,
      random: MADV_RANDOM,
      sequential: MADV_SEQUENTIAL,
      willneed: MADV_WILLNEED,
    };
    const number = numbers[advice];
    if (number === undefined) return;
    try {
      this.#io.advise(Buffer.from(this.buffer), offset, length, number);
    } catch {
      // A hint.
    }
  }
}

function mapFile(
  io: MmapIo,
  fd: number,
  length: number,
  offset: number,
  shared: boolean,
  path: string,
): ArrayBuffer {
  const flags = shared ? io.MAP_SHARED : io.MAP_PRIVATE | (systemConstants()?.mapNoReserve ?? 0);
  try {
    const { buffer } = io.map(length, io.PROT_READ | io.PROT_WRITE, flags, fd, offset);
    if (!(buffer instanceof SharedArrayBuffer) && buffer.byteLength === length) return buffer;
  } catch (error) {
    const cause = systemError(error, "mmap");
    throw cause instanceof SystemError
      ? mapError(-cause.errno, length, path)
      : diskError(`cannot map ${path}`, path, cause);
  }
  throw new UnsupportedError(`mmap-io did not map the ${length} bytes of ${path} as asked`, { path });
}

/** mmap-io's errors have their number in the text alone: `mmap failed, 22`. */
function systemError(error: unknown, call: string): unknown {
  const number = error instanceof Error ? /, (\d+)$/.exec(error.message)?.[1] : undefined;
  return number === undefined ? error : new SystemError(Number(number), call);
}

function readWhole(fd: number, length: number, offset: number, path: string): ArrayBuffer {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(length);
  } catch (cause) {
    throw new LimitError(`no memory for the ${length} bytes of ${path}`, { path, cause });
  }
  for (let at = 0; at < length; ) {
    const read = readSync(fd, bytes, at, length - at, offset + at);
    if (read === 0) throw new CorruptError(`${path} became shorter than ${length} bytes`, { path });
    at += read;
  }
  return bytes.buffer;
}
