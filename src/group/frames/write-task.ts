import { openBytes, type SharedBytes } from "../../array/index.js";
import { nodeFiles as files } from "../../platform/files.js";
import type { TaskContext } from "../../workers/index.js";
import { moveRows, type Ranks } from "./move-rows.js";

/** Successive bytes of a unit that go into one file. */
export interface Segment {
  readonly path: string;
  /** Where in the file. */
  readonly at: number;
  readonly length: number;
}

/** Rows that are written together: they are gathered once, and go into one file after another. */
export interface WriteUnit {
  readonly source: SharedBytes;
  readonly rowBytes: number;
  /** Row numbers in the order of writing; rows follow one another without. */
  readonly order: Uint32Array<SharedArrayBuffer> | undefined;
  /** Where all rows go, where all are moved. */
  readonly ranks: Ranks | undefined;
  /** The first row, and the one behind the last. */
  readonly start: number;
  readonly end: number;
  readonly segments: readonly Segment[];
}

/** Units of about one size together. */
export interface WriteJob {
  readonly units: readonly WriteUnit[];
}

let scratch = new Uint8Array(0);

/** Writes rows into files that are there. Between units and segments it looks whether it shall stop. */
export function writeRows({ units }: WriteJob, context: TaskContext): void {
  for (const unit of units) {
    let bytes: Uint8Array | undefined;
    let from = 0;
    for (const segment of unit.segments) {
      if (context.stopped) return;
      bytes ??= rowsOf(unit);
      writeSegment(segment, bytes.subarray(from, from + segment.length));
      from += segment.length;
    }
  }
}

function writeSegment({ path, at }: Segment, bytes: Uint8Array): void {
  const fd = files.open(path, "r+");
  try {
    files.write(fd, bytes, at, path);
  } finally {
    files.close(fd);
  }
}

function rowsOf({ source, rowBytes, order, ranks, start, end }: WriteUnit): Uint8Array {
  const bytes = openBytes(source);
  if (order === undefined) return bytes.subarray(start * rowBytes, end * rowBytes);
  const length = (end - start) * rowBytes;
  if (scratch.length < length) scratch = new Uint8Array(length);
  const rows = scratch.subarray(0, length);
  moveRows(bytes, rowBytes, order, ranks, [start, end], rows);
  return rows;
}
