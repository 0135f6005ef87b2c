import type { Connection, RequestOptions } from "./connection.js";

export type { RequestOptions, SliceExpectation, SliceQuery } from "./connection.js";

/** Options of what may ask the server. */
export type LookupOptions = Pick<RequestOptions, "signal">;

/** What groups, datasets and tables ask of a connection. */
export type ObjectRequests = Pick<Connection, "hasExtensions" | "requestObject" | "requestSlice"> &
  Partial<Pick<Connection, "transfer">>;

/** How a file is read. */
export interface ReadingLimits {
  /** Levels of groups that one request brings. */
  readonly maxDepth: number;
  /** Datasets of at most so many bytes come with their group. */
  readonly dataSizeLimit: number;
  /** Slices in one request; 65,536 when left out. */
  readonly maxSlices?: number | undefined;
  /** Bytes of elements in one request; 64 MiB when left out. What is more is read in several, all of one version. */
  readonly maxRequestBytes?: number | undefined;
}
