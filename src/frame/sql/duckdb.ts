import { createRequire } from "node:module";
import { UnsupportedError } from "../../errors.js";
import { partner } from "../partner.js";

/** The version of the package that has table functions. */
const WANTED = "1.5.5-r.5";

/** DuckDB, the copy that the program itself imports. */
export const duckdb = await partner("@duckdb/node-api", "memmap-table/sql", () => import("@duckdb/node-api"));

/** What a vector of DuckDB's is to its functions. */
export interface Vector {
  readonly __duckdb_type: "duckdb_vector";
}

/** The functions beneath the package's classes: they move blocks of bytes where those move elements. */
export interface Bindings {
  data_chunk_get_vector(chunk: object, column: number): Vector;
  list_vector_reserve(vector: Vector, capacity: number): void;
  list_vector_set_size(vector: Vector, size: number): void;
  list_vector_get_child(vector: Vector): Vector;
  struct_vector_get_child(vector: Vector, index: number): Vector;
  array_vector_get_child(vector: Vector): Vector;
  scalar_function_set_function(
    scalar: object,
    main: (info: object, input: object, output: Vector) => void,
  ): void;
  scalar_function_set_error(info: object, error: string): void;
  data_chunk_get_size(chunk: object): number;
  vector_get_data(vector: Vector, bytes: number): Uint8Array;
  vector_ensure_validity_writable(vector: Vector): void;
  vector_assign_string_element_len(vector: Vector, index: number, data: Uint8Array): void;
  copy_data_to_vector(to: Vector, at: number, from: ArrayBufferLike, offset: number, length: number): void;
  copy_data_to_vector_validity(
    to: Vector,
    at: number,
    from: ArrayBufferLike,
    offset: number,
    length: number,
  ): void;
}

let loaded: Bindings | undefined;

/**
 * The bindings that the package itself uses: they are its dependency and not the program's, so it is asked for them.
 *
 * @throws UnsupportedError where the package is too old to have table functions
 */
export function bindings(): Bindings {
  requireTableFunctions(duckdb);
  loaded ??= load();
  return loaded;
}

function load(): Bindings {
  const ours = createRequire(import.meta.url);
  const theirs = createRequire(ours.resolve("@duckdb/node-api"));
  return theirs("@duckdb/node-bindings") as Bindings;
}

/** @throws UnsupportedError naming the version that has them */
export function requireTableFunctions(api: object): void {
  if ("DuckDBTableFunction" in api) return;
  throw new UnsupportedError(
    `memmap-table/sql needs @duckdb/node-api ${WANTED} or later, which has table functions: npm install @duckdb/node-api`,
  );
}
