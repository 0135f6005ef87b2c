import { alignedTo, ByteWriter } from "./encode-bytes.js";
import type { NodeTarget } from "./encode-chunk-index.js";

/** Bytes of a collection unless one object needs more; HDF5 takes none below 4096. */
const COLLECTION = 16_384;

const HEAD_BYTES = 16;

/** Index, references and length of an object. */
const OBJECT_HEAD = 16;

/** Indices have 16 bits. */
const MAX_OBJECTS = 65_535;

/** A collection that is being filled. */
interface Collection {
  readonly address: number;
  readonly size: number;
  readonly writer: ByteWriter;
  count: number;
}

/** Text of any length: objects in global heaps, which attributes refer to. */
export class GlobalHeap {
  readonly #target: NodeTarget;
  #open: Collection | undefined;

  constructor(target: NodeTarget) {
    this.#target = target;
  }

  /** Keeps some bytes. @returns what refers to them: length, address and index */
  add(bytes: Uint8Array): Uint8Array {
    const collection = this.#withRoom(OBJECT_HEAD + alignedTo(bytes.length, 8));
    const { address, writer } = collection;
    collection.count += 1;
    writer.u16(collection.count).zeros(6).u64(bytes.length).bytes(bytes).align(8);
    return new ByteWriter(16).u32(bytes.length).u64(address).u32(collection.count).done();
  }

  #withRoom(needed: number): Collection {
    const open = this.#open;
    if (open !== undefined && open.writer.length + needed <= open.size && open.count < MAX_OBJECTS)
      return open;
    this.flush();
    const size = Math.max(COLLECTION, HEAD_BYTES + needed);
    const writer = new ByteWriter(size).bytes(Buffer.from("GCOL")).u8(1, 0, 0, 0).u64(size);
    this.#open = { address: this.#target.allocate(size), size, writer, count: 0 };
    return this.#open;
  }

  /** Writes what was kept. */
  flush(): void {
    if (this.#open === undefined) return;
    const { address, size, writer } = this.#open;
    this.#open = undefined;
    // What is free is an object, too, where there is room for its head.
    const free = size - writer.length;
    if (free >= OBJECT_HEAD) writer.zeros(8).u64(free);
    this.#target.write(writer.zeros(size - writer.length).done(), address);
  }
}
