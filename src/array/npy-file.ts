import { closeSync, fstatSync, realpathSync } from "node:fs";
import { type DTypeLike, showValue } from "../dtype/index.js";
import { DTypeError, UnsupportedError } from "../errors.js";
import { dataBytes, formatHeader, openRegular, readHeader } from "../npy/index.js";
import { nodeFiles as files } from "../platform/files.js";
import { identityOf } from "../platform/index.js";
import { WholeFile } from "../platform/whole-file.js";
import { ArrayView } from "./array-view.js";
import type { AccessMode } from "./base.js";
import { byteBlocks } from "./blocks.js";
import { FileStorage } from "./file-storage.js";
import { denseLayout } from "./layout.js";
import { dtypeOf, isTypedArray, type TypedArray, viewTyped } from "./operand.js";
import { isViewable, STRIDED, type Strided, type Viewable } from "./strided.js";

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

  /** Waits until all assignments are on the disk. @throws ClosedError, DiskError */
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
    throw new UnsupportedError(`an array's mode is "r" or "r+", not ${showValue(mode)}`);
  }
  const fd = openRegular(path, mode ?? "r", { follow: true });
  try {
    const stat = fstatSync(fd);
    const header = readHeader(fd, stat.size, path);
    const file = new FileStorage({
      // The bytes are mapped later, when a link or the working directory may lead elsewhere.
      path: realpathSync(path),
      identity: identityOf(stat),
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
 * @throws NotFoundError where the directory is missing, ExistsError where a directory has the name, DiskError; the old
 * file stays then
 */
export function saveNpy(path: string, array: Viewable | TypedArray): void {
  const source = sourceOf(array);
  const header = formatHeader({ dtype: source.dtype, shape: source.layout.shape });
  using file = new WholeFile(path, files);
  write(file.temporary, header, source);
  file.publish();
}

function sourceOf(array: unknown): Strided {
  if (isViewable(array)) return array[STRIDED]();
  if (isTypedArray(array)) return viewTyped(array, { dtype: dtypeOf(array), shape: [array.length] });
  throw new DTypeError(`an array or a typed array is saved, not ${showValue(array)}`);
}

function write(path: string, header: Uint8Array, source: Strided): void {
  const fd = files.create(path);
  try {
    files.write(fd, header, 0, path);
    let at = header.length;
    for (const block of byteBlocks(source)) {
      files.write(fd, block, at, path);
      at += block.length;
    }
  } finally {
    files.close(fd);
  }
}
