import { DirectoryNode, type EntryVersion, FileNode, LinkNode, type MemoryNode } from "./nodes.js";

/** What of directories and files goes into a copy of them. */
interface Selection {
  /** The names of a directory in the copy. */
  readonly entries: (directory: DirectoryNode) => Iterable<readonly [string, MemoryNode]>;
  readonly data: (file: FileNode) => FileNode["data"];
  /** Is told of each directory and its copy. */
  readonly visit?: (from: DirectoryNode, to: DirectoryNode) => void;
}

/** Copies nodes, each once, inodes kept. */
class Copier {
  readonly #selection: Selection;
  readonly #copies = new Map<MemoryNode, MemoryNode>();

  constructor(selection: Selection) {
    this.#selection = selection;
  }

  directory(from: DirectoryNode): DirectoryNode {
    const known = this.#copies.get(from);
    if (known?.kind === "directory") return known;
    const to = this.#keep(from, new DirectoryNode(from.ino));
    for (const [name, entry] of this.#selection.entries(from)) {
      const node = this.node(entry);
      to.entries.set(name, node);
      node.links += 1;
    }
    this.#selection.visit?.(from, to);
    return to;
  }

  node(from: MemoryNode): MemoryNode {
    if (from.kind === "directory") return this.directory(from);
    const known = this.#copies.get(from);
    if (known !== undefined) return known;
    const { ino } = from;
    if (from.kind === "link") return this.#keep(from, new LinkNode(ino, from.target));
    return this.#keep(from, new FileNode(ino, this.#selection.data(from)));
  }

  #keep<N extends MemoryNode>(from: MemoryNode, to: N): N {
    to.modified = from.modified;
    to.changed = from.changed;
    this.#copies.set(from, to);
    return to;
  }
}

/** A copy of everything below a directory, of these names and bytes, all of it on the disk. */
export function copySelected(root: DirectoryNode, selection: Selection): DirectoryNode {
  return new Copier(selection).directory(root);
}

/** A copy of everything below a directory as it is, what is not on the disk included. */
export function copyWhole(root: DirectoryNode): DirectoryNode {
  const directories: [from: DirectoryNode, to: DirectoryNode][] = [];
  const copier = new Copier({
    entries: ({ entries }) => entries,
    data: (file) => file.data.clone(),
    visit: (from, to) => directories.push([from, to]),
  });
  const copy = copier.directory(root);
  const versions = new Map<EntryVersion, EntryVersion>();
  // What has lost its name may get it back, and is copied as well: the list grows on the way.
  for (const [from, to] of directories) {
    for (const [name, list] of from.pending) {
      const copies = list.map(({ node }) => ({ node: node && copier.node(node), needs: undefined }));
      for (const [i, made] of copies.entries()) {
        const version = list[i];
        if (version !== undefined) versions.set(version, made);
      }
      to.pending.set(name, copies);
    }
  }
  for (const [{ needs }, made] of versions) {
    // What was needed and is on the disk by now is needed no more.
    const version = needs && versions.get(needs.version);
    if (needs && version) made.needs = { ...needs, directory: copier.directory(needs.directory), version };
  }
  return copy;
}
