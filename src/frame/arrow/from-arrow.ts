import type { MemmapTable, Schema } from "../../table/index.js";
import type { ImportOptions } from "../options.js";
import { ArrowImport } from "./arrow-import.js";
import {
  type ArrowSource,
  type AsyncArrowReader,
  type AsyncArrowSource,
  asyncBatchesIn,
  batchesIn,
  isAsync,
  isTable,
} from "./inputs.js";

/**
 * Makes a table of Arrow data, batch by batch: memory holds one batch at most. The table appears whole or not at all.
 *
 * What is all there (a `Table`, batches, the bytes of an IPC file or stream) becomes a table at once; streams, asynchronous
 * readers and `FileHandle`s become the promise of one. Streams are released at their end and at errors; a `FileHandle`
 * stays open. An end within a message is an error; the mark at a stream's end may be missing, as the format has it, so that
 * one that was cut between two batches is a table of those before.
 *
 * Columns that `toArrow` and `writeIPC` wrote come back as they were, byte order and widths included. Others follow from
 * their types: text is as wide as the widest value, dictionaries are decoded, lists of one length are item shapes, structs
 * structured dtypes, dates and times `M8` and `m8` of their unit; timestamps with a zone are instants in UTC, the zone is
 * kept in the column's attribute as `{ timezone }`. Nulls go by `fill` and `masks`; within lists and structs they become NaN
 * and NaT.
 *
 * ```ts
 * const table = await fromArrow(createReadStream("flights.arrows"), "flights");
 * ```
 *
 * @param path the table's directory
 * @throws DTypeError naming a column whose type no column can have, CastError naming column, row and value, FormatError for
 * bytes that are no Arrow IPC, ClosedError for what shares the bytes of a table that was closed, NotFoundError for columns
 * that only the options have, UnsupportedError for what is no source and compressed data without a codec, ExistsError,
 * LockedError, NameError, DiskError; nothing is left then. What the source itself throws is passed on
 */
export function fromArrow(
  source: AsyncArrowReader,
  path: string,
  options?: ImportOptions,
): Promise<MemmapTable<Schema, "r+">>;
export function fromArrow(
  source: ArrowSource,
  path: string,
  options?: ImportOptions,
): MemmapTable<Schema, "r+">;
export function fromArrow(
  source: AsyncArrowSource,
  path: string,
  options?: ImportOptions,
): Promise<MemmapTable<Schema, "r+">>;
export function fromArrow(
  source: ArrowSource | AsyncArrowSource,
  path: string,
  options: ImportOptions = {},
): MemmapTable<Schema, "r+"> | Promise<MemmapTable<Schema, "r+">> {
  return isAsync(source) ? fromStream(source, path, options) : fromWhole(source, path, options);
}

function fromWhole(source: ArrowSource, path: string, options: ImportOptions): MemmapTable<Schema, "r+"> {
  using making = new ArrowImport(path, options);
  if (isTable(source)) making.begin(source.schema);
  for (const batch of batchesIn(source)) making.add(batch);
  return making.finish();
}

async function fromStream(
  source: AsyncArrowSource,
  path: string,
  options: ImportOptions,
): Promise<MemmapTable<Schema, "r+">> {
  using making = new ArrowImport(path, options);
  for await (const batch of asyncBatchesIn(source)) making.add(batch);
  return making.finish();
}
