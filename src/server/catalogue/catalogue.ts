import { StaleError } from "../../errors.js";
import { currentFiles, type Files } from "../../platform/files.js";
import { identityOf, isSameFile } from "../../platform/index.js";
import { DirectoryMaps } from "./directory-map.js";
import type { Denied, May, VirtualDirectory, VirtualEntry, VirtualFile } from "./entries.js";
import { Listings } from "./listings.js";
import { type OpenEntry, openIn, requireInPlace } from "./place.js";
import { type Branch, plantRoots, type Roots } from "./roots.js";
import { Sight } from "./sight.js";
import { Signatures } from "./signature.js";
import { type Budget, Sizes } from "./sizes.js";

/** Entries that one request looks at for sizes and listings: beyond them, sizes are what is known by then. */
const MAX_ENTRIES = 100_000;

/**
 * What a server serves. Roots stand where their names say, and below them real directories, as they are at
 * the moment. A name in a request is looked up among the names that the system gave, and never becomes part
 * of a path; links, names that begin with a dot, sockets, pipes and devices are not there. A store is one
 * file.
 *
 * A listing is read again when its directory has changed. Listings and sums of sizes of 1,000 entries or more
 * are believed for 0.05 ms for each of them.
 */
export class Catalogue {
  /** @internal What it looks through. */
  readonly files: Files;
  readonly #top: Branch;
  readonly #sight: Sight;
  readonly #sizes: Sizes;
  readonly #maps: DirectoryMaps;

  /**
   * @param roots paths or options by name; slashes in a name make directories of roots
   * @throws NameError for names that cannot be asked for, or that lie in another root; NotFoundError for
   * paths that lead nowhere
   */
  constructor(roots: Roots, files: Files = currentFiles()) {
    this.files = files;
    this.#top = plantRoots(roots, files);
    this.#sight = new Sight(files, new Listings(files), new Signatures(files));
    this.#sizes = new Sizes(files, (directory, may) => this.children(directory, may));
    this.#maps = new DirectoryMaps(this.#sight, this.#sizes, (directory, may) =>
      this.children(directory, may),
    );
  }

  /** The directory that holds the roots. */
  get top(): VirtualDirectory {
    return directoryOf(this.#top);
  }

  /**
   * What a path leads to.
   *
   * @param segments the names on the way, decoded; none for the top
   * @returns undefined where nothing is, or nothing that this one may know of; {@link Denied} at and below a
   * root that is not hidden from those who may not see it
   * @throws DiskError, StaleError
   */
  lookup(segments: readonly string[], may: May): VirtualEntry | Denied | undefined {
    let at: VirtualEntry | undefined = this.top;
    for (const segment of segments) {
      if (at?.kind !== "directory") return undefined;
      const branch: Branch | undefined = at.branch?.children.get(segment);
      if (branch !== undefined) {
        if (!isAllowed(branch, may)) {
          return branch.hidden ? undefined : { kind: "denied", path: branch.path, roles: branch.roles };
        }
        at = this.#entryOf(branch);
      } else {
        at = at.place && this.#sight.child(at, at.place, segment);
      }
    }
    // What was looked at lay where it seemed to.
    if (at?.place !== undefined) requireInPlace(at.place, this.files);
    return at;
  }

  /**
   * What a directory holds, as far as one may see it: roots in the order given, real names by code points.
   *
   * @throws DiskError, StaleError
   */
  *children({ branch, place, ...rest }: VirtualDirectory, may: May): Generator<VirtualEntry> {
    for (const child of branch?.children.values() ?? []) {
      const entry = isAllowed(child, may) ? this.#entryOf(child) : undefined;
      if (entry !== undefined) yield entry;
    }
    if (place !== undefined) yield* this.#sight.children({ branch, place, ...rest }, place);
  }

  #entryOf(branch: Branch): VirtualEntry | undefined {
    return branch.mount === undefined ? directoryOf(branch) : this.#sight.mounted(branch);
  }

  /**
   * Opens a file as it was found.
   *
   * @throws StaleError where it was replaced, or lies elsewhere, since it was found; NotFoundError, DiskError
   */
  openEntry({ place, realPath, identity }: Pick<VirtualFile, "place" | "realPath" | "identity">): OpenEntry {
    return openIn(place, realPath, identity, this.files);
  }

  /**
   * To be called after a file was opened by its path.
   *
   * @throws StaleError where it, or a directory on its way, was replaced since it was found
   */
  requireInPlace({ place, realPath, identity }: Pick<VirtualFile, "place" | "realPath" | "identity">): void {
    const stat = this.files.look(realPath);
    if (stat === undefined || !isSameFile(identityOf(stat), identity)) {
      throw new StaleError(`${realPath}: the file was replaced since it was found`, { path: realPath });
    }
    requireInPlace(place, this.files);
  }

  /** Bytes of a file or of all files below a directory that one may see. */
  async sizeOf(entry: VirtualEntry, may: May): Promise<number> {
    return this.#sizes.of(entry, may, budget());
  }

  /** The map that describes a file: `type`, `size`, `last_modified`. */
  fileMap(file: VirtualFile): Promise<Map<string, unknown>> {
    return this.#maps.file(file, budget());
  }

  /**
   * The map that describes a directory: `type`, `size`, `description`, `labels`, `files`, `directories`.
   *
   * @param maxDepth how deep directories below it are described; at 0 they are only named, with null. So are
   * those below 16 levels, and those that would make one answer show more than 100,000 entries
   * @throws DiskError, StaleError
   */
  directoryMap(directory: VirtualDirectory, maxDepth: number, may: May): Promise<Map<string, unknown>> {
    return this.#maps.directory(directory, maxDepth, may, budget());
  }
}

function budget(): Budget {
  return { entries: MAX_ENTRIES };
}

function directoryOf(branch: Branch): VirtualDirectory {
  return { kind: "directory", name: branch.name, path: branch.path, branch, place: undefined };
}

/** What is only on the way to roots is there for those who may know of one of them. */
function isAllowed({ roles, isRoot, children }: Branch, may: May): boolean {
  if (roles.length > 0 && !may(roles)) return false;
  return isRoot || [...children.values()].some((child) => !child.hidden || isAllowed(child, may));
}
