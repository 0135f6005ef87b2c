/**
 * The kernels in WebAssembly and the memory that they work on. A kernel sees only that memory: what is not mapped in it is
 * copied into a slot of it block by block, which at such sizes stays in the processor's second cache, and results are copied
 * out.
 *
 * @module
 */

import { ARENA_HEAD, hostOf, type WebAssemblyMemory, webAssembly } from "../../platform/index.js";
import type { Kernels } from "./exports.js";
import { MODULE } from "./module.js";

/** The kernels' constants lie below. */
const BASE = 1 << 16;
const PAGE = 1 << 16;

/** Bytes of one slot of the memory that a thread's own kernels work on: what one block may have. */
export const SLOT = 1 << 19;
const SLOTS = 4;

if (BASE + SLOTS * SLOT > ARENA_HEAD) throw new RangeError("the slots reach into what is mapped");

/** A typed array. */
type Elements = ArrayBufferView & { readonly BYTES_PER_ELEMENT: number };

/** Memory for so many bytes from {@link Engine.base} on. @throws RangeError where there is none */
export function newMemory(size: number): WebAssemblyMemory {
  return new (webAssembly().Memory)({ initial: Math.ceil((BASE + size) / PAGE) });
}

/** Kernels over one memory. */
export class Engine {
  readonly kernels: Kernels;
  readonly #memory: WebAssemblyMemory;
  #bytes: Uint8Array<ArrayBuffer>;
  /** So much of the memory is the kernels' own, where not all of it is. */
  readonly #head: number | undefined;

  /** @param head of the memory so many bytes are the kernels' own; all if undefined */
  constructor(memory: WebAssemblyMemory, head?: number) {
    this.#head = head;
    const { Instance } = webAssembly();
    this.#memory = memory;
    this.#bytes = new Uint8Array(memory.buffer);
    const { exports } = new Instance(compiled(), { env: { memory } });
    this.kernels = exports as unknown as Kernels;
  }

  /** The first address that callers may use. */
  get base(): number {
    return BASE;
  }

  /** All of the memory; another array after {@link Engine.reserve} made it larger. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  /**
   * Sees to it that there are so many bytes from {@link Engine.base} on. Typed arrays over the memory are empty after it.
   *
   * @throws RangeError where there is no such memory: it has 4 GiB at most
   */
  reserve(size: number): void {
    const lacking = BASE + size - (this.#head ?? this.#bytes.length);
    if (lacking <= 0) return;
    if (this.#head !== undefined) throw new RangeError("where files are mapped, memory does not grow");
    this.#memory.grow(Math.ceil(lacking / PAGE));
    this.#bytes = new Uint8Array(this.#memory.buffer);
  }

  /**
   * Where a buffer's first byte is, if it is mapped in this memory. What is mapped is a file that anybody may change at any time: a
   * kernel must not trust a second look to see what the first one saw.
   */
  addressOf(buffer: ArrayBufferLike): number | undefined {
    const host = hostOf(buffer);
    return host?.memory === this.#memory ? host.offset : undefined;
  }

  /** Where the elements `start` to `end - 1` are, for a kernel that does not store there: in place where they can be, else copied to `at`. */
  place(values: Elements, start: number, end: number, at: number): number {
    const base = this.addressOf(values.buffer);
    if (base !== undefined) return base + values.byteOffset + start * values.BYTES_PER_ELEMENT;
    this.load(values, start, end, at);
    return at;
  }

  /** Copies the elements `start` to `end - 1` to an address. */
  load(values: Elements, start: number, end: number, at: number): void {
    const size = values.BYTES_PER_ELEMENT;
    this.#bytes.set(
      new Uint8Array(values.buffer, values.byteOffset + start * size, (end - start) * size),
      at,
    );
  }

  /** Copies bytes from an address to a place in `out`. */
  unload(at: number, length: number, out: Uint8Array, offset: number): void {
    out.set(this.#bytes.subarray(at, at + length), offset);
  }
}

/** The address of a slot of {@link engine}'s memory; there are four. */
export function slot(index: 0 | 1 | 2 | 3): number {
  return BASE + index * SLOT;
}

let code: object | undefined;

function compiled(): object {
  code ??= new (webAssembly().Module)(Buffer.from(MODULE, "base64"));
  return code;
}

let shared: Engine | null | undefined;

/**
 * The kernels of this thread, for one block at a time: nothing in its memory outlives the call that put it there. Made at the first call; undefined
 * where there is no WebAssembly with SIMD, as with `--jitless`, and with `MEMMAP_KERNELS=plain` in the environment.
 */
export function engine(): Engine | undefined {
  if (shared === undefined) shared = makeShared();
  return shared ?? undefined;
}

const hosted = new WeakMap<WebAssemblyMemory, Engine | null>();

/** The kernels in whose memory elements are mapped, as one of {@link engine}: with its slots. Undefined where they are elsewhere. */
export function engineOver({ buffer }: ArrayBufferView): Engine | undefined {
  const memory = hostOf(buffer)?.memory;
  if (memory === undefined || engine() === undefined) return undefined;
  let found = hosted.get(memory);
  if (found === undefined) {
    try {
      found = new Engine(memory, ARENA_HEAD);
    } catch {
      // Those of this thread work on copies.
      found = null;
    }
    hosted.set(memory, found);
  }
  return found ?? undefined;
}

function makeShared(): Engine | null {
  if (process.env.MEMMAP_KERNELS === "plain") return null;
  try {
    return new Engine(newMemory(SLOTS * SLOT));
  } catch {
    // Everything has a plain kernel too.
    return null;
  }
}

/** Does work with the plain kernels alone: what those in WebAssembly are held against. @internal */
export function withoutKernels<T>(work: () => T): T {
  const before = shared;
  shared = null;
  try {
    return work();
  } finally {
    shared = before;
  }
}
