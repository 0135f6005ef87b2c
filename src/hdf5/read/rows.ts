import { showValue } from "../../dtype/index.js";
import { IndexError } from "../../errors.js";

/** Rows along the first axis: successive ranges, or row numbers in any order, repeated or not. */
export type RowSet = readonly (readonly [start: number, stop: number])[] | Float64Array;

/** Successive rows of the dataset that are successive rows of the result. */
export interface Piece {
  readonly start: number;
  readonly stop: number;
  /** The row of the result that the first one becomes. */
  readonly at: number;
}

/** The rows of one band of the dataset. */
export interface Band {
  readonly band: number;
  readonly pieces: readonly Piece[];
}

/**
 * Counts rows.
 *
 * @param length rows that there are
 * @throws IndexError for one that is not there, and for what are no rows
 */
export function countRows(rows: RowSet, length: number): number {
  if (rows instanceof Float64Array) {
    for (const row of rows) if (!isWithin(row, length - 1)) throw outside(row, length);
    return rows.length;
  }
  if (!isListOfLists(rows)) {
    throw new IndexError(
      `rows are ranges such as [[0, 10]], or a Float64Array of row numbers, not ${showValue(rows)}`,
    );
  }
  let count = 0;
  for (const [start, stop] of rows) {
    if (!isWithin(start, length)) throw outside(start, length);
    if (!isWithin(stop, length) || stop < start) throw outside(stop, length);
    count += stop - start;
  }
  return count;
}

function isListOfLists(rows: unknown): boolean {
  return Array.isArray(rows) && rows.every((range) => Array.isArray(range));
}

function isWithin(row: number, last: number): boolean {
  return Number.isSafeInteger(row) && row >= 0 && row <= last;
}

function outside(row: number, length: number): IndexError {
  return new IndexError(`row ${showValue(row)} is not one of the ${length} rows`);
}

/**
 * The bands that rows are in, in order, as ranges of bands: each is `bandRows` successive rows of the dataset, chunk by
 * chunk.
 */
export function bandRanges(rows: RowSet, bandRows: number): [from: number, to: number][] {
  const ranges: [number, number][] =
    rows instanceof Float64Array
      ? [...new Set(rows.map((row) => Math.floor(row / bandRows)))].map((band) => [band, band + 1])
      : rows
          .filter(([start, stop]) => stop > start)
          .map(([start, stop]) => [Math.floor(start / bandRows), Math.ceil(stop / bandRows)]);
  const merged: [number, number][] = [];
  for (const [from, to] of ranges.sort(([one], [other]) => one - other)) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/** Rows in the order of the dataset, band by band. */
export function* bandsOf(rows: RowSet, bandRows: number): Generator<Band> {
  const all = piecesOf(rows, bandRows);
  for (let next = 0; next < all.length; ) {
    const first = next;
    const band = bandOf(all[first], bandRows);
    while (next < all.length && bandOf(all[next], bandRows) === band) next += 1;
    yield { band, pieces: all.slice(first, next) };
  }
}

function bandOf(piece: Piece | undefined, bandRows: number): number {
  return Math.floor((piece?.start ?? 0) / bandRows);
}

/** Rows in the order of the dataset, none of whose pieces leaves its band. */
export function piecesOf(rows: RowSet, bandRows: number): Piece[] {
  const pieces = rows instanceof Float64Array ? runsOf(rows, bandRows) : cutsOf(rows, bandRows);
  let last = 0;
  for (const { start } of pieces) {
    if (start < last) return pieces.sort((one, other) => one.start - other.start);
    last = start;
  }
  return pieces;
}

function cutsOf(rows: Exclude<RowSet, Float64Array>, bandRows: number): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const [from, to] of rows) {
    for (let start = from; start < to; ) {
      const stop = Math.min(to, (Math.floor(start / bandRows) + 1) * bandRows);
      pieces.push({ start, stop, at });
      at += stop - start;
      start = stop;
    }
  }
  return pieces;
}

function runsOf(rows: Float64Array, bandRows: number): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < rows.length; ) {
    const start = rows[at] ?? 0;
    const end = (Math.floor(start / bandRows) + 1) * bandRows;
    let count = 1;
    while (rows[at + count] === start + count && start + count < end) count += 1;
    pieces.push({ start, stop: start + count, at });
    at += count;
  }
  return pieces;
}
