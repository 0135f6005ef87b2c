import { createRequire } from "node:module";
import { constants as os } from "node:os";
import { isMemmapError, UnsupportedError } from "../errors.js";
import { type SystemConstants, systemConstants } from "./constants.js";

/** The error number of a call, as it was right after it; 0 when it succeeded. */
export type Errno = number;

/** `fallocate(2)` in the three ways that are used. None changes the size of the file. */
export interface FileSpace {
  /** Gives every byte of the range blocks of the disk; bytes that had some keep their values. */
  allocate(fd: number, from: number, length: number): Errno;
  /** As {@link FileSpace.allocate}, and the range reads as zeros. */
  zero(fd: number, from: number, length: number): Errno;
  /** The range reads as zeros and gives its blocks back. */
  punch(fd: number, from: number, length: number): Errno;
}

/** The C library's calls on mappings. Addresses are bigints, lengths and offsets safe integers: nothing is checked. */
export interface LibC {
  readonly constants: SystemConstants;
  readonly pageSize: number;
  /** Undefined where the system has no `fallocate`. */
  readonly space: FileSpace | undefined;
  /** The address, or minus the error number; `fd` -1 and `mapAnonymous`: no file. */
  mmap(address: bigint | null, length: number, flags: number, fd: number, offset: number): bigint;
  munmap(address: bigint, length: number): Errno;
  msync(address: bigint, length: number): Errno;
  /** {@link LibC.msync} on another thread. */
  msyncAsync(address: bigint, length: number): Promise<Errno>;
  madvise(address: bigint, length: number, advice: number): Errno;
  /** `mincore(2)`: for each page, whether it is in memory. A system may say so of all pages to whoever may not write the file. */
  mincore(address: bigint, length: number, pages: Uint8Array): Errno;
  /** {@link LibC.madvise} on another thread. */
  madviseAsync(address: bigint, length: number, advice: number): Promise<Errno>;
  /** `renameat2(2)` with `RENAME_EXCHANGE`: two files swap their names. Undefined where the system has no such call. */
  readonly exchange: ((one: string, other: string) => Errno) | undefined;
  /** `syncfs(2)`; undefined where the system has none. */
  readonly syncfs: ((fd: number) => Errno) | undefined;
  /** Where bytes of this process lie. */
  addressOf(bytes: Uint8Array): bigint;
  /** An ArrayBuffer over memory that it does not own. */
  view(address: bigint, length: number): ArrayBuffer;
}

type Koffi = typeof import("koffi");
type IntCall = (...args: readonly (number | bigint | null)[]) => number;

/**
 * The C library of this process, through koffi.
 *
 * @throws UnsupportedError where koffi is not installed or may not load, or the system is not one that is known
 */
export function loadLibC(): LibC {
  const constants = systemConstants();
  if (constants === undefined) {
    throw new UnsupportedError(
      `the C library's numbers on ${process.platform} ${process.arch} are not known`,
    );
  }
  try {
    const koffi: Koffi = createRequire(import.meta.url)("koffi");
    return bind(koffi, constants);
  } catch (cause) {
    // Not installed, no binary for this system, native modules not permitted: all mean that it is not there.
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UnsupportedError(`koffi does not give the C library: ${reason}`, { cause });
  }
}

let shared: LibC | null | undefined;

/** As {@link loadLibC}, once for this thread; undefined where it throws. */
export function libC(): LibC | undefined {
  if (shared === undefined) {
    try {
      shared = loadLibC();
    } catch (error) {
      if (!isMemmapError(error, "UNSUPPORTED")) throw error;
      shared = null;
    }
  }
  return shared ?? undefined;
}

function bind(koffi: Koffi, constants: SystemConstants): LibC {
  // Where pointers have 32 bits, so has off_t, and the declarations below would be wrong.
  if (koffi.sizeof("void *") !== 8) throw new Error("pointers of 64 bits are needed");
  const failed = 2n ** 64n - 1n;
  const library = koffi.load(null);
  const mmap = library.func("void *mmap(void *, size_t, int, int, int, int64_t)");
  const munmap: IntCall = library.func("int munmap(void *, size_t)");
  const msync = library.func("int msync(void *, size_t, int)");
  const madvise = library.func("int madvise(void *, size_t, int)");
  const mincore = library.func("int mincore(void *, size_t, void *)");
  const getpagesize: IntCall = library.func("int getpagesize()");
  // Any other call of Node in between would change errno.
  const errnoOf = (result: number): Errno => (result === 0 ? 0 : koffi.errno());
  const elsewhere = (call: typeof msync, ...args: readonly (number | bigint)[]): Promise<Errno> =>
    new Promise((resolve, reject) => {
      call.async(...args, (error: unknown, result: number) => {
        const errno = errnoOf(result);
        if (error) reject(error);
        else resolve(errno);
      });
    });

  return {
    constants,
    pageSize: getpagesize(),
    space: bindSpace(koffi, library, constants),
    mmap(address, length, flags, fd, offset) {
      const found: bigint = mmap(address, length, constants.protReadWrite, flags, fd, offset);
      return found === failed ? BigInt(-koffi.errno()) : found;
    },
    munmap: (address, length) => errnoOf(munmap(address, length)),
    msync: (address, length) => errnoOf(msync(address, length, constants.msSync)),
    msyncAsync: (address, length) => elsewhere(msync, address, length, constants.msSync),
    madvise: (address, length, advice) => errnoOf(madvise(address, length, advice)),
    mincore: (address, length, pages) => errnoOf(mincore(address, length, pages)),
    madviseAsync: (address, length, advice) => elsewhere(madvise, address, length, advice),
    exchange: bindExchange(library, constants, errnoOf),
    syncfs: bindSyncfs(library, errnoOf),
    addressOf: (bytes) => koffi.address(bytes),
    view: (address, length) => koffi.view(address, length),
  };
}

function bindExchange(
  library: ReturnType<Koffi["load"]>,
  { exchange }: SystemConstants,
  errnoOf: (result: number) => Errno,
): ((one: string, other: string) => Errno) | undefined {
  if (exchange === undefined) return undefined;
  try {
    const renameat2 = library.func("int renameat2(int, str, int, str, unsigned int)");
    const { here, flag } = exchange;
    return (one, other) => errnoOf(renameat2(here, one, here, other, flag));
  } catch {
    return undefined;
  }
}

function bindSyncfs(
  library: ReturnType<Koffi["load"]>,
  errnoOf: (result: number) => Errno,
): ((fd: number) => Errno) | undefined {
  try {
    const syncfs: IntCall = library.func("int syncfs(int)");
    return (fd) => errnoOf(syncfs(fd));
  } catch {
    return undefined;
  }
}

function bindSpace(
  koffi: Koffi,
  library: ReturnType<Koffi["load"]>,
  { falloc }: SystemConstants,
): FileSpace | undefined {
  if (falloc === undefined) return undefined;
  let fallocate: IntCall;
  try {
    fallocate = library.func("int fallocate(int, int, int64_t, int64_t)");
  } catch {
    return undefined;
  }
  const call = (mode: number, fd: number, from: number, length: number): Errno => {
    for (;;) {
      if (fallocate(fd, mode, from, length) === 0) return 0;
      const errno = koffi.errno();
      if (errno !== os.errno.EINTR) return errno; // a signal interrupts a long one: once more
    }
  };
  const { keepSize, punchHole, zeroRange } = falloc;
  return {
    allocate: (fd, from, length) => call(keepSize, fd, from, length),
    zero: (fd, from, length) => call(keepSize | zeroRange, fd, from, length),
    punch: (fd, from, length) => call(keepSize | punchHole, fd, from, length),
  };
}
