import { basename, dirname, join, relative, resolve, sep } from "node:path";
import type { Files } from "../platform/files.js";

/**
 * The absolute path of a directory that may be yet to be made, links resolved: a link that is turned elsewhere while the
 * store is open must not lead its writer to another store than the one whose lock it holds.
 */
export function locate(path: string, files: Files): string {
  const absolute = resolve(path);
  const real = files.realPath(absolute);
  if (real !== undefined) return real;
  const parent = files.realPath(dirname(absolute));
  return parent === undefined ? absolute : join(parent, basename(absolute));
}

/** Whether a path without links is a directory without links, or lies below it. */
export function isWithin(path: string, directory: string): boolean {
  const inside = relative(directory, path);
  return inside !== ".." && !inside.startsWith(`..${sep}`) && resolve(directory, inside) === path;
}
