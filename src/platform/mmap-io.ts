import { createRequire } from "node:module";
import { UnsupportedError } from "../errors.js";

/** The part of mmap-io that is used. Its numbers are 32 bits wide and wrap in silence: check before each call. */
export interface MmapIo {
  readonly PROT_READ: number;
  readonly PROT_WRITE: number;
  readonly MAP_SHARED: number;
  readonly MAP_PRIVATE: number;
  readonly PAGESIZE: number;
  readonly MADV_NORMAL: number;
  readonly MADV_RANDOM: number;
  readonly MADV_SEQUENTIAL: number;
  readonly MADV_WILLNEED: number;
  /** Unmaps when the memory of the Buffer is collected. Throws `Error("mmap failed, <errno>")`. */
  map(size: number, protection: number, flags: number, fd: number, offset: number): Buffer;
  advise(buffer: Buffer, offset: number, length: number, advice: number): void;
  /** The offset must be a page's start; a size of 0 means all. */
  sync(buffer: Buffer, offset: number, size: number, blocking: boolean, invalidate: boolean): void;
}

/** The fork that builds on Node 20 and 22, and the name it has when installed as an alias of the original. */
const NAMES = ["@riaskov/mmap-io", "mmap-io"];

function isMmapIo(value: unknown): value is MmapIo {
  if (typeof value !== "object" || value === null) return false;
  return ["map", "advise", "sync"].every((name) => typeof Reflect.get(value, name) === "function");
}

/** @throws UnsupportedError where it is not installed, not built for this Node, or native modules are not permitted */
export function loadMmapIo(): MmapIo {
  const require = createRequire(import.meta.url);
  const reasons: string[] = [];
  for (const name of NAMES) {
    try {
      const found: unknown = require(name);
      if (isMmapIo(found)) return found;
      reasons.push(`${name} has no map()`);
    } catch (error) {
      const [first = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
      reasons.push(first);
    }
  }
  throw new UnsupportedError(`mmap-io cannot be loaded: ${reasons.join("; ")}`);
}
