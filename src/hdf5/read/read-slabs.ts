import { CorruptError } from "../../errors.js";
import { nodeFiles } from "../../platform/files.js";
import { identityOf, isSameFile } from "../../platform/index.js";
import { type H5Module, loadH5wasm, quietly } from "../h5wasm.js";
import { type FileSource, keyOf, staleFile } from "./file-source.js";
import { IdleCache } from "./idle-cache.js";
import { isWithoutFilter, missingFilter } from "./missing-filter.js";
import type { Pace } from "./pace.js";
import type { SlabPlan } from "./plan.js";
import { bandsOf } from "./rows.js";

/** Bytes that are read at once: the library's memory has 2 GiB in all. */
const SLAB_BYTES = 1 << 22;
/** Where rows are wider, or chunks higher, up to so many. */
const MOST_BYTES = 1 << 26;

/** Files that stay open between two reads. */
const MOST_OPEN = 2;
/** By thread, as the library is. */
let open: IdleCache<bigint> | undefined;

/** A box of the dataset. */
export interface Slab {
  readonly offset: readonly number[];
  readonly count: readonly number[];
  /** Where it goes, in bytes. */
  readonly at: number;
}

/**
 * Reads rows by HDF5's own library, in slabs.
 *
 * @throws CorruptError with what the library says, StaleError, NotFoundError; UnsupportedError where h5wasm is not there, or
 *   lacks a filter
 */
export async function readSlabs(plan: SlabPlan, target: Uint8Array, pace: Pace): Promise<void> {
  const { Module } = await loadH5wasm();
  const { shape, itemsize, rowBytes } = plan;
  for (const { pieces } of bandsOf(plan.rows, rowsPerBand(plan))) {
    const [only, more] = pieces;
    if (only === undefined) continue;
    // The library forgets a chunk as soon as it has read it: all that is wanted of one is read at once.
    const { start } = only;
    const stop = pieces.reduce((last, piece) => Math.max(last, piece.stop), 0);
    const into =
      more === undefined
        ? target.subarray(only.at * rowBytes, (only.at + stop - start) * rowBytes)
        : new Uint8Array((stop - start) * rowBytes);
    for (const slab of slabsOf(shape, itemsize, start, stop)) {
      const rest = pace.turn();
      if (rest !== undefined) await rest;
      readSlab(Module, plan, slab, into);
    }
    if (more === undefined) continue;
    for (const piece of pieces) {
      const rows = into.subarray((piece.start - start) * rowBytes, (piece.stop - start) * rowBytes);
      target.set(rows, piece.at * rowBytes);
    }
  }
}

/** As many rows as are read at once: a chunk is decoded once if all of it is asked for at once. */
function rowsPerBand({ rowBytes, chunkRows = 1 }: SlabPlan): number {
  const high = chunkRows * rowBytes <= MOST_BYTES ? chunkRows : 1;
  return Math.max(high, Math.floor(SLAB_BYTES / rowBytes / high) * high);
}

/** The boxes that some rows are read as, which follow one another in C order, none of them too large. */
export function slabsOf(
  shape: readonly number[],
  itemsize: number,
  start: number,
  stop: number,
): Generator<Slab> {
  const inner = shape.slice(1);
  const isScalar = shape.length === 0;
  const whole = {
    offset: isScalar ? [] : [start, ...inner.map(() => 0)],
    count: isScalar ? [] : [stop - start, ...inner],
    at: 0,
  };
  return split(whole, itemsize);
}

function* split(slab: Slab, itemsize: number): Generator<Slab> {
  const { offset, count, at } = slab;
  const bytes = count.reduce((size, extent) => size * extent, itemsize);
  const axis = count.findIndex((extent) => extent > 1);
  if (bytes <= MOST_BYTES || axis < 0) {
    yield slab;
    return;
  }
  const extent = count[axis] ?? 1;
  const each = bytes / extent;
  const step = Math.max(1, Math.floor(MOST_BYTES / each));
  for (let from = 0; from < extent; from += step) {
    const part = {
      offset: offset.with(axis, (offset[axis] ?? 0) + from),
      count: count.with(axis, Math.min(step, extent - from)),
      at: at + from * each,
    };
    yield* split(part, itemsize);
  }
}

function readSlab(module: H5Module, plan: SlabPlan, { offset, count, at }: Slab, target: Uint8Array): void {
  const { file, dataset, itemsize } = plan;
  const id = openFile(module, file);
  const bytes = count.reduce((size, extent) => size * extent, itemsize);
  const memory = module._malloc(bytes);
  if (memory === 0) throw unreadable(module, id, plan, `there is no memory for ${bytes} bytes`);
  try {
    const isScalar = count.length === 0;
    const big = (numbers: readonly number[]) => (isScalar ? null : numbers.map(BigInt));
    const ones = count.map(() => 1);
    const read = () =>
      module.get_dataset_data(id, dataset, big(count), big(offset), big(ones), BigInt(memory));
    const { value = -1, problem } = quietly(module, read);
    if (value < 0) throw unreadable(module, id, plan, problem ?? "the library says no more");
    target.set(module.HEAPU8.subarray(memory, memory + bytes), at);
  } finally {
    module._free(memory);
  }
}

function unreadable(module: H5Module, id: bigint, { file, dataset }: SlabPlan, problem: string): Error {
  if (isWithoutFilter(problem)) {
    return missingFilter(module, id, file.path, dataset);
  }
  return new CorruptError(`${file.path}: ${dataset} cannot be read: ${problem}`, { path: file.path });
}

function openFile(module: H5Module, file: FileSource): bigint {
  open ??= new IdleCache<bigint>(MOST_OPEN, (id) => void quietly(module, () => module.close_file(id)));
  const known = open.get(keyOf(file));
  if (known !== undefined) return known;
  checkIdentity(file);
  const { value = -1n, problem } = quietly(module, () =>
    module.open(file.path, module.H5F_ACC_RDONLY, false, -1, -1),
  );
  if (value < 0n) {
    const why = problem ?? "the library says no more";
    throw new CorruptError(`${file.path}: the file cannot be read as HDF5: ${why}`, { path: file.path });
  }
  open.put(keyOf(file), value, 1);
  return value;
}

/** @throws StaleError where another file has the name, NotFoundError */
function checkIdentity(file: FileSource): void {
  const fd = nodeFiles.open(file.path, "r");
  try {
    if (!isSameFile(identityOf(nodeFiles.stat(fd, file.path)), file.identity)) throw staleFile(file);
  } finally {
    nodeFiles.close(fd);
  }
}
