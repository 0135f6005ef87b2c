import { sizeOf } from "../../dtype/index.js";
import { split } from "../blocks.js";
import { contiguousBytes, type Strided } from "../strided.js";
import { memoryOrder } from "./axes.js";
import { Chooser } from "./chooser.js";
import { blockLength, type Reader } from "./reader.js";
import type { Reduction } from "./reduce.js";
import type { Where } from "./where.js";

/**
 * Bytes of a chunk: large beside what it costs to have one reduced by another thread, small beside the caches that
 * threads share.
 */
const CHUNK_BYTES = 1 << 22;

/** Of what is compared and reduced in turn, and of the marks between, shorter pieces stay in the processor's second cache. */
const TOGETHER = 4;

/** What is reduced: an array, and the mask of its shape that says which of its elements count, all if there is none. */
export interface Operand {
  readonly array: Strided;
  readonly where?: Where | undefined;
}

/**
 * The operand in pieces, which are what {@link reduceChunk} takes. They depend on layout and dtype alone, so that a
 * result is the same whoever reduces them, as long as their states are absorbed in this order.
 */
export function* chunksOf(
  { array, where }: Operand,
  { ordered = false }: Pick<Reduction, "ordered">,
): Generator<Operand> {
  const { strides } = array.layout;
  const inOrder = ({ layout }: Strided) => (ordered ? layout : memoryOrder(layout, strides));
  const length = Math.max(1, Math.floor(CHUNK_BYTES / array.dtype.itemsize));
  const masks = where === undefined ? undefined : split(inOrder(where), length);
  for (const layout of split(inOrder(array), length)) {
    const mask = masks?.next().value;
    yield {
      array: { ...array, layout },
      where: where === undefined || mask === undefined ? undefined : { ...where, layout: mask },
    };
  }
}

/** The state of an accumulator that took up one chunk. It can be sent to another thread and absorbed there. */
export function reduceChunk<Result>(
  { array, where }: Operand,
  reduction: Reduction<Result>,
  reader: Reader,
): unknown {
  const accumulator = reduction.start();
  // What lies as it is wanted is looked at as a whole.
  const isWhole = where === undefined && contiguousBytes(array) !== undefined && reader.isDirect(array.dtype);
  const block = blockLength(array.dtype);
  // The same for masks and for what they are made of: sums depend on where they are cut.
  const length = isWhole
    ? Number.POSITIVE_INFINITY
    : where === undefined
      ? block
      : Math.ceil(block / TOGETHER);
  const masks = where && split(where.layout, length);
  const chooser = new Chooser();
  for (const layout of split(array.layout, length)) {
    const piece = { ...array, layout };
    const values = reduction.anyTruth === true ? reader.readBytes(piece) : reader.read(piece);
    const mask = masks?.next().value;
    if (where === undefined || mask === undefined) accumulator.add(values, 0, sizeOf(layout.shape));
    else chooser.add(accumulator, values, { ...where, layout: mask });
    if (accumulator.settled === true) break;
  }
  return accumulator.state();
}
