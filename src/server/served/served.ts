import type { ArrayView } from "../../array/index.js";
import type { DType } from "../../dtype/index.js";
import type { JsonValue } from "../../store/json.js";

/** What each element of a dataset is: of a fixed size, a text of any length, or a list of any length. */
export type ServedElement =
  | { readonly kind: "fixed"; readonly dtype: DType }
  | { readonly kind: "text" }
  | { readonly kind: "list"; readonly dtype: DType };

/** Texts or lists of any length, flat in the order of C. */
export interface ServedItems {
  readonly shape: readonly number[];
  readonly items: readonly (string | ArrayView)[];
}

export interface ServedAttribute {
  readonly name: string;
  readonly value: ArrayView | ServedItems;
}

/** A box in a dataset: of each axis where it begins and how long it is. */
export interface Box {
  readonly start: readonly number[];
  readonly count: readonly number[];
}

export interface ServedGroup {
  readonly kind: "group";
  /** From the root of the file, without links: `/` or `/a/b`. */
  readonly path: string;
  /** In the order in which they are shown. */
  names(): readonly string[];
  /** What has this name; links are not followed. @throws what keeps it from being read */
  member(name: string): ServedNode | undefined;
  attributes(): readonly ServedAttribute[];
  /** The attribute of a store as a whole, as it stands in JSON. */
  readonly attr?: JsonValue | undefined;
  /** The paths of the columns in their order, where the group is a table: relative to it, as tables name them. */
  readonly table?: { readonly rows: number; readonly columns: readonly string[] } | undefined;
}

export interface ServedDataset {
  readonly kind: "dataset";
  readonly path: string;
  readonly element: ServedElement;
  readonly shape: readonly number[];
  attributes(): readonly ServedAttribute[];
  readonly attr?: JsonValue | undefined;
  /** About the bytes along each axis that are cheap to read together, such as a chunk; none where any box is as cheap as another. */
  readonly chunkShape?: readonly number[] | undefined;
  /**
   * Reads the elements of a box one after another in the order of C, as they are in the file: the dtype's byte order and size.
   * Small ones of files that lie flat are read at once; then nothing is returned.
   *
   * @param target of exactly as many bytes
   * @throws CorruptError, StaleError, DiskError
   */
  readBox(box: Box, target: Uint8Array): void | Promise<void>;
  /** The same of elements that have no fixed size. */
  readItems(box: Box): Promise<ServedItems>;
}

/** A soft link, or one into another file: neither is followed by what shows a group. */
export interface ServedLink {
  readonly kind: "link";
  readonly path: string;
  /** What the link says, word for word. */
  readonly target: string;
}

/** Something that the protocol has no word for: named types, links of users' kinds, elements without a dtype. */
export interface ServedUnknown {
  readonly kind: "unknown";
  readonly path: string;
}

export type ServedNode = ServedGroup | ServedDataset | ServedLink | ServedUnknown;

/** A file of groups and datasets as it is at one moment: one generation of a store, or an HDF5 file that nobody writes. */
export interface ServedFile {
  /** Another one whenever anything in it is another, as far as the file system tells: what ETags are made of. */
  readonly pin: string;
  /** What a path leads to, soft links followed also at its end; undefined where nothing does. @throws CorruptError, … */
  node(path: string): ServedNode | undefined;
  /** Whether all that was read so far is of the generation that `pin` names. */
  isIntact(): boolean;
  /** Gives it back; the last one closes its files. */
  release(): void;
}
