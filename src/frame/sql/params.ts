import type { DuckDBPreparedStatement, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { showValue } from "../../dtype/index.js";
import { CastError } from "../../errors.js";
import { duckdb } from "./duckdb.js";

/** Values that stand in a query as `$1`, `$2` or `?`, or by their names as `$name`. */
export type SqlParams = readonly SqlParam[] | { readonly [name: string]: SqlParam };
/** A value for a query: numbers that are whole are integers, a `Date` is a timestamp, bytes are a blob. */
export type SqlParam = null | boolean | number | bigint | string | Date | Uint8Array;

/** Values as DuckDB takes them. */
export type DuckDBParams = DuckDBValue[] | Record<string, DuckDBValue>;

/** The values as DuckDB takes them. @throws CastError for values that it does not */
export function duckdbParams(params: SqlParams): DuckDBParams {
  if (Array.isArray(params)) return params.map((value, i) => duckdbValue(value, `$${i + 1}`));
  const entries = Object.entries(params as { readonly [name: string]: SqlParam });
  return Object.fromEntries(entries.map(([name, value]) => [name, duckdbValue(value, `$${name}`)]));
}

function duckdbValue(value: unknown, name: string): DuckDBValue {
  if (value === null) return null;
  switch (typeof value) {
    case "boolean":
    case "number":
    case "string":
      return value;
    case "bigint":
      if (BigInt.asIntN(128, value) === value) return value;
      break;
    case "object":
      if (value instanceof Date && !Number.isNaN(value.getTime()))
        return new duckdb.DuckDBTimestampValue(BigInt(value.getTime()) * 1000n);
      if (value instanceof Uint8Array) return new duckdb.DuckDBBlobValue(value);
      break;
    default:
      break;
  }
  throw new CastError(`parameter ${name}: SQL has no value for ${showValue(value)}`);
}

/** Gives a statement its values: the type of a number is the narrowest of INTEGER, BIGINT and DOUBLE that has it. */
export function bindParams(statement: DuckDBPreparedStatement, params: DuckDBParams): void {
  if (Array.isArray(params)) {
    params.forEach((value, i) => {
      statement.bindValue(i + 1, value, typeOf(value));
    });
    return;
  }
  for (const [name, value] of Object.entries(params)) {
    statement.bindValue(statement.parameterIndex(name), value, typeOf(value));
  }
}

/** @returns undefined where the value says it all */
function typeOf(value: DuckDBValue): DuckDBType | undefined {
  if (typeof value === "bigint") return BigInt.asIntN(64, value) === value ? duckdb.BIGINT : duckdb.HUGEINT;
  if (typeof value !== "number") return undefined;
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) return duckdb.DOUBLE;
  return (value | 0) === value ? duckdb.INTEGER : duckdb.BIGINT;
}
