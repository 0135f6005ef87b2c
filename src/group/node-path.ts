import { showValue } from "../dtype/index.js";
import { NameError } from "../errors.js";
import { checkName } from "../store/index.js";

/**
 * The name in the store of what a path leads to; `""` is the root. A path that begins with a slash starts at the root,
 * any other one at the group.
 *
 * @param group the name of the group that relative paths start at
 * @throws NameError for paths that no node can have: `.` and `..`, empty parts, and what else {@link checkName} refuses
 */
export function resolvePath(group: string, path: string): string {
  if (typeof path !== "string") throw new NameError(`a path is a string, not ${showValue(path)}`);
  if (path === "/") return "";
  const name = path.startsWith("/") ? path.slice(1) : path;
  checkName(name, "group");
  return path.startsWith("/") || group === "" ? name : `${group}/${name}`;
}

/** The path of a node from the root. */
export function showPath(name: string): string {
  return `/${name}`;
}

/** The name of the group that a node lies in. */
export function parentOf(name: string): string {
  return name.slice(0, Math.max(name.lastIndexOf("/"), 0));
}

/** The last part of a name. */
export function lastPart(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
