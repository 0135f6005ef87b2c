import type { RowPlan, RowSet } from "../hdf5/index.js";
import type { DatasetRows } from "./dataset-rows.js";
import { isRange, type RowPick, rangeOf, rowSetOf } from "./row-pick.js";

/** What is read together of a dataset. */
const PART_BYTES = 4 << 20;
/** Chunks that are read together: to find one in the file takes some microseconds. */
const PART_CHUNKS = 1024;
/** Rows that are read one by one: so many numbers of them are sent at a time. */
const PART_NUMBERS = 16384;
/** Rows that are not wanted are read where so many bytes bring to the next one: a page comes whole. */
const SKIPPED_BYTES = 4096;
/** Parts that one task reads, and how long it may take to plan them, in milliseconds. */
const MOST_PARTS = 16;
const PLAN_MS = 4;

/** Some rows of a dataset. */
export interface PlannedPart {
  readonly plan: RowPlan;
  /** Rows that are wanted. */
  readonly length: number;
  /** Of the rows that are read, the first that is wanted, and how far it is to the next; undefined where all are wanted. */
  readonly pick: { readonly start: number; readonly length: number; readonly step: number } | undefined;
}

/** Parts that one task reads. */
export interface PlannedParts {
  readonly parts: readonly PlannedPart[];
  readonly isLast: boolean;
}

/** Rows of a dataset, in tasks that are planned when they are asked for, none of them for long. There is always one. */
export function* plannedRows(dataset: DatasetRows, rows: RowPick): Generator<PlannedParts, void> {
  let parts: PlannedPart[] = [];
  let began = performance.now();
  let done = 0;
  while (done < rows.length) {
    const part = nextPart(dataset, rows, done);
    parts.push(part);
    done += part.length;
    if (done < rows.length && (parts.length >= MOST_PARTS || performance.now() - began >= PLAN_MS)) {
      yield { parts, isLast: false };
      parts = [];
      began = performance.now();
    }
  }
  yield { parts, isLast: true };
}

/** The part behind so many rows: it ends with a chunk where it can. */
function nextPart(dataset: DatasetRows, rows: RowPick, done: number): PlannedPart {
  const { rowBytes, chunkRows = 1 } = dataset;
  const left = rows.length - done;
  const most = Math.max(1, Math.floor(PART_BYTES / Math.max(1, rowBytes)));
  const part = (length: number) => rangeOf(rows, { start: done, length, step: 1 });
  if (!isRange(rows)) return planned(dataset, rowSetOf(part(Math.min(most, left))), Math.min(most, left));
  const { step } = rows;
  const stride = Math.abs(step);
  if (stride > chunkRows && stride * rowBytes > SKIPPED_BYTES) {
    const length = Math.min(most, PART_NUMBERS, left);
    return planned(dataset, rowSetOf(part(length)), length);
  }
  const row = rows.start + done * step;
  const bands = Math.min(Math.floor(most / chunkRows), Math.ceil(PART_CHUNKS / dataset.chunksAbreast));
  const before = step < 0 ? chunkRows - 1 - (row % chunkRows) : row % chunkRows;
  const room = bands < 1 ? most : bands * chunkRows - before;
  const length = Math.min(left, Math.floor((room - 1) / stride) + 1);
  const span = (length - 1) * stride + 1;
  const first = step < 0 ? row - span + 1 : row;
  const pick = step === 1 ? undefined : { start: row - first, length, step };
  return planned(dataset, [[first, first + span]], length, pick);
}

function planned(
  dataset: DatasetRows,
  rows: RowSet,
  length: number,
  pick?: PlannedPart["pick"],
): PlannedPart {
  return { plan: dataset.plan(rows), length, pick };
}
