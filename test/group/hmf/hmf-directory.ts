import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dict, int64s, pickle, Tuple, type Writable } from "./pickle-writer.js";

export const MAPS = [0, 1, 2].map((copy) => `__specialHMF__memmapMap${copy}`);

interface Node {
  readonly type: string;
  readonly attributes: Map<Writable, Writable>;
  readonly nodes: Map<string, Node>;
  readonly array:
    | { readonly dirpath: Writable; readonly dtype: Writable; readonly shape: Writable }
    | undefined;
}

interface FrameInit {
  readonly grouped?: boolean;
  /** Each group's value and rows. */
  readonly groups: readonly (readonly [value: Writable, rows: number])[];
  readonly columns?: Readonly<Record<string, readonly Writable[]>>;
}

interface ArrayInit {
  /** The name of its file; that of HMF when left out. */
  readonly file?: string;
  /** Written into the file; none is written when `null`. */
  readonly bytes?: Uint8Array | null;
  readonly attributes?: Readonly<Record<string, Writable>>;
}

/** A directory as HMF writes one: files of bare elements at once, maps when it is closed. */
export class HmfDirectory {
  readonly root: string;
  readonly #tree: Node = node("root");
  readonly #frames = new Map<string, FrameInit>();

  constructor(root: string) {
    mkdirSync(root);
    this.root = root;
  }

  #at(parts: readonly string[]): Node {
    return parts.reduce((above, part) => {
      const below = above.nodes.get(part) ?? node("group");
      above.nodes.set(part, below);
      return below;
    }, this.#tree);
  }

  /** Makes a group by the names from the root down, and gives it attributes. */
  group(parts: readonly string[], attributes: Readonly<Record<string, Writable>> = {}): this {
    const { attributes: known } = this.#at(parts);
    for (const [key, value] of Object.entries(attributes)) known.set(key, value);
    return this;
  }

  /** Adds an array by the names from the root down. */
  array(
    parts: readonly string[],
    dtype: Writable,
    shape: readonly Writable[],
    { file = parts.join("__"), bytes = Buffer.alloc(0), attributes = {} }: ArrayInit = {},
  ): this {
    if (bytes !== null) writeFileSync(join(this.root, file), bytes);
    const array = { dirpath: file, dtype, shape: new Tuple(...shape) };
    this.#at(parts.slice(0, -1)).nodes.set(parts.at(-1) ?? "", {
      ...node("array", array),
      attributes: new Map(Object.entries(attributes)),
    });
    return this;
  }

  /** Adds an array of doubles. */
  doubles(parts: readonly string[], shape: readonly number[], values: readonly number[]): this {
    return this.array(parts, "float64", shape, { bytes: Buffer.from(Float64Array.from(values).buffer) });
  }

  frame(name: string, frame: FrameInit): this {
    this.#frames.set(name, frame);
    return this;
  }

  /** The map, with parts of the root replaced. */
  map(over: Readonly<Record<string, Writable>> = {}): ReadonlyMap<Writable, Writable> {
    const of = <T extends Writable>(part: (frame: FrameInit) => T) =>
      new Map(Array.from(this.#frames, ([name, frame]): [string, T] => [name, part(frame)]));
    return new Map<Writable, Writable>([
      ...written(this.#tree, "some/where/else"),
      ["dataframe_colnames", of(({ columns = {} }) => dict(columns))],
      ["grouped", of(({ grouped = true }) => grouped)],
      ["group_names", of(({ groups }) => groups.map(([value]) => value))],
      ["group_sizes", of(({ groups }) => int64s(groups.map(([, rows]) => rows)))],
      ["group_items", of(({ groups }) => groups.map(([value]) => new Tuple(value, int64s([0, 0]))))],
      ["multi_pdfs", this.#frames.size > 1],
      ...Object.entries(over),
    ]);
  }

  /** Writes the map in its three copies. @returns the directory */
  close(map: Writable = this.map(), protocol = 5): string {
    for (const name of MAPS) writeFileSync(join(this.root, name), pickle(map, protocol));
    return this.root;
  }
}

function node(type: string, array?: Node["array"]): Node {
  return { type, attributes: new Map(), nodes: new Map(), array };
}

function written({ type, attributes, nodes, array }: Node, dirpath: string): ReadonlyMap<Writable, Writable> {
  return dict({
    node_type: type,
    dirpath,
    attributes,
    nodes: new Map(Array.from(nodes, ([name, below]) => [name, written(below, `${dirpath}__${name}`)])),
    ...array,
  });
}
