import { LimitError, NameError } from "../../errors.js";
import { excerpt } from "../../npy/excerpt.js";
import { addressOf } from "../describe.js";
import type { Handle } from "../handle.js";
import { childPath, followChild, namesIn, type Target } from "../links.js";
import type { Skips } from "./options.js";
import type { Selection } from "./selection.js";
import type { Turns } from "./turns.js";

/** Groups within groups: deeper ones would have no path on any system. */
const MAX_DEPTH = 1024;

/** Groups that are met again, by other links: as often as this they are no shortcuts. */
const MAX_AGAIN = 100_000;

/** A group or dataset that is imported, by the path that it has. */
export interface Found {
  readonly kind: "group" | "dataset";
  /** The name in its group; `""` for the root. */
  readonly name: string;
  readonly path: string;
  /** The path of the object itself, without soft links. */
  readonly target: string;
  /** Whether it is wanted itself, and does not only lead to something that is. */
  readonly isWanted: boolean;
  readonly children: readonly Found[];
}

/** What of a file is imported, and what its references are to. */
export interface Tree {
  readonly root: Found;
  /** The first path of each object that was met, by its address. */
  readonly paths: ReadonlyMap<bigint, string>;
}

/**
 * Goes through a file. A dataset or group that several links lead to is found by each of them, a circle is left at its end.
 *
 * @throws LimitError for groups that links multiply beyond reason; NameError for a name that is no UTF-8; CorruptError
 */
export async function walkTree(
  handle: Handle,
  selection: Selection,
  skips: Skips,
  turns: Turns,
): Promise<Tree> {
  const walk = new Walk(handle, selection, skips, turns);
  return { root: await walk.root(), paths: walk.paths };
}

type Place = Pick<Found, "name" | "path">;

/** What a link leads to. */
interface Linked {
  readonly name: string;
  readonly target: Target | undefined;
  readonly address: bigint;
}

/** A group or dataset, however many names it has. */
interface Known {
  readonly address: bigint;
  /** One of its paths without soft links. */
  readonly target: string;
}

const NOWHERE = -1n;

class Walk {
  readonly paths = new Map<bigint, string>();
  readonly #handle: Handle;
  readonly #selection: Selection;
  readonly #skips: Skips;
  readonly #turns: Turns;
  /** The links in groups, by their addresses. */
  readonly #links = new Map<bigint, readonly Linked[]>();
  #again = 0;

  constructor(handle: Handle, selection: Selection, skips: Skips, turns: Turns) {
    this.#handle = handle;
    this.#selection = selection;
    this.#skips = skips;
    this.#turns = turns;
  }

  root(): Promise<Found> {
    return this.#group({ name: "", path: "/" }, { target: "/", address: addressOf(this.#handle, "/") }, []);
  }

  /** @param above the addresses of the groups that it lies in */
  async #group(place: Place, { target, address }: Known, above: readonly bigint[]): Promise<Found> {
    const { path } = place;
    this.#meet(path, address);
    const within = [...above, address];
    if (within.length > MAX_DEPTH) throw this.#tooMuch(path, `is ${within.length} groups deep`);
    const children: Found[] = [];
    if (this.#selection.mayEnter(path)) {
      for (const link of await this.#linksOf(target, address)) {
        await this.#turns.give();
        const child = await this.#child(path, link, within);
        if (child !== undefined) children.push(child);
      }
    }
    return { kind: "group", ...place, target, isWanted: this.#selection.has(path), children };
  }

  async #linksOf(group: string, address: bigint): Promise<readonly Linked[]> {
    const known = this.#links.get(address);
    if (known !== undefined) return known;
    const links: Linked[] = [];
    for (const name of namesIn(this.#handle, group)) {
      await this.#turns.give();
      const target = followChild(this.#handle, group, name);
      const isObject = target !== undefined && target.kind !== "link";
      links.push({ name, target, address: isObject ? addressOf(this.#handle, target.path) : NOWHERE });
    }
    this.#links.set(address, links);
    return links;
  }

  async #child(
    group: string,
    { name, target, address }: Linked,
    within: readonly bigint[],
  ): Promise<Found | undefined> {
    const place = { name, path: childPath(group, name) };
    const { path } = place;
    const isObject = target?.kind === "group" || target?.kind === "dataset";
    if (!isObject && !this.#selection.has(path)) return undefined;
    if (target === undefined) {
      const error = new NameError(
        `${this.#handle.path}: a name in "${excerpt(group)}" is no text in UTF-8, so that nothing can be found by it: about "${excerpt(name)}"`,
        { path: this.#handle.path },
      );
      this.#skips.orThrow(error, path);
      return undefined;
    }
    if (target.kind === "link") {
      this.#skips.link(path, `the link ${target.problem}`);
      return undefined;
    }
    if (target.kind === "group") return this.#groupBelow(place, { target: target.path, address }, within);
    if (target.kind !== "dataset") {
      this.#skips.link(path, "it is a named type, which only datasets and attributes have");
      return undefined;
    }
    this.#meet(path, address);
    if (!this.#selection.has(path)) return undefined;
    return { kind: "dataset", ...place, target: target.path, isWanted: true, children: [] };
  }

  async #groupBelow(place: Place, known: Known, within: readonly bigint[]): Promise<Found | undefined> {
    if (within.includes(known.address)) {
      this.#skips.link(place.path, "the link leads to a group that it lies in");
      return undefined;
    }
    if (this.paths.has(known.address)) this.#again += 1;
    if (this.#again > MAX_AGAIN) throw this.#tooMuch(place.path, "is one of too many links to groups");
    if (!this.#selection.mayEnter(place.path)) return undefined;
    const group = await this.#group(place, known, within);
    return group.isWanted || group.children.length > 0 ? group : undefined;
  }

  #meet(path: string, address: bigint): void {
    if (!this.paths.has(address)) this.paths.set(address, path);
  }

  #tooMuch(path: string, problem: string): LimitError {
    const where = { path: this.#handle.path };
    return new LimitError(
      `${this.#handle.path}: "${excerpt(path)}" ${problem}; say with \`only\` what to import`,
      where,
    );
  }
}
