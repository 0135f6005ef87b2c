import { Problem } from "./problem.js";

/** A virtual path and its query, of a URL as it came. */
export interface RequestPath {
  readonly segments: readonly string[];
  readonly query: string;
}

/**
 * Takes a URL apart: every part is decoded by itself, so that a slash within a name stays one; `.` and `..` are resolved; one
 * slash at the end means nothing.
 *
 * @param url as it came, without scheme and host
 * @param route what comes before the virtual path
 * @throws Problem 400 for what is no percent encoding of UTF-8, 404 for empty parts and for paths that lead above the root
 */
export function requestPath(url: string, route: string): RequestPath {
  const mark = url.indexOf("?");
  const whole = mark === -1 ? url : url.slice(0, mark);
  // A route is found by its letters, however they are written: what is not written as it stands has no path behind it.
  if (!whole.startsWith(route)) throw invalidPath(whole);
  const path = whole.slice(route.length);
  const query = mark === -1 ? "" : url.slice(mark + 1);
  const parts = path.replace(/^\//, "").replace(/\/$/, "");
  const segments: string[] = [];
  if (path === "" || path === "/") return { segments, query };
  for (const part of parts.split("/")) {
    const segment = decoded(part);
    if (segment === ".") continue;
    if (segment === "" || (segment === ".." && segments.length === 0)) throw invalidPath(path);
    if (segment === "..") segments.pop();
    else segments.push(segment);
  }
  return { segments, query };
}

/** What is said of a path that leads to nothing. */
export function invalidPath(path: string | readonly string[]): Problem {
  const shown = typeof path === "string" ? path.replace(/^\//, "") : path.join("/");
  return new Problem(404, `Invalid path specified: ${shown.slice(0, 1024)}`);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Problem(400, "the path is no percent encoding of UTF-8");
  }
}
