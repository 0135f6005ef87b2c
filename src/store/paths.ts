import { join, relative, sep } from "node:path";

/** The control directory of a store. */
export const CONTROL = ".memmap";
/** The ending of a column's file. */
export const ARRAY = ".npy";
/** The ending of a sidecar; alone, the name of a group's own. */
export const SIDECAR = ".attr";

/** Where the parts of one store lie. Names were checked before they come here. */
export class StorePaths {
  readonly root: string;
  readonly control: string;
  readonly lock: string;
  readonly last: string;

  constructor(root: string) {
    this.root = root;
    this.control = join(root, CONTROL);
    this.lock = join(this.control, "lock");
    this.last = join(this.control, "last");
  }

  /** The file of a column. */
  column(name: string): string {
    return join(this.root, `${name}${ARRAY}`);
  }

  /** The sidecar of a column. */
  sidecar(name: string): string {
    return join(this.root, `${name}${SIDECAR}`);
  }

  /** The sidecar of a group; of the table itself for `""`. */
  group(name: string): string {
    return join(this.root, name, SIDECAR);
  }

  /** The name of the group whose directory this is. */
  nameOf(directory: string): string {
    return relative(this.root, directory).replaceAll(sep, "/");
  }

  stage(generation: number): string {
    return join(this.control, `stage-${generation}`);
  }
}
