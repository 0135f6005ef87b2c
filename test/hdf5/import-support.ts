import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterEach, onTestFinished, vi } from "vitest";
import { lookup3 } from "../../src/hdf5/format/checksum.js";
import { type H5Module, type H5wasm, loadH5wasm } from "../../src/hdf5/h5wasm.js";
import { temporaryPaths } from "../support/temporary.js";

export type H5File = InstanceType<H5wasm["File"]>;
type H5Object = Extract<ReturnType<H5File["get"]>, { create_attribute: unknown }>;

/** Writes an HDF5 file by h5wasm. */
export async function makeHdf5(path: string, fill: (file: H5File, h5: H5wasm) => void): Promise<string> {
  const h5 = await loadH5wasm();
  const file = new h5.File(path, "w");
  try {
    fill(file, h5);
  } finally {
    file.close();
  }
  return path;
}

/** A group or dataset of a file that h5wasm writes. */
export function objectAt(file: H5File, path: string): H5Object {
  const found = file.get(path);
  if (found !== null && "create_attribute" in found) return found;
  throw new Error(`there is no ${path}`);
}

/** Paths that are cleared after each test. */
export function clearedPaths(): (name?: string) => string {
  const fresh = temporaryPaths();
  const made: string[] = [];
  afterEach(() => {
    for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
  });
  return (name) => {
    const path = fresh(name);
    made.push(path);
    return path;
  };
}

/** Everything that is printed to the standard error output while the test runs. */
export function watchErrors(): () => string {
  const printed: string[] = [];
  const spy = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    printed.push(String(text));
    return true;
  });
  onTestFinished(() => spy.mockRestore());
  return () => printed.join("");
}

/** How much of the library's memory is in use: the address of what is asked for next. */
export async function nextAddress(): Promise<number> {
  const { Module }: { Module: H5Module } = await loadH5wasm();
  const address = Module._malloc(1 << 20);
  Module._free(address);
  return address;
}

/** Puts other bytes in the place of the first that are such, and closes the header that they are in by a checksum that fits. */
export function patch(path: string, usual: Uint8Array, other: Uint8Array): void {
  const bytes = readFileSync(path);
  const at = bytes.indexOf(usual);
  if (at < 0) throw new Error("there are no such bytes");
  bytes.set(other, at);
  seal(bytes, at);
  writeFileSync(path, bytes);
}

function seal(bytes: Buffer, within: number): void {
  const start = bytes.lastIndexOf("OHDR", within);
  const flags = bytes[start + 5] ?? 0;
  const length = start + 6 + ((flags & 0x20) === 0 ? 0 : 16) + ((flags & 0x10) === 0 ? 0 : 4);
  const size = 1 << (flags & 3);
  const end = length + size + bytes.readUIntLE(length, size);
  if (start >= 0 && within < end) bytes.writeUInt32LE(lookup3(bytes.subarray(start, end)), end);
}
