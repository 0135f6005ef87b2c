import { open } from "node:fs/promises";
import type { Dialect } from "./import-options.js";

const BLOCK_BYTES = 1 << 20;

/**
 * Whether several threads may read a CSV file. They begin somewhere in it and look for the next row; where a cell has
 * line breaks, what looks like one may be none, and nothing tells. Without quotes there are no such cells.
 *
 * @throws the signal's reason
 */
export async function isSafeInParallel(
  paths: readonly string[],
  { quote, encoding }: Dialect,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (quote === "") return true;
  if (encoding !== "utf-8" || paths.some((path) => /\.(gz|zst)$/i.test(path))) return false;
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  for (const path of paths) if (await contains(path, quote, block, signal)) return false;
  return true;
}

async function contains(
  path: string,
  text: string,
  block: Buffer,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const file = await open(path);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(block, 0, BLOCK_BYTES);
      if (bytesRead === 0) return false;
      if (block.subarray(0, bytesRead).includes(text)) return true;
    }
  } finally {
    await file.close();
  }
}
