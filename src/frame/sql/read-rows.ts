import type { DuckDBDataChunk, DuckDBValue } from "@duckdb/node-api";
import { ownEntry } from "../../dtype/index.js";
import { duckdb } from "./duckdb.js";

/** A row of a result: a plain object. */
export type SqlRow = { [name: string]: unknown };

/** Digits that a number has exactly. */
const EXACT_DIGITS = 15;

/** The rows of a chunk as objects. */
export function rowsOf(chunk: DuckDBDataChunk, names: readonly string[]): SqlRow[] {
  const vectors = names.map((_, i) => chunk.getColumnVector(i));
  return Array.from({ length: chunk.rowCount }, (_, row) => {
    const record: SqlRow = {};
    vectors.forEach((vector, i) => {
      ownEntry(record, names[i] ?? "", plainValue(vector.getItem(row)));
    });
    return record;
  });
}

/**
 * A value of DuckDB's as elements of tables are: integers of 64 bits and more as bigints, dates and timestamps as counts of
 * their unit, null as null. Decimals are numbers as long as those are exact to the last digit, else text.
 */
export function plainValue(value: DuckDBValue): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof duckdb.DuckDBDecimalValue)
    return value.width <= EXACT_DIGITS ? Number(value.toString()) : value.toString();
  if (value instanceof duckdb.DuckDBDateValue) return BigInt(value.days);
  if (value instanceof duckdb.DuckDBTimestampValue) return value.micros;
  if (value instanceof duckdb.DuckDBTimestampTZValue) return value.micros;
  if (value instanceof duckdb.DuckDBTimestampSecondsValue) return value.seconds;
  if (value instanceof duckdb.DuckDBTimestampMillisecondsValue) return value.millis;
  if (value instanceof duckdb.DuckDBTimestampNanosecondsValue) return value.nanos;
  if (value instanceof duckdb.DuckDBTimeValue) return value.micros;
  if (value instanceof duckdb.DuckDBBlobValue) return new Uint8Array(value.bytes);
  if (value instanceof duckdb.DuckDBListValue || value instanceof duckdb.DuckDBArrayValue)
    return value.items.map(plainValue);
  if (value instanceof duckdb.DuckDBStructValue) {
    const record: SqlRow = {};
    for (const [name, field] of Object.entries(value.entries)) ownEntry(record, name, plainValue(field));
    return record;
  }
  if (value instanceof duckdb.DuckDBMapValue)
    return new Map(value.entries.map(({ key, value }) => [plainValue(key), plainValue(value)]));
  if (value instanceof duckdb.DuckDBIntervalValue)
    return { months: value.months, days: value.days, micros: value.micros };
  if (value instanceof duckdb.DuckDBUnionValue) return plainValue(value.value);
  // Those that are left have a text that says all: UUID, BIT, times of other kinds.
  return value.toString();
}
