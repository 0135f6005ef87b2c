import { totalmem } from "node:os";
import { isMainThread } from "node:worker_threads";
import type { LibC } from "./libc.js";
import { type WebAssemblyMemory, webAssembly } from "./web-assembly.js";

/** Bytes at the beginning of each arena that are left to whoever works in it. */
export const ARENA_HEAD = 1 << 22;

const WASM_PAGE = 1 << 16;
/** No system has larger pages. */
const UNIT = 1 << 16;
/** Kernels look at several elements together, and so at bytes behind the last one: never more than so many. */
const BEHIND = 1 << 7;
/** Longer ranges begin where a large page does, so that the system can map them by such. */
const LARGE_PAGE = 1 << 21;

/** Below so many bytes, copying a file's bytes into a kernel's memory costs next to nothing. */
const WORTH = 1 << 20;
const FIRST = 1 << 26;
/** An arena has room for so many files like the one that it is made for. */
const SOME = 4;
/** Addresses in an arena have 32 bits. The last page is left out, so that its end has an address too. */
const MOST = 2 ** 32 - WASM_PAGE;
/** Milliseconds until memory that was not to be had is asked for again. */
const PATIENCE = 30_000;
/** Each takes ten gigabytes of addresses, of which a process has a hundred thousand. */
const MOST_ARENAS = 256;

let permitted = isMainThread;

/**
 * Has files be mapped into arenas in this thread, for one that moves no bytes out of a mapping and hands them to another thread: the
 * engine takes back an arena when its thread ends, whoever sees its bytes by then. The main thread ends last.
 */
export function permitArenas(): void {
  permitted = true;
}

/** A range of an arena. */
export interface Place {
  readonly arena: Arena;
  /** The distance from the beginning of the arena's memory. */
  readonly offset: number;
  readonly length: number;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** A memory of WebAssembly of which ranges are given away. It never grows, so it never moves. */
export class Arena {
  readonly memory: WebAssemblyMemory;
  readonly size: number;
  /** Where it lies. */
  readonly address: bigint;
  /** Its distance from the beginning of a large page. */
  readonly #phase: number;
  /** Ascending, and none ends where the next one begins. */
  #free: Span[];

  /** @throws RangeError where there is no such memory */
  constructor(libc: Pick<LibC, "addressOf">, bytes: number) {
    const pages = Math.ceil(bytes / WASM_PAGE);
    this.memory = new (webAssembly().Memory)({ initial: pages, maximum: pages });
    this.size = pages * WASM_PAGE;
    this.address = libc.addressOf(new Uint8Array(this.memory.buffer));
    this.#phase = Number(this.address % BigInt(LARGE_PAGE));
    this.#free = [{ start: ARENA_HEAD, end: this.size }];
  }

  get isEmpty(): boolean {
    const [first] = this.#free;
    return first?.start === ARENA_HEAD && first.end === this.size;
  }

  /** The beginning of so many bytes that nobody has; undefined where there is no room for them. */
  take(length: number): number | undefined {
    const taken = takenBy(length);
    const align = length < LARGE_PAGE ? UNIT : LARGE_PAGE;
    for (const [at, { start, end }] of this.#free.entries()) {
      if (end - start < taken) continue;
      const ahead = (align - ((this.#phase + start) % align)) % align;
      const [from, to] = [start + ahead, start + ahead + taken];
      if (to > end) continue;
      const rest = [
        { start, end: from },
        { start: to, end },
      ].filter((span) => span.start < span.end);
      this.#free.splice(at, 1, ...rest);
      return from;
    }
    return undefined;
  }

  /** Takes back what {@link take} gave. */
  give(offset: number, length: number): void {
    let [start, end] = [offset, offset + takenBy(length)];
    const others: Span[] = [];
    for (const span of this.#free) {
      if (span.end === start) start = span.start;
      else if (span.start === end) end = span.end;
      else others.push(span);
    }
    this.#free = [...others, { start, end }].sort((a, b) => a.start - b.start);
  }
}

/** What is taken for so many bytes: no other file begins, and no memory ends, where a kernel may look. */
export function takenBy(length: number): number {
  return Math.ceil((length + BEHIND) / UNIT) * UNIT;
}

/**
 * Memories of WebAssembly in which files are mapped, so that kernels read them where they are. A kernel sees no memory but
 * its own: whatever lies elsewhere has to be copied for it, which takes as long as to look at it.
 *
 * V8 reserves an arena's addresses as a whole, and gives them back as a whole: an arena with anything mapped in it must
 * be held. What is no longer mapped has memory in its place that nobody has touched, as V8 expects of it.
 */
export class Arenas {
  readonly #libc: Pick<LibC, "addressOf">;
  readonly #all = new Set<Arena>();
  /** When there may be more of them, by the clock of `performance`. */
  #extensible: number;

  /** @param usable whether this process may have as many addresses as it likes */
  constructor(libc: Pick<LibC, "addressOf" | "constants">, usable: boolean) {
    this.#libc = libc;
    this.#extensible = usable && libc.constants.mapsIntoArenas ? 0 : Number.POSITIVE_INFINITY;
  }

  /** A range for so many bytes; undefined where they are better, or have to be, anywhere else. */
  take(length: number): Place | undefined {
    if (length < WORTH || neededFor(length) > MOST) return undefined;
    for (const arena of this.#all) {
      const offset = arena.take(length);
      if (offset !== undefined) return { arena, offset, length };
    }
    const arena = this.#add(length);
    const offset = arena?.take(length);
    return arena === undefined || offset === undefined ? undefined : { arena, offset, length };
  }

  /** Takes back a range that is not mapped any more. */
  give({ arena, offset, length }: Place): void {
    arena.give(offset, length);
    if (!arena.isEmpty) return;
    const spare = [...this.#all].some((other) => other !== arena && other.isEmpty);
    if (spare || arena.size > FIRST) this.#all.delete(arena);
  }

  /** With room for some more such files, so that columns that are looked at together come to lie together. */
  #add(length: number): Arena | undefined {
    const needed = neededFor(length);
    // Systems refuse, at once, to promise more memory than they have, whether or not it is ever touched.
    const memory = totalmem();
    const isExtensible = permitted && performance.now() >= this.#extensible;
    if (!isExtensible || this.#all.size >= MOST_ARENAS || needed > memory) return undefined;
    const sizes = [...this.#all].reduce((sum, { size }) => sum + size, 0);
    try {
      const wanted = Math.min(Math.max(FIRST, sizes, SOME * length), MOST, memory / 2);
      const arena = new Arena(this.#libc, Math.max(needed, wanted));
      this.#all.add(arena);
      return arena;
    } catch {
      // To ask takes long: V8 looks for memory by collecting all of its garbage.
      this.#extensible = performance.now() + PATIENCE;
      return undefined;
    }
  }
}

/** The size of an arena that has room for so many bytes wherever it lies. */
function neededFor(length: number): number {
  return ARENA_HEAD + LARGE_PAGE + takenBy(length);
}

/** Bytes of an arena that a buffer shows. */
export interface Host {
  readonly memory: WebAssemblyMemory;
  /** Where in the memory the buffer's first byte is. */
  readonly offset: number;
}

const hosts = new WeakMap<ArrayBufferLike, Host>();

/** Notes that a buffer shows what is mapped in an arena. */
export function noteHost(buffer: ArrayBuffer, { arena: { memory }, offset }: Place): void {
  hosts.set(buffer, { memory, offset });
}

/** The memory of WebAssembly in which a buffer's bytes are; undefined where they are elsewhere, or it was closed. */
export function hostOf(buffer: ArrayBufferLike): Host | undefined {
  const host = hosts.get(buffer);
  // Where its bytes were, somebody else's may be.
  return host === undefined || buffer.byteLength === 0 ? undefined : host;
}
