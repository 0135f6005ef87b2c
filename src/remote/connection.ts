import { ClosedError } from "../errors.js";
import { authorization } from "./connection-access.js";
import { encodePath, parseAddress, resolveParts } from "./connection-address.js";
import { checkCallable, checkCount, checkHeaders, checkTimeout, requireKnown } from "./connection-checks.js";
import {
  checkRange,
  type Download,
  type DownloadRange,
  downloadHead,
  openDownload,
  type Part,
  rangeHeaders,
} from "./connection-download.js";
import { type Asked, answerError, oddBody, silence } from "./connection-errors.js";
import { type Answer, exchange, type Question, versionOf } from "./connection-exchange.js";
import type {
  ConnectionOptions,
  RequestOptions,
  SliceExpectation,
  SliceQuery,
} from "./connection-options.js";
import { Patience } from "./connection-patience.js";
import { type ProgressOptions, Transfer } from "./progress.js";
import type { ReadingLimits } from "./requests.js";
import { retrying } from "./retry.js";
import {
  decodeMessage,
  decodeValue,
  dialectOf,
  encodeBody,
  MEDIA_TYPE,
  mediaTypeOf,
  type Query,
  readArray,
  type WireArray,
  type WireTexts,
} from "./wire/index.js";

export type { ConnectionOptions, Download, RequestOptions, SliceExpectation, SliceQuery };

const MEMORY_PER_BYTE = 8;

const PLAIN: Pick<Asked, "isSelection" | "isCondition"> = { isSelection: false, isCondition: false };

/**
 * The connection to a server: what is asked, and asked again where that may help. It holds no socket of its own: requests
 * share those of `fetch`.
 *
 * Each request throws AccessError, NotFoundError, IndexError, StaleError or LimitError as the server answers; RemoteError where
 * it is not reached, breaks off or answers what it should not; CorruptError for a body that is not what it should be;
 * TimeoutError where it sends nothing; ClosedError after {@link close}; the reason of its signal.
 */
export class Connection {
  /** The address of the server, without slashes at its end. */
  readonly url: string;
  /** How the files of this server are read. */
  readonly limits: ReadingLimits;
  /** Attempts after the first. */
  readonly retries: number;
  readonly #fetch: typeof fetch;
  readonly #timeout: number;
  readonly #maxMapBytes: number;
  readonly #headers: { readonly [name: string]: string };
  readonly #progress: ProgressOptions;
  readonly #running = new Set<Patience>();
  #isClosed = false;
  #isExtended: boolean | undefined;

  /** @throws UnsupportedError, AccessError, LimitError for an address or options that cannot be */
  constructor(url: string, options: ConnectionOptions = {}) {
    requireKnown(options);
    this.url = parseAddress(url);
    this.limits = {
      maxDepth: checkCount(options.maxDepth ?? 5, "maxDepth"),
      dataSizeLimit: checkCount(options.dataSizeLimit ?? 2 ** 20, "dataSizeLimit"),
      maxSlices: checkCount(options.maxSlices ?? 65_536, "maxSlices", 1),
      maxRequestBytes: checkCount(options.maxRequestBytes ?? 2 ** 26, "maxRequestBytes", 1),
    };
    this.#timeout = checkTimeout(options.timeout ?? 30_000);
    this.retries = checkCount(options.retries ?? 4, "retries");
    this.#maxMapBytes = checkCount(options.maxMapBytes ?? 2 ** 26, "maxMapBytes");
    checkCallable(options.fetch, "fetch");
    checkCallable(options.onProgress, "onProgress");
    // Looked up with each request: whoever replaces the global one means all of them.
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    const access = authorization(options);
    this.#headers = {
      "user-agent": "memmap-table",
      ...checkHeaders(options.headers),
      ...(access === undefined ? {} : { authorization: access }),
    };
    this.#progress = { progress: options.progress, onProgress: options.onProgress };
  }

  get closed(): boolean {
    return this.#isClosed;
  }

  /** Whether the server has what this package adds to the protocol; undefined before its first answer. */
  hasExtensions(): boolean | undefined {
    return this.#isExtended;
  }

  /** Asks whether there is such a server, and whether it knows who asks. */
  async probe(options: RequestOptions = {}): Promise<void> {
    const question = this.#question("GET", "/msgpack/", { "accept-encoding": "gzip" });
    await this.#run(
      question,
      "the root",
      { label: "Path: /", ...options },
      async (answer, _asked, transfer) => {
        await this.#message(answer, transfer);
      },
    );
  }

  /** What is at a path: the map of a directory or a file. */
  async requestPath(path: string, options: RequestOptions = {}): Promise<Map<string, unknown>> {
    const what = `the path ${JSON.stringify(path)}`;
    const labelled = { label: `Path: ${path}`, ...options };
    const question = this.#post(path, {}, { "accept-encoding": "gzip" });
    return this.#run(question, what, labelled, async (answer, asked, transfer) => {
      const map = decodeValue(await this.#message(answer, transfer), { maxMemory: this.#maxMemory });
      if (map instanceof Map) return map as Map<string, unknown>;
      throw oddBody(asked, "is no map");
    });
  }

  /** An object of a file: the map of a group, a dataset or a link, with encoded arrays as the wire decodes them. */
  async requestObject(
    path: string,
    object: string,
    limits: Pick<ConnectionOptions, "maxDepth" | "dataSizeLimit"> = {},
    options: RequestOptions = {},
  ): Promise<{ value: unknown; etag: string | undefined }> {
    const { maxDepth = this.limits.maxDepth, dataSizeLimit = this.limits.dataSizeLimit } = limits;
    const what = `${JSON.stringify(object)} of ${JSON.stringify(path)}`;
    const labelled = { label: `Object: ${object}`, ...options };
    const question = this.#post(path, { object, dataSizeLimit, maxDepth }, { "accept-encoding": "gzip" });
    return this.#run(question, what, labelled, async (answer, _asked, transfer) => ({
      value: decodeMessage(await this.#message(answer, transfer), { maxMemory: this.#maxMemory }),
      // What other servers name is the answer, if anything: another one than that of a slice.
      etag: this.#isExtended === true ? this.#versionOf(answer) : undefined,
    }));
  }

  /** Part of a dataset, or rows of a table. What came of an attempt that broke is read again, also into the same memory. */
  async requestSlice(
    path: string,
    query: SliceQuery,
    { expected, into, limit, ifMatch }: SliceExpectation,
    options: RequestOptions = {},
  ): Promise<{ array: WireArray | WireTexts; etag: string | undefined }> {
    const what = `the selection of ${JSON.stringify(query.object)} in ${JSON.stringify(path)}`;
    const labelled = { label: `Slice: ${query.object}`, ...options };
    const question = this.#post(path, query, {
      "accept-encoding": "identity",
      ...(ifMatch === undefined ? {} : { "if-match": ifMatch }),
    });
    return this.#run(
      question,
      what,
      labelled,
      async (answer, _asked, transfer) => {
        this.#note(answer);
        const onBytes = (bytes: number, total: number | undefined): void => transfer.report(bytes, total);
        const array = await readArray(answer.pieces(), { expected, into, limit, onBytes });
        return { array, etag: this.#versionOf(answer) };
      },
      { isSelection: true, isCondition: query.where !== undefined },
    );
  }

  /**
   * The bytes of a file, or of a directory as a tar: exactly those that are asked for, or all where `ifRange` is given and names
   * another version. After a connection that broke it goes on by itself where it broke, if the server can tell versions.
   */
  async download(path: string, range: DownloadRange = {}, options: RequestOptions = {}): Promise<Download> {
    checkRange(range);
    const url = `/download/${pathOf(path)}`;
    const headers = { accept: "*/*", "accept-encoding": "identity" };
    const asked = this.#asked(this.#question("GET", url, headers), `the file ${JSON.stringify(path)}`);
    const patience = this.#patience(asked, options.signal);
    const transfer = this.transfer(options.label ?? `Path: ${path}`, options);
    const ask = (part: DownloadRange): Promise<Part> => {
      const question = this.#question("GET", url, { ...headers, ...rangeHeaders(part) });
      return retrying(this.retries, patience, async () => {
        const answer = await exchange(this.#fetch, question, patience, asked);
        return { answer, head: downloadHead(answer, asked) };
      });
    };
    return openDownload({ asked, patience, transfer, retries: this.retries, ask }, range);
  }

  /** The progress of a transfer of several requests, which its maker reports and ends. */
  transfer(label: string, { onProgress }: Pick<RequestOptions, "onProgress"> = {}): Transfer {
    return new Transfer(label, [this.#progress.onProgress, onProgress], this.#progress.progress);
  }

  /** Ends all requests that run, and refuses more. A second call does nothing. */
  close(): void {
    this.#isClosed = true;
    for (const patience of [...this.#running]) patience.aborted(this.#closedError());
  }

  toString(): string {
    return this.#isClosed ? `<Closed connection to ${this.url}>` : `<connection to ${this.url}>`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  #closedError(): ClosedError {
    return new ClosedError(`the connection to ${this.url} is closed`, { path: this.url });
  }

  #question(
    method: "GET" | "POST",
    path: string,
    headers: { readonly [name: string]: string },
    body?: Uint8Array,
  ): Question {
    const accept = mediaTypeOf("numpy");
    return { method, url: `${this.url}${path}`, headers: { accept, ...this.#headers, ...headers }, body };
  }

  #post(path: string, query: Partial<Query>, headers: { readonly [name: string]: string }): Question {
    const all = { ...headers, "content-type": MEDIA_TYPE };
    return this.#question("POST", `/msgpack/${pathOf(path)}`, all, encodeBody(query));
  }

  #asked({ url }: Question, what: string, kind = PLAIN): Asked {
    return { url, what, ...kind, isNamed: this.#headers.authorization !== undefined };
  }

  #patience(asked: Asked, signal: AbortSignal | undefined): Patience {
    if (this.#isClosed) throw this.#closedError();
    return new Patience(this.#timeout, () => silence(asked, this.#timeout), this.#running, signal);
  }

  async #run<T>(
    question: Question,
    what: string,
    { label = what, onProgress, signal, isPart }: RequestOptions,
    read: (answer: Answer, asked: Asked, transfer: Transfer) => Promise<T>,
    kind = PLAIN,
  ): Promise<T> {
    const asked = this.#asked(question, what, kind);
    const patience = this.#patience(asked, signal);
    const transfer =
      isPart === true ? new Transfer(label, [onProgress], false) : this.transfer(label, { onProgress });
    try {
      return await retrying(this.retries, patience, async () =>
        read(await exchange(this.#fetch, question, patience, asked), asked, transfer),
      );
    } catch (error) {
      throw answerError(asked, error);
    } finally {
      transfer.end();
      patience.end();
    }
  }

  /** Bytes that what is made of a listing or a group may take: small values take many times the bytes that they come in. */
  get #maxMemory(): number {
    return this.#maxMapBytes * MEMORY_PER_BYTE;
  }

  #note(answer: Answer): void {
    answer.requireMessage();
    this.#isExtended = dialectOf(answer.headers.get("content-type") ?? undefined) === "numpy";
  }

  #versionOf({ etag }: Answer): string | undefined {
    return versionOf(etag, this.#isExtended === true);
  }

  async #message(answer: Answer, transfer: Transfer): Promise<Uint8Array> {
    this.#note(answer);
    return answer.bytes(this.#maxMapBytes, (bytes) => transfer.report(bytes, answer.length));
  }
}

function pathOf(path: string): string {
  return encodePath(resolveParts([], path));
}
