import { join } from "node:path";
import { FormatError, isMemmapError, LimitError, NotFoundError } from "../../errors.js";
import { nodeFiles as files } from "../../platform/files.js";
import type { HmfMap } from "./hmf-tree.js";
import { parseMap } from "./map-structure.js";
import { unpickle } from "./pickle/unpickle.js";
import { openInside } from "./source-file.js";

/** HMF writes its map three times, so that one of them is whole. */
const COPIES = ["__specialHMF__memmapMap0", "__specialHMF__memmapMap1", "__specialHMF__memmapMap2"];

const MAX_MAP_BYTES = 2 ** 28;

/**
 * Reads the map of a directory that Python's HMF wrote: the first of its three copies that is whole.
 *
 * @param directory its path, without links
 * @throws NotFoundError where there is no copy; FormatError that tells what is wrong with each where none can be read,
 * naming what a pickle would have run
 */
export function readHmfMap(directory: string): HmfMap {
  const failures: Error[] = [];
  let missing = 0;
  for (const name of COPIES) {
    try {
      return readCopy(directory, name);
    } catch (error) {
      if (!isMemmapError(error)) throw error;
      if (isMemmapError(error, "NOT_FOUND")) missing += 1;
      failures.push(error);
    }
  }
  if (missing === COPIES.length) {
    throw new NotFoundError(
      `${directory}: this is no directory of HMF: ${COPIES.join(", ")} are missing; one of them says what its arrays are`,
      { path: directory },
    );
  }
  const reasons = failures.map(({ message }) => message.replace(join(directory, "/"), "")).join("; ");
  throw new FormatError(`${directory}: no copy of the map can be read: ${reasons}`, {
    path: directory,
    cause: new AggregateError(failures),
  });
}

function readCopy(directory: string, name: string): HmfMap {
  const { fd, path } = openInside(directory, name, "the map");
  try {
    const { size } = files.stat(fd, path);
    if (size > MAX_MAP_BYTES) {
      throw new LimitError(`${path}: the map has ${size} bytes; ${MAX_MAP_BYTES} are the most`, { path });
    }
    const bytes = new Uint8Array(size);
    return parseMap(unpickle(bytes.subarray(0, files.read(fd, bytes, 0, path)), path), path);
  } finally {
    files.close(fd);
  }
}
