import { showValue } from "../dtype/index.js";
import { NotFoundError, UnsupportedError } from "../errors.js";
import { excerpt } from "../npy/excerpt.js";
import { didYouMean } from "../store/index.js";
import { isNameable } from "./format/encode-datatype.js";
import type { Handle } from "./handle.js";

/** Soft links that lead to soft links: more than so many lead in a circle. */
const MAX_HOPS = 64;

/** What an object of an HDF5 file is: a group, a dataset, a named type. */
export type ObjectKind = "group" | "dataset" | "type";

/** What a path leads to. */
export type Target =
  /** `path` is its path from the root without soft links. */
  | { readonly kind: ObjectKind; readonly path: string }
  /** A link that leads to nothing in this file. */
  | { readonly kind: "link"; readonly path: string; readonly problem: string; readonly isExternal: boolean };

const KINDS: readonly (ObjectKind | undefined)[] = ["group", "dataset", "type"];

/** What a link is, before anything is followed. */
export type Link =
  | { readonly kind: ObjectKind }
  /** A soft link: `target` is what it says, word for word. */
  | { readonly kind: "soft"; readonly target: string }
  | { readonly kind: "external"; readonly file: string; readonly target: string }
  /** A link of a kind that only its maker knows, or to an object of no known kind. */
  | { readonly kind: "other" };

export const ROOT: Target = { kind: "group", path: "/" };

/** The path of a child. */
export function childPath(group: string, name: string): string {
  return group === "/" ? `/${name}` : `${group}/${name}`;
}

/**
 * Follows a path from the root through soft links; HDF5's library follows external links into other files, where addresses
 * and paths mean something else.
 *
 * @returns undefined where there is nothing of the name
 */
export function follow(handle: Handle, path: string): Target | undefined {
  requirePath(handle, path);
  return new Walk(handle).to("/", partsOf(path));
}

/** The same for a name in a group whose path is without soft links. */
export function followChild(handle: Handle, group: string, name: string): Target | undefined {
  return new Walk(handle).to(group, [name]);
}

/** @throws NotFoundError, with a guess at what was meant; UnsupportedError for a link that leads out of the file, and for no path */
export function requireObject(
  handle: Handle,
  path: string,
  what: string,
): Extract<Target, { kind: ObjectKind }> {
  const target = follow(handle, path);
  if (target !== undefined && target.kind !== "link") return target;
  const file = handle.path;
  if (target === undefined) {
    const near = neighbours(handle, path);
    throw new NotFoundError(`${file}: there is no ${what} "${excerpt(path)}"${didYouMean(path, near)}`, {
      path: file,
    });
  }
  const message = `${file}: "${excerpt(path)}" is a link that ${target.problem}`;
  if (target.isExternal) throw new UnsupportedError(`${message}; open that file to read it`, { path: file });
  throw new NotFoundError(message, { path: file });
}

/**
 * The link of a name in a group whose path is without soft links.
 *
 * @returns undefined where there is none
 * @throws CorruptError where it leads to what is no object
 */
export function linkIn(handle: Handle, group: string, name: string): Link | undefined {
  // The library takes a NUL, or what is half of a character, for another name.
  if (!isNameable(name)) return undefined;
  const path = childPath(group, name);
  const { value: external, problem } = handle.try((module, id) => module.get_external_link(id, path));
  if (external === undefined || problem !== undefined) return undefined;
  if (typeof external.filename === "string") {
    return { kind: "external", file: external.filename, target: external.obj_path };
  }
  const { value: soft } = handle.try((module, id): string | null => module.get_symbolic_link(id, path));
  if (typeof soft === "string") return { kind: "soft", target: soft };
  const kind = KINDS[handle.ask(path, (module, id) => module.get_type(id, path))];
  return { kind: kind ?? "other" };
}

/** The names of the links in a group, in the order of their creation where the group knows it. */
export function namesIn(handle: Handle, group: string): string[] {
  return [...handle.ask(group, (module, id) => module.get_names(id, group, false))];
}

/** Whether a name in a group is what the file has: one that is no UTF-8 comes as other characters, by which nothing is found. */
export function isFound(handle: Handle, group: string, name: string): boolean {
  return /^[\x01-\x7f]+$/.test(name) || followChild(handle, group, name) !== undefined;
}

/** Paths in the group that the path would be in, as it is written. */
function neighbours(handle: Handle, path: string): string[] {
  const parts = partsOf(path);
  const lead = path.startsWith("/") ? "/" : "";
  for (let depth = parts.length - 1; depth >= 0; depth--) {
    const above = parts.slice(0, depth);
    const target = new Walk(handle).to("/", above);
    if (target?.kind !== "group") continue;
    return namesIn(handle, target.path).map((name) => lead + [...above, name].join("/"));
  }
  return [];
}

function requirePath(handle: Handle, path: unknown): void {
  if (typeof path === "string") return;
  throw new UnsupportedError(`${handle.path}: a path in the file is a string, not ${showValue(path)}`, {
    path: handle.path,
  });
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}

class Walk {
  readonly #handle: Handle;
  #hops = 0;

  constructor(handle: Handle) {
    this.#handle = handle;
  }

  to(from: string, parts: readonly string[]): Target | undefined {
    let here: Target = { kind: "group", path: from };
    for (const part of parts) {
      if (here.kind !== "group") return here.kind === "link" ? here : undefined;
      const next = this.#step(here.path, part);
      if (next === undefined) return undefined;
      here = next;
    }
    return here;
  }

  #step(group: string, name: string): Target | undefined {
    const link = linkIn(this.#handle, group, name);
    if (link === undefined) return undefined;
    const path = childPath(group, name);
    const broken = (problem: string, isExternal = false): Target => ({
      kind: "link",
      path,
      problem,
      isExternal,
    });
    switch (link.kind) {
      case "external":
        return broken(`leads to "${excerpt(link.target)}" of another file, "${excerpt(link.file)}"`, true);
      case "soft":
        return this.#soft(group, link.target, broken);
      case "other":
        return broken("HDF5 itself does not know how to follow");
      default:
        return { kind: link.kind, path };
    }
  }

  #soft(group: string, to: string, broken: (why: string) => Target): Target {
    this.#hops += 1;
    if (this.#hops > MAX_HOPS) return broken("leads in a circle");
    const target = this.to(to.startsWith("/") ? "/" : group, partsOf(to));
    return target ?? broken(`leads to "${excerpt(to)}", which is not there`);
  }
}
