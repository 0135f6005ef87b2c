import type { Decoder } from "./vectors/decoder.js";

/** How the files of one format are read. */
export interface Plan {
  /** The query whose result is the table. */
  readonly sql: string;
  /** What the result's columns are called. */
  readonly columnNames: readonly string[];
  /** What decodes the result's columns, by their number, where their types do not tell. */
  readonly decoders?: ReadonlyMap<number, Decoder> | undefined;
  /** Whether null is an empty string in a column of text. */
  readonly isEmptyText?: ((column: string) => boolean) | undefined;
  /** What is wrong with the files, more precisely than a query's error says it. */
  readonly explain: (error: unknown) => Promise<unknown>;
}
