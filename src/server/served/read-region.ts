import { copyElements, extent, isContiguous, type Layout } from "../../array/index.js";
import type { DType } from "../../dtype/index.js";
import type { Files } from "../../platform/files.js";
import { turn } from "../../platform/turns.js";
import { type OpenFile, readExactly } from "./positioned-read.js";

/** Elements that lie apart are picked from so many bytes at a time. */
const SPAN = 1 << 16;

/** To skip so many bytes is not worth another call. */
const GAP = 1 << 14;

/** Read into at once, and of no meaning afterwards. */
const scratch = new Uint8Array(SPAN);

/** Some elements: where they are in the file, and where among the bytes that they are read into. */
interface Region {
  readonly from: Layout;
  readonly to: Layout;
}

/**
 * Reads elements that lie in a file with strides, into the order of C.
 *
 * @param layout of the file: offsets count from its start
 * @param target of exactly as many bytes
 * @throws CorruptError where the file ends before, DiskError
 */
export async function readRegion(
  file: OpenFile,
  dtype: DType,
  layout: Layout,
  target: Uint8Array,
  files: Files,
): Promise<void> {
  const strides = new Array<number>(layout.shape.length);
  let stride = dtype.itemsize;
  for (let axis = layout.shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= layout.shape[axis] ?? 1;
  }
  const whole = { from: layout, to: { shape: layout.shape, strides, offset: 0 } };
  for (const { from, to } of regions(whole, dtype.itemsize)) {
    const [start, end] = extent(from, dtype.itemsize);
    if (isContiguous(from, dtype.itemsize) && isContiguous(to, dtype.itemsize)) {
      await readExactly(file, target.subarray(to.offset, to.offset + end - start), start, files);
    } else {
      const bytes = scratch.subarray(0, end - start);
      readExactly(file, bytes, start, files);
      copyElements(
        { dtype, layout: { ...from, offset: from.offset - start }, bytes },
        { dtype, layout: to, bytes: target },
      );
    }
    const due = turn();
    if (due !== undefined) await due;
  }
}

/** Regions that one call reads: such as lie without gaps on both sides, and such as are near one another. */
function* regions(region: Region, itemsize: number): Generator<Region> {
  const { from, to } = region;
  const isFlat = isContiguous(from, itemsize) && isContiguous(to, itemsize);
  const [start, end] = extent(from, itemsize);
  const axis = widest(from);
  const length = from.shape[axis];
  if (isFlat || length === undefined || (end - start <= SPAN && isDense(from, axis, itemsize))) {
    yield region;
    return;
  }
  const half = Math.ceil(length / 2);
  yield* regions(part(region, axis, 0, half), itemsize);
  yield* regions(part(region, axis, half, length - half), itemsize);
}

/** The axis along which elements are farthest apart; -1 where there is but one element. */
function widest({ shape, strides }: Layout): number {
  let found = -1;
  for (let axis = 0; axis < shape.length; axis++) {
    if (shape[axis] === 1) continue;
    if (found < 0 || (strides[axis] ?? 0) > (strides[found] ?? 0)) found = axis;
  }
  return found;
}

function isDense({ strides }: Layout, axis: number, itemsize: number): boolean {
  return (strides[axis] ?? 0) <= GAP + itemsize;
}

function part({ from, to }: Region, axis: number, start: number, length: number): Region {
  return { from: cut(from, axis, start, length), to: cut(to, axis, start, length) };
}

function cut({ shape, strides, offset }: Layout, axis: number, start: number, length: number): Layout {
  return { shape: shape.with(axis, length), strides, offset: offset + start * (strides[axis] ?? 0) };
}
