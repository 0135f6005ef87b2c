import { dirname } from "node:path";
import { UnsupportedError } from "../errors.js";
import type { Files } from "../platform/files.js";
import { StorePaths } from "./paths.js";
import { isStore } from "./vacancy.js";

/** The store that a directory is a part of; undefined where it is a part of none. */
export function outerStore({ root }: StorePaths, files: Files): StorePaths | undefined {
  for (let at = root; at !== dirname(at); ) {
    at = dirname(at);
    if (isStore(at, files)) return new StorePaths(at);
  }
  return undefined;
}

/** A writer must not change what another store's writer changes. @throws UnsupportedError naming the other store */
export function refuseNesting(paths: StorePaths, files: Files): void {
  const outer = outerStore(paths, files);
  if (outer === undefined) return;
  throw new UnsupportedError(
    `${paths.root}: this directory is a part of the table ${outer.root}; open that for writing`,
    { path: paths.root },
  );
}
