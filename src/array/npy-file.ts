import { randomBytes } from "node:crypto";
import { closeSync, fstatSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { DTypeLike } from "../dtype/index.js";
import { IndexError } from "../errors.js";
import { dataBytes, formatHeader, openRegular, readHeader } from "../npy/index.js";
import { nodeFiles as files } from "../platform/files.js";
import { ArrayView } from "./array-view.js";
import type { AccessMode } from "./base.js";
import { byteBlocks } from "./blocks.js";
import { FileStorage } from "./file-storage.js";
import { denseLayout } from "./layout.js";
import { dtypeOf, isTypedArray, type TypedArray, viewTyped } from "./operand.js";
import { STRIDED, type Viewable } from "./strided.js";

/** How {@link openNpy} opens: for reading (the default), or to assign to the file's elements. */
export interface NpyOptions<M extends AccessMode> {
  readonly mode?: M;
}

/** An array over a file of its own. It is released when closed, or when nothing refers to it any more. */
export class NpyArray<D extends DTypeLike = DTypeLike, M extends AccessMode = AccessMode> extends ArrayView<
  D,
  M
> {
  readonly #file: FileStorage;

  /** @internal Use {@link openNpy}. */
  constructor(
    file: FileStorage,
    ...rest: ConstructorParameters<typeof ArrayView> extends [unknown, ...infer R] ? R : never
  ) {
    super(file, ...rest);
    this.#file = file;
  }

  /** Waits until all assignments are on the disk. @throws DiskError */
  flush(): void {
    this.#file.flush();
  }

  /** Unmaps the file: typed arrays over it become empty, further use throws ClosedError. */
  close(): void {
    this.#file.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Opens an `.npy` file as an array, of any dtype and shape that NumPy writes (pickled objects and `f16` apart). Its
 * bytes are mapped at their first use; those of a file in Fortran order are strided.
 *
 * @param options.mode `"r"` (stores into `values` stay in this process) or `"r+"` (they go to the file)
 * @throws NotFoundError, FormatError, DiskError
 */
export function openNpy<D extends DTypeLike = DTypeLike, const M extends AccessMode = "r">(
  path: string,
  { mode }: NpyOptions<M> = {},
): NpyArray<D, M> {
  if (mode !== undefined && mode !== "r" && mode !== "r+") {
    throw new IndexError(`an array's mode is "r" or "r+", not ${JSON.stringify(mode)}`);
  }
  const fd = openRegular(path, mode ?? "r", { follow: true });
  try {
    const stat = fstatSync(fd);
    const header = readHeader(fd, stat.size, path);
    const file = new FileStorage({
      path,
      identity: stat,
      dataOffset: header.dataOffset,
      byteLength: dataBytes(header),
      writable: mode === "r+",
    });
    return new NpyArray<D, M>(
      file,
      header.dtype,
      denseLayout(header.shape, header.dtype.itemsize, header.fortranOrder),
    );
  } finally {
    closeSync(fd);
  }
}

/**
 * Saves an array as an `.npy` file, in C order, byte for byte as `numpy.save` does. The file appears complete or not at
 * all; one of that name is replaced.
 *
 * @param array an array of this package (a column, a view, records), or a typed array
 * @throws NotFoundError where the directory is missing, DiskError; the old file stays then
 */
export function saveNpy(path: string, array: Viewable | TypedArray): void {
  const source = isTypedArray(array)
    ? viewTyped(array, { dtype: dtypeOf(array), shape: [array.length] })
    : array[STRIDED]();
  const header = formatHeader({ dtype: source.dtype, shape: source.layout.shape });
  const directory = dirname(path);
  const temporary = join(directory, `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const fd = files.create(temporary);
    try {
      files.write(fd, header, 0, temporary);
      let at = header.length;
      for (const block of byteBlocks(source)) {
        files.write(fd, block, at, temporary);
        at += block.length;
      }
      files.sync(fd, temporary);
    } finally {
      files.close(fd);
    }
    files.rename(temporary, path);
  } catch (error) {
    if (files.look(temporary) !== undefined) files.unlink(temporary);
    throw error;
  }
  files.syncDirectory(directory);
}
