import { join } from "node:path";
import { ExistsError, isMemmapError } from "../../errors.js";
import type { Files } from "../../platform/files.js";
import type { Catalog, ColumnState } from "../catalog.js";
import { outerStore } from "../nesting.js";
import type { StorePaths } from "../paths.js";
import { readFile } from "../read-file.js";
import { isStore } from "../vacancy.js";
import { MAX_SIDE_FILE, parseSideFile, type SideFile } from "./side-file.js";

/** The directory of block statistics, in the control directory. */
export const INDEX = "index";

/** The directory of block statistics that counts for a directory: its own store's, or that of the store that it is a part of. */
export function indexDirectory(paths: StorePaths, files: Files): string {
  const whose = isStore(paths.root, files) ? paths : (outerStore(paths, files) ?? paths);
  return join(whose.control, INDEX);
}

/** Where the statistics of a column are: by the inode of its file, so that another file of its name has none. */
export function indexFile(directory: string, { file }: Pick<ColumnState, "file">): string {
  return join(directory, String(file.ino));
}

/** @throws ExistsError where something else than a column's statistics has their name, or that of their directory */
export function requirePlace(directory: string, column: Pick<ColumnState, "file">, files: Files): void {
  const path = indexFile(directory, column);
  if (files.look(directory)?.isDirectory() === false) {
    throw new ExistsError(`${directory}: this is to be the directory of indexes, and is none; remove it`, {
      path: directory,
    });
  }
  if (files.look(path)?.isDirectory() === true) {
    throw new ExistsError(`${path}: this is to be the file of an index, and is a directory; remove it`, {
      path,
    });
  }
}

/** The statistics of a column; undefined where there are none, or none that are whole. */
export function readIndex(path: string, files: Files): SideFile | undefined {
  try {
    return files.look(path) === undefined ? undefined : parseSideFile(readFile(path, files, MAX_SIDE_FILE));
  } catch (error) {
    // What cannot be read is not there: nothing depends on it.
    if (isMemmapError(error)) return undefined;
    throw error;
  }
}

/**
 * Removes statistics of files that are no column's any more, and what was not finished. For the holder of the lock.
 */
export function sweepIndexes({ control }: StorePaths, files: Files, { columns }: Catalog): void {
  const directory = join(control, INDEX);
  try {
    if (files.look(directory)?.isDirectory() !== true) return;
    const ours = new Set(Array.from(columns.values(), ({ file }) => String(file.ino)));
    for (const { name, kind } of files.list(directory)) {
      if (kind === "file" && !ours.has(name)) files.unlink(join(directory, name));
    }
  } catch (error) {
    // What is left takes room and does no harm.
    if (!isMemmapError(error)) throw error;
  }
}
