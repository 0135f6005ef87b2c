import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, sep } from "node:path";
import { expect } from "vitest";
import { isPosix } from "./platform.js";

/**
 * What lies below a directory: each path with what it is, how long it is, and a digest of its bytes. Of a lock only that
 * it is there: it says who held it last.
 */
export function snapshot(root: string): Record<string, string> {
  const found: Record<string, string> = {};
  const walk = (path: string, name: string): void => {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) {
      found[name] = "absent";
    } else if (stat.isSymbolicLink()) {
      found[name] = `link to ${readlinkSync(path)}`;
    } else if (stat.isDirectory()) {
      found[name] = "directory";
      for (const entry of readdirSync(path).sort()) walk(join(path, entry), `${name}/${entry}`);
    } else if (name.endsWith("/.memmap/lock")) {
      found[name] = "lock";
    } else if (stat.isFile()) {
      // The digest of a file that is mostly holes would be read for minutes.
      const digest = stat.size > 2 ** 28 ? "" : createHash("sha1").update(readFileSync(path)).digest("hex");
      found[name] = `${stat.size} bytes ${digest}`;
    } else {
      found[name] = "other";
    }
  };
  walk(root, ".");
  return found;
}

/**
 * What this process has open below `root`: descriptors, and shared mappings of files there, where closing ends these and
 * not some later collection of garbage.
 */
export function openBelow(root: string): string[] {
  if (!existsSync("/proc/self/fd")) return [];
  const inside = (path: string) => path === root || path.startsWith(root + sep);
  const descriptors = readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return [];
    }
  });
  // A private map of a closed column may stay to keep its addresses taken; it reaches no file.
  const mappings = readFileSync("/proc/self/maps", "utf8")
    .split("\n")
    .map((line) => line.split(/\s+/))
    .filter(([, permissions]) => permissions?.[3] === "s")
    .map((fields) => fields.slice(5).join(" "));
  return [
    ...descriptors.filter(inside).map((path) => `fd ${path.slice(root.length)}`),
    ...mappings.filter((path) => isPosix && inside(path)).map((path) => `map ${path.slice(root.length)}`),
  ].sort();
}

/** What a function throws; a failed expectation where it returns. */
export function thrown(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

type ErrorClass = new (...args: never[]) => Error;

/**
 * Expects an error of a class, with a message, that changed nothing below `root` and left nothing of it open that was
 * not open before.
 *
 * @returns the error
 */
export function refuses(root: string, type: ErrorClass, message: RegExp, act: () => unknown): Error {
  const before = { files: snapshot(root), open: openBelow(root) };
  const error = thrown(act);
  expect(error).toBeInstanceOf(type);
  expect(error.message).toMatch(message);
  expect({ files: snapshot(root), open: openBelow(root) }).toEqual(before);
  return error;
}
