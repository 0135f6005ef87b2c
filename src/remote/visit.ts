import { type DType, sizeOf } from "../dtype/index.js";
import { isMemmapError, LimitError } from "../errors.js";
import type { DatasetFacts, Facts, LinkFacts, RemoteElement } from "./remote-facts.js";
import { childOf } from "./remote-links.js";
import type { RemoteTree } from "./remote-tree.js";
import type { LookupOptions } from "./requests.js";

/** Groups within groups: more than so many are a group that lies in itself. */
const MAX_DEPTH = 100;
/** Groups that are gone through: more than so many are few that lie in each other by many names. */
const MAX_GROUPS = 2 ** 20;

/** Options of a visit. */
export interface VisitOptions extends LookupOptions {
  /** Whether links are followed, each object being visited once; false when left out, so that a link is what it is. */
  readonly follow?: boolean | undefined;
}

/** A group, dataset, link or something unknown, as {@link RemoteGroup.walk} tells of it. */
export type RemoteNodeInfo =
  | { readonly kind: "group"; readonly path: string }
  | RemoteArrayInfo
  | { readonly kind: "link"; readonly path: string; readonly target: string }
  | { readonly kind: "unknown"; readonly path: string };

export interface RemoteArrayInfo {
  readonly kind: "array";
  readonly path: string;
  /** Undefined for texts and lists of any length, and for what has no dtype here. */
  readonly dtype: DType | undefined;
  readonly element: RemoteElement;
  readonly shape: readonly number[];
  /** Bytes of all elements; undefined where there is no dtype. */
  readonly nbytes: number | undefined;
}

/** What a visit comes by. */
export interface Visited {
  /** The names that lead to it from where the visit began. */
  readonly names: readonly string[];
  /** Where it is, links followed where they are. */
  readonly path: string;
  readonly facts: Facts;
}

/**
 * All below a group, each group before what is in it. Links are not followed unless that is asked for: then each object is
 * come by once, and a link that leads nowhere stays a link.
 *
 * @throws LimitError for groups that lie in themselves
 */
export async function* visited(
  tree: RemoteTree,
  start: string,
  { follow = false }: VisitOptions = {},
): AsyncGenerator<Visited, void, undefined> {
  const seen = new Set([start]);
  const stack: { readonly path: string; readonly names: readonly string[]; readonly left: string[] }[] = [];
  const groups = new EnteredGroups(tree);
  const enter = async (path: string, names: readonly string[]) => {
    groups.enter(path, names.length);
    const { members } = await tree.listed(path, tree.limits.maxDepth);
    stack.push({ path, names, left: [...members.keys()].reverse() });
  };
  await enter(start, []);
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const name = top.left.pop();
    if (name === undefined) {
      stack.pop();
      continue;
    }
    const names = [...top.names, name];
    const found = await memberOf(tree, top.path, name, follow);
    if (follow && found.facts.kind !== "link") {
      if (seen.has(found.path)) continue;
      seen.add(found.path);
    }
    yield { ...found, names };
    if (found.facts.kind === "group") await enter(found.path, names);
  }
}

/** The groups that are gone through, so that those that lie in themselves come to an end. */
export class EnteredGroups {
  readonly #tree: RemoteTree;
  #count = 0;

  constructor(tree: RemoteTree) {
    this.#tree = tree;
  }

  /**
   * @param depth groups that it lies in
   * @throws LimitError where there are too many
   */
  enter(path: string, depth: number): void {
    this.#count += 1;
    if (depth <= MAX_DEPTH && this.#count <= MAX_GROUPS) return;
    const what =
      depth > MAX_DEPTH
        ? `${depth} groups deep, where ${MAX_DEPTH} are the most`
        : `one of more than ${MAX_GROUPS} groups`;
    throw new LimitError(`${this.#tree.labelOf(path)} is ${what}: does a group lie in itself?`, {
      path: this.#tree.file,
    });
  }
}

/** What has a name in a group; a link unless it is followed to somewhere. */
export async function memberOf(
  tree: RemoteTree,
  group: string,
  name: string,
  follow: boolean,
): Promise<{ readonly path: string; readonly facts: Facts }> {
  const path = childOf(group, name);
  const { members } = await tree.group(group);
  const facts = members.get(name) ?? (await tree.facts(path));
  if (facts.kind !== "link") return { path, facts: await tree.facts(path) };
  if (!follow) return { path, facts };
  return (await foundBy(tree, group, facts)) ?? { path, facts };
}

/** What a link leads to; undefined where that is nothing. */
async function foundBy(tree: RemoteTree, group: string, { target }: LinkFacts) {
  try {
    return await tree.find(group, target);
  } catch (error) {
    if (isMemmapError(error, "NOT_FOUND")) return undefined;
    throw error;
  }
}

/** What a walk says of something. */
export function infoOf(path: string, facts: Facts): RemoteNodeInfo {
  switch (facts.kind) {
    case "dataset":
      return arrayInfo(path, facts);
    case "link":
      return { kind: "link", path, target: facts.target };
    case "group":
    case "unknown":
      return { kind: facts.kind, path };
    default:
      return facts satisfies never;
  }
}

function arrayInfo(path: string, { element, shape }: DatasetFacts): RemoteArrayInfo {
  const dtype = element.kind === "fixed" ? element.dtype : undefined;
  return { kind: "array", path, dtype, element, shape, nbytes: dtype && dtype.itemsize * sizeOf(shape) };
}
