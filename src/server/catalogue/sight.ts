import type { Stats } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Files } from "../../platform/files.js";
import { identityOf } from "../../platform/index.js";
import { StorePaths } from "../../store/paths.js";
import { isStore } from "../../store/vacancy.js";
import type { VirtualDirectory, VirtualEntry, VirtualFile } from "./entries.js";
import type { Listings } from "./listings.js";
import { HDF5_TYPE, isNamedHdf5, mediaTypeOf } from "./media-types.js";
import { type Place, placeOf, requireInPlace } from "./place.js";
import type { Branch } from "./roots.js";
import type { Signatures } from "./signature.js";

/** What real files and directories are for those who ask. */
export class Sight {
  readonly #files: Files;
  readonly #listings: Listings;
  readonly #signatures: Signatures;

  constructor(files: Files, listings: Listings, signatures: Signatures) {
    this.#files = files;
    this.#listings = listings;
    this.#signatures = signatures;
  }

  /** What a root is now; undefined where it is gone, or a link has taken its place. */
  mounted(branch: Branch): VirtualEntry | undefined {
    const { mount, name, path } = branch;
    if (mount === undefined) return undefined;
    const stat = this.#files.look(mount.path);
    if (stat?.isDirectory() === true) {
      const place = placeOf(mount.path, stat);
      return place && this.#directory(place, { name, path, branch }, mount.isTable);
    }
    if (stat?.isFile() !== true) return undefined;
    const outer = dirname(mount.path);
    const place = placeOf(outer, this.#files.look(outer));
    // Whoever names a file as a root may call it what he likes: its own name and bytes say what it is.
    return place && this.#file(place, { name, path, own: basename(mount.path), isRoot: true }, stat);
  }

  /**
   * What has a name in a real directory.
   *
   * @param name as it came, which is only compared
   * @throws DiskError
   */
  child(directory: VirtualDirectory, place: Place, name: string): VirtualEntry | undefined {
    const listed = this.#listings.of(place, name).names.get(name);
    return listed === undefined ? undefined : this.#found(directory, place, listed);
  }

  /** All that a real directory holds, by name. @throws DiskError, StaleError */
  *children(directory: VirtualDirectory, place: Place): Generator<VirtualEntry> {
    for (const name of this.#listings.of(place).names.keys()) {
      const found = this.#found(directory, place, name);
      if (found !== undefined) yield found;
    }
    requireInPlace(place, this.#files);
  }

  /** How many names a real directory holds. */
  count(place: Place): number {
    return this.#listings.of(place).names.size;
  }

  #found(directory: VirtualDirectory, place: Place, name: string): VirtualEntry | undefined {
    const real = join(place.path, name);
    const stat = this.#files.look(real);
    const path = `${directory.path}/${name}`;
    if (stat?.isFile() === true) return this.#file(place, { name, path, own: name, isRoot: false }, stat);
    const inner = placeOf(real, stat, place);
    return inner && this.#directory(inner, { name, path, branch: undefined }, false);
  }

  #directory(
    place: Place,
    { name, path, branch }: { name: string; path: string; branch: Branch | undefined },
    isTable: boolean,
  ): VirtualEntry {
    const { control, last } = new StorePaths(place.path);
    const mayHave = this.#listings.known(place)?.hasControl !== false;
    const hasControl = mayHave && this.#files.look(control)?.isDirectory() === true;
    const record = hasControl ? this.#files.look(last) : undefined;
    if (!isTable && record === undefined && !(hasControl && isStore(place.path, this.#files))) {
      return { kind: "directory", name, path, branch, place };
    }
    const { mtimeMs } = record ?? place;
    return {
      kind: "file",
      name,
      path,
      format: "store",
      mediaType: HDF5_TYPE,
      realPath: place.path,
      place,
      identity: place.identity,
      bytes: undefined,
      mtimeMs,
      lastModified: wholeTime(mtimeMs),
    };
  }

  #file(
    place: Place,
    { name, path, own, isRoot }: { name: string; path: string; own: string; isRoot: boolean },
    stat: Stats,
  ): VirtualFile {
    const realPath = join(place.path, own);
    const isHdf5 = (isRoot || isNamedHdf5(own)) && this.#signatures.isHdf5(place, realPath, stat);
    return {
      kind: "file",
      name,
      path,
      format: isHdf5 ? "hdf5" : "other",
      mediaType: isHdf5 ? HDF5_TYPE : mediaTypeOf(own),
      realPath,
      place,
      identity: identityOf(stat),
      bytes: stat.size,
      mtimeMs: stat.mtimeMs,
      lastModified: wholeTime(stat.mtimeMs),
    };
  }
}

/** Files may be from before 1970, or from a clock that is broken; times on the wire have no sign. */
function wholeTime(milliseconds: number): number {
  return Math.max(0, Math.floor(milliseconds));
}
