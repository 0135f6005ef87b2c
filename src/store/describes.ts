import { parseDType } from "../dtype/index.js";
import { isMemmapError } from "../errors.js";
import type { Files } from "../platform/files.js";
import { type ColumnState, shapeOf } from "./catalog.js";
import { MAX_SIDECAR, readFile } from "./read-file.js";
import { parseSidecar } from "./sidecar.js";

/**
 * Whether a column's file, or the sidecar of a headerless one, still describes the rows and dtype that are known. Of a
 * header, every byte counts. What a transaction is about to write is taken for written.
 *
 * @param open a descriptor of the file, where there is one
 * @throws DiskError where it cannot be read
 */
export function describes(column: ColumnState, files: Files, open?: number): boolean {
  if (column.isPending === true) return true;
  try {
    return column.layout === "npy" ? hasHeader(column, files, open) : hasSidecar(column, files);
  } catch (error) {
    // Gone, or malformed by now.
    if (isMemmapError(error) && error.code !== "DISK") return false;
    throw error;
  }
}

function hasHeader({ path, header = new Uint8Array(0) }: ColumnState, files: Files, open?: number): boolean {
  const fd = open ?? files.open(path, "r");
  try {
    const bytes = new Uint8Array(header.length);
    files.read(fd, bytes, 0, path);
    return Buffer.compare(header, bytes) === 0;
  } finally {
    if (open === undefined) files.close(fd);
  }
}

function hasSidecar(column: ColumnState, files: Files): boolean {
  const { sidecar, dtype } = column;
  if (sidecar === undefined) return false;
  const { raw } = parseSidecar(readFile(sidecar, files, MAX_SIDECAR), sidecar);
  return (
    raw !== undefined && raw.shape.join() === shapeOf(column).join() && parseDType(raw.dtype).equals(dtype)
  );
}
