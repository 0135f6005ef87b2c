/** How a name in a group leads to what has it. */
export type RemoteLink =
  /** A link by a path, as it stands there: from the root, or from the group that it is in. It may lead nowhere. */
  | { readonly kind: "soft"; readonly target: string }
  /** The object itself. */
  | { readonly kind: "hard" };

/** Soft links that lead to soft links: more than so many lead in a circle. */
export const MAX_HOPS = 64;

/** The parts of a path; those that say nothing are left out. */
export function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}

/** The path of what has a name in a group. */
export function childOf(group: string, name: string): string {
  return group === "/" ? `/${name}` : `${group}/${name}`;
}

/** The group that something lies in; the root lies in itself. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

/** The last part of a path; empty for the root. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
