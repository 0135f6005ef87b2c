import { foldPart, groupsOf } from "../../store/names.js";

/** The groups that columns lie in, and those named, with the groups above them. */
export function groupsAround(columns: Iterable<string>, groups: Iterable<string>): Set<string> {
  const found = new Set<string>();
  for (const name of columns) for (const group of groupsOf(name)) found.add(group);
  for (const name of groups) for (const group of groupsOf(`${name}/x`)) found.add(group);
  return found;
}

/**
 * Why a column cannot have a name beside others, by the rules of the files: nothing has the name of a column and of a
 * group, and no two names in one directory differ only in what some file systems do not tell apart.
 *
 * @param columns the names of the other columns
 * @param groups the groups that are there whether or not columns are in them
 */
export function nameProblem(
  name: string,
  columns: readonly string[],
  groups: readonly string[],
): "EXISTS" | "NAME" | undefined {
  if (columns.includes(name)) return "EXISTS";
  const there = new Map<string, "column" | "group">();
  for (const group of groupsAround(columns, groups)) there.set(group, "group");
  for (const column of columns) there.set(column, "column");
  const mine = new Map<string, "column" | "group">(groupsOf(name).map((group) => [group, "group"]));
  mine.set(name, "column");
  for (const [path, kind] of mine) {
    for (const [other, otherKind] of there) {
      if (path === other ? kind !== otherKind : areTwins(path, other)) return "NAME";
    }
  }
  return undefined;
}

/** Whether two paths differ in their last part only, and there only in what some file systems do not tell apart. */
function areTwins(one: string, other: string): boolean {
  const [a, b] = [one.split("/"), other.split("/")];
  const [last, otherLast] = [a.pop() ?? "", b.pop() ?? ""];
  return a.join("/") === b.join("/") && last !== otherLast && foldPart(last) === foldPart(otherLast);
}
