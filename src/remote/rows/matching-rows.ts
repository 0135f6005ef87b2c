import { denseLayout, type Range, type Strided } from "../../array/index.js";
import { isMemmapError, UnsupportedError } from "../../errors.js";
import type { TableView } from "../../table/index.js";
import { type FetchOptions, pinned, type Version } from "../selection/fetch.js";
import { ascending } from "../selection/frame.js";
import { dtypeOf } from "../selection/read.js";
import { recordsOf, type TableSource, viewOfRecords } from "./rows-reader.js";

/**
 * The rows of a range that fulfil a condition, which the server tries. Where they are too many for one answer, the range is
 * halved.
 *
 * @throws UnsupportedError where the server cannot
 */
export async function matchingRows(
  source: TableSource,
  names: readonly string[],
  range: Range,
  where: string,
  options: FetchOptions,
): Promise<TableView> {
  const { tree, group, isTable } = source;
  if (!isTable || tree.requests.hasExtensions() !== true) {
    throw new UnsupportedError(
      `the server tries no conditions on ${tree.labelOf(group)}; read its columns, and filter by a mask`,
      { path: tree.file },
    );
  }
  // Of no columns there are no rows to be sent: one of them tells how many there are.
  const sent = names.length > 0 ? names : [...source.columns.keys()].slice(0, 1);
  const records = recordsOf(source, sent);
  const dtype = dtypeOf(records);
  const { maxBytes } = records.limits;
  const parts = async (part: Range, version: Version): Promise<Strided[]> => {
    if (part.length === 0) return [];
    const { start, length: count, step } = part;
    const selection = [{ kind: "range", start, count, step } as const];
    try {
      const query = { object: group, slice: selection, where };
      const limit = Math.min(maxBytes, count * dtype.itemsize);
      const { bytes, shape } = await version.ask(records, query, { dtype, limit });
      return [{ dtype, layout: denseLayout(shape, dtype.itemsize), bytes }];
    } catch (error) {
      if (count === 1 || !isMemmapError(error, "LIMIT")) throw error;
      const half = Math.ceil(count / 2);
      const first = await parts({ start, length: half, step }, version);
      const second = await parts({ start: start + half * step, length: count - half, step }, version);
      return [...first, ...second];
    }
  };
  const found = await pinned(records, options, (version) => parts(ascending(range), version));
  const rows = viewOfRecords(
    found.length > 0
      ? found
      : [{ dtype, layout: denseLayout([0], dtype.itemsize), bytes: new Uint8Array(0) }],
  );
  const view = rows.select(names);
  return range.step < 0
    ? view.take(Array.from({ length: view.length }, (_, i) => view.length - 1 - i))
    : view;
}
