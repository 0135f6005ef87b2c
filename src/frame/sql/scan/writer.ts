import type { DuckDBType } from "@duckdb/node-api";
import type { Strided } from "../../../array/index.js";
import type { Vector } from "../duckdb.js";
import type { Nulls } from "./nulls.js";

/** Where an element of a block is, for messages: `column "x", row 5`. */
export type Place = (element: number) => string;

/** How elements of one dtype get into vectors of one type of DuckDB's. */
export interface Writer {
  readonly type: DuckDBType;
  /**
   * Writes a block of elements from the start of a vector that has room for them.
   *
   * @param array as many elements as there are, in one axis
   * @param nulls elements that are null whatever stands there
   * @throws CastError naming the place of an element that DuckDB cannot hold
   */
  write(vector: Vector, array: Strided, nulls: Nulls, place: Place): void;
}

/** What a writer is made for. */
export interface WriterOptions {
  /** JSON has no NaN, which becomes null, and no infinities, which are refused. */
  readonly json?: boolean | undefined;
}

/** The elements of an array in one axis. */
export function countOf({ layout }: Strided): number {
  return layout.shape[0] ?? 0;
}
