import { realpathSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { systemCode } from "../errors.js";
import { fileError } from "../platform/files.js";

/** The path of the same file without links; undefined where nothing is at its end. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (cause) {
    const code = systemCode(cause);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw fileError("look at it", path, cause);
  }
}

/**
 * The absolute path of a directory that may be yet to be made, links resolved: a link that is turned elsewhere while the
 * store is open must not lead its writer to another store than the one whose lock it holds.
 */
export function locate(path: string): string {
  const absolute = resolve(path);
  const real = realPath(absolute);
  if (real !== undefined) return real;
  const parent = realPath(dirname(absolute));
  return parent === undefined ? absolute : join(parent, basename(absolute));
}

/** Whether a path without links is a directory without links, or lies below it. */
export function isWithin(path: string, directory: string): boolean {
  const inside = relative(directory, path);
  return inside !== ".." && !inside.startsWith(`..${sep}`) && resolve(directory, inside) === path;
}
