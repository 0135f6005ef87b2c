import { constants } from "node:buffer";
import type { ArrayView, Selection } from "../array/index.js";
import { FormatError, LimitError, UnsupportedError } from "../errors.js";
import type { MemmapGroup } from "../group/index.js";
import type { AttrValue } from "../store/index.js";
import type { Connection, RequestOptions } from "./connection.js";
import type { DownloadRange } from "./connection-download.js";
import type { CopyResult } from "./copy-array.js";
import type { CopyOptions } from "./copy-to.js";
import type { FileFacts } from "./directory-listing.js";
import { type DownloadOptions, type DownloadResult, downloadTo } from "./download.js";
import type { RemoteAttributes } from "./remote-attributes.js";
import type { ReadOptions, RemoteDataset } from "./remote-dataset.js";
import { openRoot, type RemoteDangling, type RemoteGroup, type RemoteNode } from "./remote-group.js";
import type { RemoteLink } from "./remote-links.js";
import type { RemoteTable } from "./remote-table.js";
import type { LookupOptions } from "./requests.js";
import type { VisitOptions } from "./visit.js";

/** The media type of files whose groups and datasets can be read by themselves. */
const HDF5 = "application/x-hdf5";

/** A part of a file as a stream. */
export type OpenRange = Pick<DownloadRange, "start" | "end"> & RequestOptions;

/**
 * A file of a server. Those that are {@link isHdf5} have groups and datasets, which are read without the rest of the file; all
 * can be read as bytes.
 */
export class RemoteFile {
  /** The path from the root of the server. */
  readonly path: string;
  /** Such as `application/x-hdf5`, or `text/plain;charset=UTF-8`. */
  readonly mediaType: string;
  /** Bytes, as the server had them in its listing. */
  readonly size: number;
  readonly #modified: number | undefined;
  readonly #connection: Connection;
  #root: RemoteGroup | undefined;

  /** @internal Files are opened by directories. */
  constructor(connection: Connection, path: string, { mediaType, size, modified }: FileFacts) {
    this.#connection = connection;
    this.path = path;
    this.mediaType = mediaType;
    this.size = size;
    this.#modified = modified;
  }

  /** The last part of the path. */
  get name(): string {
    return this.path.slice(this.path.lastIndexOf("/") + 1);
  }

  /** When it was last written to; undefined where the server does not say. */
  get lastModified(): Date | undefined {
    return this.#modified === undefined ? undefined : new Date(this.#modified);
  }

  /** Whether it has groups and datasets. */
  get isHdf5(): boolean {
    return this.mediaType === HDF5;
  }

  /** @internal Whether it is the version that a listing speaks of. */
  isAs({ mediaType, size, modified }: FileFacts): boolean {
    return this.mediaType === mediaType && this.size === size && this.#modified === modified;
  }

  /** Its root group, which asks for nothing until it is used. @throws UnsupportedError for a file without groups */
  root(): RemoteGroup {
    if (!this.isHdf5) {
      throw new UnsupportedError(
        `"${this.path}" is ${this.mediaType}, not ${HDF5}: it has no groups; open() and download() read it`,
        { path: this.path },
      );
    }
    this.#root ??= openRoot(this.#connection, this.path, this.#connection.limits);
    return this.#root;
  }

  /**
   * Forgets what is known of its groups and datasets, so that what changed on the server is seen. Those that were opened before
   * stay as they are: they go on in the new version where what they show is still in it, and are stale where it is not.
   */
  refresh(): void {
    this.#root = undefined;
  }

  /** What a path leads to in it. @throws as {@link RemoteGroup.get} */
  async get(path: string, options?: LookupOptions): Promise<RemoteNode> {
    return this.root().get(path, options);
  }

  /** A group of it. @throws as {@link RemoteGroup.getGroup} */
  async getGroup(path: string, options?: LookupOptions): Promise<RemoteGroup> {
    return this.root().getGroup(path, options);
  }

  /** A dataset of it. @throws as {@link RemoteGroup.getArray} */
  async getArray(path: string, selection?: undefined, options?: LookupOptions): Promise<RemoteDataset>;
  /** What is selected of a dataset, in memory. */
  async getArray(path: string, selection: Selection, options?: ReadOptions): Promise<ArrayView>;
  async getArray(
    path: string,
    selection?: Selection,
    options?: ReadOptions,
  ): Promise<RemoteDataset | ArrayView> {
    const root = this.root();
    return selection === undefined
      ? root.getArray(path, selection, options)
      : root.getArray(path, selection, options);
  }

  /** Whether a path leads to something in it. @throws as {@link RemoteGroup.has} */
  async has(path: string, options?: LookupOptions): Promise<boolean> {
    return this.root().has(path, options);
  }

  /** How the last part of a path leads to what it names. @throws as {@link RemoteGroup.link} */
  async link(path: string, options?: LookupOptions): Promise<RemoteLink> {
    return this.root().link(path, options);
  }

  /** The names in its root group. @throws as {@link RemoteGroup.keys} */
  async keys(options?: LookupOptions): Promise<string[]> {
    return this.root().keys(options);
  }

  /** The names in its root group, and what they lead to. @throws as {@link RemoteGroup.entries} */
  entries(options?: LookupOptions): ReturnType<RemoteGroup["entries"]> {
    return this.root().entries(options);
  }

  [Symbol.asyncIterator](): ReturnType<RemoteGroup["entries"]> {
    return this.entries();
  }

  /** The attributes of its root group, or of what a path leads to. @throws as {@link RemoteGroup.attrs} */
  async attrs(path?: string, options?: LookupOptions): Promise<RemoteAttributes> {
    return this.root().attrs(path, options);
  }

  /** The attribute of its root group as a whole. @throws as {@link RemoteGroup.attr} */
  get attr(): Promise<AttrValue> {
    return this.root().attr;
  }

  /** Its root group and all below it. @throws as {@link RemoteGroup.walk} */
  walk(options?: VisitOptions): ReturnType<RemoteGroup["walk"]> {
    return this.root().walk(options);
  }

  /** Calls a function for all in it, until it gives something back: as {@link RemoteGroup.visit}. */
  async visit<T>(
    visit: (path: string, node: RemoteNode | RemoteDangling) => T | undefined | Promise<T | undefined>,
    options?: VisitOptions,
  ): Promise<T | undefined> {
    return this.root().visit(visit, options);
  }

  /** Copies all in it into a group of a local file. @throws as {@link RemoteGroup.copyTo} */
  async copyTo(target: MemmapGroup, options?: CopyOptions): Promise<CopyResult> {
    return this.root().copyTo(target, options);
  }

  /** The table that its root group is, or a group of it. @throws as {@link RemoteGroup.table} */
  async table(path?: string, options?: LookupOptions): Promise<RemoteTable> {
    return this.root().table(path, options);
  }

  /**
   * Its bytes as a stream, which goes on by itself after a connection that broke, if the server can give parts of files and tells
   * their versions. Whoever does not read it to its end cancels it.
   *
   * @throws IndexError for a part that it does not have; StaleError while it is read, where it is another by then; NotFoundError,
   *   AccessError, RemoteError, TimeoutError, CorruptError, ClosedError; the reason of the signal
   */
  async open({ start, end, ...request }: OpenRange = {}): Promise<ReadableStream<Uint8Array>> {
    const { body } = await this.#connection.download(this.path, { start, end }, request);
    return body;
  }

  /** All of its bytes in memory. @throws LimitError for more than one array can have, and as {@link open} */
  async bytes(options?: RequestOptions): Promise<Uint8Array> {
    const { body, size = 0 } = await this.#connection.download(this.path, {}, options);
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for await (const piece of body) {
      pieces.push(piece);
      bytes += piece.length;
      // Said beforehand, where the server does.
      if (Math.max(bytes, size) <= constants.MAX_LENGTH) continue;
      throw new LimitError(
        `"${this.path}" has ${Math.max(bytes, size)} bytes or more, and one array ${constants.MAX_LENGTH}; ` +
          "open() gives it piece by piece",
        { path: this.path },
      );
    }
    return Buffer.concat(pieces, bytes);
  }

  /**
   * All of it as a text, in the charset that its media type names, or else in UTF-8.
   *
   * @throws FormatError for bytes that are no text, UnsupportedError for an unknown charset, and as {@link bytes}
   */
  async text(options?: RequestOptions): Promise<string> {
    const charset = /;\s*charset="?([^";\s]+)/i.exec(this.mediaType)?.[1] ?? "utf-8";
    let decoder: InstanceType<typeof TextDecoder>;
    try {
      decoder = new TextDecoder(charset, { fatal: true });
    } catch (cause) {
      throw new UnsupportedError(`"${this.path}" is in the unknown charset ${charset}`, {
        path: this.path,
        cause,
      });
    }
    const bytes = await this.bytes(options);
    try {
      return decoder.decode(bytes);
    } catch (cause) {
      throw new FormatError(`"${this.path}" is no text in ${charset}`, { path: this.path, cause });
    }
  }

  /**
   * Downloads it to a local file, which is there only when it is whole. A second call goes on with what the first one left, if the
   * server can give parts of files and it is still the same file.
   *
   * @throws ExistsError, LockedError where another download writes to it, DiskError; and as {@link open}
   */
  download(localPath: string, options: DownloadOptions = {}): Promise<DownloadResult> {
    return downloadTo(this.#connection, this.path, localPath, options);
  }

  toString(): string {
    return `<remote file "${this.path}" of ${this.#connection.url}: ${this.mediaType}, ${this.size} bytes>`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}
