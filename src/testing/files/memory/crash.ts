import { seeded } from "../random.js";
import { copySelected } from "./copies.js";
import type { FileData } from "./file-data.js";
import type { DirectoryNode, EntryVersion, FileNode, MemoryNode } from "./nodes.js";

/** Which of the states that a loss of power may leave are given. */
export interface CrashOptions {
  /** The most states: up to so many, all of them, else a sample; 4096 when left out. */
  readonly limit?: number | undefined;
  /** Of the sample: the same seed, the same states; 1 when left out. */
  readonly seed?: number | undefined;
}

/** What one thing may be after a loss of power: 0 is what was there first. */
type Choice =
  | { readonly kind: "name"; readonly versions: readonly EntryVersion[] }
  | { readonly kind: "file"; readonly contents: readonly FileData[] };

/** One value of each choice. */
type Choices = readonly number[];

/** A choice that must have come at least so far. */
interface Demand {
  readonly choice: number;
  readonly least: number;
}

/**
 * What a loss of power may leave of a directory and what is below it, each state once: of every name that was not synced
 * any value that it had, of every file that was not synced its old bytes, its new ones, or a mixture. All is independent
 * of one another, but that what was moved has its new name before it loses the old one.
 */
export function* crashedRoots(
  root: DirectoryNode,
  { limit = 4096, seed = 1 }: CrashOptions = {},
): Generator<DirectoryNode> {
  const outlook = new Outlook(root);
  const seen = new Set<string>();
  for (const choices of outlook.count <= limit ? outlook.all() : outlook.sample(limit, seeded(seed))) {
    const key = outlook.keyOf(choices);
    if (seen.has(key)) continue;
    seen.add(key);
    yield outlook.state(choices);
    if (seen.size === limit) return;
  }
}

/** All that is uncertain below a directory. */
class Outlook {
  readonly #root: DirectoryNode;
  readonly #choices: Choice[] = [];
  readonly #sizes: number[] = [];
  readonly #names = new Map<DirectoryNode, Map<string, number>>();
  readonly #files = new Map<FileNode, number>();
  /** What each value of each choice demands of others. */
  readonly #demands: Demand[][][] = [];

  constructor(root: DirectoryNode) {
    this.#root = root;
    this.#explore(root, new Set());
    const at = new Map<EntryVersion, Demand>();
    for (const [choice, each] of this.#choices.entries()) {
      if (each.kind !== "name") continue;
      for (const [least, version] of each.versions.entries()) at.set(version, { choice, least });
    }
    for (const each of this.#choices) {
      const soFar: Demand[] = [];
      const values = each.kind === "name" ? each.versions : each.contents;
      this.#demands.push(
        values.map((value) => {
          const needed = "needs" in value && value.needs ? at.get(value.needs.version) : undefined;
          if (needed !== undefined) soFar.push(needed);
          return [...soFar];
        }),
      );
    }
  }

  #explore(node: MemoryNode, done: Set<MemoryNode>): void {
    if (done.has(node)) return;
    done.add(node);
    if (node.kind === "file" && !node.data.isDurable) {
      this.#files.set(node, this.#add({ kind: "file", contents: node.data.afterCrash() }));
    }
    if (node.kind !== "directory") return;
    const names = new Map<string, number>();
    for (const [name, versions] of node.pending) names.set(name, this.#add({ kind: "name", versions }));
    this.#names.set(node, names);
    for (const entry of node.entries.values()) this.#explore(entry, done);
    for (const versions of node.pending.values()) {
      for (const version of versions) if (version.node !== undefined) this.#explore(version.node, done);
    }
  }

  #add(choice: Choice): number {
    this.#sizes.push(choice.kind === "name" ? choice.versions.length : choice.contents.length);
    return this.#choices.push(choice) - 1;
  }

  /** How many states there are, those counted that cannot be and those that are the same. */
  get count(): number {
    return this.#sizes.reduce((product, size) => product * size, 1);
  }

  *all(): Generator<Choices> {
    const choices = this.#sizes.map(() => 0);
    for (;;) {
      if (this.#isPossible(choices)) yield choices;
      let at = 0;
      while (at < choices.length && choices[at] === (this.#sizes[at] ?? 0) - 1) choices[at++] = 0;
      if (at === choices.length) return;
      choices[at] = (choices[at] ?? 0) + 1;
    }
  }

  /** Nothing and everything that is pending, each single thing with and without all others, and any mixtures. */
  *sample(limit: number, random: () => number): Generator<Choices> {
    const oldest = this.#sizes.map(() => 0);
    const newest = this.#choices.map((choice) =>
      choice.kind === "name" ? choice.versions.length - 1 : Math.min(1, choice.contents.length - 1),
    );
    yield newest;
    yield oldest;
    const singles = this.#sizes.flatMap((size, at) =>
      Array.from({ length: size }, (_, value) => ({ at, value, order: random() })),
    );
    singles.sort((one, other) => one.order - other.order);
    for (let tries = 0; tries < 4 * limit; tries++) {
      const single = tries % 2 === 0 ? singles.pop() : undefined;
      if (single !== undefined) {
        yield this.#lowered(newest.with(single.at, single.value));
        yield this.#raised(oldest.with(single.at, single.value));
      } else {
        const share = random();
        yield this.#raised(
          this.#sizes.map((size) => (random() < share ? Math.floor(random() * size) : size - 1)),
        );
      }
    }
  }

  #isPossible(choices: Choices): boolean {
    return choices.every((value, at) => this.#unmet(choices, at, value).length === 0);
  }

  #unmet(choices: Choices, at: number, value: number): Demand[] {
    const demands = this.#demands[at]?.[value] ?? [];
    return demands.filter(({ choice, least }) => (choices[choice] ?? 0) < least);
  }

  /** The same with what is demanded. */
  #raised(choices: number[]): Choices {
    for (let isDone = false; !isDone; ) {
      isDone = true;
      for (const [at, value] of choices.entries()) {
        for (const { choice, least } of this.#unmet(choices, at, value)) {
          choices[choice] = least;
          isDone = false;
        }
      }
    }
    return choices;
  }

  /** The same without what demands more than there is. */
  #lowered(choices: number[]): Choices {
    for (let isDone = false; !isDone; ) {
      isDone = true;
      for (const [at, value] of choices.entries()) {
        if (this.#unmet(choices, at, value).length === 0) continue;
        choices[at] = value - 1;
        isDone = false;
      }
    }
    return choices;
  }

  /** The names of a directory in a state. */
  *#entriesOf(directory: DirectoryNode, choices: Choices): Generator<readonly [string, MemoryNode]> {
    const names = this.#names.get(directory);
    for (const [name, versions] of directory.pending) {
      const node = versions[choices[names?.get(name) ?? 0] ?? 0]?.node;
      if (node !== undefined) yield [name, node];
    }
    for (const entry of directory.entries) if (!directory.pending.has(entry[0])) yield entry;
  }

  /** What tells a state from others, as text: of what has a name in it. */
  keyOf(choices: Choices): string {
    const parts: string[] = [];
    const visit = (node: MemoryNode): void => {
      parts.push(String(node.ino));
      const at = node.kind === "file" ? this.#files.get(node) : undefined;
      if (at !== undefined) parts.push(`=${choices[at]}`);
      if (node.kind !== "directory") return;
      for (const [name, entry] of this.#entriesOf(node, choices)) {
        parts.push(name);
        visit(entry);
      }
      parts.push("/");
    };
    visit(this.#root);
    return parts.join();
  }

  state(choices: Choices): DirectoryNode {
    return copySelected(this.#root, {
      entries: (directory) => this.#entriesOf(directory, choices),
      data: (file) => {
        const at = this.#files.get(file);
        const choice = at === undefined ? undefined : this.#choices[at];
        if (at === undefined || choice?.kind !== "file") return file.data.clone();
        return choice.contents[choices[at] ?? 0]?.clone() ?? file.data.clone();
      },
    });
  }
}
