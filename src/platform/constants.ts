import type { Advice } from "./platform.js";

/** The numbers of one system's `<sys/mman.h>` and, where it has holes, of `<linux/falloc.h>`. */
export interface SystemConstants {
  readonly protReadWrite: number;
  readonly mapShared: number;
  readonly mapPrivate: number;
  readonly mapFixed: number;
  readonly mapAnonymous: number;
  readonly mapNoReserve: number;
  readonly msSync: number;
  /** Whether files may be mapped over memory of WebAssembly: tried on this system. */
  readonly mapsIntoArenas: boolean;
  readonly advice: Readonly<Partial<Record<Advice, number>>>;
  /** Advice that forked processes do not get such memory; absent where the system has no such thing. */
  readonly dontFork?: number;
  /** Advice to map the pages of a file at once (Linux 5.14); absent where the system has no such thing. */
  readonly populateRead?: number;
  /** Of `renameat2(2)`: the descriptor that stands for the working directory, and the flag that exchanges. */
  readonly exchange?: { readonly here: number; readonly flag: number };
  /** Modes of `fallocate(2)`; absent where the system has no such call. */
  readonly falloc?: { readonly keepSize: number; readonly punchHole: number; readonly zeroRange: number };
}

/** POSIX names these and every system gives them the same numbers. */
const COMMON = { protReadWrite: 3, mapShared: 1, mapPrivate: 2, mapFixed: 0x10 };
const COMMON_ADVICE = { normal: 0, random: 1, sequential: 2, willneed: 3 };

const LINUX: SystemConstants = {
  ...COMMON,
  mapAnonymous: 0x20,
  mapNoReserve: 0x4000,
  msSync: 4,
  mapsIntoArenas: true,
  advice: { ...COMMON_ADVICE, hugepage: 14 },
  dontFork: 10,
  populateRead: 22,
  exchange: { here: -100, flag: 2 },
  falloc: { keepSize: 1, punchHole: 2, zeroRange: 0x10 },
};

/** Written from the headers of macOS and not tried: it was never run there. */
const MACOS: SystemConstants = {
  ...COMMON,
  mapAnonymous: 0x1000,
  mapNoReserve: 0x40,
  msSync: 0x10,
  mapsIntoArenas: false,
  advice: COMMON_ADVICE,
};

/** Linux on other processors (MIPS, POWER, SPARC, Alpha) numbers some of the flags differently. */
const LINUX_PROCESSORS: ReadonlySet<string> = new Set(["x64", "arm64", "riscv64", "loong64", "s390x"]);

/** The constants of the system that runs, or undefined where they are not known. */
export function systemConstants(
  system: string = process.platform,
  processor: string = process.arch,
): SystemConstants | undefined {
  if (system === "linux" && LINUX_PROCESSORS.has(processor)) return LINUX;
  if (system === "darwin") return MACOS;
  return undefined;
}
