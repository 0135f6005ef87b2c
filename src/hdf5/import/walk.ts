import { LimitError } from "../../errors.js";
import { excerpt } from "../../npy/excerpt.js";
import { addressOf } from "../describe.js";
import type { Handle } from "../handle.js";
import { childPath, followChild, namesIn } from "../links.js";
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
 * @throws LimitError for groups that links multiply beyond reason; CorruptError
 */
export async function walkTree(
  handle: Handle,
  selection: Selection,
  skips: Skips,
  turns: Turns,
): Promise<Tree> {
  const walk = new Walk(handle, selection, skips, turns);
  const root = await walk.group({ name: "", path: "/", target: "/" }, []);
  return { root, paths: walk.paths };
}

type Place = Pick<Found, "name" | "path" | "target">;

class Walk {
  readonly paths = new Map<bigint, string>();
  readonly #handle: Handle;
  readonly #selection: Selection;
  readonly #skips: Skips;
  readonly #turns: Turns;
  #again = 0;

  constructor(handle: Handle, selection: Selection, skips: Skips, turns: Turns) {
    this.#handle = handle;
    this.#selection = selection;
    this.#skips = skips;
    this.#turns = turns;
  }

  /** @param above the addresses of the groups that it lies in */
  async group(place: Place, above: readonly bigint[]): Promise<Found> {
    const { path, target } = place;
    const address = this.#meet(place);
    const within = [...above, address];
    if (within.length > MAX_DEPTH) throw this.#tooMuch(path, `is ${within.length} groups deep`);
    const children: Found[] = [];
    if (this.#selection.mayEnter(path)) {
      for (const name of namesIn(this.#handle, target)) {
        await this.#turns.give();
        const child = await this.#child(place, name, within);
        if (child !== undefined) children.push(child);
      }
    }
    return { kind: "group", ...place, isWanted: this.#selection.has(path), children };
  }

  async #child(group: Place, name: string, within: readonly bigint[]): Promise<Found | undefined> {
    const path = childPath(group.path, name);
    const found = followChild(this.#handle, group.target, name);
    if (found === undefined) {
      this.#skips.link(path, "its name is no text in UTF-8");
      return undefined;
    }
    if (found.kind === "link") {
      this.#skips.link(path, `the link ${found.problem}`);
      return undefined;
    }
    const place = { name, path, target: found.path };
    if (found.kind === "group") return this.#groupBelow(place, within);
    if (found.kind !== "dataset") return undefined;
    this.#meet(place);
    return this.#selection.has(path)
      ? { kind: "dataset", ...place, isWanted: true, children: [] }
      : undefined;
  }

  async #groupBelow(place: Place, within: readonly bigint[]): Promise<Found | undefined> {
    const address = addressOf(this.#handle, place.target);
    if (within.includes(address)) {
      this.#skips.link(place.path, "the link leads to a group that it lies in");
      return undefined;
    }
    if (this.paths.has(address)) this.#again += 1;
    if (this.#again > MAX_AGAIN) throw this.#tooMuch(place.path, "is one of too many links to groups");
    if (!this.#selection.mayEnter(place.path)) return undefined;
    const group = await this.group(place, within);
    return group.isWanted || group.children.length > 0 ? group : undefined;
  }

  #meet({ path, target }: Place): bigint {
    const address = addressOf(this.#handle, target);
    if (!this.paths.has(address)) this.paths.set(address, path);
    return address;
  }

  #tooMuch(path: string, problem: string): LimitError {
    return new LimitError(
      `${this.#handle.path}: "${excerpt(path)}" ${problem}; say with \`only\` what to import`,
      {
        path: this.#handle.path,
      },
    );
  }
}
