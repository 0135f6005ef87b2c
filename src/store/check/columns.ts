import { isMemmapError, type MemmapError, systemCode } from "../../errors.js";
import { headerExtent, parseHeader } from "../../npy/index.js";
import type { Files } from "../../platform/files.js";
import type { ColumnState } from "../catalog.js";
import type { NameKind } from "../names.js";
import { checkName } from "../names.js";
import { type ColumnFiles, readColumn } from "../read-column.js";
import type { ColumnFinding } from "./findings.js";

/** A column, or what keeps a file from being one. */
export type Verdict =
  | { readonly column: ColumnState; readonly code?: undefined }
  | { readonly code: ColumnFinding; readonly what: string; readonly column?: undefined };

/** No header that this package reads is longer, in bytes. */
const LONGEST_HEADER = 65_536;

/**
 * Judges an array's file by its header and sidecar; no data are read.
 *
 * @throws NotFoundError where it is gone
 */
export function judgeColumn(where: ColumnFiles, files: Files): Verdict {
  const { path, sidecar } = where;
  const isRaw = sidecar?.raw !== undefined;
  if (isRaw && hasWholeHeader(where, files)) {
    return {
      code: "two-descriptions",
      what: "the sidecar says that this file has no header, but it begins with one, which fits; one of the two is wrong",
    };
  }
  try {
    const column = readColumn(where, files);
    if (column !== undefined) return { column };
    return {
      code: "headerless",
      what: "this file has no header, and no sidecar says what it holds; it is no column",
    };
  } catch (error) {
    if (!isMemmapError(error) || error.code === "NOT_FOUND") throw error;
    return { code: codeOf(error, isRaw), what: error.message.replace(`${path}: `, "") };
  }
}

function codeOf(error: MemmapError, isRaw: boolean): ColumnFinding {
  switch (error.code) {
    case "DISK":
      return "unreadable";
    case "CORRUPT":
      return "short-file";
    case "SHAPE":
      return "no-rows";
    default:
      if (isMemmapError(error.cause, "DTYPE")) return "bad-dtype";
      if (isRaw) return "bad-sidecar";
      return "bad-header";
  }
}

/** Whether a file has a header by which all its data are there. */
function hasWholeHeader({ file, header, path }: ColumnFiles, files: Files): boolean {
  if (header !== undefined) return false;
  try {
    const fd = files.open(file, "r");
    try {
      const { size } = files.stat(fd, path);
      const first = new Uint8Array(Math.min(size, 12));
      const held = files.read(fd, first, 0, path);
      const extent = headerExtent(first.subarray(0, held), path, size);
      const bytes = new Uint8Array(Math.min(extent, LONGEST_HEADER));
      parseHeader(bytes.subarray(0, files.read(fd, bytes, 0, path)), { path, fileSize: size });
      return true;
    } finally {
      files.close(fd);
    }
  } catch (error) {
    if (isMemmapError(error, "NOT_FOUND") || !isMemmapError(error)) throw error;
    return false;
  }
}

/** Whether this process may write to a file that is there; true as well where nothing on the file system can be written. */
export function isWritable(file: string, files: Files): boolean {
  try {
    files.close(files.open(file, "r+"));
    return true;
  } catch (error) {
    if (!isMemmapError(error, "DISK")) throw error;
    const code = systemCode(error.cause);
    return code !== "EACCES" && code !== "EPERM";
  }
}

/** Why a name is none; undefined where it is one. */
export function nameProblem(name: string, what: NameKind): string | undefined {
  try {
    checkName(name, what);
    return undefined;
  } catch (error) {
    if (isMemmapError(error, "NAME")) return error.message;
    throw error;
  }
}
