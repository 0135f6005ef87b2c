import { sizeOf } from "../../dtype/index.js";
import type { UnsupportedError } from "../../errors.js";
import type { DatasetInfo } from "../describe.js";
import type { Handle } from "../handle.js";
import { isWithoutFilter, missingFilter } from "../read/missing-filter.js";
import { hasPointers } from "../types.js";

/** The filters that HDF5's library has in any case: deflate, shuffle, checksum, n-bit, scale-offset. */
const USUAL: ReadonlySet<number> = new Set([1, 2, 3, 5, 6]);

/** Finds out whether the library lacks a filter of a dataset, by reading its first element where it may. */
export function filterProblem(handle: Handle, info: DatasetInfo): UnsupportedError | undefined {
  const { path, type, space, chunks, storage } = info;
  if (storage !== undefined || chunks === undefined || sizeOf(space ?? [0]) === 0) return undefined;
  const filters = handle.ask(path, (module, id) => module.get_dataset_filters(id, path));
  if (filters.every(({ id }) => USUAL.has(id))) return undefined;
  const { module, id } = handle.requireOpen();
  const address = module._malloc(type.size);
  if (address === 0) throw handle.corrupt(path, "the memory of h5wasm is full");
  const ones = chunks.map(() => 1n);
  const zeros = chunks.map(() => 0n);
  try {
    const { problem } = handle.try(() =>
      module.get_dataset_data(id, path, ones, zeros, ones, BigInt(address)),
    );
    if (problem !== undefined) {
      return isWithoutFilter(problem) ? missingFilter(module, id, handle.path, path) : undefined;
    }
    if (hasPointers(type)) {
      handle.try(() => module.reclaim_vlen_memory_count(id, path, "", BigInt(address), ones));
    }
    return undefined;
  } finally {
    module._free(address);
  }
}
