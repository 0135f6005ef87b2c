import type { DType } from "../dtype/index.js";
import { type Catalog, type ColumnState, rowBytes, shapeOf } from "../store/index.js";
import { lastPart, parentOf, showPath } from "./node-path.js";

/** A group, or an array without its elements. */
export type NodeInfo = GroupInfo | ArrayInfo;

/** A group, as {@link MemmapGroup.walk} tells of it. */
export interface GroupInfo {
  readonly kind: "group";
  /** From the root, with a slash before it. */
  readonly path: string;
}

/** An array, as {@link MemmapGroup.walk} tells of it. */
export interface ArrayInfo {
  readonly kind: "array";
  /** From the root, with a slash before it. */
  readonly path: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Bytes of all elements. */
  readonly nbytes: number;
}

/** The groups and arrays of a catalog, by what they lie in. Made once for each catalog, in time linear in its nodes. */
export class TreeIndex {
  readonly #catalog: Catalog;
  /** The names of what lies in each group. */
  readonly #children = new Map<string, Set<string>>([["", new Set()]]);

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
    for (const name of catalog.columns.keys()) this.#add(name);
    for (const name of catalog.groups.keys()) {
      if (name === "") continue;
      this.#add(name);
      if (!this.#children.has(name)) this.#children.set(name, new Set());
    }
  }

  /** Notes a node, and the groups that it lies in. */
  #add(name: string): void {
    for (let node = name; node !== ""; node = parentOf(node)) {
      const parent = parentOf(node);
      const siblings = this.#children.get(parent);
      if (siblings?.has(node) === true) return;
      if (siblings === undefined) this.#children.set(parent, new Set([node]));
      else siblings.add(node);
    }
  }

  kindOf(name: string): "group" | "array" | undefined {
    if (this.#catalog.columns.has(name)) return "array";
    return this.#children.has(name) ? "group" : undefined;
  }

  /** The names in the store of what lies in a group, in the order of their code points. */
  childrenOf(group: string): string[] {
    const names = [...(this.#children.get(group) ?? [])].sort();
    // Halves of surrogate pairs sort before some of the characters that are smaller.
    return names.some((name) => /[\ud800-\udbff]/.test(name)) ? names.sort(byCodePoints) : names;
  }

  /** The last parts of these names. */
  keysOf(group: string): string[] {
    return this.childrenOf(group).map(lastPart);
  }

  /** What a node is. @throws nothing: a name of nothing is a group without anything in it */
  infoOf(name: string): NodeInfo {
    const column = this.#catalog.columns.get(name);
    return column === undefined ? { kind: "group", path: showPath(name) } : arrayInfo(name, column);
  }

  /** A group and all below it, each group before what lies in it. */
  *walk(group: string): Generator<NodeInfo> {
    yield { kind: "group", path: showPath(group) };
    for (const name of this.childrenOf(group)) {
      if (this.#catalog.columns.has(name)) yield this.infoOf(name);
      // Other software may have made an array and a group of one name.
      if (this.#children.has(name)) yield* this.walk(name);
    }
  }
}

/** The bytes of UTF-8 sort as the code points do. */
function byCodePoints(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

function arrayInfo(name: string, column: ColumnState): ArrayInfo {
  return {
    kind: "array",
    path: showPath(name),
    dtype: column.dtype,
    shape: shapeOf(column),
    nbytes: column.rows * rowBytes(column),
  };
}
