import { setImmediate as nextTurn } from "node:timers/promises";
import type { DuckDBDataChunk, DuckDBResult } from "@duckdb/node-api";
import type { MemmapTable, Schema } from "../../table/index.js";
import { NewTable, type Part } from "../new-table.js";
import { entryOf, type ImportOptions, type ImportType, importType, isTextKind } from "../options.js";
import { queryError } from "./query-error.js";
import { decoderFor } from "./vectors/choose.js";
import type { Decoder } from "./vectors/decoder.js";
import { nullsOf, RawVector } from "./vectors/raw-vector.js";

/** How far reading has come. */
export interface ImportProgress {
  /** Rows so far. */
  readonly rows: number;
  /** How much of the source has been read, from 0 to 1; undefined where that is not known. */
  readonly fraction?: number | undefined;
}

/** Options of {@link readResult}. */
export interface ReadOptions extends ImportOptions {
  /** Called now and then, at the end too. What it throws ends the import. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
  /** Ends the import: its promise rejects with the signal's reason, and there is no table. */
  readonly signal?: AbortSignal | undefined;
}

/** What those ask of {@link readResult} who know more of a source than its types. */
export interface SourceOptions {
  /** How much has been read, from 0 to 1. */
  readonly fraction?: (() => number | undefined) | undefined;
  /** What the columns are called, where DuckDB has other names for them. */
  readonly columnNames?: readonly string[] | undefined;
  /** What decodes columns, by their number, where DuckDB's types do not tell. */
  readonly decoders?: ReadonlyMap<number, Decoder> | undefined;
  /** Whether a null of a column of text is an empty string. */
  readonly isEmptyText?: ((column: string) => boolean) | undefined;
}

/** Chunks of 2,048 rows that are decoded together. */
const CHUNKS = 8;
/** Chunks that are taken before they are decoded: a few megabytes. */
const AHEAD = 96;
/** Milliseconds. */
const SOON_MS = 0.2;

interface ResultColumn {
  readonly name: string;
  readonly decoder: Decoder;
  readonly type: ImportType;
  /** Whether null is the empty string. */
  readonly isEmptyText: boolean;
}

/**
 * A table of a query's result, read as it comes, a few thousand rows at a time.
 *
 * @param result one that streams; nothing else may use its connection until this is settled
 * @throws DTypeError naming a column whose type no dtype holds; CastError naming column, row and value; what
 * `NewTable` throws; the signal's reason. There is no table then
 */
export async function readResult(
  result: DuckDBResult,
  path: string,
  options: ReadOptions,
  source: SourceOptions = {},
): Promise<MemmapTable<Schema, "r+">> {
  options.signal?.throwIfAborted();
  const columns = columnsOf(result, options, source);
  using making = NewTable.begin(
    path,
    columns.map(({ name, type, decoder: { itemShape, attr } }) => ({ name, type, itemShape, attr })),
    options,
  );
  for await (const chunks of groups(result, options.signal)) {
    const count = chunks.reduce((sum, { rowCount }) => sum + rowCount, 0);
    making.append(partsOf(chunks, columns, making.length), count);
    options.onProgress?.({ rows: making.length, fraction: source.fraction?.() });
    options.signal?.throwIfAborted();
  }
  options.signal?.throwIfAborted();
  const table = making.finish();
  try {
    options.onProgress?.({ rows: table.length, fraction: 1 });
  } catch (error) {
    table.close();
    throw error;
  }
  return table;
}

function columnsOf(result: DuckDBResult, options: ImportOptions, source: SourceOptions): ResultColumn[] {
  const names = source.columnNames ?? result.columnNames();
  return names.map((name, i) => {
    const said = options.dtypes === undefined ? undefined : entryOf(options.dtypes, name);
    const wanted = said === undefined ? undefined : importType(options, name, "text");
    const decoder =
      source.decoders?.get(i) ?? decoderFor(result.columnType(i), name, wanted, options.strings ?? "U");
    const type = importType(options, name, isTextKind(decoder.type) ? "text" : decoder.type);
    const isEmptyText = isTextKind(decoder.type) && source.isEmptyText?.(name) === true;
    return { name, decoder, type, isEmptyText };
  });
}

/** The parts of a batch, one for each column. */
function partsOf(
  chunks: readonly DuckDBDataChunk[],
  columns: readonly ResultColumn[],
  firstRow: number,
): Part[] {
  return columns.map(({ name, decoder, isEmptyText }, i) => {
    const vectors = chunks.map((chunk) => RawVector.of(chunk, i));
    const nulls = nullsOf(vectors);
    const place = { column: name, row: (index: number) => firstRow + index };
    const values = decoder.decode(vectors, nulls, place);
    return { values, nulls: isEmptyText ? undefined : nulls };
  });
}

/**
 * The chunks of a result, several at a time. DuckDB makes rows only while it is asked for them, some megabytes in one go:
 * what it has made is taken first, so that there is work for this thread while it makes the next ones.
 */
async function* groups(
  result: DuckDBResult,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly DuckDBDataChunk[]> {
  const taken: DuckDBDataChunk[] = [];
  let fetching = fetchChunk(result);
  try {
    for (;;) {
      if (taken.length > 0 && (taken.length >= AHEAD || !(await isSoon(fetching)))) {
        yield taken.splice(0, CHUNKS);
        await nextTurn();
        continue;
      }
      const chunk = await fetching;
      if (chunk === undefined) break;
      taken.push(chunk);
      fetching = fetchChunk(result);
    }
    while (taken.length > 0) {
      yield taken.splice(0, CHUNKS);
      // Whoever wants to stop this, and everything else, has a turn.
      await nextTurn();
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw queryError(cause);
  } finally {
    await fetching.catch(() => undefined);
  }
}

/** The next chunk; undefined behind the last. Whoever asks for it awaits it, sooner or later. */
function fetchChunk(result: DuckDBResult): Promise<DuckDBDataChunk | undefined> {
  const fetching = result
    .fetchChunk()
    .then((chunk) => (chunk !== null && chunk.rowCount > 0 ? chunk : undefined));
  fetching.catch(() => undefined);
  return fetching;
}

/** Whether a promise settles within the time that taking a chunk costs which is there. */
async function isSoon(promise: Promise<unknown>): Promise<boolean> {
  let isSettled = false;
  const settle = () => {
    isSettled = true;
  };
  promise.then(settle, settle);
  const end = performance.now() + SOON_MS;
  do await nextTurn();
  while (!isSettled && performance.now() < end);
  return isSettled;
}
