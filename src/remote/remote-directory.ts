import { NotFoundError, UnsupportedError } from "../errors.js";
import type { DirectoryTree } from "./directory-tree.js";
import { type DownloadOptions, type DownloadResult, downloadTo } from "./download.js";
import { RemoteFile } from "./remote-file.js";
import type { LookupOptions } from "./requests.js";

/**
 * A directory of a server. Its names are asked for when they are first needed and then kept: see {@link refresh}.
 *
 * Paths have slashes between their parts; those at their beginning and end make no difference. `.` and `..` are understood.
 */
export class RemoteDirectory implements AsyncIterable<[name: string, node: RemoteDirectory | RemoteFile]> {
  /** The path from the root, which is itself empty. */
  readonly path: string;
  readonly #tree: DirectoryTree;

  /** @internal Directories are opened by {@link connect}, and by other directories. */
  constructor(tree: DirectoryTree, path: string) {
    this.#tree = tree;
    this.path = path;
  }

  /** The last part of the path; empty for the root. */
  get name(): string {
    return this.path.slice(this.path.lastIndexOf("/") + 1);
  }

  /** The address of the server. */
  get url(): string {
    return this.#tree.connection.url;
  }

  /** Whether the connection is closed. */
  get closed(): boolean {
    return this.#tree.connection.closed;
  }

  /**
   * What a path leads to: the same object each time. It is asked for only if it is not known yet, by one request however
   * long it is.
   *
   * @throws NotFoundError, with a guess at what was meant where the names are known; NameError for a path out of the root; AccessError,
   *   RemoteError, TimeoutError, CorruptError, ClosedError; the reason of the signal
   */
  async get(path: string, { signal }: LookupOptions = {}): Promise<RemoteDirectory | RemoteFile> {
    return this.#tree.find(this.#parts(), path, signal);
  }

  /** A directory. @throws UnsupportedError for a file, and as {@link get} */
  async directory(path: string, options?: LookupOptions): Promise<RemoteDirectory> {
    const node = await this.get(path, options);
    if (node instanceof RemoteDirectory) return node;
    throw new UnsupportedError(`"${node.path}" on ${this.url} is a file`, { path: node.path });
  }

  /** A file. @throws UnsupportedError for a directory, and as {@link get} */
  async file(path: string, options?: LookupOptions): Promise<RemoteFile> {
    const node = await this.get(path, options);
    if (node instanceof RemoteFile) return node;
    throw new UnsupportedError(`"${node.path}" on ${this.url} is a directory`, { path: node.path });
  }

  /** Whether a path leads to something. @throws as {@link get}, but for NotFoundError */
  async has(path: string, options?: LookupOptions): Promise<boolean> {
    try {
      await this.get(path, options);
      return true;
    } catch (error) {
      if (error instanceof NotFoundError) return false;
      throw error;
    }
  }

  /** The names in it: of directories, then of files, in the order of the server. */
  async keys({ signal }: LookupOptions = {}): Promise<string[]> {
    const { names } = await this.#tree.list(this, signal);
    return [...names.keys()];
  }

  /** The names in it, and what they lead to. */
  async *entries({
    signal,
  }: LookupOptions = {}): AsyncGenerator<
    [name: string, node: RemoteDirectory | RemoteFile],
    void,
    undefined
  > {
    const { names } = await this.#tree.list(this, signal);
    yield* names;
  }

  [Symbol.asyncIterator](): AsyncGenerator<
    [name: string, node: RemoteDirectory | RemoteFile],
    void,
    undefined
  > {
    return this.entries();
  }

  /** The bytes of all files below. */
  async size({ signal }: LookupOptions = {}): Promise<number> {
    const { size } = await this.#tree.list(this, signal);
    return size;
  }

  /**
   * Goes through all that is below, a directory before what is in it.
   *
   * @param fn called with each path, relative to this directory; what it returns other than undefined ends the walk
   * @returns what it returned last
   */
  async visit<T>(
    fn: (path: string, node: RemoteDirectory | RemoteFile) => T | undefined | Promise<T | undefined>,
    options?: LookupOptions,
  ): Promise<T | undefined> {
    const walk = async (directory: RemoteDirectory, prefix: string): Promise<T | undefined> => {
      for await (const [name, node] of directory.entries(options)) {
        const path = `${prefix}${name}`;
        const found =
          (await fn(path, node)) ??
          (node instanceof RemoteDirectory ? await walk(node, `${path}/`) : undefined);
        if (found !== undefined) return found;
      }
      return undefined;
    };
    return walk(this, "");
  }

  /** Forgets its names, so that what changed on the server is seen. */
  refresh(): void {
    this.#tree.forget(this);
  }

  /**
   * Downloads all that is below as a tar. Few servers can go on with one that broke off: it then starts again.
   *
   * @throws as {@link RemoteFile.download}
   */
  download(localPath: string, options: DownloadOptions = {}): Promise<DownloadResult> {
    return downloadTo(this.#tree.connection, this.path, localPath, options);
  }

  /** Closes the connection, and with it all directories and files of the server. What runs ends with a ClosedError. */
  close(): void {
    this.#tree.connection.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  toString(): string {
    const what = this.closed ? "Closed remote directory" : "remote directory";
    return `<${what} "${this.path}" of ${this.url}>`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  #parts(): readonly string[] {
    return this.path === "" ? [] : this.path.split("/");
  }
}
