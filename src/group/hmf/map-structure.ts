import { FormatError } from "../../errors.js";
import { excerpt } from "../../npy/excerpt.js";
import type { HmfArray, HmfFrame, HmfMap, HmfNode } from "./hmf-tree.js";
import { shapeOf } from "./pickle/arrays.js";
import { PickledArray, type PickleValue } from "./pickle/values.js";

type Dictionary = ReadonlyMap<PickleValue, PickleValue>;

/** Groups within one another: a path of more could be no path of a file. */
const MAX_DEPTH = 500;

/**
 * The tree and the frames that an unpickled map describes, every part checked to be of the type that it should be.
 *
 * @param path the map's file, for messages
 * @throws FormatError naming the node or frame and the part
 */
export function parseMap(map: PickleValue, path: string): HmfMap {
  return new MapParser(path).map(map);
}

class MapParser {
  readonly #path: string;
  /** A node that stands in two places would be a tree of any size, or without end. */
  readonly #seen = new Set<Dictionary>();

  constructor(path: string) {
    this.#path = path;
  }

  map(value: PickleValue): HmfMap {
    const map = this.#dictionary(value, "the map");
    const type = map.get("node_type");
    if (type !== "root") this.#fail(`the map's node_type is ${shown(type)}, not "root"`);
    return { path: this.#path, root: this.#node(map, "/", 0), frames: this.#frames(map) };
  }

  #node(node: Dictionary, path: string, depth: number): HmfNode {
    if (this.#seen.has(node)) this.#fail(`the node ${shown(path)} stands in the tree twice`);
    this.#seen.add(node);
    if (depth > MAX_DEPTH) this.#fail(`groups are nested more than ${MAX_DEPTH} deep`);
    const what = `the node ${shown(path)}`;
    const nodes = new Map<string, HmfNode>();
    for (const [name, child] of this.#entries(node.get("nodes"), `the nodes of ${what}`)) {
      const below = `${path === "/" ? "" : path}/${name}`;
      nodes.set(name, this.#node(this.#dictionary(child, `the node ${shown(below)}`), below, depth + 1));
    }
    const attributes = this.#dictionary(node.get("attributes"), `the attributes of ${what}`);
    const type = node.get("node_type");
    if (type === (depth === 0 ? "root" : "group")) return { path, attributes, nodes, array: undefined };
    if (type !== "array")
      return this.#fail(`${what} has the node_type ${shown(type)}, not "group" or "array"`);
    if (nodes.size > 0) this.#fail(`${what} is an array, but has nodes below it`);
    return { path, attributes, nodes, array: this.#array(node, what) };
  }

  #array(node: Dictionary, what: string): HmfArray {
    const shape = shapeOf(node.get("shape"));
    if (shape === undefined) return this.#fail(`${what} has no shape of whole numbers`);
    return {
      file: this.#text(node.get("dirpath"), `the dirpath of ${what}`),
      dtype: this.#text(node.get("dtype"), `the dtype of ${what}`),
      shape,
    };
  }

  /** A file in which no frame was ever written may have none of these. */
  #frames(map: Dictionary): HmfFrame[] {
    const part = (name: string) =>
      map.has(name) ? this.#entries(map.get(name), `the map's ${name}`) : new Map<string, PickleValue>();
    const columns = part("dataframe_colnames");
    const names = part("group_names");
    const sizes = part("group_sizes");
    return Array.from(part("grouped"), ([name, grouped]) => {
      const what = `the frame ${shown(name)}`;
      if (typeof grouped !== "boolean") this.#fail(`whether ${what} is grouped is neither True nor False`);
      const values = this.#list(names.get(name), `the group names of ${what}`);
      const rows = this.#rows(sizes.get(name), `the group sizes of ${what}`);
      if (values.length !== rows.length) {
        this.#fail(`${what} has ${values.length} names of groups, but ${rows.length} sizes`);
      }
      return {
        name,
        grouped,
        groups: values.map((value, i) => ({ value, rows: rows[i] ?? 0 })),
        columns: columns.has(name) ? this.#columns(columns.get(name), what) : new Map(),
      };
    });
  }

  #columns(value: PickleValue | undefined, what: string): ReadonlyMap<string, readonly string[]> {
    const arrays = this.#entries(value, `the column names of ${what}`);
    return new Map(
      Array.from(arrays, ([array, names]) => {
        const list = this.#list(names, `the column names of ${shown(array)} in ${what}`);
        // pandas numbers the columns of a frame that was given no names.
        return [
          array,
          list.map((name) => (typeof name === "number" ? String(name) : this.#text(name, "a column's name"))),
        ];
      }),
    );
  }

  #rows(value: PickleValue | undefined, what: string): readonly number[] {
    const array = value instanceof PickledArray ? value.array : undefined;
    if (array === undefined || array.ndim !== 1 || !"iu".includes(array.dtype.kind)) {
      return this.#fail(`${what} are no array of whole numbers`);
    }
    const rows = Array.from(array, Number);
    if (!rows.every((count) => Number.isSafeInteger(count) && count >= 0))
      this.#fail(`${what} are no counts`);
    return rows;
  }

  #dictionary(value: PickleValue | undefined, what: string): Dictionary {
    return value instanceof Map ? value : this.#fail(`${what} is no dictionary`);
  }

  /** A dictionary whose keys are text. */
  #entries(value: PickleValue | undefined, what: string): ReadonlyMap<string, PickleValue> {
    const entries = new Map<string, PickleValue>();
    for (const [key, entry] of this.#dictionary(value, what))
      entries.set(this.#text(key, `a key of ${what}`), entry);
    return entries;
  }

  #list(value: PickleValue | undefined, what: string): readonly PickleValue[] {
    if (value === undefined || !Array.isArray(value)) return this.#fail(`${what} are no list`);
    return value;
  }

  #text(value: PickleValue | undefined, what: string): string {
    return typeof value === "string" ? value : this.#fail(`${what} is no text`);
  }

  readonly #fail: (problem: string) => never = (problem) => {
    throw new FormatError(`${this.#path}: ${problem}`, { path: this.#path });
  };
}

/** A part of the map in a message. */
function shown(value: PickleValue | undefined): string {
  if (typeof value === "string") return `"${excerpt(value)}"`;
  return value === undefined ? "missing" : "no text";
}
