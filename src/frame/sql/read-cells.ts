import type { DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { ownEntry } from "../../dtype/index.js";
import { type Bindings, bindings, duckdb, type Vector } from "./duckdb.js";

/** Digits that a number has exactly. */
const EXACT_DIGITS = 15;
/** Bytes of strings that stand in their entries. */
const INLINE = 12;

/** What reading takes of the functions beneath the package's classes. */
interface ReadingBindings extends Bindings {
  vector_get_validity(vector: Vector, bytes: number): Uint8Array | null;
  list_vector_get_size(vector: Vector): number;
  get_data_from_pointer(from: ArrayBufferLike, offset: number, bytes: number): Uint8Array;
}

function reading(): ReadingBindings {
  return bindings() as ReadingBindings;
}

/**
 * The values of a vector as elements of tables are: integers of 64 bits and more as bigints, dates and timestamps as counts
 * of their unit, null as null. Decimals are numbers as long as those are exact to the last digit, else text.
 */
export function cellsOf(vector: Vector, count: number, type: DuckDBType): unknown[] {
  if (type instanceof duckdb.DuckDBVarCharType) return valid(vector, stringsOf(vector, count));
  if (type instanceof duckdb.DuckDBStructType) {
    const fields = type.entryTypes.map((field, i) =>
      cellsOf(reading().struct_vector_get_child(vector, i), count, field),
    );
    return valid(vector, recordsOf(fields, type.entryNames, count));
  }
  if (type instanceof duckdb.DuckDBArrayType) {
    const { length } = type;
    const items = cellsOf(reading().array_vector_get_child(vector), count * length, type.valueType);
    return valid(
      vector,
      Array.from({ length: count }, (_, i) => items.slice(i * length, (i + 1) * length)),
    );
  }
  if (type instanceof duckdb.DuckDBListType) {
    const { list_vector_get_child: childOf, list_vector_get_size: sizeOf } = reading();
    const items = cellsOf(childOf(vector), sizeOf(vector), type.valueType);
    const entries = new BigUint64Array(dataOf(vector, count * 16).buffer);
    return valid(
      vector,
      Array.from({ length: count }, (_, i) => {
        const start = Number(entries[i * 2]);
        return items.slice(start, start + Number(entries[i * 2 + 1]));
      }),
    );
  }
  const own = duckdb.DuckDBVector.create(vector, count, type);
  return Array.from({ length: count }, (_, i) => plainValue(own.getItem(i)));
}

/** Records of columns of values. Their fields may have any names. */
export function recordsOf(
  columns: readonly (readonly unknown[])[],
  names: readonly string[],
  count: number,
): { [name: string]: unknown }[] {
  return Array.from({ length: count }, (_, row) => {
    const record: { [name: string]: unknown } = {};
    for (let i = 0; i < names.length; i++) ownEntry(record, names[i] ?? "", columns[i]?.[row]);
    return record;
  });
}

/** A copy of a vector's bytes. */
function dataOf(vector: Vector, length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(reading().vector_get_data(vector, length));
}

/** The values with null where the vector has it. */
function valid(vector: Vector, values: unknown[]): unknown[] {
  const bits = reading().vector_get_validity(vector, Math.ceil(values.length / 64) * 8);
  if (bits === null) return values;
  return values.map((value, i) => (((bits[i >> 3] ?? 0) >> (i & 7)) & 1 ? value : null));
}

/** Not by the package's own vectors, which drop a byte order mark at the start of a string. */
function stringsOf(vector: Vector, count: number): string[] {
  const entries = Buffer.from(dataOf(vector, count * 16).buffer);
  const bits = reading().vector_get_validity(vector, Math.ceil(count / 64) * 8);
  return Array.from({ length: count }, (_, i) => {
    // Below a null anything may stand, addresses of nothing too.
    if (bits !== null && !(((bits[i >> 3] ?? 0) >> (i & 7)) & 1)) return "";
    const at = i * 16;
    const length = entries.readUInt32LE(at);
    if (length <= INLINE) return entries.toString("utf8", at + 4, at + 4 + length);
    return Buffer.from(reading().get_data_from_pointer(entries.buffer, at + 8, length)).toString();
  });
}

function plainValue(value: DuckDBValue): unknown {
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
    const names = Object.keys(value.entries);
    return recordsOf(
      names.map((name) => [plainValue(value.entries[name] ?? null)]),
      names,
      1,
    )[0];
  }
  if (value instanceof duckdb.DuckDBMapValue)
    return new Map(value.entries.map(({ key, value }) => [plainValue(key), plainValue(value)]));
  if (value instanceof duckdb.DuckDBIntervalValue)
    return { months: value.months, days: value.days, micros: value.micros };
  if (value instanceof duckdb.DuckDBUnionValue) return plainValue(value.value);
  // Those that are left have a text that says all: UUID, BIT, times of other kinds.
  return value.toString();
}
