import type { FileIdentity } from "../../platform/index.js";
import type { Place } from "./place.js";
import type { Branch } from "./roots.js";

/** Whether the one who asks has all of these roles. */
export type May = (roles: readonly string[]) => boolean;

/** How a file is served: as a tree of tables and arrays, as HDF5, or only whole. */
export type FileFormat = "store" | "hdf5" | "other";

/** A directory as those see it who ask. */
export interface VirtualDirectory {
  readonly kind: "directory";
  /** The last part of its path; empty for the one that holds all roots. */
  readonly name: string;
  /** From the top, with slashes between the names and none around them. */
  readonly path: string;
  /** Where roots are put: it has no directory of its own, or roots besides. */
  readonly branch: Branch | undefined;
  /** The real directory; undefined where there is none. */
  readonly place: Place | undefined;
}

/** A file as those see it who ask. A store is one, too, though its real path is that of a directory. */
export interface VirtualFile {
  readonly kind: "file";
  readonly name: string;
  readonly path: string;
  readonly format: FileFormat;
  readonly mediaType: string;
  /** Without links, from a listing and not from a request. */
  readonly realPath: string;
  /** The directory that it lies in; of a store, the store. */
  readonly place: Place;
  readonly identity: FileIdentity;
  /** Bytes; undefined for a store, whose files would have to be looked at: see `Catalogue.sizeOf`. */
  readonly bytes: number | undefined;
  /** When it was last changed, as exactly as the system knows. Of a store, when its last change was applied. */
  readonly mtimeMs: number;
  /** The same in whole milliseconds since 1970, none of them negative. */
  readonly lastModified: number;
}

/** Something at or below a directory that this one may not see, and may know of. */
export interface Denied {
  readonly kind: "denied";
  /** Of the directory. */
  readonly path: string;
  /** All that he would need. */
  readonly roles: readonly string[];
}

export type VirtualEntry = VirtualDirectory | VirtualFile;
