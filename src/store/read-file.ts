import { FormatError } from "../errors.js";
import type { Files } from "../platform/files.js";

/** No sidecar is longer, in bytes. */
export const MAX_SIDECAR = 16 * 2 ** 20;

/** Reads a whole file of a known bound. */
export function readFile(path: string, files: Files, limit: number): Uint8Array {
  const fd = files.open(path, "r");
  try {
    const stat = files.stat(fd, path);
    if (!stat.isFile()) throw new FormatError(`${path}: this is no regular file`, { path });
    if (stat.size > limit) {
      throw new FormatError(`${path}: ${stat.size} bytes are too many; the most are ${limit}`, { path });
    }
    const bytes = new Uint8Array(stat.size);
    return bytes.subarray(0, files.read(fd, bytes, 0, path));
  } finally {
    files.close(fd);
  }
}
