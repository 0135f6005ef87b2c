import { copyElements, denseLayout } from "../../array/index.js";
import { type DType, sizeOf } from "../../dtype/index.js";
import { LimitError } from "../../errors.js";
import { excerpt } from "../../npy/excerpt.js";
import { turn } from "../../platform/turns.js";
import type { DatasetInfo } from "../describe.js";
import type { Handle } from "../handle.js";
import { withBox } from "../library-box.js";
import type { Box } from "../read/flat-box.js";
import { collectItems, type ItemReader, type RawItems } from "./items.js";

/** Bytes that are read at once: the library's memory has 2 GiB in all. */
const SLAB_BYTES = 1 << 22;
/** An element is read as a whole, and so is a chunk: larger ones are not, for the library's memory never shrinks. */
const LARGEST = 1 << 26;

/** Items that are read at a time, at most, and bytes of them, about. */
const MOST_ITEMS = 1 << 14;
/** Bytes of all items of a box. */
const MOST_BYTES = 1 << 28;

/** Parts of a box, of so many elements at most, which follow one another in the order of C. */
function* partsOf(box: Box, most: number): Generator<Box> {
  const { start, count } = box;
  const axis = count.findIndex((extent) => extent > 1);
  const size = sizeOf(count);
  if (size <= most || axis < 0) {
    yield box;
    return;
  }
  const extent = count[axis] ?? 1;
  const step = Math.max(1, Math.floor(most / (size / extent)));
  for (let from = 0; from < extent; from += step) {
    const part = {
      start: start.with(axis, (start[axis] ?? 0) + from),
      count: count.with(axis, Math.min(step, extent - from)),
    };
    yield* partsOf(part, most);
  }
}

/** @throws LimitError for elements or chunks that are too large */
function requireSmall({ path: file }: Handle, { path, type, chunks = [] }: DatasetInfo): void {
  const bytes = sizeOf(chunks) * type.size;
  if (bytes <= LARGEST) return;
  const what = chunks.length === 0 ? "elements" : "chunks";
  throw new LimitError(
    `${file}: the ${what} of "${excerpt(path)}" have ${bytes} bytes each; the most that are read are ${LARGEST}`,
    { path: file },
  );
}

/**
 * Reads the elements of a box one after another by HDF5's library: what only that can decode.
 *
 * @param dtype of one element, behind the axes that an array type adds to those of the dataspace
 * @param box along all axes
 * @param target of as many bytes
 * @throws CorruptError, UnsupportedError; LimitError for elements and chunks that are too large
 */
export async function readLibraryBox(
  handle: Handle,
  info: DatasetInfo,
  dtype: DType,
  box: Box,
  target: Uint8Array,
): Promise<void> {
  if (target.length === 0) return;
  const { innerShape, type } = info;
  requireSmall(handle, info);
  const rank = (info.space ?? []).length;
  const outer = { start: box.start.slice(0, rank), count: box.count.slice(0, rank) };
  const inner = { start: box.start.slice(rank), count: box.count.slice(rank) };
  const { strides } = denseLayout(innerShape, dtype.itemsize);
  const offset = inner.start.reduce((sum, at, axis) => sum + at * (strides[axis] ?? 0), 0);
  let done = 0;
  for (const part of partsOf(outer, Math.max(1, Math.floor(SLAB_BYTES / type.size)))) {
    const rest = turn();
    if (rest !== undefined) await rest;
    const shape = [sizeOf(part.count), ...inner.count];
    const to = { ...denseLayout(shape, dtype.itemsize), offset: done };
    done += sizeOf(shape) * dtype.itemsize;
    withBox(handle, info, part.start, part.count, ({ HEAPU8 }, address, bytes) => {
      const from = { shape, strides: [type.size, ...strides], offset };
      copyElements(
        { dtype, bytes: HEAPU8.subarray(address, address + bytes), layout: from },
        { dtype, bytes: target, layout: to },
      );
    });
  }
}

/**
 * Reads the items of a box.
 *
 * @throws CorruptError, also for text that is no UTF-8; LimitError where they, or a chunk, are too many bytes; UnsupportedError
 */
export async function readLibraryItems(
  handle: Handle,
  info: DatasetInfo,
  read: ItemReader,
  box: Box,
): Promise<RawItems> {
  requireSmall(handle, info);
  const items: RawItems["items"][number][] = [];
  let room = MOST_BYTES;
  for (const part of sizeOf(box.count) === 0 ? [] : partsOf(box, MOST_ITEMS)) {
    const rest = turn();
    if (rest !== undefined) await rest;
    const found = withBox(handle, info, part.start, part.count, (_, address) =>
      collectItems(handle, read, { address, shape: part.count, size: info.type.size }, room, items),
    );
    if (found === "text") throw handle.corrupt(info.path, "a text in it is no UTF-8");
    if (found === "room") {
      throw new LimitError(
        `${handle.path}: "${excerpt(info.path)}" has more than ${MOST_BYTES} bytes in ${sizeOf(box.count)} elements`,
        { path: handle.path },
      );
    }
    room -= found;
  }
  return { shape: box.count, items };
}
