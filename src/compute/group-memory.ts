import { LimitError } from "../errors.js";
import { plainGroupKernels } from "./group-plain.js";
import { Engine, engine, newMemory } from "./kernels/engine.js";
import type { GroupKernels } from "./kernels/group-exports.js";

/** Memory with the kernels that work on it. */
interface Machine {
  readonly kernels: GroupKernels;
  readonly base: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  reserve(size: number): void;
}

class PlainMachine implements Machine {
  readonly kernels = plainGroupKernels(this);
  readonly base = 0;
  bytes: Uint8Array<ArrayBuffer>;

  constructor(size: number) {
    this.bytes = new Uint8Array(roundUp(size));
  }

  reserve(size: number): void {
    if (size <= this.bytes.length) return;
    const larger = new Uint8Array(roundUp(size));
    larger.set(this.bytes);
    this.bytes = larger;
  }
}

/** All the memory that addresses of 32 bits are of. */
const MOST = 2 ** 32;

/** What every address that is given out is a multiple of. */
const ALIGNMENT = 16;

function roundUp(size: number): number {
  return Math.ceil(size / ALIGNMENT) * ALIGNMENT;
}

/** The next size of memory that has to be larger: by half, as far as there is so much. @param base where it begins */
export function grown(size: number, needed: number, base: number): number {
  return Math.max(needed, Math.min(MOST - base, Math.floor(1.5 * size)));
}

/** Below this many rows, new memory for WebAssembly costs more than its kernels save. */
const FEW_ROWS = 4096;

/** Bytes of memory that is worth being used again, and not too much to be held. */
const MOST_SPARED = 1 << 26;

/** Memory that nobody uses, until it is collected: new memory costs as much as grouping some 100,000 rows. */
let spare: WeakRef<Engine> | undefined;

function spared(size: number): Engine {
  const found = spare?.deref();
  spare = undefined;
  if (found === undefined) return begin(() => new Engine(newMemory(size)));
  begin(() => found.reserve(size));
  return found;
}

/**
 * Memory that grows, with the kernels of groups. It is given out piece by piece, and taken back at once; pieces keep their
 * addresses, but typed arrays over them are good only until the next piece is given out.
 */
export class GroupMemory {
  readonly #machine: Machine;
  #used = 0;
  #size: number;

  /** @param rows how many rows there will be, to choose the kernels by @param size bytes to begin with */
  constructor(rows: number, size: number) {
    this.#size = size;
    this.#machine = rows < FEW_ROWS || engine() === undefined ? new PlainMachine(size) : spared(size);
  }

  /** Lets others use the memory, which is not to be used by these addresses any more. */
  [Symbol.dispose](): void {
    const machine = this.#machine;
    if (machine instanceof Engine && machine.bytes.length <= MOST_SPARED) spare = new WeakRef(machine);
  }

  get kernels(): GroupKernels {
    return this.#machine.kernels;
  }

  /** The address of so many bytes, whatever they hold. @throws LimitError where there is no such memory */
  take(size: number): number {
    const at = this.#used;
    this.#used = at + roundUp(size);
    if (this.#used > this.#size) {
      const larger = grown(this.#size, this.#used, this.#machine.base);
      begin(() => this.#machine.reserve(larger));
      this.#size = larger;
    }
    return this.#machine.base + at;
  }

  /** The address of so many bytes, all the same. */
  filled(size: number, byte = 0): number {
    const at = this.take(size);
    this.#machine.bytes.fill(byte, at, at + size);
    return at;
  }

  /** Takes back everything that was given out. */
  reset(): void {
    this.#used = 0;
  }

  u1(at: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#machine.bytes.buffer, at, length);
  }

  u4(at: number, length: number): Uint32Array<ArrayBuffer> {
    return new Uint32Array(this.#machine.bytes.buffer, at, length);
  }

  i4(at: number, length: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.#machine.bytes.buffer, at, length);
  }

  f8(at: number, length: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.#machine.bytes.buffer, at, length);
  }

  i8(at: number, length: number): BigInt64Array<ArrayBuffer> {
    return new BigInt64Array(this.#machine.bytes.buffer, at, length);
  }
}

function begin<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new LimitError(
      "there are too many groups, or too long keys: their tables take more memory than this process can have",
      { cause },
    );
  }
}
