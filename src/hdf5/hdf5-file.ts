import { isMemmapError, UnsupportedError } from "../errors.js";
import { excerpt } from "../npy/excerpt.js";
import type { AttrInput } from "../store/index.js";
import { attributeNames } from "./attribute-memory.js";
import { readAttribute, referenceReader } from "./attributes.js";
import { describeDataset } from "./describe.js";
import { Handle } from "./handle.js";
import { Hdf5Dataset } from "./hdf5-dataset.js";
import { follow, isFound, namesIn, requireObject } from "./links.js";
import { checkPath } from "./options.js";

/** What an object of an HDF5 file is; `"link"` is a link that leads to nothing, or out of the file. */
export type Hdf5Kind = "group" | "dataset" | "type" | "link";

/**
 * An HDF5 file that is open for reading. Soft links are followed within the file; links to other files are not.
 *
 * ```ts
 * using file = await openHdf5("flights.h5");
 * file.keys("/");                    // ["delay", "origin"]
 * file.dataset("/delay").shape;      // [231083]
 * file.attrs("/delay").get("unit");  // "minutes"
 * ```
 */
export class Hdf5File implements Disposable {
  /** @internal */
  readonly handle: Handle;

  /** @internal Made by {@link openHdf5}. */
  constructor(handle: Handle) {
    this.handle = handle;
  }

  /** Its absolute path, without links. */
  get path(): string {
    return this.handle.path;
  }

  get closed(): boolean {
    return this.handle.closed;
  }

  /**
   * The names in a group, in the order of their creation where the file keeps it, else of the alphabet. Names that are no UTF-8
   * are left out: by none of them anything could be found.
   *
   * @throws NotFoundError, UnsupportedError, ClosedError
   */
  keys(group = "/"): string[] {
    const target = requireObject(this.handle, group, "group");
    if (target.kind === "group") {
      const { path } = target;
      return namesIn(this.handle, path).filter((name) => isFound(this.handle, path, name));
    }
    throw this.#isOther(group, target.kind, "group");
  }

  #isOther(path: string, kind: string, wanted: string): UnsupportedError {
    return new UnsupportedError(`${this.path}: "${excerpt(path)}" is a ${kind}, not a ${wanted}`, {
      path: this.path,
    });
  }

  /** Whether a group, dataset or named type of this path is in the file. */
  has(path: string): boolean {
    const kind = this.kind(path);
    return kind !== undefined && kind !== "link";
  }

  /** What a path leads to; undefined where there is nothing of the name. @throws ClosedError */
  kind(path: string): Hdf5Kind | undefined {
    return follow(this.handle, path)?.kind;
  }

  /**
   * A dataset. It lasts until the file is closed.
   *
   * @throws NotFoundError, with a guess at what was meant; DTypeError for elements that have no dtype here: strings and lists
   * of variable length, references, numbers of odd formats; ShapeError for a null dataspace; UnsupportedError for groups and for links into other files; CorruptError, ClosedError
   */
  dataset(path: string): Hdf5Dataset {
    const target = requireObject(this.handle, path, "dataset");
    if (target.kind === "dataset") return new Hdf5Dataset(this, describeDataset(this.handle, target.path));
    throw this.#isOther(path, target.kind, "dataset");
  }

  /**
   * The attributes of a group or dataset by their names: numbers, bigints, strings, booleans, null, typed arrays, lists and
   * objects; references are paths. Those that have no value here, such as references to regions, are left out.
   *
   * @throws NotFoundError; CorruptError, LimitError naming the attribute; ClosedError
   */
  attrs(path = "/"): ReadonlyMap<string, AttrInput> {
    const target = requireObject(this.handle, path, "object");
    const reference = referenceReader(this.handle);
    const attrs = new Map<string, AttrInput>();
    for (const name of attributeNames(this.handle, target.path)) {
      try {
        attrs.set(name, readAttribute(this.handle, target.path, name, reference));
      } catch (error) {
        if (!isMemmapError(error, "CAST")) throw error;
      }
    }
    return attrs;
  }

  /** Closes the file. A second call does nothing. */
  close(): void {
    this.handle.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  toString(): string {
    return this.closed ? `<closed Hdf5File ${this.path}>` : `<Hdf5File ${this.path}>`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/**
 * Opens an HDF5 file for reading. It must not be written to meanwhile.
 *
 * @param path of the file
 * @throws NotFoundError; FormatError for a directory and for what is no HDF5 file; CorruptError for one that HDF5 cannot read;
 * LockedError for one that is open for writing; UnsupportedError where the package `h5wasm` is not installed
 */
export async function openHdf5(path: string): Promise<Hdf5File> {
  checkPath(path, "path");
  return new Hdf5File(await Handle.open(path));
}
