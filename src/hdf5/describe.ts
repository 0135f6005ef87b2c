import type { DType } from "../dtype/index.js";
import { type StorageInfo, storageOf, typeFactsOf } from "./format/index.js";
import type { TypeInfo } from "./h5wasm.js";
import type { Handle } from "./handle.js";
import { type DatasetSource, fileSourceOf } from "./read/index.js";
import { elementType, hasPointers, libraryType } from "./types.js";

/** What is known of a dataset. */
export interface DatasetInfo {
  /** Its path without soft links. */
  readonly path: string;
  readonly type: TypeInfo;
  /** The axes of its dataspace; null where it holds nothing. */
  readonly space: readonly number[] | null;
  /** Of a chunk, as many axes. */
  readonly chunks: readonly number[] | undefined;
  /** Where its data lie; undefined where only HDF5's library knows, and for elements that are kept elsewhere. */
  readonly storage: StorageInfo | undefined;
  /** Of one element as its bytes come: as they lie in the file, or where that is not known as the library gives them. */
  readonly dtype: DType | undefined;
  /** The axes that an array type adds. */
  readonly innerShape: readonly number[];
  /** Why there is no dtype. */
  readonly problem: string;
  /** What is unusual of numbers in the elements, which no dtype has. */
  readonly oddity: string | undefined;
}

/** Looks at a dataset. @throws CorruptError naming it */
export function describeDataset(handle: Handle, path: string): DatasetInfo {
  const type = handle.ask(path, (module, id) => module.get_dataset_metadata(id, path));
  const header = Number(addressOf(handle, path));
  const { tags = [], oddity } = typeFactsOf(handle.fd, handle.path, header) ?? {};
  const storage = hasPointers(type) ? undefined : storageAt(handle, header, type);
  const come = storage === undefined ? libraryType(type) : type;
  const element = elementType(come, tags);
  const dtype = oddity === undefined ? element.dtype : undefined;
  return {
    path,
    type,
    space: type.shape,
    chunks: type.chunks ?? undefined,
    storage,
    dtype,
    innerShape: element.dtype === undefined ? [] : element.shape,
    problem: oddity ?? element.problem ?? "",
    oddity,
  };
}

/** What plans of reading need to know of a dataset that is not empty by its dataspace. @throws DiskError, ClosedError */
export function sourceOf(handle: Handle, { path, space, type, storage, chunks }: DatasetInfo): DatasetSource {
  return {
    file: fileSourceOf(handle.fd, handle.path),
    dataset: path,
    shape: space ?? [],
    itemsize: type.size,
    storage,
    chunkRows: chunks?.[0],
  };
}

/** The address of an object's header, by which it is known, however many names it has. */
export function addressOf(handle: Handle, path: string): bigint {
  const reference = handle.ask(path, (module, id) => module.create_object_reference(id, path));
  return new DataView(Uint8Array.from(reference).buffer).getBigUint64(0, true);
}

function storageAt(handle: Handle, header: number, { size, shape }: TypeInfo): StorageInfo | undefined {
  const storage = storageOf(handle.fd, handle.path, header);
  // Where the two of us do not read the same, the library is right.
  if (storage === undefined || storage.itemsize !== size) return undefined;
  return String(storage.shape) === String(shape) ? storage : undefined;
}
