import { ExistsError, NameError, UnsupportedError } from "../errors.js";
import { type Draft, prefixOf } from "../store/index.js";
import type { Hierarchy } from "./hierarchy.js";
import { parentOf, showPath } from "./node-path.js";

/** What lies below a group, by the names in the store. */
interface Below {
  readonly arrays: readonly string[];
  /** Groups that have a sidecar, the group itself included. */
  readonly groups: readonly string[];
}

function below(draft: Draft, name: string): Below {
  const prefix = prefixOf(name);
  return {
    arrays: [...draft.columns.keys()].filter((other) => other.startsWith(prefix)),
    groups: [...draft.groups.keys()].filter((other) => other === name || other.startsWith(prefix)),
  };
}

/** A group stays when what made it one is gone: parents are never removed. */
function keepParent(draft: Draft, name: string): void {
  const parent = parentOf(name);
  if (parent !== "" && !draft.groups.has(parent)) draft.setGroupAttr(parent, null);
}

/**
 * Deletes an array or group.
 *
 * @throws NotFoundError; UnsupportedError for a group that is not empty, unless `recursive` is said; NameError for the root
 */
export function deleteNode(hierarchy: Hierarchy, name: string, recursive: boolean): void {
  const { session } = hierarchy;
  session.store.requireWritable();
  if (name === "") throw new NameError("the root cannot be deleted");
  const kind = hierarchy.requireNode(name);
  if (kind === "group" && !recursive) {
    const count = hierarchy.index.childrenOf(name).length;
    if (count > 0) {
      const what = `${showPath(name)} is a group of ${count} ${count === 1 ? "node" : "nodes"}`;
      throw new UnsupportedError(`${what}; say recursive: true to delete all of it`);
    }
  }
  hierarchy.change((draft) => {
    keepParent(draft, name);
    if (kind === "array") draft.remove(name);
    else {
      const { arrays, groups } = below(draft, name);
      for (const array of arrays) draft.remove(array);
      for (const group of groups) draft.removeGroup(group);
    }
  });
}

/** @throws ExistsError where something has the name; NameError where it lies below the node itself, or either is the root */
function requireFree(hierarchy: Hierarchy, from: string, to: string): void {
  if (from === "" || to === "")
    throw new NameError("the root has no other name, and nothing takes its place");
  if (to.startsWith(prefixOf(from))) {
    throw new NameError(
      `${showPath(to)} lies below ${showPath(from)}, which cannot be moved or copied into itself`,
    );
  }
  if (hierarchy.kindOf(to) === undefined) return;
  throw new ExistsError(`there is a node ${showPath(to)} already; delete it first`, {
    path: hierarchy.session.store.paths.file(to),
  });
}

/**
 * Gives an array or group another name: files are renamed, whatever their size; of a group, one for each array and sidecar
 * below it.
 *
 * @throws NotFoundError, ExistsError, NameError
 */
export function renameNode(hierarchy: Hierarchy, from: string, to: string): void {
  hierarchy.session.store.requireWritable();
  const kind = hierarchy.requireNode(from);
  if (from === to) return;
  requireFree(hierarchy, from, to);
  hierarchy.change((draft) => {
    keepParent(draft, from);
    if (kind === "array") {
      draft.rename(from, to);
      return;
    }
    const { arrays, groups } = below(draft, from);
    for (const group of groups) {
      const attr = draft.groups.get(group) ?? null;
      draft.removeGroup(group);
      draft.addGroup(to + group.slice(from.length), attr);
    }
    draft.renameAll(new Map(arrays.map((array) => [array, to + array.slice(from.length)])));
  });
}

/** Copies an array or group with all below it, and the attributes. @throws NotFoundError, ExistsError, NameError, DiskError */
export function copyNode(hierarchy: Hierarchy, from: string, to: string): void {
  hierarchy.session.store.requireWritable();
  const kind = hierarchy.requireNode(from);
  requireFree(hierarchy, from, to);
  hierarchy.change((draft) => {
    if (kind === "array") {
      draft.copy(from, to);
      return;
    }
    const { arrays, groups } = below(draft, from);
    for (const group of groups)
      draft.addGroup(to + group.slice(from.length), draft.groups.get(group) ?? null);
    for (const array of arrays) draft.copy(array, to + array.slice(from.length));
  }, false);
}
