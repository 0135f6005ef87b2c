import type { AxisSelection } from "./selection.js";

/** What a request asks for. */
export interface Query {
  readonly object?: string | undefined;
  readonly maxDepth: number;
  readonly dataSizeLimit: number;
  /** `[]` is all of a scalar. */
  readonly slice?: readonly AxisSelection[] | undefined;
  readonly columns?: readonly string[] | undefined;
  readonly where?: string | undefined;
}

/** The body of a POST. @throws FormatError, IndexError (negative numbers in a slice) */
export function parseBody(bytes: Uint8Array): Query {
  throw new Error(String(bytes));
}

/** The parameters of a GET. @throws FormatError */
export function parseQuery(parameters: URLSearchParams | string): Query {
  throw new Error(String(parameters));
}

/** The body of a request, its keys in the order of the Python client's. */
export function encodeBody(query: Partial<Query>): Uint8Array {
  throw new Error(String(query));
}

/** The body of an answer that is an error. */
export function errorBody(message: string): Uint8Array {
  throw new Error(message);
}
