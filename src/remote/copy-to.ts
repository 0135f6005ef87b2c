import { isMemmapError } from "../errors.js";
import type { MemmapGroup } from "../group/index.js";
import type { AttrInput } from "../store/index.js";
import { Copier, type CopyArrayOptions, type CopyResult } from "./copy-array.js";
import { attrOf } from "./remote-attributes.js";
import { datasetAt } from "./remote-dataset.js";
import type { GroupFacts } from "./remote-facts.js";
import { childOf, nameOf } from "./remote-links.js";
import { RemoteTree } from "./remote-tree.js";
import { pinned } from "./selection/fetch.js";
import { EnteredGroups, memberOf } from "./visit.js";

/** Options of copying groups. */
export interface CopyOptions extends CopyArrayOptions {
  /** Whether of the groups in the group only their attributes are copied; false when left out. */
  readonly shallow?: boolean | undefined;
  /** Whether what links lead to is copied in their place, or links are left out, the default. */
  readonly links?: "follow" | "skip" | undefined;
}

/**
 * Copies a group and all below it into a group of a local file; the root goes into the target itself unless it is given a
 * name.
 */
export async function copyInto(
  { requests, file, limits }: RemoteTree,
  path: string,
  target: MemmapGroup,
  options: CopyOptions,
): Promise<CopyResult> {
  const { signal } = options;
  const readable = { requests, label: file };
  return pinned(readable, { signal, label: `Copy: ${path} of ${file}` }, async (version) => {
    // What was known before may be of another version.
    const onVersion = (etag: string | undefined) => version.note(etag);
    const tree = new RemoteTree(requests, file, limits, { signal, onVersion });
    const copier = new Copier(target, options, version);
    const copy = new GroupCopy(tree, target, copier, options);
    await copy.group(path, await tree.group(path), options.name ?? nameOf(path), []);
    return copier.finish();
  });
}

class GroupCopy {
  readonly #tree: RemoteTree;
  readonly #target: MemmapGroup;
  readonly #copier: Copier;
  readonly #options: CopyOptions;
  readonly #groups: EnteredGroups;

  constructor(tree: RemoteTree, target: MemmapGroup, copier: Copier, options: CopyOptions) {
    this.#tree = tree;
    this.#target = target;
    this.#copier = copier;
    this.#options = options;
    this.#groups = new EnteredGroups(tree);
  }

  /**
   * @param to the path in the target; empty for the target itself
   * @param above the groups that it is in, as they were reached
   */
  async group(path: string, facts: GroupFacts, to: string, above: readonly string[]): Promise<void> {
    const attr = attrOf(facts.attributes, facts.attr, this.#tree.labelOf(path));
    const made = to === "" ? this.#target : this.#target.setGroup(to);
    if (attr !== null) made.attr = this.#copier.writable(path, attr) satisfies AttrInput;
    if (this.#options.shallow === true && above.length > 0) return;
    const { members } = await this.#tree.listed(path, this.#tree.limits.maxDepth);
    for (const name of [...members.keys()]) {
      try {
        await this.#member(path, name, to === "" ? name : `${to}/${name}`, [...above, path]);
      } catch (error) {
        if (!isMemmapError(error, "NAME")) throw error;
        this.#copier.skip(childOf(path, name), error.message);
      }
    }
  }

  async #member(group: string, name: string, to: string, above: readonly string[]): Promise<void> {
    const here = childOf(group, name);
    const { path, facts } = await memberOf(this.#tree, group, name, this.#options.links === "follow");
    switch (facts.kind) {
      case "group":
        if (above.includes(path)) return this.#copier.skip(here, "it leads to a group that it is in");
        this.#groups.enter(path, above.length);
        return this.group(path, facts, to, above);
      case "dataset":
        return this.#copier.copy(datasetAt(this.#tree, path, facts), to);
      case "link":
        return this.#copier.skip(here, `it is a link to "${facts.target}"`);
      case "unknown":
        return this.#copier.skip(here, "it is neither group nor dataset");
      default:
        return facts satisfies never;
    }
  }
}
