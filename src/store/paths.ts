import { join, relative, sep } from "node:path";

/** The control directory of a store. */
export const CONTROL = ".memmap";
/** The ending of a column's file. */
export const ARRAY = ".npy";
/** The ending of a sidecar; alone, the name of a group's own. */
export const SIDECAR = ".attr";
/** What stage directories begin with. */
export const STAGE = "stage-";
/** What redo records begin with. */
export const COMMIT = "commit-";

/** The file of a column, from the root on; records name files so. */
export function arrayFile(name: string): string {
  return `${name}${ARRAY}`;
}

/** The sidecar of a column, from the root on. */
export function sidecarFile(name: string): string {
  return `${name}${SIDECAR}`;
}

/** The sidecar of a group, from the root on; of the table itself for `""`. */
export function groupFile(group: string): string {
  return group === "" ? SIDECAR : `${group}/${SIDECAR}`;
}

/** The directory that a file or group lies in, from the root on; `""` is the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}

/** Where the parts of one store lie. Names were checked before they come here. */
export class StorePaths {
  readonly root: string;
  readonly control: string;
  readonly lock: string;
  readonly last: string;
  /** What the paths of everything in the root begin with. */
  readonly #inside: string;

  constructor(root: string) {
    this.root = root;
    this.#inside = join(root, sep);
    this.control = join(root, CONTROL);
    this.lock = join(this.control, "lock");
    this.last = join(this.control, "last");
  }

  /** What records name by its path from the root on, with slashes. */
  file(path: string): string {
    if (path === "") return this.root;
    return this.#inside + (sep === "/" ? path : path.replaceAll("/", sep));
  }

  /** The file of a column. */
  column(name: string): string {
    return this.file(arrayFile(name));
  }

  /** The sidecar of a column. */
  sidecar(name: string): string {
    return this.file(sidecarFile(name));
  }

  /** The sidecar of a group; of the table itself for `""`. */
  group(name: string): string {
    return this.file(groupFile(name));
  }

  /** The name of the group whose directory this is; the path that records know a file by. */
  nameOf(path: string): string {
    return relative(this.root, path).replaceAll(sep, "/");
  }

  /** The redo record of a generation. */
  commit(generation: number): string {
    return join(this.control, `${COMMIT}${generation}`);
  }

  /** @param suffix tells apart the stages of writers that no lock of the kernel keeps apart */
  stage(generation: number, suffix = ""): string {
    return join(this.control, `${STAGE}${generation}${suffix}`);
  }
}
