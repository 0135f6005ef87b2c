import { copyElements, denseLayout } from "../../array/index.js";
import { type DType, sizeOf } from "../../dtype/index.js";
import { UnsupportedError } from "../../errors.js";
import {
  type ByteSource,
  ChunkGrid,
  type DatasetInfo,
  describeDataset,
  fillWith,
  flattened,
  type Handle,
  hasBitfield,
  type ItemReader,
  itemReader,
  type Layout,
  libraryType,
  readChunkBox,
  readFlatBox,
  readLibraryBox,
  readLibraryItems,
} from "../../hdf5/raw/index.js";
import type { Box, ServedAttribute, ServedDataset, ServedElement, ServedItems } from "./served.js";

/** What a dataset of an HDF5 file needs of the file. */
export interface DatasetFile {
  readonly handle: Handle;
  readonly bytes: ByteSource;
  /** The attributes of an object. */
  attributesOf(path: string): readonly ServedAttribute[];
}

/** How the elements of a dataset are shown, and what reads those without a fixed size. */
type Shown =
  | { readonly element: Extract<ServedElement, { kind: "fixed" }>; readonly read?: undefined }
  | { readonly element: ServedElement; readonly read: ItemReader };

/**
 * A dataset of an HDF5 file.
 *
 * @returns undefined where its elements have no place in the protocol (references, bit fields, times, odd numbers, compounds
 * with texts of variable length), where there are none by its dataspace, and for views of other files
 * @throws CorruptError
 */
export function openDataset(file: DatasetFile, path: string): ServedDataset | undefined {
  const info = describeDataset(file.handle, path);
  const { space, type } = info;
  if (space === null || hasBitfield(type)) return undefined;
  // What is elsewhere is not opened: where the library does not find it, it would give fill values.
  if (type.virtual_sources?.some((source) => source.file_name !== ".") === true) return undefined;
  const shape = [...space, ...(info.dtype === undefined ? [] : info.innerShape)];
  if (!Number.isSafeInteger(sizeOf(shape) * type.size)) return undefined;
  const shown = shownAs(info);
  return shown && new Hdf5ServedDataset(file, info, shape, shown);
}

function shownAs(info: DatasetInfo): Shown | undefined {
  if (info.dtype !== undefined) return { element: { kind: "fixed", dtype: info.dtype } };
  if (info.oddity !== undefined) return undefined;
  const { element, shape } = flattened(libraryType(info.type), []);
  const read = shape.length === 0 ? itemReader(element) : undefined;
  if (read === undefined) return undefined;
  return { element: read.dtype === undefined ? { kind: "text" } : { kind: "list", dtype: read.dtype }, read };
}

class Hdf5ServedDataset implements ServedDataset {
  readonly kind = "dataset";
  readonly path: string;
  readonly element: ServedElement;
  readonly shape: readonly number[];
  readonly chunkShape: readonly number[] | undefined;
  readonly #file: DatasetFile;
  readonly #info: DatasetInfo;
  readonly #read: ItemReader | undefined;

  constructor(file: DatasetFile, info: DatasetInfo, shape: readonly number[], { element, read }: Shown) {
    this.#file = file;
    this.#info = info;
    this.#read = read;
    this.path = info.path;
    this.element = element;
    this.shape = shape;
    const { chunks, space } = info;
    this.chunkShape = chunks === undefined ? undefined : [...chunks, ...shape.slice(space?.length)];
  }

  attributes(): readonly ServedAttribute[] {
    return this.#file.attributesOf(this.path);
  }

  readBox(box: Box, target: Uint8Array): void | Promise<void> {
    const { element } = this;
    if (element.kind !== "fixed") throw this.#isOther("texts or lists of any length");
    const { storage } = this.#info;
    if (storage === undefined) {
      return readLibraryBox(this.#file.handle, this.#info, element.dtype, box, target);
    }
    return this.#readStored(storage.layout, element.dtype, box, target);
  }

  #readStored(layout: Layout, dtype: DType, box: Box, target: Uint8Array): void | Promise<void> {
    const { shape } = this;
    const { bytes: source } = this.#file;
    switch (layout.kind) {
      case "compact":
        return copyBox(layout.bytes, dtype, shape, box, target);
      case "contiguous":
        if (layout.offset === undefined) return this.#fill(dtype, target);
        return readFlatBox(source, { dtype, shape, offset: layout.offset }, box, target);
      case "chunked": {
        const { filters = [], fill, fileSize = 0 } = this.#info.storage ?? {};
        const { innerShape } = this.#info;
        const grid =
          innerShape.length === 0
            ? layout.grid
            : new ChunkGrid(shape, [...layout.grid.chunkShape, ...innerShape]);
        const array = { dataset: this.path, dtype, grid, index: layout.index, filters, fill, fileSize };
        return readChunkBox(source, array, box, target);
      }
    }
  }

  /** What was never written. A fill value is that of a whole element, with all axes of an array type. */
  #fill(dtype: DType, target: Uint8Array): void {
    fillWith(target, this.#info.storage?.fill?.subarray(0, dtype.itemsize));
  }

  readItems(box: Box): Promise<ServedItems> {
    if (this.#read === undefined) throw this.#isOther(String(this.#info.dtype));
    return readLibraryItems(this.#file.handle, this.#info, this.#read, box);
  }

  #isOther(what: string): UnsupportedError {
    const { path } = this.#file.handle;
    return new UnsupportedError(`${path}: "${this.path}" holds ${what}`, { path });
  }
}

function copyBox(
  bytes: Uint8Array,
  dtype: DType,
  shape: readonly number[],
  { start, count }: Box,
  target: Uint8Array,
): void {
  const { strides } = denseLayout(shape, dtype.itemsize);
  const offset = start.reduce((sum, at, axis) => sum + at * (strides[axis] ?? 0), 0);
  copyElements(
    { dtype, bytes, layout: { shape: count, strides, offset } },
    { dtype, bytes: target, layout: denseLayout(count, dtype.itemsize) },
  );
}
