import { type ImportHmfOptions, importHmf as importDurably } from "../../../src/group/hmf/import-hmf.js";
import type { MemmapFile } from "../../../src/group/index.js";

/** Imports as the package does, but for the wait for the disk. */
export function importHmf(source: string, root: string, options: ImportHmfOptions = {}): MemmapFile<"r"> {
  return importDurably(source, root, { durability: "process", ...options });
}
