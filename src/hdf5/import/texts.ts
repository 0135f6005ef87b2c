import { parseDType } from "../../dtype/index.js";
import { CastError, LimitError } from "../../errors.js";
import { excerpt } from "../../npy/excerpt.js";
import { sizeProblem } from "../../npy/size.js";
import { countPoints, decodePoints } from "./code-points.js";
import type { PlannedArray } from "./plan.js";
import type { BatchReader } from "./read-texts.js";
import type { TextBatch } from "./text-batch.js";

/** Bytes that are written at a time, about. */
const BLOCK_BYTES = 8 << 20;

/** Code points of the longest text of each member, at least 1, found by reading all of them once. */
export async function widthsOf(read: BatchReader, members: number): Promise<number[]> {
  const widths: number[] = Array(members).fill(1);
  for await (const { texts } of read()) {
    for (const [member, { bytes, ends }] of texts.entries()) {
      let start = 0;
      let width = widths[member] ?? 1;
      for (const end of ends) {
        if (end - start > width) width = Math.max(width, countPoints(bytes, start, end));
        start = end;
      }
      widths[member] = width;
    }
  }
  return widths;
}

/** The array that texts of a width become. @param file for messages @throws LimitError where it would be too large */
export function textArray<T extends Pick<PlannedArray, "shape" | "name">>(
  array: T,
  width: number,
  file: string,
): T {
  const dtype = parseDType(`U${width}`);
  const problem = sizeProblem(array.shape, dtype.itemsize);
  if (problem === undefined) return { ...array, dtype };
  const message = `${file}: "/${excerpt(array.name)}" has a text of ${width} characters: ${problem}`;
  throw new LimitError(message, { path: file });
}

/**
 * The code points of texts, block by block.
 *
 * @param first the number of the first element, for messages
 * @throws CastError for text that is no UTF-8, naming the element
 */
export function* textBlocks(
  { bytes, ends }: TextBatch,
  width: number,
  what: string,
  first: number,
): Generator<Uint8Array> {
  const most = Math.max(1, Math.floor(BLOCK_BYTES / (4 * width)));
  let start = 0;
  for (let from = 0; from < ends.length; from += most) {
    const some = ends.subarray(from, from + most);
    const points = new Uint32Array(some.length * width);
    for (const [i, end] of some.entries()) {
      const count = decodePoints(bytes, start, end, points, i * width);
      if (count < 0) throw new CastError(`${what}: element ${first + from + i} is no text in UTF-8`);
      start = end;
    }
    yield new Uint8Array(points.buffer);
  }
}
