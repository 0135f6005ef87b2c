import { sizeOf } from "../dtype/index.js";
import type { DatasetInfo } from "./describe.js";
import type { H5Module } from "./h5wasm.js";
import type { Handle } from "./handle.js";
import { isWithoutFilter, missingFilter } from "./read/missing-filter.js";
import { hasPointers } from "./types.js";

/**
 * Reads a box of a dataset by HDF5's library, into its memory, and gives that back.
 *
 * @param offset where the box begins along each axis of the dataspace
 * @param use is given the address of the elements, one after another, and how many bytes they are
 * @throws CorruptError with what the library says; UnsupportedError where it lacks a filter
 */
export function withBox<T>(
  handle: Handle,
  { path, type }: Pick<DatasetInfo, "path" | "type">,
  offset: readonly number[],
  count: readonly number[],
  use: (module: H5Module, address: number, bytes: number) => T,
): T {
  const { module, id } = handle.requireOpen();
  const bytes = sizeOf(count) * type.size;
  const address = module._malloc(bytes);
  if (address === 0) throw handle.corrupt(path, "the memory of h5wasm is full");
  const isScalar = count.length === 0;
  const big = (numbers: readonly number[]) => (isScalar ? null : numbers.map(BigInt));
  const ones = count.map(() => 1);
  try {
    const read = () => module.get_dataset_data(id, path, big(count), big(offset), big(ones), BigInt(address));
    const { value: status = -1, problem } = handle.try(read);
    if (status < 0) {
      if (problem !== undefined && isWithoutFilter(problem)) {
        throw missingFilter(module, id, handle.path, path);
      }
      throw handle.corrupt(path, problem ?? "HDF5 does not say why");
    }
    try {
      return use(module, address, bytes);
    } finally {
      if (hasPointers(type)) {
        handle.try(() =>
          isScalar
            ? module.reclaim_vlen_memory(id, path, "", BigInt(address))
            : module.reclaim_vlen_memory_count(id, path, "", BigInt(address), count.map(BigInt)),
        );
      }
    }
  } finally {
    module._free(address);
  }
}
