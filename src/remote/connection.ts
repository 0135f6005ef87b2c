import type { DType } from "../dtype/index.js";
import { ClosedError, CorruptError, FormatError } from "../errors.js";
import { authorization, type Credentials } from "./connection-access.js";
import { encodePath, parseAddress, resolveParts } from "./connection-address.js";
import { checkCount, checkHeaders, checkTimeout } from "./connection-checks.js";
import { type Download, type DownloadRange, downloadHead, rangeHeaders } from "./connection-download.js";
import { type Asked, oddBody, silence } from "./connection-errors.js";
import { type Answer, exchange, type Question } from "./connection-exchange.js";
import { Patience } from "./connection-patience.js";
import { type Progress, type ProgressOptions, Transfer } from "./progress.js";
import { retrying, Setback } from "./retry.js";
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

/** How a server is asked. */
export interface ConnectionOptions extends Credentials, ProgressOptions {
  /** Milliseconds without a single byte after which an attempt has failed; 30,000 when left out. */
  readonly timeout?: number | undefined;
  /** Attempts after the first, where a connection breaks, or the server is busy (429, 5xx); 4 when left out. */
  readonly retries?: number | undefined;
  /** What stands in for `fetch`. */
  readonly fetch?: typeof fetch | undefined;
  /** Headers that go with every request. */
  readonly headers?: { readonly [name: string]: string } | undefined;
  /** Levels of groups that one request brings; 5 when left out. */
  readonly maxDepth?: number | undefined;
  /** Datasets of at most so many bytes come with their group; 1 MiB when left out. */
  readonly dataSizeLimit?: number | undefined;
  /** Bytes that a listing, or a group with what comes with it, may have; 64 MiB when left out. */
  readonly maxMapBytes?: number | undefined;
}

/** Options of one request. */
export interface RequestOptions {
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
  /** Called as its bytes come. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** What its bar is called. */
  readonly label?: string | undefined;
}

/** What is asked for of a dataset or a table. */
export type SliceQuery = Pick<Query, "slice" | "columns" | "where"> & { readonly object: string };

/** What the answer to a slice may be. */
export interface SliceExpectation {
  readonly expected?:
    | { readonly shape?: readonly number[] | undefined; readonly dtype?: DType | undefined }
    | undefined;
  /** Bytes that its elements may take. */
  readonly limit: number;
  /** Where they go, of exactly their size; memory of their own when left out. */
  readonly into?: Uint8Array | undefined;
  /** The version that it must still be of, as an ETag. */
  readonly ifMatch?: string | undefined;
}

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
  readonly maxDepth: number;
  readonly dataSizeLimit: number;
  readonly #fetch: typeof fetch;
  readonly #timeout: number;
  readonly #retries: number;
  readonly #maxMapBytes: number;
  readonly #headers: { readonly [name: string]: string };
  readonly #progress: ProgressOptions;
  readonly #running = new Set<Patience>();
  #isClosed = false;
  #isExtended: boolean | undefined;

  /** @throws UnsupportedError, AccessError, LimitError for an address or options that cannot be */
  constructor(url: string, options: ConnectionOptions = {}) {
    this.url = parseAddress(url);
    this.maxDepth = checkCount(options.maxDepth ?? 5, "maxDepth");
    this.dataSizeLimit = checkCount(options.dataSizeLimit ?? 2 ** 20, "dataSizeLimit");
    this.#timeout = checkTimeout(options.timeout ?? 30_000);
    this.#retries = checkCount(options.retries ?? 4, "retries");
    this.#maxMapBytes = checkCount(options.maxMapBytes ?? 2 ** 26, "maxMapBytes");
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
      const map = decodeValue(await this.#message(answer, transfer));
      if (map instanceof Map) return map as Map<string, unknown>;
      throw oddBody(asked, "is no map");
    });
  }

  /** An object of a file: the map of a group, a dataset or a link, with encoded arrays as the wire decodes them. */
  async requestObject(
    path: string,
    object: string,
    limits: { readonly maxDepth?: number | undefined; readonly dataSizeLimit?: number | undefined } = {},
    options: RequestOptions = {},
  ): Promise<{ value: unknown; etag: string | undefined }> {
    const { maxDepth = this.maxDepth, dataSizeLimit = this.dataSizeLimit } = limits;
    const what = `${JSON.stringify(object)} of ${JSON.stringify(path)}`;
    const labelled = { label: `Object: ${object}`, ...options };
    const question = this.#post(path, { object, dataSizeLimit, maxDepth }, { "accept-encoding": "gzip" });
    return this.#run(question, what, labelled, async (answer, _asked, transfer) => ({
      value: decodeMessage(await this.#message(answer, transfer)),
      etag: answer.etag,
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
        return { array, etag: answer.etag };
      },
      true,
    );
  }

  /**
   * The bytes of a file, or of a directory as a tar. Only what comes before its first byte is tried again.
   */
  async download(path: string, range: DownloadRange = {}, options: RequestOptions = {}): Promise<Download> {
    const question = this.#question("GET", `/download/${pathOf(path)}`, {
      accept: "*/*",
      "accept-encoding": "identity",
      ...rangeHeaders(range),
    });
    const asked = this.#asked(question, `the file ${JSON.stringify(path)}`, false);
    const patience = this.#patience(asked, options.signal);
    try {
      const { answer, head } = await retrying(this.#retries, patience, async () => {
        const answer = await exchange(this.#fetch, question, patience, asked);
        return { answer, head: downloadHead(answer, asked) };
      });
      return { ...head, body: streamOf(answer, patience) };
    } catch (error) {
      patience.end();
      throw error;
    }
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

  #asked({ url }: Question, what: string, isSelection: boolean): Asked {
    return { url, what, isSelection, isNamed: this.#headers.authorization !== undefined };
  }

  #patience(asked: Asked, signal: AbortSignal | undefined): Patience {
    if (this.#isClosed) throw this.#closedError();
    return new Patience(this.#timeout, () => silence(asked, this.#timeout), this.#running, signal);
  }

  async #run<T>(
    question: Question,
    what: string,
    { label = what, onProgress, signal }: RequestOptions,
    read: (answer: Answer, asked: Asked, transfer: Transfer) => Promise<T>,
    isSelection = false,
  ): Promise<T> {
    const asked = this.#asked(question, what, isSelection);
    const patience = this.#patience(asked, signal);
    const transfer = this.transfer(label, { onProgress });
    try {
      return await retrying(this.#retries, patience, async () =>
        read(await exchange(this.#fetch, question, patience, asked), asked, transfer),
      );
    } catch (error) {
      const isOdd =
        (error instanceof CorruptError || error instanceof FormatError) && error.path === undefined;
      throw isOdd ? oddBody(asked, `is not what it should be: ${error.message}`, error) : error;
    } finally {
      transfer.end();
      patience.end();
    }
  }

  #note(answer: Answer): void {
    answer.requireMessage();
    this.#isExtended = dialectOf(answer.headers.get("content-type") ?? undefined) === "numpy";
  }

  async #message(answer: Answer, transfer: Transfer): Promise<Uint8Array> {
    this.#note(answer);
    return answer.bytes(this.#maxMapBytes, (bytes) => transfer.report(bytes, answer.length));
  }
}

function pathOf(path: string): string {
  return encodePath(resolveParts([], path));
}

/** The body as a stream that reads ahead of nobody. */
function streamOf(answer: Answer, patience: Patience): ReadableStream<Uint8Array> {
  const pieces = answer.pieces();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await pieces.next();
          if (!done) return controller.enqueue(value);
          patience.end();
          controller.close();
        } catch (error) {
          patience.end();
          throw error instanceof Setback ? error.error(1) : error;
        }
      },
      cancel() {
        patience.end();
        void pieces.return().catch(() => {});
      },
    },
    { highWaterMark: 0 },
  );
}
