import { holdingBytes, openArray, type SharedArray } from "../array/index.js";
import type { TaskContext } from "../workers/index.js";
import { type Chunk, ChunkGrouper, type GroupedChunk } from "./group-chunk.js";
import type { Part } from "./part-rule.js";

/** One chunk for a worker. */
export interface GroupTask extends Chunk {
  readonly keys: readonly SharedArray[];
  readonly columns: readonly SharedArray[];
  readonly parts: readonly Part[];
  readonly wantsGroups: boolean;
}

/** Gathers one chunk. */
export function groupChunk(task: GroupTask, _context: TaskContext): Promise<GroupedChunk> {
  return holdingBytes(async () => {
    const { keys, columns, parts, wantsGroups, start, end } = task;
    const sources = { keys: keys.map(openArray), columns: columns.map(openArray), parts, wantsGroups };
    using grouper = new ChunkGrouper(sources, end - start);
    return grouper.group({ start, end });
  });
}
