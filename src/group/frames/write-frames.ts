import { Scratch } from "../../array/index.js";
import { ExistsError } from "../../errors.js";
import { type Draft, decodeAttr, type FileLayout, prefixOf } from "../../store/index.js";
import { attrEntries } from "../node-attributes.js";
import { showPath } from "../node-path.js";
import { frameTableIn, withFrameTable } from "./frame-table.js";
import { movesAtOnce, type Order } from "./move-rows.js";
import type { PendingFrame } from "./pending-frame.js";
import { type PlannedArray, type PlannedFrame, type PlannedGroup, planFrame } from "./plan-frame.js";

/** Bytes that are read, and written, at a time. */
export const UNIT_BYTES = 8 << 20;

/** A frame, and the group that it is written into. */
export interface PlacedFrame {
  readonly pending: PendingFrame;
  /** The name of the group; `""` is the root. */
  readonly group: string;
}

/** How far writing has come. */
export interface WriteProgress {
  /** Bytes that are written. */
  readonly bytes: number;
  /** Bytes that are to be written in all. */
  readonly total: number;
}

/** What writes frames needs to know. */
export interface WriteContext {
  readonly draft: Draft;
  readonly layout: FileLayout;
  /** Told after each step. What it throws ends the writing. */
  readonly onProgress: (progress: WriteProgress) => void;
  /**
   * Asked before each file is made: encoders and `onProgress` may close the file, which is another writer's then, and ends the
   * draft.
   *
   * @throws ClosedError, the signal's reason
   */
  readonly throwIfOver: () => void;
}

/** A frame that is planned. */
export interface FramePlan extends PlannedFrame {
  readonly group: string;
}

/** What is written of some frames, in bytes. */
export function totalOf(plans: readonly FramePlan[]): number {
  let total = 0;
  for (const { arrays, groups } of plans) {
    const rows = groups.reduce((sum, { start, end }) => sum + end - start, 0);
    for (const array of arrays) total += rows * array.rows.rowBytes;
  }
  return total;
}

/**
 * Notes frames in a draft, in place of those that they replace, and plans what is written of them.
 *
 * @throws ExistsError where a frame has come to be in the place of one; ShapeError where the attribute of a frame's group is
 * no object, which has no place for the frame's table
 */
export function beginFrames(frames: readonly PlacedFrame[], draft: Draft): FramePlan[] {
  return frames.map(({ pending, group }) => {
    const path = showPath(group);
    if (pending.overwrite) removeFrame(group, draft);
    else if (frameTableIn(draft.groups.get(group) ?? null, path) !== undefined) {
      throw new ExistsError(`there is a frame in ${path} by now; say overwrite: true to replace it`);
    }
    const before = draft.groups.get(group) ?? null;
    attrEntries(decodeAttr(before), path);
    const attr = withFrameTable(before, pending.table);
    if (draft.hasGroup(group)) draft.setGroupAttr(group, attr);
    else draft.addGroup(group, attr);
    return { group, ...planFrame(pending) };
  });
}

/** Removes what was written of a frame, and nothing else. */
function removeFrame(group: string, draft: Draft): void {
  const table = frameTableIn(draft.groups.get(group) ?? null, group);
  if (table === undefined) return;
  const parts = table.groupBy.length === 0 ? [""] : table.groups.map(({ part }) => part);
  const own = new Set<string>();
  for (const part of parts) {
    const prefix = prefixOf(group) + prefixOf(part);
    for (const { name } of table.arrays) own.add(prefix + name);
    for (const { name, columns } of table.frames) {
      for (const column of columns)
        own.add(`${prefix}${name}/${column}`).add(`${prefix}${name}/${column}.null`);
    }
  }
  for (const name of [...draft.columns.keys()]) if (own.has(name)) draft.remove(name);
}

/** The name in the store of an array of one group of rows. */
export function arrayName(plan: FramePlan, { part }: PlannedGroup, { name }: PlannedArray): string {
  return prefixOf(plan.group) + prefixOf(part) + name;
}

/** Writes frames in this thread, array by array. Each step is one array of one group. */
export function* writeHere(plans: readonly FramePlan[], context: WriteContext): Generator<void> {
  const { draft, layout, onProgress } = context;
  const total = totalOf(plans);
  let bytes = 0;
  const scratch = new Scratch();
  for (const plan of plans) {
    for (const array of plan.arrays) {
      const { dtype, itemShape } = array.rows;
      const blocks = blocksOf(array, plan, scratch);
      for (const group of plan.groups) {
        const content = told(blocks(group), (count) => {
          bytes += count;
          onProgress({ bytes, total });
        });
        const rows = group.end - group.start;
        context.throwIfOver();
        const name = arrayName(plan, group, array);
        draft.add(name, { dtype, itemShape, rows, layout, attr: null, overwrite: false, content });
        yield;
      }
    }
  }
  checkSources(plans);
}

/**
 * To be asked when all is written: columns that became others meanwhile were read before that, or after.
 *
 * @throws ClosedError, NotFoundError, ShapeError
 */
export function checkSources(plans: readonly FramePlan[]): void {
  for (const { arrays } of plans) for (const { rows } of arrays) rows.check();
}

/** What gives the bytes of each group's rows. */
function blocksOf(
  { rows: { rowBytes, order, read } }: PlannedArray,
  { groups }: FramePlan,
  scratch: Scratch,
): (group: PlannedGroup) => Iterable<Uint8Array> {
  const step = rowsPerUnit(rowBytes, order);
  const length = groups.at(-1)?.end ?? 0;
  if (order === undefined || step < length) {
    return ({ start, end }) => blocksBetween(start, end, step, (from, to) => read(from, to, scratch));
  }
  let all: Uint8Array | undefined;
  return ({ start, end }) => {
    all ??= read(0, length, scratch);
    return [all.subarray(start * rowBytes, end * rowBytes)];
  };
}

function* blocksBetween(
  start: number,
  end: number,
  step: number,
  read: (start: number, end: number) => Uint8Array,
): Generator<Uint8Array> {
  for (let at = start; at < end; at += step) yield read(at, Math.min(at + step, end));
}

/** Blocks, each of which is told of once it is written. */
function* told(blocks: Iterable<Uint8Array>, done: (bytes: number) => void): Generator<Uint8Array> {
  for (const block of blocks) {
    yield block;
    if (block.length > 0) done(block.length);
  }
}

/** How many rows are read at a time. */
export function rowsPerUnit(rowBytes: number, order: Order): number {
  if (movesAtOnce(order, rowBytes)) return Math.max(1, order.length);
  return Math.max(1, Math.floor(UNIT_BYTES / Math.max(rowBytes, 1)));
}
