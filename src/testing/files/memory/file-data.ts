import { type Change, tornContents } from "./torn.js";

/** The unit in which a disk gives room, in bytes. */
export const BLOCK = 4096;

/** A file's bytes, the room that they take, and what of them is on the disk for certain. */
export class FileData {
  /** At least as long as the file. */
  #bytes: Uint8Array;
  #size: number;
  /** Whether somebody else holds `#bytes`, so that they must be copied before they change. */
  #isShared = true;
  #durable: Uint8Array;
  #changes: Change[] = [];
  /** Numbers of the blocks that the disk has given. */
  readonly #blocks: Set<number>;

  /** A file of these bytes, all of them on the disk. They are not changed, and must not be. */
  constructor(bytes: Uint8Array = new Uint8Array(0), blocks?: ReadonlySet<number>) {
    this.#bytes = bytes;
    this.#size = bytes.length;
    this.#durable = bytes;
    this.#blocks = new Set(blocks ?? range(0, bytes.length));
  }

  get size(): number {
    return this.#size;
  }

  /** How many blocks the disk has given. */
  get blocks(): number {
    return this.#blocks.size;
  }

  /** Whether a loss of power could change anything. */
  get isDurable(): boolean {
    return this.#changes.length === 0;
  }

  /** The bytes as they are now, which stay as they are. */
  content(): Uint8Array {
    this.#isShared = true;
    return this.#bytes.subarray(0, this.#size);
  }

  read(into: Uint8Array, at: number): number {
    const part = this.#bytes.subarray(Math.min(at, this.#size), Math.min(at + into.length, this.#size));
    into.set(part);
    return part.length;
  }

  write(bytes: Uint8Array, at: number): void {
    this.#resize(Math.max(this.#size, at + bytes.length));
    this.#bytes.set(bytes, at);
    this.#changes.push({ kind: "write", at, bytes: bytes.slice() });
    this.give(at, at + bytes.length);
  }

  setSize(size: number): void {
    for (const block of this.#blocks) if (block * BLOCK >= size) this.#blocks.delete(block);
    this.#resize(size);
    this.#changes.push({ kind: "size", size });
  }

  /** Makes other bytes the whole file, where it is not made of them already. */
  replace(bytes: Uint8Array): void {
    if (Buffer.compare(this.content(), bytes) === 0) return;
    if (bytes.length !== this.#size) this.setSize(bytes.length);
    if (bytes.length > 0) this.write(bytes, 0);
  }

  /** Makes a part zeros, in a file that reaches to its end at least, and gives it its blocks. */
  extend(from: number, to: number): void {
    this.give(from, to);
    if (from < this.#size) this.#zero(from, to);
    if (to > this.#size) this.setSize(to);
  }

  /** Makes a part zeros, as far as the file reaches, and takes back the blocks that are within it. */
  punch(from: number, to: number): void {
    this.#zero(from, to);
    // The last block may reach over the end of the file.
    const end = to >= this.#size ? Number.POSITIVE_INFINITY : to;
    for (const block of this.#blocks) {
      if (block * BLOCK >= from && (block + 1) * BLOCK <= end) this.#blocks.delete(block);
    }
  }

  #zero(from: number, to: number): void {
    this.#own();
    this.#bytes.fill(0, from, Math.min(to, this.#size));
    this.#changes.push({ kind: "zeros", from, to });
  }

  /** How many blocks a part still needs. */
  missing(from: number, to: number): number {
    let count = 0;
    for (const block of range(from, to)) if (!this.#blocks.has(block)) count += 1;
    return count;
  }

  /** Gives a part its blocks. */
  give(from: number, to: number): void {
    for (const block of range(from, to)) this.#blocks.add(block);
  }

  sync(): void {
    if (this.#changes.length === 0) return;
    this.#durable = this.content();
    this.#changes = [];
  }

  /** The file as it is, what is not on the disk included. */
  clone(): FileData {
    const copy = new FileData(this.content(), this.#blocks);
    copy.#durable = this.#durable;
    copy.#changes = [...this.#changes];
    return copy;
  }

  /** What a loss of power may leave: see {@link tornContents}. */
  afterCrash(): FileData[] {
    if (this.#changes.length === 0) return [new FileData(this.content(), this.#blocks)];
    return tornContents(this.#durable, this.#changes).map((bytes) => new FileData(bytes));
  }

  #own(): void {
    if (!this.#isShared) return;
    this.#bytes = this.#bytes.slice(0, this.#size);
    this.#isShared = false;
  }

  #resize(size: number): void {
    if (size > this.#bytes.length || this.#isShared) {
      const roomy = size > this.#size ? Math.max(size, Math.min(this.#size * 2, this.#size + 2 ** 24)) : size;
      const grown = new Uint8Array(roomy);
      grown.set(this.#bytes.subarray(0, Math.min(size, this.#size)));
      this.#bytes = grown;
      this.#isShared = false;
    } else if (size < this.#size) this.#bytes.fill(0, size, this.#size);
    this.#size = size;
  }
}

/** The numbers of the blocks that a part touches. */
function* range(from: number, to: number): Generator<number> {
  for (let block = Math.floor(from / BLOCK); block * BLOCK < to; block++) if (from < to) yield block;
}
