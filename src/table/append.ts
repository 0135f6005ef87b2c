import { BLOCK_BYTES, isTypedArray, isViewable, planAssign, type Strided, zeros } from "../array/index.js";
import { ShapeError } from "../errors.js";
import { type Draft, rowBytes } from "../store/index.js";
import { blockRows } from "./assign-rows.js";
import { checkRows, type RowSource, rowSource, type Target } from "./row-source.js";

/**
 * Adds rows to a draft: judged first, then written behind the data block by block.
 *
 * @returns how many rows were added
 */
export function appendRows(draft: Draft, source: unknown): number {
  const targets = Array.from(
    draft.columns,
    ([name, { dtype, itemShape }]): Target => ({ name, dtype, itemShape }),
  );
  if (!isRowIterable(source)) return appendBlock(draft, source, targets, 0);
  let total = 0;
  const step = blockRows(targets);
  let block: unknown[] = [];
  for (const row of source) {
    block.push(row);
    if (block.length < step) continue;
    total += appendBlock(draft, block, targets, total);
    block = [];
  }
  return total + appendBlock(draft, block, targets, total);
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

function appendBlock(draft: Draft, source: unknown, targets: readonly Target[], firstRow: number): number {
  const rows = rowSource(source, targets);
  if (rows.length === undefined) {
    throw new ShapeError(
      "these columns are one value each and do not say how many rows to append; for one row, append([row])",
    );
  }
  if (Array.isArray(source)) checkRows(source, targets, firstRow);
  for (const target of targets) for (const _ of blocksOf(target, rows, rows.length, firstRow, false));
  const byName = new Map(targets.map((target) => [target.name, target]));
  const { length } = rows;
  draft.append(length, (name) => {
    const target = byName.get(name);
    return target === undefined ? [] : blocksOf(target, rows, length, firstRow, true);
  });
  return length;
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
  const scratch = zeros(target.dtype, [Math.min(step, length), ...target.itemShape]);
  for (let start = 0; start < length; start += step) {
    const end = Math.min(start + step, length);
    const block: Strided = {
      ...scratch,
      layout: { ...scratch.layout, shape: [end - start, ...target.itemShape] },
    };
    const assignment = planAssign(block, rows.part(target, start, end), {
      label: `column ${JSON.stringify(target.name)}`,
      firstRow: firstRow + start,
    });
    if (!store) continue;
    assignment();
    yield scratch.bytes.subarray(0, (end - start) * bytes);
  }
}
