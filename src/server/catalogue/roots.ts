import { resolve } from "node:path";
import { NameError, NotFoundError, UnsupportedError } from "../../errors.js";
import type { Files } from "../../platform/files.js";
import { isRecord, requireFlag, requireKeys, requireText, requireTexts, typeName } from "../checks.js";

/** What is served under a name. */
export interface RootOptions {
  /**
   * A directory, a table or `MemmapFile`, an HDF5 file, or any other file. Links are followed once, when the
   * server starts. Left out for a directory that only holds other roots.
   */
  readonly path?: string | undefined;
  /** What it is, in Markdown. */
  readonly description?: string | undefined;
  /** Short labels of what is in it, by name. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Roles that one needs to see it and all below it, each of them. */
  readonly roles?: readonly string[] | undefined;
  /** Whether those without the roles are told that it is not there, rather than forbidden; true when left out. */
  readonly hidden?: boolean | undefined;
  /** `"table"`: a directory of plain `.npy` files is served as one table, as `MemmapTable.open` would open it. */
  readonly type?: "table" | undefined;
}

/**
 * What is served, by name: a path, or a path with what is known of it. Slashes in a name make directories of
 * roots.
 */
export type Roots =
  | Readonly<Record<string, string | RootOptions>>
  | ReadonlyMap<string, string | RootOptions>;

/** A real file or directory that has a name among the roots. */
export interface Mount {
  /** Without links. */
  readonly path: string;
  readonly isTable: boolean;
}

/** What stands in the directory of roots: a root, or a part of one's name that has slashes. */
export interface Branch {
  readonly name: string;
  readonly path: string;
  readonly children: Map<string, Branch>;
  /** Whether there is a root of this name; others are only on the way to one. */
  isRoot: boolean;
  mount: Mount | undefined;
  description: string | undefined;
  labels: ReadonlyMap<string, string> | undefined;
  /** Its own and those of all that it lies in. */
  roles: readonly string[];
  hidden: boolean;
}

/**
 * Puts the roots together.
 *
 * @throws NameError for a name with an empty part, `.`, `..` or control characters, and for a root in another
 * that has a path
 * @throws NotFoundError where nothing has the path
 * @throws UnsupportedError for what is no path, and for options that are not known or of another type
 */
export function plantRoots(roots: Roots, files: Files): Branch {
  const top = branch("", "");
  if (!isMap(roots) && !isRecord(roots)) {
    throw new UnsupportedError(`roots are paths by name, such as { data: "/data" }, not ${typeName(roots)}`);
  }
  const all: Iterable<[string, string | RootOptions]> = isMap(roots) ? roots : Object.entries(roots);
  for (const [name, said] of all) {
    if (typeof name !== "string") throw new UnsupportedError(`a root has a name, not ${typeName(name)}`);
    const options = typeof said === "string" ? { path: said } : said;
    requireRoot(options, `the root ${JSON.stringify(name)}`);
    plant(top, name, options, files);
  }
  inherit(top, []);
  return top;
}

function isMap(roots: Roots): roots is ReadonlyMap<string, string | RootOptions> {
  return roots instanceof Map;
}

const OPTIONS: readonly (keyof RootOptions)[] = ["path", "description", "labels", "roles", "hidden", "type"];

function requireRoot(options: RootOptions, what: string): void {
  if (!isRecord(options)) {
    throw new UnsupportedError(`${what} is a path, or an object with one, not ${typeName(options)}`);
  }
  requireKeys(options, what, OPTIONS);
  const { path, description, labels, roles, hidden, type } = options;
  requireText(path, `the path of ${what}`);
  if (path === "" || path?.includes("\0") === true) {
    throw new UnsupportedError(`${what} has a path that is empty, or has a NUL in it`);
  }
  requireText(description, `the description of ${what}`);
  requireTexts(roles, `roles of ${what}`, "staff");
  requireFlag(hidden, `hidden of ${what}`);
  if (type !== undefined && type !== "table") {
    throw new UnsupportedError(`type of ${what} is "table" or is left out`);
  }
  if (labels === undefined) return;
  if (isRecord(labels) && Object.values(labels).every((label) => typeof label === "string")) return;
  throw new UnsupportedError(`labels of ${what} are texts by name`);
}

function branch(name: string, path: string): Branch {
  const plain = {
    isRoot: false,
    mount: undefined,
    description: undefined,
    labels: undefined,
    roles: [],
    hidden: true,
  };
  return { name, path, children: new Map(), ...plain };
}

function plant(top: Branch, name: string, options: RootOptions, files: Files): void {
  let at = top;
  for (const part of partsOf(name)) {
    const path = at.path === "" ? part : `${at.path}/${part}`;
    const next = at.children.get(part) ?? branch(part, path);
    at.children.set(part, next);
    at = next;
  }
  at.isRoot = true;
  at.mount = mountOf(name, options, files);
  at.description = options.description;
  at.labels = options.labels === undefined ? undefined : new Map(Object.entries(options.labels));
  at.roles = [...(options.roles ?? [])];
  at.hidden = options.hidden ?? true;
}

function partsOf(name: string): string[] {
  const parts = name.split("/");
  const isOdd = (part: string) =>
    part === "" || part === "." || part === ".." || /[\p{Cc}\p{Cs}]/u.test(part);
  if (!parts.some(isOdd)) return parts;
  throw new NameError(
    `the root ${JSON.stringify(name)} has no name that can be asked for: its parts are not empty, not . or .., and without control characters`,
  );
}

function mountOf(name: string, { path, type }: RootOptions, files: Files): Mount | undefined {
  if (path === undefined) return undefined;
  const real = files.realPath(resolve(path));
  if (real === undefined) {
    throw new NotFoundError(`${path}: there is nothing to serve as ${JSON.stringify(name)}`, { path });
  }
  return { path: real, isTable: type === "table" };
}

/** Roles go down; nothing is put into a directory of the disk. */
function inherit(at: Branch, roles: readonly string[]): void {
  if (at.mount !== undefined && at.children.size > 0) {
    const [inner = ""] = at.children.keys();
    throw new NameError(
      `${JSON.stringify(`${at.path}/${inner}`)} cannot be put into ${JSON.stringify(at.path)}, which has a path of its own`,
    );
  }
  at.roles = [...new Set([...roles, ...at.roles])];
  for (const child of at.children.values()) inherit(child, at.roles);
}
