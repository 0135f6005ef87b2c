import type { ArrayView } from "../../array/index.js";
import { showValue } from "../../dtype/index.js";
import { isMemmapError, NameError, UnsupportedError } from "../../errors.js";
import { MemmapGroup } from "../../group/index.js";
import type { AttrValue } from "../../store/index.js";
import { MemmapColumn, MemmapTable, TableView } from "../../table/index.js";

/** A group that is exported, as it was when the export began. */
export interface ExportGroup {
  readonly kind: "group";
  readonly attr: AttrValue;
  /** In the order in which they are written. */
  readonly children: Map<string, ExportNode>;
}

/** An array that is exported. */
export interface ExportArray {
  readonly kind: "array";
  readonly attr: AttrValue;
  readonly array: ArrayView;
}

export type ExportNode = ExportGroup | ExportArray;

/**
 * What a group, a table or a view of one has in it.
 *
 * @throws UnsupportedError for anything else; NameError for an array and a group of one name; ClosedError
 */
export function exportTree(source: unknown): ExportGroup {
  if (source instanceof MemmapGroup) return treeOfGroup(source);
  if (source instanceof TableView) return treeOfTable(source as TableView);
  throw new UnsupportedError(
    `a path, a MemmapFile, a group of one, a table or a view of one is exported, not ${showValue(source)}`,
  );
}

function treeOfGroup(group: MemmapGroup): ExportGroup {
  const root = newGroup(group.attr);
  const prefix = group.path === "/" ? "/" : `${group.path}/`;
  const groupAttr = (name: string) => group.getGroup(prefix + name).attr;
  for (const name of tableOrder(group))
    place(root, name, arrayNode(group.getArray(prefix + name)), groupAttr);
  for (const { kind, path } of group.walk()) {
    const name = path.slice(prefix.length);
    if (name === "" || nodeAt(root, name)?.kind === kind) continue;
    const node = kind === "group" ? newGroup(groupAttr(name)) : arrayNode(group.getArray(path));
    place(root, name, node, groupAttr);
  }
  return root;
}

/** The arrays below a group in the order of a table's columns; none where they make no table. */
function tableOrder(group: MemmapGroup): readonly string[] {
  try {
    return group.table().columnNames;
  } catch (error) {
    if (isMemmapError(error, "SHAPE")) return [];
    throw error;
  }
}

function nodeAt(root: ExportGroup, name: string): ExportNode | undefined {
  let node: ExportNode | undefined = root;
  for (const part of name.split("/")) node = node?.kind === "group" ? node.children.get(part) : undefined;
  return node;
}

function treeOfTable(view: TableView): ExportGroup {
  const table = tableOf(view);
  const groupAttr = (group: string) => table?.groupAttr(group) ?? null;
  const root = newGroup(groupAttr(""));
  for (const [name, column] of view.columns()) {
    const own = table?.has(name) === true ? table.column(name).attr : null;
    place(root, name, arrayNode(column, own), groupAttr);
  }
  return root;
}

/** The table that a view is of; undefined for copies. */
function tableOf(view: TableView): MemmapTable | undefined {
  for (let of: TableView | undefined = view; of !== undefined; of = of.parent) {
    if (of instanceof MemmapTable) return of as MemmapTable;
  }
  return undefined;
}

function newGroup(attr: AttrValue): ExportGroup {
  return { kind: "group", attr, children: new Map() };
}

/** @param attr of an array that has none itself, since it is a part of a column */
function arrayNode(array: ArrayView, attr: AttrValue = null): ExportArray {
  return { kind: "array", array, attr: array instanceof MemmapColumn ? array.attr : attr };
}

/** Puts a node where its name says, and makes the groups that are missing. */
function place(
  root: ExportGroup,
  name: string,
  node: ExportNode,
  groupAttr: (group: string) => AttrValue,
): void {
  const parts = name.split("/");
  let group = root;
  for (const [depth, part] of parts.entries()) {
    const there = group.children.get(part);
    const isLast = depth === parts.length - 1;
    if (isLast ? there !== undefined : there?.kind === "array") {
      const both = parts.slice(0, depth + 1).join("/");
      throw new NameError(
        `/${both} is an array and a group; HDF5 has one node of a name: rename either of them`,
      );
    }
    if (isLast) group.children.set(part, node);
    else if (there?.kind === "group") group = there;
    else {
      const made = newGroup(groupAttr(parts.slice(0, depth + 1).join("/")));
      group.children.set(part, made);
      group = made;
    }
  }
}
