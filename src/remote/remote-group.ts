import type { ArrayView, Selection } from "../array/index.js";
import { UnsupportedError } from "../errors.js";
import type { MemmapGroup } from "../group/index.js";
import type { AttrValue } from "../store/index.js";
import type { CopyResult } from "./copy-array.js";
import { type CopyOptions, copyInto } from "./copy-to.js";
import { attributesOf, attrOf, type RemoteAttributes } from "./remote-attributes.js";
import { datasetAt, type ReadOptions, type RemoteDataset } from "./remote-dataset.js";
import type { Facts } from "./remote-facts.js";
import { nameOf, type RemoteLink } from "./remote-links.js";
import { openTable, type RemoteTable } from "./remote-table.js";
import { RemoteTree } from "./remote-tree.js";
import type { LookupOptions, ObjectRequests, ReadingLimits } from "./requests.js";
import { infoOf, memberOf, type RemoteNodeInfo, type VisitOptions, visited } from "./visit.js";

/** Something in a file that is neither group nor dataset, such as a named type. */
export interface RemoteUnknown {
  readonly kind: "unknown";
  readonly path: string;
}

/** A link that leads nowhere. */
export interface RemoteDangling {
  readonly kind: "link";
  readonly path: string;
  readonly target: string;
}

/** What a path of a remote file leads to. */
export type RemoteNode = RemoteGroup | RemoteDataset | RemoteUnknown;

/**
 * A group of a file on a server, in the words of {@link MemmapGroup}. It asks for itself at its first use, once; what a
 * server does not tell with it is asked for when it is used. One object stands for a group, whichever path led to it.
 *
 * Paths that begin with `/` start at the root of the file, all others at this group; `..` is the group that a group lies in.
 * Links are followed.
 *
 * ```ts
 * const group = await file.getGroup("/PartType1");
 * await group.keys();                                    // ["Coordinates", "Velocity"]
 * await group.getArray("Coordinates", [slice(0, 10), 0]); // ten numbers, in memory
 * ```
 */
export class RemoteGroup {
  /** From the root of the file, without links: `/` or `/a/b`. */
  readonly path: string;
  readonly #tree: RemoteTree;

  /** @internal Groups are opened by files and other groups. */
  constructor(tree: RemoteTree, path: string) {
    this.#tree = tree;
    this.path = path;
  }

  /** The last part of the path; empty for the root. */
  get name(): string {
    return nameOf(this.path);
  }

  #node(path: string, facts: Exclude<Facts, { kind: "link" }>): RemoteNode {
    if (facts.kind === "group") return groupAt(this.#tree, path);
    return facts.kind === "dataset" ? datasetAt(this.#tree, path, facts) : { kind: "unknown", path };
  }

  /** What a path leads to. @throws NotFoundError, with a guess at what was meant; what a request throws */
  async get(path: string, options: LookupOptions = {}): Promise<RemoteNode> {
    const found = await this.#tree.within(options).find(this.path, path);
    return this.#node(found.path, found.facts);
  }

  /** A group. @throws NotFoundError; UnsupportedError where the path leads to something else */
  async getGroup(path: string, options: LookupOptions = {}): Promise<RemoteGroup> {
    const { path: end, facts } = await this.#tree.within(options).find(this.path, path);
    if (facts.kind === "group") return groupAt(this.#tree, end);
    const hint = facts.kind === "dataset" ? "; getArray() opens it" : "";
    throw new UnsupportedError(`${this.#tree.labelOf(end)} is no group${hint}`, { path: this.#tree.file });
  }

  /** A dataset. @throws NotFoundError; UnsupportedError where the path leads to something else */
  async getArray(path: string, selection?: undefined, options?: LookupOptions): Promise<RemoteDataset>;
  /** What is selected of a dataset, in memory. @throws as {@link RemoteDataset.get} */
  async getArray(path: string, selection: Selection, options?: ReadOptions): Promise<ArrayView>;
  async getArray(
    path: string,
    selection?: Selection,
    options: ReadOptions = {},
  ): Promise<RemoteDataset | ArrayView> {
    const { path: end, facts } = await this.#tree.within(options).find(this.path, path);
    if (facts.kind !== "dataset") {
      const hint = facts.kind === "group" ? "; getGroup() opens it" : "";
      throw new UnsupportedError(`${this.#tree.labelOf(end)} is no dataset${hint}`, {
        path: this.#tree.file,
      });
    }
    const dataset = datasetAt(this.#tree, end, facts);
    return selection === undefined ? dataset : dataset.read(selection, options);
  }

  /** Whether a path leads to something; of a name that is there, what it leads to is not asked. */
  async has(path: string, options: LookupOptions = {}): Promise<boolean> {
    return this.#tree.within(options).has(this.path, path);
  }

  /** How the last part of a path leads to what it names: links are not followed there. @throws NotFoundError */
  async link(path: string, options: LookupOptions = {}): Promise<RemoteLink> {
    return this.#tree.within(options).link(this.path, path);
  }

  /** The names of what is in this group, in the order of the server. */
  async keys(options: LookupOptions = {}): Promise<string[]> {
    return [...(await this.#tree.within(options).group(this.path)).members.keys()];
  }

  /** The names of what is in this group, with it; links are followed where they lead somewhere. */
  async *entries(
    options: LookupOptions = {},
  ): AsyncGenerator<[name: string, node: RemoteNode | RemoteDangling], void, undefined> {
    const tree = this.#tree.within(options);
    const { members } = await tree.listed(this.path, tree.limits.maxDepth);
    for (const name of [...members.keys()]) {
      const { path, facts } = await memberOf(tree, this.path, name, true);
      yield [name, facts.kind === "link" ? { path, ...facts } : this.#node(path, facts)];
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<
    [name: string, node: RemoteNode | RemoteDangling],
    void,
    undefined
  > {
    return this.entries();
  }

  /** The attributes of this group, or of what a path leads to, by their names. @throws NotFoundError, UnsupportedError */
  async attrs(path = "", options: LookupOptions = {}): Promise<RemoteAttributes> {
    return attributesOf((await this.#attributed(path, options)).attributes);
  }

  /** The attribute of this group as a whole: see {@link RemoteDataset.attr}. */
  get attr(): Promise<AttrValue> {
    return this.#attributed("").then(({ attributes, attr }) =>
      attrOf(attributes, attr, this.#tree.labelOf(this.path)),
    );
  }

  async #attributed(path: string, options: LookupOptions = {}) {
    const { path: end, facts } = await this.#tree.within(options).find(this.path, path);
    if (facts.kind !== "unknown") return facts;
    throw new UnsupportedError(
      `${this.#tree.labelOf(end)} is neither group nor dataset, and has no attributes here`,
    );
  }

  /**
   * The arrays below this group, or another one, as a table. On a server of this package rows of several columns come in one
   * request.
   *
   * @throws ShapeError naming arrays whose lengths differ; NotFoundError
   */
  async table(path = "", options: LookupOptions = {}): Promise<RemoteTable> {
    const group = await this.getGroup(path, options);
    return openTable(this.#tree.within(options), group.path);
  }

  /**
   * This group and all below it, each group before what is in it: paths, and of datasets dtype, shape and size. Links are
   * links, unless they are to be followed.
   */
  async *walk(options: VisitOptions = {}): AsyncGenerator<RemoteNodeInfo, void, undefined> {
    yield { kind: "group", path: this.path };
    for await (const { path, facts } of visited(this.#tree.within(options), this.path, options))
      yield infoOf(path, facts);
  }

  /**
   * Calls a function for all below this group, until it gives something back.
   *
   * @param visit takes the path from this group, and what is there
   * @returns what it gave back
   */
  async visit<T>(
    visit: (path: string, node: RemoteNode | RemoteDangling) => T | undefined | Promise<T | undefined>,
    options: VisitOptions = {},
  ): Promise<T | undefined> {
    for await (const { names, path, facts } of visited(this.#tree.within(options), this.path, options)) {
      const node = facts.kind === "link" ? { path, ...facts } : this.#node(path, facts);
      const given = await visit(names.join("/"), node);
      if (given !== undefined) return given;
    }
    return undefined;
  }

  /**
   * Copies this group with all below it into a group of a local file: attributes, and arrays block by block. A copy that broke
   * off goes on where it was, if it is begun again with the same target and name and the server still has the same version.
   *
   * @throws ExistsError where an array of a name is there that is no such copy; NameError, DiskError, ReadOnlyError; what
   * requests throw
   */
  copyTo(target: MemmapGroup, options: CopyOptions = {}): Promise<CopyResult> {
    return copyInto(this.#tree, this.path, target, options);
  }

  toString(): string {
    return `<RemoteGroup ${JSON.stringify(this.path)} of ${this.#tree.file}>`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

function groupAt(tree: RemoteTree, path: string): RemoteGroup {
  return tree.object(path, RemoteGroup, () => new RemoteGroup(tree, path));
}

/** The root group of a file on a server; nothing is asked until it is used. */
export function openRoot(requests: ObjectRequests, file: string, limits: ReadingLimits): RemoteGroup {
  return groupAt(new RemoteTree(requests, file, limits), "/");
}
