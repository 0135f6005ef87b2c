import type { Stats } from "node:fs";
import { join } from "node:path";
import type { Files } from "../../platform/files.js";
import { ARRAY, SIDECAR, StorePaths } from "../../store/paths.js";
import { isShown } from "./listings.js";
import { type Place, placeOf, requireInPlace } from "./place.js";

/** A file that a store consists of. */
export interface StoreFile {
  /** From the store on, with slashes. */
  readonly name: string;
  readonly path: string;
  readonly place: Place;
  readonly stat: Stats;
}

/**
 * The files of a store: columns, sidecars and `.memmap/last`, by name; no lock, no change on its way in,
 * nothing of other software. Each is looked at when it is asked for, so that the work can be spread.
 *
 * @throws StaleError where a directory is replaced meanwhile, DiskError where one cannot be read
 */
export function* storeFiles(store: Place, files: Files): Generator<StoreFile> {
  const { control, last } = new StorePaths(store.path);
  const kept = placeOf(control, files.look(control), store);
  const stat = kept === undefined ? undefined : files.look(last);
  if (kept !== undefined && stat?.isFile() === true) {
    yield { name: ".memmap/last", path: last, place: kept, stat };
  }
  yield* filesBelow(store, "", files);
}

function* filesBelow(place: Place, prefix: string, files: Files): Generator<StoreFile> {
  const entries = files.list(place.path);
  for (const { name } of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const isPart = name.endsWith(ARRAY) || name === SIDECAR || name.endsWith(SIDECAR);
    if (!isPart && !isShown(name)) continue;
    const path = join(place.path, name);
    const stat = files.look(path);
    if (isPart && stat?.isFile() === true) yield { name: prefix + name, path, place, stat };
    const inner = isShown(name) ? placeOf(path, stat, place) : undefined;
    if (inner !== undefined) yield* filesBelow(inner, `${prefix}${name}/`, files);
  }
  requireInPlace(place, files);
}
