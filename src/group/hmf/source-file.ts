import { basename, join } from "node:path";
import { ArrayView, denseLayout, FileStorage, wrap, zeros } from "../../array/index.js";
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
import { identityOf } from "../../platform/index.js";
import { isWithin } from "../../store/links.js";
import type { HmfArray } from "./hmf-tree.js";

/** An array over its file, mapped for reading until it is closed. */
export interface SourceArray extends Disposable {
  readonly array: ArrayView;
}

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
 * An array that a map describes, over its file.
 *
 * @param directory its path, without links
 * @param path the array's path in the tree
 * @throws DTypeError for Python's objects and other dtypes that cannot be mapped; LimitError; CorruptError where the file is
 * shorter than the array; FormatError, NotFoundError, DiskError as {@link openInside}
 */
export function openArray(
  directory: string,
  path: string,
  { file, dtype: type, shape }: HmfArray,
): SourceArray {
  const what = `the array "${excerpt(path)}"`;
  const dtype = dtypeOf(type, what, directory);
  const problem = sizeProblem(shape, dtype.itemsize);
  if (problem !== undefined) throw new LimitError(`${directory}: ${what}: ${problem}`, { path: directory });
  const byteLength = elementCount(shape) * dtype.itemsize;
  const opened = openInside(directory, file, what);
  try {
    const stat = files.stat(opened.fd, opened.path);
    if (stat.size < byteLength) {
      throw new CorruptError(
        `${opened.path}: ${what} needs ${byteLength} bytes for ${dtype} of shape ${formatShape(shape)}, but its file has ${stat.size}`,
        { path: opened.path },
      );
    }
    // No bytes cannot be mapped.
    if (byteLength === 0) return { array: wrap(zeros(dtype, shape), false), [Symbol.dispose]: () => {} };
    const storage = new FileStorage({
      path: opened.path,
      identity: identityOf(stat),
      dataOffset: 0,
      byteLength,
      writable: false,
    });
    return {
      array: new ArrayView(storage, dtype, denseLayout(shape, dtype.itemsize)),
      [Symbol.dispose]: () => storage.close(),
    };
  } finally {
    files.close(opened.fd);
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
