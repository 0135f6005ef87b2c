import { type ArrayView, denseLayout, wrap } from "../../array/index.js";
import type { FrameColumn } from "../column-source.js";
import type { Hierarchy } from "../hierarchy.js";
import { showPath } from "../node-path.js";
import { infosOf } from "./frame-info.js";
import { type FrameTable, frameTableIn, type Registered } from "./frame-table.js";
import { maskName } from "./masks.js";
import { rowsOf } from "./row-source.js";

/** The tables of frames that were written, by the groups that they are in. @throws FormatError */
export function writtenFrames({
  catalog,
  root,
}: Pick<Hierarchy, "catalog" | "root">): Map<string, FrameTable> {
  const found = new Map<string, FrameTable>();
  for (const [group, attr] of catalog.groups) {
    const table = frameTableIn(attr, group === "" ? root : showPath(group));
    if (table !== undefined) found.set(group, table);
  }
  return found;
}

/** What was registered as a data frame and is in this group; undefined where nothing was. */
export function registeredAt(name: string, hierarchy: Hierarchy): Registered | undefined {
  for (const info of infosOf(writtenFrames(hierarchy)).values()) {
    const frame = info.registeredAt(showPath(name));
    if (frame !== undefined) return frame;
  }
  return undefined;
}

/** The columns of a written data frame beside each other: rows × columns, of the dtype that they have together. A copy. */
export function stackedFrame(hierarchy: Hierarchy, group: string, { columns }: Registered): ArrayView {
  const sources = columns.map((column): FrameColumn => {
    const array = hierarchy.array(`${group}/${column}`) as ArrayView;
    const mask = columns.includes(maskName(column)) ? undefined : `${group}/${maskName(column)}`;
    const hasMask = mask !== undefined && hierarchy.kindOf(mask) === "array";
    const nulls = hasMask ? (hierarchy.array(mask).values as unknown as Uint8Array) : undefined;
    return { name: column, array, nulls };
  });
  const rows = sources[0]?.array.length ?? 0;
  const { dtype, itemShape, read } = rowsOf(sources, undefined, { rows, stacked: true });
  return wrap(
    { dtype, layout: denseLayout([rows, ...itemShape], dtype.itemsize), bytes: read(0, rows) },
    false,
  );
}
