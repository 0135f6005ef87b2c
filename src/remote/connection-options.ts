import type { DType } from "../dtype/index.js";
import type { Credentials } from "./connection-access.js";
import type { Progress, ProgressOptions } from "./progress.js";
import type { Query } from "./wire/index.js";

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
  /** Slices that are asked for by one request; 65,536 when left out. */
  readonly maxSlices?: number | undefined;
  /** Bytes of elements that are asked for by one request; 64 MiB when left out. */
  readonly maxRequestBytes?: number | undefined;
  /** Bytes that a listing, or a group with what comes with it, may have; 64 MiB when left out. In memory it may take eight times as many. */
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
  /** @internal Whether it is part of a transfer, whose maker tells of it. */
  readonly isPart?: boolean | undefined;
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
