import { isAbsolute, parse, resolve, sep } from "node:path";

/** Where every path begins. */
export const ROOT = parse(resolve("/")).root;

/** Paths that were taken apart before: the same few come again and again. */
const known = new Map<string, readonly string[]>();
const MAX_KNOWN = 10_000;

/** The names on the way from the root to what a path means. */
export function partsOf(path: string): readonly string[] {
  const found = known.get(path);
  if (found !== undefined) return found;
  const absolute = resolve(path);
  const parts = absolute
    .slice(parse(absolute).root.length)
    .split(sep)
    .filter((part) => part !== "");
  // A relative path means another place once the working directory changes.
  if (!isAbsolute(path)) return parts;
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(path, parts);
  return parts;
}
