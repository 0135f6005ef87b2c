import { isMemmapError } from "../../errors.js";
import { turn } from "../../platform/turns.js";
import type { May, VirtualDirectory, VirtualEntry, VirtualFile } from "./entries.js";
import type { Sight } from "./sight.js";
import type { Budget, Sizes } from "./sizes.js";

/** Each level is two of MessagePack's, of which readers bound the number. */
const MAX_DEPTH = 16;
/** Entries that the maps of one answer show, beside those of the directory that was asked for. */
const MAX_SHOWN = 100_000;

interface Showing {
  readonly may: May;
  /** For sizes. */
  readonly budget: Budget;
  /** For what is shown. */
  left: number;
}

/** The maps that describe directories and files on the wire. */
export class DirectoryMaps {
  readonly #sight: Sight;
  readonly #sizes: Sizes;
  readonly #children: (directory: VirtualDirectory, may: May) => Iterable<VirtualEntry>;

  constructor(
    sight: Sight,
    sizes: Sizes,
    children: (directory: VirtualDirectory, may: May) => Iterable<VirtualEntry>,
  ) {
    this.#sight = sight;
    this.#sizes = sizes;
    this.#children = children;
  }

  async file(file: VirtualFile, budget: Budget): Promise<Map<string, unknown>> {
    return fileMap(file, await this.#sizes.of(file, () => false, budget));
  }

  directory(
    directory: VirtualDirectory,
    maxDepth: number,
    may: May,
    budget: Budget,
  ): Promise<Map<string, unknown>> {
    return this.#map(directory, Math.min(maxDepth, MAX_DEPTH), { may, budget, left: MAX_SHOWN });
  }

  async #map(directory: VirtualDirectory, depth: number, showing: Showing): Promise<Map<string, unknown>> {
    const { may, budget } = showing;
    const files = new Map<string, unknown>();
    const inner: VirtualDirectory[] = [];
    let sum = 0;
    for (const entry of this.#children(directory, may)) {
      if (entry.kind === "directory") inner.push(entry);
      else {
        const size = entry.bytes ?? (await this.#sizes.of(entry, may, budget));
        sum += size;
        files.set(entry.name, fileMap(entry, size));
      }
      const rest = turn();
      if (rest !== undefined) await rest;
    }
    const directories = new Map<string, unknown>();
    for (const entry of inner) {
      const map = await this.#inner(entry, depth - 1, showing);
      directories.set(entry.name, map ?? null);
      const size = map?.get("size");
      sum += typeof size === "number" ? size : await this.#sizes.of(entry, may, budget);
    }
    const labels = directory.branch?.labels;
    // Not of what is hidden from this one.
    const isShown = (name: string): boolean => files.has(name) || directories.has(name);
    return new Map<string, unknown>([
      ["type", "directory"],
      ["size", sum],
      ["description", directory.branch?.description ?? null],
      ["labels", labels === undefined ? null : new Map([...labels].filter(([name]) => isShown(name)))],
      ["files", files],
      ["directories", directories],
    ]);
  }

  /** The map of a directory in another; undefined where it is not described. */
  async #inner(
    directory: VirtualDirectory,
    depth: number,
    showing: Showing,
  ): Promise<Map<string, unknown> | undefined> {
    try {
      if (depth < 0 || !this.#fits(directory, showing)) return undefined;
      return await this.#map(directory, depth, showing);
    } catch (error) {
      // One that was replaced, or that the server may not read, does not keep the others from being shown.
      if (isMemmapError(error)) return undefined;
      throw error;
    }
  }

  /** Whether what a directory holds may be shown as well; then it counts as shown. */
  #fits({ branch, place }: VirtualDirectory, showing: Showing): boolean {
    const count = (branch?.children.size ?? 0) + (place === undefined ? 0 : this.#sight.count(place));
    if (count > showing.left) return false;
    showing.left -= count;
    return true;
  }
}

function fileMap({ mediaType, lastModified }: VirtualFile, size: number): Map<string, unknown> {
  return new Map<string, unknown>([
    ["type", mediaType],
    ["size", size],
    ["last_modified", lastModified],
  ]);
}
