import {
  BLOCK_BYTES,
  contiguousBytes,
  isTypedArray,
  isViewable,
  planAssign,
  STRIDED,
  type Strided,
  zeros,
} from "../array/index.js";
import { ShapeError } from "../errors.js";
import { type ColumnState, type RowBlock, rowBytes } from "../store/index.js";
import { blockRows } from "./assign-rows.js";
import { checkRows, type RowSource, rowSource, type Target } from "./row-source.js";

/** Rows for a draft, block by block, each of them judged before it is handed on. */
export function* rowBlocks(columns: ReadonlyMap<string, ColumnState>, source: unknown): Generator<RowBlock> {
  const targets = Array.from(columns, ([name, { dtype, itemShape }]): Target => ({ name, dtype, itemShape }));
  if (!isRowIterable(source)) {
    yield judged(source, targets, 0);
    return;
  }
  let total = 0;
  const step = blockRows(targets);
  let block: unknown[] = [];
  for (const row of source) {
    block.push(row);
    if (block.length < step) continue;
    yield judged(block, targets, total);
    total += block.length;
    block = [];
  }
  yield judged(block, targets, total);
}

/** Whether rows come one by one and cannot be asked for twice. */
function isRowIterable(source: unknown): source is Iterable<unknown> {
  if (typeof source !== "object" || source === null || !(Symbol.iterator in source)) return false;
  return !(
    Array.isArray(source) ||
    source instanceof Map ||
    isViewable(source) ||
    isTypedArray(source) ||
    "columnNames" in source
  );
}

function judged(source: unknown, targets: readonly Target[], firstRow: number): RowBlock {
  const rows = rowSource(source, targets);
  const { length } = rows;
  if (length === undefined) {
    throw new ShapeError(
      "these columns are one value each and do not say how many rows to append; for one row, append([row])",
    );
  }
  if (Array.isArray(source)) checkRows(source, targets, firstRow);
  for (const target of targets) for (const _ of blocksOf(target, rows, length, firstRow, false));
  const byName = new Map(targets.map((target) => [target.name, target]));
  return {
    count: length,
    bytesOf: (name) => {
      const target = byName.get(name);
      return target === undefined ? [] : blocksOf(target, rows, length, firstRow, true);
    },
  };
}

/** The bytes of one column's new rows, in blocks; or only a look at them. */
function* blocksOf(
  target: Target,
  rows: RowSource,
  length: number,
  firstRow: number,
  store: boolean,
): Generator<Uint8Array> {
  const bytes = rowBytes(target);
  const step = Math.max(1, Math.floor(BLOCK_BYTES / Math.max(bytes, 8)));
  let scratch: Strided | undefined;
  for (let start = 0; start < length; start += step) {
    const end = Math.min(start + step, length);
    const part = rows.part(target, start, end);
    const own = ownBytes(part, target, end - start);
    if (own !== undefined) {
      if (store) yield own;
      continue;
    }
    scratch ??= zeros(target.dtype, [Math.min(step, length), ...target.itemShape]);
    const block: Strided = {
      ...scratch,
      layout: { ...scratch.layout, shape: [end - start, ...target.itemShape] },
    };
    const assignment = planAssign(block, part, {
      label: `column ${JSON.stringify(target.name)}`,
      firstRow: firstRow + start,
    });
    if (!store) continue;
    assignment();
    yield scratch.bytes.subarray(0, (end - start) * bytes);
  }
}

/** The bytes of rows that lie in memory as they are to be written; there is nothing about them to judge. */
function ownBytes(part: unknown, { dtype, itemShape }: Target, count: number): Uint8Array | undefined {
  if (!isViewable(part)) return undefined;
  const array = part[STRIDED]();
  const { shape } = array.layout;
  const isSame = array.dtype.equals(dtype) && shape.join() === [count, ...itemShape].join();
  return isSame ? contiguousBytes(array) : undefined;
}
