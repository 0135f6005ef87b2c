import type { PickleValue } from "./pickle/values.js";

/** A group or array of an HMF directory, as its map describes it. Nothing of the array's file has been looked at. */
export interface HmfNode {
  /** `/`, `/group/array`: the names from the root down. */
  readonly path: string;
  readonly attributes: ReadonlyMap<PickleValue, PickleValue>;
  readonly nodes: ReadonlyMap<string, HmfNode>;
  /** What an array is; undefined for a group. */
  readonly array: HmfArray | undefined;
}

/** What the map says of an array. */
export interface HmfArray {
  /** `dirpath`: the name of its file, which is to be distrusted. */
  readonly file: string;
  /** NumPy's `str(dtype)`. */
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** What the map says of a frame whose rows were written by group. */
export interface HmfFrame {
  readonly name: string;
  /** False for a frame whose only group is all of it. */
  readonly grouped: boolean;
  /** The values that the rows were grouped by, in order, and the rows of each. */
  readonly groups: readonly { readonly value: PickleValue; readonly rows: number }[];
  /** The names of the columns of each array that was registered as a data frame. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
}

/** The whole of a map. */
export interface HmfMap {
  /** The file that it was read from. */
  readonly path: string;
  readonly root: HmfNode;
  readonly frames: readonly HmfFrame[];
}
