import { closeSync, openSync } from "node:fs";
import { onTestFinished } from "vitest";
import { storageOf } from "../../src/hdf5/format/index.js";
import { loadH5wasm, quietly } from "../../src/hdf5/h5wasm.js";
import {
  type DatasetSource,
  type FileSource,
  fileSourceOf,
  planRows,
  type RowPlan,
  type RowSet,
  readRows,
} from "../../src/hdf5/read/index.js";

/** A descriptor that the test closes. */
export function openedFile(path: string): number {
  const fd = openSync(path, "r");
  onTestFinished(() => closeSync(fd));
  return fd;
}

/** A file as other threads find it. */
export function fileSource(path: string): FileSource {
  const fd = openSync(path, "r");
  try {
    return fileSourceOf(fd, path);
  } finally {
    closeSync(fd);
  }
}

/** Where the headers of datasets are, as HDF5's own library says. */
export async function addressesOf(path: string, names: readonly string[]): Promise<number[]> {
  const { Module } = await loadH5wasm();
  const id = Module.open(path, Module.H5F_ACC_RDONLY, false, -1, -1);
  const addresses = names.map((name) => {
    const { value } = quietly(Module, () => Module.create_object_reference(id, name));
    return Number(Buffer.from(Uint8Array.from(value ?? [])).readBigUInt64LE());
  });
  Module.close_file(id);
  return addresses;
}

/** A dataset as planning wants it, without h5wasm. */
export function sourceOf(path: string, dataset: string, address: number): DatasetSource {
  const fd = openedFile(path);
  const storage = storageOf(fd, path, address);
  if (storage === undefined) throw new Error(`${path}: the storage of ${dataset} is not known`);
  const { shape, itemsize } = storage;
  return { file: fileSourceOf(fd, path), dataset, shape, itemsize, storage };
}

/** Reads rows where any thread would. */
export async function rowsOf(source: DatasetSource, rows: RowSet): Promise<Uint8Array> {
  const plan: RowPlan = structuredClone(planRows(source, rows));
  const bytes = new Uint8Array(new SharedArrayBuffer(plan.length * plan.rowBytes));
  bytes.fill(0xaa);
  await readRows(plan, bytes);
  return bytes;
}

/** The same rows of an array in memory. */
export function rowsIn(bytes: Uint8Array, rowBytes: number, rows: RowSet): Uint8Array {
  const ranges = rows instanceof Float64Array ? [...rows].map((row) => [row, row + 1] as const) : rows;
  return Buffer.concat(ranges.map(([start, stop]) => bytes.subarray(start * rowBytes, stop * rowBytes)));
}
