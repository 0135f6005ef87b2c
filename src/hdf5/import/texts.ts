import { type DType, parseDType } from "../../dtype/index.js";
import { CastError, LimitError } from "../../errors.js";
import { excerpt } from "../../npy/excerpt.js";
import { sizeProblem } from "../../npy/size.js";
import { countPoints, decodePoints } from "./code-points.js";
import type { PlannedDataset } from "./plan.js";
import type { TextBatch } from "./text-batch.js";

/** Bytes that are written at a time, about. */
const BLOCK_BYTES = 8 << 20;

/** Reads the texts of a dataset in the order of its elements, some at a time; as often as it is called. */
export type TextReader = () => AsyncGenerator<TextBatch>;

/**
 * What is written of texts: code points, and their width, which is found by reading all of them once.
 *
 * @param read gives the same texts each time
 */
export async function widthOf(read: TextReader): Promise<number> {
  let width = 1;
  for await (const { bytes, ends } of read()) {
    let start = 0;
    for (const end of ends) {
      if (end - start > width) width = Math.max(width, countPoints(bytes, start, end));
      start = end;
    }
  }
  return width;
}

/** The dtype of texts. @throws LimitError where they would be too many bytes */
export function textDType(width: number, { arrays, path }: PlannedDataset, file: string): DType {
  const [array] = arrays;
  const dtype = parseDType(`U${width}`);
  const problem = sizeProblem(array?.shape ?? [], dtype.itemsize);
  if (problem === undefined) return dtype;
  const message = `${file}: the dataset "${excerpt(path)}" has a text of ${width} characters: ${problem}`;
  throw new LimitError(message, { path: file });
}

/**
 * The code points of texts, block by block; a block lasts until the next one is taken.
 *
 * @throws CastError for text that is no UTF-8, naming the element
 */
export async function* textBlocks(read: TextReader, dtype: DType, what: string): AsyncGenerator<Uint8Array> {
  const { width } = dtype;
  const most = Math.max(1, Math.floor(BLOCK_BYTES / dtype.itemsize));
  let element = 0;
  for await (const { bytes, ends } of read()) {
    let start = 0;
    for (let from = 0; from < ends.length; from += most) {
      const some = ends.subarray(from, from + most);
      const points = new Uint32Array(some.length * width);
      for (const [i, end] of some.entries()) {
        const count = decodePoints(bytes, start, end, points, i * width);
        if (count < 0) throw new CastError(`${what}: element ${element + from + i} is no text in UTF-8`);
        start = end;
      }
      yield new Uint8Array(points.buffer);
    }
    element += ends.length;
  }
}
