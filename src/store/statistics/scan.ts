import { type BlockStatistics, denseLayout, Reader } from "../../array/index.js";
import {
  type Accumulator,
  BigExtremum,
  type Extremum,
  isnan,
  maskCount,
  NumberExtremum,
  type NumericArray,
} from "../../compute/index.js";
import { CorruptError } from "../../errors.js";
import type { Files } from "../../platform/files.js";
import { type ColumnState, rowBytes } from "../catalog.js";
import type { Waiting } from "./quiet.js";

/** Rows of a block. */
export const BLOCK_ROWS = 1 << 16;
/** Bytes that are read at a time. */
const PIECE = 1 << 19;

type Finder = Accumulator<Extremum<number | bigint> | null>;

/** Reads a column's file, and finds the least and the greatest element of each block; it may be interrupted after each piece. */
export function* scanBlocks(
  column: ColumnState,
  fd: number,
  files: Files,
  blockRows = BLOCK_ROWS,
): Waiting<BlockStatistics> {
  const { dtype, rows, path, dataOffset } = column;
  const { itemsize, kind } = dtype;
  const nat = kind === "M" || kind === "m";
  const isBig = itemsize === 8 && kind !== "f";
  const find = (side: "min" | "max"): Finder =>
    isBig ? new BigExtremum(side, { nat, skipNaN: true }) : new NumberExtremum(side, { skipNaN: true });
  const finders = [find("min"), find("max")] as const;
  const perRow = rowBytes(column) / itemsize;
  const [length, blockLength] = [rows * perRow, blockRows * perRow];
  const blocks = Math.ceil(rows / blockRows);
  const statistics: BlockStatistics = {
    dtype,
    length,
    blockLength,
    ...room(blocks, isBig, kind === "u"),
    missing: new Float64Array(blocks),
  };
  const reader = new Reader();
  const most = PIECE / itemsize;
  const piece = new Uint8Array(Math.min(PIECE, length * itemsize));
  const nan = new Uint8Array(kind === "f" || nat ? most : 0);
  for (let block = 0; block < blocks; block++) {
    const end = Math.min((block + 1) * blockLength, length);
    for (let at = block * blockLength; at < end; at += most) {
      const count = Math.min(most, end - at);
      const bytes = piece.subarray(0, count * itemsize);
      if (files.read(fd, bytes, dataOffset + at * itemsize, path) < bytes.length) {
        throw new CorruptError(`${path}: the file became shorter than its rows while it was read`, { path });
      }
      const values = reader.read({ dtype, layout: denseLayout([count], itemsize), bytes });
      for (const finder of finders) finder.add(values, 0, count);
      if (nan.length > 0) {
        isnan(values, 0, count, nan, 0, { nat });
        statistics.missing[block] += maskCount(nan, 0, count);
      }
      yield 0;
    }
    const [least, greatest] = finders.map((finder) => finder.result()?.value ?? (isBig ? 0n : 0));
    store(statistics.least, block, least);
    store(statistics.greatest, block, greatest);
    for (const finder of finders) finder.reset();
  }
  return statistics;
}

function room(
  blocks: number,
  isBig: boolean,
  isUnsigned: boolean,
): Pick<BlockStatistics, "least" | "greatest"> {
  const Kind = !isBig ? Float64Array : isUnsigned ? BigUint64Array : BigInt64Array;
  return { least: new Kind(blocks), greatest: new Kind(blocks) };
}

function store(values: NumericArray, at: number, value: number | bigint | undefined): void {
  if (value !== undefined) values[at] = value;
}
