import { NotFoundError } from "../errors.js";
import { didYouMean } from "../store/index.js";
import type { Connection } from "./connection.js";
import { resolveParts } from "./connection-address.js";
import { type FileFacts, isListing, type Listing, readNode } from "./directory-listing.js";
import { RemoteDirectory } from "./remote-directory.js";
import { RemoteFile } from "./remote-file.js";

export type RemoteNode = RemoteDirectory | RemoteFile;

/** A directory's names, and what they lead to, as far as they are known. */
interface Known {
  readonly size: number;
  readonly names: ReadonlyMap<string, RemoteNode>;
  readonly isWhole: boolean;
}

/**
 * What is known of the directories and files of a server. There is one object for each path, however it is reached, and
 * nothing that is known is asked for.
 */
export class DirectoryTree {
  readonly connection: Connection;
  readonly root: RemoteDirectory;
  readonly #nodes = new Map<string, RemoteNode>();
  readonly #known = new Map<string, Known>();
  /** Files that may be others by now: they are asked for again. */
  readonly #doubted = new Set<string>();
  readonly #asking = new Map<string, Promise<RemoteNode>>();

  constructor(connection: Connection) {
    this.connection = connection;
    this.root = this.#directory("");
  }

  /** What a path leads to. @throws NotFoundError, and as {@link Connection.requestPath} */
  async find(base: readonly string[], path: string, signal: AbortSignal | undefined): Promise<RemoteNode> {
    const parts = resolveParts(base, path);
    const key = parts.join("/");
    const node = this.#nodes.get(key);
    if (node !== undefined && !this.#doubted.has(key)) return node;
    this.#requirePossible(parts);
    return this.#ask(key, signal);
  }

  /** The names in a directory. @throws as {@link Connection.requestPath}; NotFoundError where it is a file by now */
  async list(directory: RemoteDirectory, signal: AbortSignal | undefined): Promise<Known> {
    const path = directory.path;
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    await this.#ask(path, signal);
    const now = this.#known.get(path);
    if (now !== undefined) return now;
    throw new NotFoundError(`"${path}" is a file by now on ${this.connection.url}`, { path });
  }

  /** Forgets the names in a directory, so that they are asked for anew. */
  forget(directory: RemoteDirectory): void {
    this.#known.delete(directory.path);
    for (const [path, node] of this.#nodes) {
      if (node instanceof RemoteFile && aboveOf(path) === directory.path) this.#doubted.add(path);
    }
  }

  /** Asks for a path; those who ask at the same time share one request, unless they have signals, which would end it for all. */
  #ask(path: string, signal: AbortSignal | undefined): Promise<RemoteNode> {
    if (signal !== undefined) return this.#request(path, signal);
    const asking =
      this.#asking.get(path) ?? this.#request(path, undefined).finally(() => this.#asking.delete(path));
    this.#asking.set(path, asking);
    return asking;
  }

  async #request(path: string, signal: AbortSignal | undefined): Promise<RemoteNode> {
    const node = readNode(await this.connection.requestPath(path, { signal }), path);
    const parts = path.split("/");
    // What lies above is directories, of which nothing else is known.
    for (let depth = parts.length - 1; depth > 0; depth--) this.#directory(parts.slice(0, depth).join("/"));
    return isListing(node) ? this.#adopt(path, node) : this.#file(path, node);
  }

  /** Takes up a listing, and keeps the objects of what was known before. */
  #adopt(path: string, listing: Listing): RemoteDirectory {
    const names = new Map<string, RemoteNode>();
    for (const [name, below] of listing.directories) {
      const place = join(path, name);
      names.set(name, below === undefined ? this.#directory(place) : this.#adopt(place, below));
    }
    for (const [name, facts] of listing.files) names.set(name, this.#file(join(path, name), facts));
    this.#known.set(path, { size: listing.size, names, isWhole: listing.isWhole });
    return this.#directory(path);
  }

  #directory(path: string): RemoteDirectory {
    const known = this.#nodes.get(path);
    if (known instanceof RemoteDirectory) return known;
    const directory = new RemoteDirectory(this, path);
    this.#nodes.set(path, directory);
    return directory;
  }

  /** A file that changed on the server is another object: what was read of the old one may be in its keeping. */
  #file(path: string, facts: FileFacts): RemoteFile {
    const known = this.#nodes.get(path);
    this.#doubted.delete(path);
    if (known instanceof RemoteFile && known.isAs(facts)) return known;
    const file = new RemoteFile(this.connection, path, facts);
    this.#nodes.set(path, file);
    return file;
  }

  /** @throws NotFoundError where what is known rules a path out */
  #requirePossible(parts: readonly string[]): void {
    for (let depth = parts.length - 1; depth >= 0; depth--) {
      const above = parts.slice(0, depth).join("/");
      const name = parts[depth] ?? "";
      if (this.#nodes.get(above) instanceof RemoteFile && !this.#doubted.has(above)) {
        throw this.#missing(parts, `"${above}" is a file: what is in it is asked of itself`);
      }
      const known = this.#known.get(above);
      if (known?.isWhole === true && !known.names.has(name)) {
        const where = above === "" ? "the root" : `"${above}"`;
        throw this.#missing(parts, `${where} has no "${name}"${didYouMean(name, known.names.keys())}`);
      }
    }
  }

  #missing(parts: readonly string[], why: string): NotFoundError {
    const path = parts.join("/");
    return new NotFoundError(`"${path}" is not on ${this.connection.url}: ${why}`, { path });
  }
}

function aboveOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}/${name}`;
}
