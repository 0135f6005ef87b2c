import type { DType } from "../dtype/index.js";
import type { AxisSelection, WireArray, WireTexts } from "./wire/index.js";

/** What holds for one request. */
export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes that have come, and with all where that is known. */
  readonly onProgress?: ((progress: RequestProgress) => void) | undefined;
  /** What a bar on the terminal calls it. */
  readonly label?: string | undefined;
}

export interface RequestProgress {
  readonly bytes: number;
  readonly total: number | undefined;
}

/** What is asked of a dataset, or of the rows of a table. */
export interface SliceRequest {
  readonly object: string;
  readonly slice: readonly AxisSelection[] | undefined;
  readonly columns?: readonly string[] | undefined;
  readonly where?: string | undefined;
}

/** What the answer to a slice must be. */
export interface SliceExpectation {
  readonly expected?:
    | { readonly shape?: readonly number[] | undefined; readonly dtype?: DType | undefined }
    | undefined;
  /** Where the elements go; of exactly their size. */
  readonly into?: Uint8Array | undefined;
  /** Bytes of elements that may come at most. */
  readonly limit: number;
  /** The version that it must be of. */
  readonly ifMatch?: string | undefined;
}

/** What groups, datasets and tables ask of a connection. */
export interface ObjectRequests {
  /** Whether the server takes what goes beyond the protocol; known after the first answer. */
  hasExtensions(): boolean | undefined;
  requestObject(
    path: string,
    object: string,
    limits: { readonly maxDepth: number; readonly dataSizeLimit: number },
    options?: RequestOptions,
  ): Promise<{ readonly value: unknown; readonly etag?: string | undefined }>;
  requestSlice(
    path: string,
    request: SliceRequest,
    expectation: SliceExpectation,
    options?: RequestOptions,
  ): Promise<{ readonly array: WireArray | WireTexts; readonly etag?: string | undefined }>;
}
