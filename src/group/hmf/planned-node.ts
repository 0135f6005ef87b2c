import type { HmfArray, HmfNode } from "./hmf-tree.js";
import type { PickleValue } from "./pickle/values.js";

/** A node of a map on its way: groups whose arrays HMF failed to write are added, and arrays that are data frames marked. */
export class PlannedNode {
  /** The name in its group; `""` for the root. */
  readonly name: string;
  readonly path: string;
  readonly attributes: ReadonlyMap<PickleValue, PickleValue>;
  readonly array: HmfArray | undefined;
  readonly children = new Map<string, PlannedNode>();
  /** The names of the columns of an array that is a data frame. */
  columns: readonly string[] | undefined;

  private constructor(name: string, { path, attributes, array }: Omit<HmfNode, "nodes">) {
    this.name = name;
    this.path = path;
    this.attributes = attributes;
    this.array = array;
  }

  static of(node: HmfNode, name = ""): PlannedNode {
    const planned = new PlannedNode(name, node);
    for (const [part, child] of node.nodes) planned.children.set(part, PlannedNode.of(child, part));
    return planned;
  }

  /** The group of this name in this one, made where it is missing. */
  group(name: string): PlannedNode {
    const known = this.children.get(name);
    if (known !== undefined) return known;
    const path = `${this.path === "/" ? "" : this.path}/${name}`;
    const added = new PlannedNode(name, { path, attributes: new Map(), array: undefined });
    this.children.set(name, added);
    return added;
  }
}
