import { readFileSync, realpathSync, writeFileSync } from "node:fs";
import { onTestFinished } from "vitest";
import { lookup3 } from "../../src/hdf5/format/checksum.js";
import { openHdf5File } from "../../src/server/served/hdf5-file.js";
import type { ServedDataset, ServedFile, ServedGroup, ServedNode } from "../../src/server/served/served.js";
import type { H5File } from "../hdf5/import-support.js";
import { makeHdf5 } from "../hdf5/import-support.js";
import { addressesOf } from "../hdf5/read-support.js";

/** A file that h5wasm writes, opened to be served until the test is done. */
export async function servedHdf5(path: string, fill: (file: H5File) => void): Promise<ServedFile> {
  await makeHdf5(path, fill);
  return servedFile(path);
}

/** A file that is there, opened to be served until the test is done. */
export async function servedFile(path: string): Promise<Awaited<ReturnType<typeof openHdf5File>>> {
  const file = await openHdf5File(realpathSync(path));
  onTestFinished(() => file.release());
  return file;
}

export function groupAt(file: ServedFile, path: string): ServedGroup {
  const node = file.node(path);
  if (node?.kind === "group") return node;
  throw new Error(`${path} is ${node?.kind}`);
}

export function datasetAt(file: ServedFile, path: string): ServedDataset {
  const node = file.node(path);
  if (node?.kind === "dataset") return node;
  throw new Error(`${path} is ${node?.kind}`);
}

/** What each member of a group is. */
export function kindsIn(group: ServedGroup): Record<string, ServedNode["kind"] | undefined> {
  return Object.fromEntries(group.names().map((name) => [name, group.member(name)?.kind]));
}

/** Bytes of a whole dataset of elements of a fixed size. */
export async function bytesOf(dataset: ServedDataset): Promise<Uint8Array> {
  const { element, shape } = dataset;
  if (element.kind !== "fixed") throw new Error(`${dataset.path} has elements of any length`);
  const bytes = new Uint8Array(shape.reduce((size, axis) => size * axis, element.dtype.itemsize));
  await dataset.readBox({ start: shape.map(() => 0), count: shape }, bytes);
  return bytes;
}

/** Messages of a dataset that no named type has: its dataspace, its fill value, its layout. */
const OF_DATASETS = [1, 5, 8];

/** Leaves of a dataset its type alone: what is left is a named type. */
export async function makeNamedType(path: string, dataset: string): Promise<void> {
  const [address = 0] = await addressesOf(path, [dataset]);
  const bytes = readFileSync(path);
  const flags = bytes[address + 5] ?? 0;
  const sizeAt = address + 6 + ((flags & 0x20) === 0 ? 0 : 16) + ((flags & 0x10) === 0 ? 0 : 4);
  const width = 1 << (flags & 3);
  const end = sizeAt + width + bytes.readUIntLE(sizeAt, width);
  for (let at = sizeAt + width; at + 4 <= end; ) {
    if (OF_DATASETS.includes(bytes[at] ?? 0)) bytes[at] = 0;
    at += ((flags & 4) === 0 ? 4 : 6) + bytes.readUInt16LE(at + 1);
  }
  bytes.writeUInt32LE(lookup3(bytes.subarray(address, end)), end);
  writeFileSync(path, bytes);
}
