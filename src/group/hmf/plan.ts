import { NameError } from "../../errors.js";
import { excerpt } from "../../npy/excerpt.js";
import { encodeAttr, type JsonValue } from "../../store/index.js";
import { type FrameTable, type Registered, withFrameTable } from "../frames/frame-table.js";
import { lastPart, showPath } from "../node-path.js";
import type { HmfArray, HmfMap } from "./hmf-tree.js";
import { importAttributes } from "./import-attributes.js";
import { placeFrames } from "./place-frames.js";
import { PlannedNode } from "./planned-node.js";
import { type NamesOption, siblingNames } from "./sibling-names.js";

/** An array that is to be written. */
export interface PlannedArray {
  /** Its name in the store. */
  readonly name: string;
  readonly attr: JsonValue;
  /** Its path in the directory of HMF. */
  readonly path: string;
  readonly source: HmfArray;
  /** The column of the source that it is; all of it when undefined. */
  readonly column: number | undefined;
}

/** All that an import writes: groups before what is in them. */
export interface ImportPlan {
  readonly groups: readonly { readonly name: string; readonly attr: JsonValue }[];
  readonly arrays: readonly PlannedArray[];
}

/**
 * What the nodes of a map become, before anything is written.
 *
 * @throws NameError, CastError and LimitError naming the node; FormatError, CorruptError for frames that contradict the tree
 */
export function planImport(map: HmfMap, names: NamesOption): ImportPlan {
  const root = PlannedNode.of(map.root);
  const tables = placeFrames(map, root);
  const planner = new Planner(map.path, names, tables);
  planner.group(root, "");
  return planner;
}

class Planner implements ImportPlan {
  readonly groups: { name: string; attr: JsonValue }[] = [];
  readonly arrays: PlannedArray[] = [];
  readonly #path: string;
  readonly #names: NamesOption;
  readonly #tables: ReadonlyMap<PlannedNode, FrameTable>;

  constructor(path: string, names: NamesOption, tables: ReadonlyMap<PlannedNode, FrameTable>) {
    this.#path = path;
    this.#names = names;
    this.#tables = tables;
  }

  group(node: PlannedNode, name: string): void {
    const said = [...node.children.keys()];
    const parts = siblingNames(said, node.path, this.#names);
    const attr = this.#attr(node, name);
    const table = this.#tables.get(node);
    const placed = table === undefined ? attr : withFrameTable(attr, this.#renamed(table, said, parts));
    this.groups.push({ name, attr: placed });
    for (const [i, child] of [...node.children.values()].entries()) {
      const below = name === "" ? (parts[i] ?? "") : `${name}/${parts[i]}`;
      if (child.array === undefined) this.group(child, below);
      else this.#array(child, child.array, below);
    }
  }

  /** A frame's table by the names that nodes have here. */
  #renamed(table: FrameTable, said: readonly string[], parts: readonly string[]): FrameTable {
    const names = new Map(said.map((name, i) => [name, parts[i] ?? name]));
    const rename = ({ name, columns }: Registered): Registered => {
      const [part = name] = siblingNames([name], showPath(name), this.#names);
      return { name: part, columns: siblingNames(columns, showPath(name), this.#names) };
    };
    return {
      ...table,
      groups: table.groups.map((group) => ({ ...group, part: names.get(group.part) ?? group.part })),
      arrays: table.arrays.map(rename),
      frames: table.frames.map(rename),
    };
  }

  #array(node: PlannedNode, source: HmfArray, name: string): void {
    const { path, columns } = node;
    const attr = this.#attr(node, name);
    if (columns === undefined) {
      this.arrays.push({ name, attr, path, source, column: undefined });
      return;
    }
    if (attr !== null) this.groups.push({ name, attr });
    for (const [column, part] of siblingNames(columns, path, this.#names).entries()) {
      const said = columns[column] ?? part;
      this.arrays.push({
        name: `${name}/${part}`,
        attr: said === part ? null : { name: said },
        path,
        source,
        column,
      });
    }
  }

  /** The attributes, and the name that the node had where it has another one now. */
  #attr(node: PlannedNode, name: string): JsonValue {
    const attributes = importAttributes(node, this.#path);
    const { name: said } = node;
    if (said === lastPart(name)) return node.attributes.size === 0 ? null : encodeAttr(attributes);
    if (Object.hasOwn(attributes, "name")) {
      throw new NameError(
        `${this.#path}: "${excerpt(node.path)}" becomes ${showPath(name)}, and has an attribute "name" already, where the name that it had would be kept`,
        { path: this.#path },
      );
    }
    return encodeAttr({ ...attributes, name: said });
  }
}
