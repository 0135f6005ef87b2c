import { showValue } from "../dtype/index.js";
import { CorruptError } from "../errors.js";

/** What a server says of a file. */
export interface FileFacts {
  /** Such as `application/x-hdf5`, or `text/plain;charset=UTF-8`. */
  readonly mediaType: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970; undefined where the server does not say. */
  readonly modified: number | undefined;
}

/** What a server says of a directory, names in its own order. */
export interface Listing {
  /** Bytes of all files below. */
  readonly size: number;
  /** The directories in it, with their own listings where these came too. */
  readonly directories: ReadonlyMap<string, Listing | undefined>;
  readonly files: ReadonlyMap<string, FileFacts>;
  /** Whether the names are all that there are: servers may leave out the directories. */
  readonly isWhole: boolean;
}

/**
 * Reads the map of a directory or a file.
 *
 * @param path for messages
 * @throws CorruptError for what is neither
 */
export function readNode(map: ReadonlyMap<unknown, unknown>, path: string): Listing | FileFacts {
  const type = map.get("type");
  if (typeof type !== "string") throw odd(path, "type", type);
  const size = countAt(map, "size", path) ?? 0;
  if (type !== "directory") {
    return { mediaType: type, size, modified: countAt(map, "last_modified", path) };
  }
  const directories = new Map<string, Listing | undefined>();
  for (const [name, value] of namesAt(map, "directories", path)) {
    const node = value instanceof Map ? readNode(value, `${path}/${name}`) : undefined;
    directories.set(name, node !== undefined && isListing(node) ? node : undefined);
  }
  const files = new Map<string, FileFacts>();
  for (const [name, value] of namesAt(map, "files", path)) {
    const below = `${path}/${name}`;
    if (!(value instanceof Map)) throw odd(path, `files.${name}`, value);
    const node = readNode(value, below);
    if (isListing(node)) throw odd(below, "type", "directory");
    files.set(name, node);
  }
  const isWhole = map.get("directories") instanceof Map && map.get("files") instanceof Map;
  return { size, directories, files, isWhole };
}

export function isListing(node: Listing | FileFacts): node is Listing {
  return "files" in node;
}

/** The entries of a map in a map. Names that no path can lead to are left out. */
function* namesAt(
  map: ReadonlyMap<unknown, unknown>,
  key: string,
  path: string,
): Generator<[name: string, value: unknown]> {
  const names = map.get(key);
  if (names === undefined || names === null) return;
  if (!(names instanceof Map)) throw odd(path, key, names);
  for (const [name, value] of names) {
    if (typeof name !== "string") throw odd(path, key, name);
    if (name === "" || name === "." || name === ".." || name.includes("/")) continue;
    yield [name, value];
  }
}

function countAt(map: ReadonlyMap<unknown, unknown>, key: string, path: string): number | undefined {
  const value = map.get(key);
  if (value === undefined || value === null) return undefined;
  const count = typeof value === "bigint" ? Number(value) : value;
  if (typeof count === "number" && Number.isFinite(count) && count >= 0) return count;
  throw odd(path, key, value);
}

function odd(path: string, key: string, value: unknown): CorruptError {
  return new CorruptError(`the listing of "${path}" says of ${key} what cannot be: ${showValue(value)}`, {
    path,
  });
}
