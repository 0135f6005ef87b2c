import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { FormatError } from "../../src/errors.js";

/** A header's dictionary; each part as Python text. */
export function dictionary({ descr = "'<f8'", order = "False", shape = "(10,)" } = {}): string {
  return `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }`;
}

interface FileParts {
  readonly version?: 1 | 2 | 3;
  /** The header length that the file claims; the text's own when left out. */
  readonly length?: number;
  readonly data?: number;
}

/** An NPY file with exactly this text as its header (no padding added), and `data` bytes of 7 after it. */
export function npyFile(text: string, { version = 1, length, data = 800 }: FileParts = {}): Uint8Array {
  return npyFileOfBytes(Buffer.from(text, version === 3 ? "utf8" : "latin1"), {
    version,
    data,
    ...(length === undefined ? {} : { length }),
  });
}

/** The same from the header's bytes. */
export function npyFileOfBytes(
  header: Uint8Array,
  { version = 1, length, data = 800 }: FileParts = {},
): Uint8Array {
  const prefix = Buffer.from([0x93, ...Buffer.from("NUMPY"), version, 0, 0, 0, 0, 0]);
  if (version === 1) prefix.writeUInt16LE(length ?? header.length, 8);
  else prefix.writeUInt32LE(length ?? header.length, 8);
  return Uint8Array.from(
    Buffer.concat([prefix.subarray(0, version === 1 ? 10 : 12), header, Buffer.alloc(data, 7)]),
  );
}

/** The message of the FormatError that the call throws; anything else it does is an error. */
export function refusal(call: () => unknown): string {
  let result: unknown;
  try {
    result = call();
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
  throw new Error(`accepted: ${JSON.stringify(result)}`);
}

/** A directory for one test file, gone after it. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "npy-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
