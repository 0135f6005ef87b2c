import { basename, join } from "node:path";
import { BLOCK_BYTES, byteBlocks, denseLayout, STRIDED, wrap } from "../../array/index.js";
import { type DType, parseDType } from "../../dtype/index.js";
import {
  CorruptError,
  DTypeError,
  FormatError,
  isMemmapError,
  LimitError,
  NotFoundError,
} from "../../errors.js";
import { excerpt } from "../../npy/excerpt.js";
import { openRegular } from "../../npy/index.js";
import { elementCount, formatShape, sizeProblem } from "../../npy/size.js";
import { nodeFiles as files } from "../../platform/files.js";
import { isWithin } from "../../store/links.js";
import type { HmfArray } from "./hmf-tree.js";

/**
 * Opens a file of a directory: one that lies in it, wherever links lead.
 *
 * @param directory its path, without links
 * @param name the file's, which must be that of a file in a directory and nothing else
 * @param what what the file is of, for messages
 * @throws FormatError for names and links that lead elsewhere and for what is no regular file; NotFoundError, DiskError
 */
export function openInside(
  directory: string,
  name: string,
  what: string,
): { readonly fd: number; readonly path: string } {
  const isPart = !["", ".", ".."].includes(name) && !/[/\0]/.test(name) && basename(name) === name;
  if (!isPart) {
    throw new FormatError(
      `${directory}: ${what} is said to be in "${excerpt(name)}": refused, a file of this directory has a plain name`,
      { path: directory },
    );
  }
  const path = join(directory, name);
  const real = files.realPath(path);
  if (real === undefined) throw new NotFoundError(`${path}: ${what} is missing`, { path });
  if (!isWithin(real, directory)) {
    throw new FormatError(`${path}: ${what} is refused: a link leads out of the directory, to ${real}`, {
      path,
    });
  }
  return { fd: openRegular(real, "r"), path: real };
}

/**
 * The file of an array that a map describes. It is read and not mapped: HMF cuts the files that it writes anew, which would end a
 * process that has mapped them.
 */
export class SourceArray implements Disposable {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly #fd: number;
  readonly #path: string;
  readonly #what: string;

  /**
   * @param directory its path, without links
   * @param path the array's path in the tree
   * @throws DTypeError for Python's objects and other dtypes that cannot be mapped; LimitError; CorruptError where the file is
   * shorter than the array; FormatError, NotFoundError, DiskError as {@link openInside}
   */
  constructor(directory: string, path: string, { file, dtype, shape }: HmfArray) {
    this.#what = `the array "${excerpt(path)}"`;
    this.dtype = dtypeOf(dtype, this.#what, directory);
    this.shape = shape;
    const problem = sizeProblem(shape, this.dtype.itemsize);
    if (problem !== undefined) {
      throw new LimitError(`${directory}: ${this.#what}: ${problem}`, { path: directory });
    }
    const opened = openInside(directory, file, this.#what);
    this.#fd = opened.fd;
    this.#path = opened.path;
    try {
      // A longer one is NumPy's: it cannot map nothing, and keeps a byte for it.
      const { size } = files.stat(this.#fd, this.#path);
      if (size < this.#nbytes) throw this.#tooShort(size);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  get #nbytes(): number {
    return elementCount(this.shape) * this.dtype.itemsize;
  }

  #tooShort(found: number): CorruptError {
    const needed = `${this.#nbytes} bytes for ${this.dtype} of shape ${formatShape(this.shape)}`;
    return new CorruptError(`${this.#path}: ${this.#what} needs ${needed}, but its file has ${found}`, {
      path: this.#path,
    });
  }

  /** The bytes of all elements, block by block; a block lasts until the next one is taken. @throws CorruptError, DiskError */
  *bytes(block = BLOCK_BYTES): Generator<Uint8Array> {
    const end = this.#nbytes;
    const buffer = new Uint8Array(Math.min(block, end));
    for (let at = 0; at < end; at += block) {
      const part = buffer.subarray(0, Math.min(block, end - at));
      const found = files.read(this.#fd, part, at, this.#path);
      if (found < part.length) throw this.#tooShort(at + found);
      yield part;
    }
  }

  /** The same of one column of two axes. */
  *columnBytes(column: number): Generator<Uint8Array> {
    const { dtype } = this;
    const [, columns = 1] = this.shape;
    const row = columns * dtype.itemsize;
    for (const bytes of this.bytes(row * Math.max(1, Math.floor(BLOCK_BYTES / row)))) {
      const layout = denseLayout([bytes.length / row, columns], dtype.itemsize);
      yield* byteBlocks(wrap({ dtype, layout, bytes }, false).view("...", column)[STRIDED]());
    }
  }

  [Symbol.dispose](): void {
    files.close(this.#fd);
  }
}

/** NumPy's `str(dtype)`: names for what has the byte order of the machine that wrote it, which is taken to be like this one. */
function dtypeOf(text: string, what: string, directory: string): DType {
  if (text === "object") {
    throw new DTypeError(
      `${directory}: ${what} is of dtype "object": HMF has stored addresses in the memory of a process that has ended, and no values`,
      { path: directory },
    );
  }
  try {
    return parseDType(text);
  } catch (cause) {
    if (!isMemmapError(cause)) throw cause;
    throw new DTypeError(`${directory}: ${what}: ${cause.message}`, { path: directory, cause });
  }
}
