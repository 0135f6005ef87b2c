import { TreeIndex } from "../../group/tree-index.js";
import { type Catalog, type ColumnState, type JsonValue, shapeOf } from "../../store/index.js";
import type { ServedAttribute, ServedDataset, ServedGroup, ServedNode } from "./served.js";
import { attributesOf } from "./store-attributes.js";

/** What makes the dataset of a column. */
export type MakeDataset = (path: string, column: ColumnState) => ServedDataset;

/** The groups and arrays of one generation of a store, by their names in its catalogue. */
export class StoreTree {
  readonly catalog: Catalog;
  readonly #index: TreeIndex;
  readonly #make: MakeDataset;
  /** Nodes that were asked for. */
  readonly #nodes = new Map<string, ServedNode>();

  constructor(catalog: Catalog, make: MakeDataset) {
    this.catalog = catalog;
    this.#index = new TreeIndex(catalog);
    this.#make = make;
  }

  /** What a path leads to, slashes before and behind it left aside. */
  node(path: string): ServedNode | undefined {
    return this.named(path.replace(/^\/+/, "").replace(/\/+$/, ""));
  }

  /** @param name in the catalogue; the root for `""` */
  named(name: string): ServedNode | undefined {
    const known = this.#nodes.get(name);
    if (known !== undefined) return known;
    const column = this.catalog.columns.get(name);
    if (column === undefined && this.#index.kindOf(name) !== "group") return undefined;
    const path = `/${name}`;
    const node = column === undefined ? new StoreGroup(path, name, this) : this.#make(path, column);
    this.#nodes.set(name, node);
    return node;
  }

  keysOf(group: string): string[] {
    return this.#index.keysOf(group);
  }
}

class StoreGroup implements ServedGroup {
  readonly kind = "group";
  readonly path: string;
  readonly #name: string;
  readonly #prefix: string;
  readonly #tree: StoreTree;
  #names: ReadonlySet<string> | undefined;
  #attributes: readonly ServedAttribute[] | undefined;
  #table: ServedGroup["table"] | null = null;

  constructor(path: string, name: string, tree: StoreTree) {
    this.path = path;
    this.#name = name;
    this.#prefix = name === "" ? "" : `${name}/`;
    this.#tree = tree;
  }

  #members(): ReadonlySet<string> {
    this.#names ??= new Set(this.#tree.keysOf(this.#name));
    return this.#names;
  }

  names(): readonly string[] {
    return [...this.#members()];
  }

  member(name: string): ServedNode | undefined {
    return this.#members().has(name) ? this.#tree.named(this.#prefix + name) : undefined;
  }

  attributes(): readonly ServedAttribute[] {
    this.#attributes ??= attributesOf(this.attr ?? null);
    return this.#attributes;
  }

  get attr(): JsonValue | undefined {
    return this.#tree.catalog.groups.get(this.#name) ?? undefined;
  }

  get table(): ServedGroup["table"] {
    if (this.#table === null) this.#table = tableOf(this.#tree.catalog, this.#prefix);
    return this.#table;
  }
}

/** The table that all arrays below a group are together; undefined where they are none. */
function tableOf({ columns, rows }: Catalog, prefix: string): ServedGroup["table"] {
  const names: string[] = [];
  let common = prefix === "" ? (rows ?? undefined) : undefined;
  for (const [name, column] of columns) {
    if (!name.startsWith(prefix)) continue;
    const [length] = shapeOf(column);
    common ??= length;
    if (length === undefined || length !== common) return undefined;
    names.push(name.slice(prefix.length));
  }
  return common === undefined ? undefined : { rows: common, columns: names };
}
