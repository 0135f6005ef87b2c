import { ClosedError } from "../../errors.js";
import type { Files } from "../../platform/files.js";
import { alignedTo } from "../format/encode-bytes.js";
import type { JobTarget } from "./write-job.js";

/** How many bytes of a file are taken, in memory that all threads see. */
export type FileEnd = BigInt64Array<SharedArrayBuffer>;

/** The end of a file of so many bytes. */
export function fileEnd(length: number): FileEnd {
  const end = new BigInt64Array(new SharedArrayBuffer(8));
  end[0] = BigInt(alignedTo(length, 8));
  return end;
}

/** A file on its way, in one thread: whoever writes takes room behind what all others have taken. */
export class FileTarget implements JobTarget {
  readonly #fd: number;
  readonly #path: string;
  readonly #files: Files;
  readonly #end: FileEnd;
  readonly #isStopped: () => boolean;

  /** @param fd stays the caller's */
  constructor(fd: number, path: string, files: Files, end: FileEnd, isStopped: () => boolean = () => false) {
    this.#fd = fd;
    this.#path = path;
    this.#files = files;
    this.#end = end;
    this.#isStopped = isStopped;
  }

  get stopped(): boolean {
    return this.#isStopped();
  }

  /** Room for so many bytes, where typed arrays of any kind may begin. */
  allocate(length: number): number {
    return Number(Atomics.add(this.#end, 0, BigInt(alignedTo(length, 8))));
  }

  /** @throws ClosedError where nobody wants it any more: the descriptor may be another file's by then */
  write(bytes: Uint8Array, address: number): void {
    if (this.stopped) throw new ClosedError(`${this.#path}: writing it was ended`, { path: this.#path });
    this.#files.write(this.#fd, bytes, address, this.#path);
  }

  /** Writes behind all others. @returns the address */
  append(bytes: Uint8Array): number {
    const address = this.allocate(bytes.length);
    this.write(bytes, address);
    return address;
  }
}
