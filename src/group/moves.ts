import { ExistsError, NameError, UnsupportedError } from "../errors.js";
import { type Draft, prefixOf } from "../store/index.js";
import type { Hierarchy } from "./hierarchy.js";
import { parentOf, showPath } from "./node-path.js";

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
      const { columns, groups } = draft.below(name);
      for (const column of columns) draft.remove(column);
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
  hierarchy.change((draft) =>
    draft.atomically(() => {
      const { columns, groups } = moved(draft, from, to);
      const attrs = Array.from(groups, ([group, name]) => [name, draft.groups.get(group) ?? null] as const);
      for (const group of groups.keys()) draft.removeGroup(group);
      draft.renameAll(kind === "array" ? new Map([[from, to]]) : columns);
      for (const [name, attr] of attrs) draft.addGroup(name, attr);
      keepParent(draft, from);
    }),
  );
}

/** Copies an array or group with all below it, and the attributes. @throws NotFoundError, ExistsError, NameError, DiskError */
export function copyNode(hierarchy: Hierarchy, from: string, to: string): void {
  hierarchy.session.store.requireWritable();
  const kind = hierarchy.requireNode(from);
  requireFree(hierarchy, from, to);
  hierarchy.change((draft) =>
    draft.atomically(() => {
      if (kind === "array") draft.copy(from, to);
      const { columns, groups } = moved(draft, from, to);
      for (const [group, name] of groups) draft.addGroup(name, draft.groups.get(group) ?? null);
      for (const [column, name] of columns) draft.copy(column, name);
    }),
  );
}

/** The names that what lies below a group will have, by those of now. */
function moved(draft: Draft, from: string, to: string): Record<"columns" | "groups", Map<string, string>> {
  const { columns, groups } = draft.below(from);
  const move = (name: string): [string, string] => [name, to + name.slice(from.length)];
  return { columns: new Map(columns.map(move)), groups: new Map(groups.map(move)) };
}
