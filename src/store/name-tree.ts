/** What a name is the name of. */
export type NameKind = "column" | "group";

/**
 * What two parts of one directory must not have in common: case and normal form, which some file systems do not tell
 * apart. NFC, then upper case, then lower; and NFC again, because case changes can take composed characters apart.
 */
export function foldPart(part: string): string {
  return part.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}

/** What lies below a group, by whole names. */
export interface Below {
  readonly columns: readonly string[];
  /** Groups that were added as such, the group itself included. */
  readonly groups: readonly string[];
}

/** One name within one directory: a column, a group, or in a directory that breaks the rules both. */
interface Node {
  column: boolean;
  /** A group that stays without columns, because it was added as one. */
  kept: boolean;
  /** By folded part, then by part: names that a file system may take for one are neighbours. */
  children: Map<string, Map<string, Node>> | undefined;
}

/**
 * The names of a table's columns and groups, with the collisions among them: parts of one directory that are equal
 * after {@link foldPart}, and a column and a group of one name. Each operation but {@link NameTree.conflicts} takes a
 * time that grows with the name alone, however many names there are.
 *
 * ```ts
 * const tree = new NameTree(["coordinates/x"]);
 * tree.conflict("Coordinates/y"); // "coordinates/": a group, as its slash says
 * tree.conflict("coordinates");   // "coordinates/"
 * tree.conflict("coordinates/x"); // undefined: it is there itself, and collides with nothing else
 * ```
 */
export class NameTree {
  readonly #root: Node = { column: false, kept: true, children: undefined };

  constructor(columns: Iterable<string> = []) {
    for (const column of columns) this.add(column);
  }

  /** Adds a column, and the groups in its name. The name is taken as it is: see `checkName` and `conflict` first. */
  add(column: string): void {
    this.#make(column).column = true;
  }

  /** Adds a group that stays when it has no columns, such as one with attributes. */
  addGroup(group: string): void {
    this.#make(group).kept = true;
  }

  /** Whether it is a column. */
  has(column: string): boolean {
    return this.#find(column)?.column === true;
  }

  /** Whether it is a group: one that was added, or that has something in it. */
  hasGroup(group: string): boolean {
    const node = this.#find(group);
    return node !== undefined && isGroup(node);
  }

  /**
   * Takes a column away, and with it each group above that is left empty and was not added as one.
   *
   * @returns whether it was there
   */
  delete(column: string): boolean {
    return this.#clear(column, "column");
  }

  /** Takes back {@link addGroup}: the group goes with its last column, or now if it is empty. */
  deleteGroup(group: string): boolean {
    return this.#clear(group, "kept");
  }

  /**
   * What a new column (or group) would collide with, or undefined: the name of a column, or of a group with a slash at
   * its end. A column or group of that very name is no collision: whether it may be replaced is the caller's business.
   */
  conflict(name: string, what: NameKind = "column"): string | undefined {
    const parts = name.split("/");
    let node: Node = this.#root;
    for (const [index, part] of parts.entries()) {
      const twins = node.children?.get(foldPart(part));
      if (twins === undefined) return undefined;
      for (const [other, twin] of twins) {
        if (other !== part) return shown([...parts.slice(0, index), other].join("/"), twin);
      }
      const next = twins.get(part);
      if (next === undefined) return undefined;
      const last = index === parts.length - 1;
      const path = parts.slice(0, index + 1).join("/");
      if (next.column && (!last || what === "group")) return path;
      if (last && what === "column" && isGroup(next)) return `${path}/`;
      node = next;
    }
    return undefined;
  }

  /** Each pair of names that collide: a directory made by other software can have some. Linear in the names. */
  conflicts(): [name: string, other: string][] {
    const found: [string, string][] = [];
    const rest: { prefix: string; node: Node }[] = [{ prefix: "", node: this.#root }];
    for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
      const { prefix, node: directory } = next;
      for (const twins of directory.children?.values() ?? []) {
        let before: string | undefined;
        for (const [part, node] of twins) {
          const path = prefix + part;
          const name = shown(path, node);
          if (before !== undefined) found.push([before, name]);
          before = name;
          if (node.column && isGroup(node)) found.push([path, `${path}/`]);
          if (node.children !== undefined) rest.push({ prefix: `${path}/`, node });
        }
      }
    }
    return found;
  }

  /** What lies below a group; nothing where there is none. Linear in what it finds. */
  below(group: string): Below {
    const columns: string[] = [];
    const groups: string[] = [];
    const top = this.#find(group);
    const rest = top === undefined ? [] : [{ name: group, node: top }];
    for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
      const { name, node } = next;
      if (node.column && name !== group) columns.push(name);
      if (node.kept) groups.push(name);
      for (const twins of node.children?.values() ?? []) {
        for (const [part, inner] of twins) rest.push({ name: `${name}/${part}`, node: inner });
      }
    }
    return { columns: columns.reverse(), groups: groups.reverse() };
  }

  #find(name: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const part of name.split("/")) node = node?.children?.get(foldPart(part))?.get(part);
    return node;
  }

  #make(name: string): Node {
    let node = this.#root;
    for (const part of name.split("/")) {
      const children: NonNullable<Node["children"]> = (node.children ??= new Map());
      const folded = foldPart(part);
      const twins: Map<string, Node> = children.get(folded) ?? new Map();
      if (twins.size === 0) children.set(folded, twins);
      node = twins.get(part) ?? { column: false, kept: false, children: undefined };
      twins.set(part, node);
    }
    return node;
  }

  #clear(name: string, mark: "column" | "kept"): boolean {
    const above: { folded: string; part: string; directory: Node }[] = [];
    let node: Node = this.#root;
    for (const part of name.split("/")) {
      const folded = foldPart(part);
      const next = node.children?.get(folded)?.get(part);
      if (next === undefined) return false;
      above.push({ folded, part, directory: node });
      node = next;
    }
    if (!node[mark]) return false;
    node[mark] = false;
    for (let step = above.pop(); step !== undefined && !node.column && !isGroup(node); step = above.pop()) {
      const { folded, part, directory } = step;
      const twins = directory.children?.get(folded);
      twins?.delete(part);
      if (twins?.size === 0) directory.children?.delete(folded);
      node = directory;
    }
    return true;
  }
}

function isGroup(node: Node): boolean {
  return node.kept || (node.children !== undefined && node.children.size > 0);
}

/** A name as lists show it: groups end in a slash. */
function shown(path: string, node: Node): string {
  return node.column ? path : `${path}/`;
}
