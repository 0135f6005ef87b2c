import { codecOf, sizeOf } from "../../dtype/index.js";
import { BLOCK_BYTES, Scratch, split } from "../blocks.js";
import { copyElements } from "../copy.js";
import { denseLayout } from "../layout.js";
import { contiguousBytes, dataView, type Strided } from "../strided.js";

/** Calls `visit` with each element in C order, as `at` gives it. Holds a block beside what `visit` keeps. */
export function eachElement(array: Strided, visit: (element: unknown, position: number) => void): void {
  const { dtype, layout } = array;
  const { read } = codecOf(dtype);
  const scratch = new Scratch();
  let position = 0;
  for (const piece of split(layout, Math.max(1, Math.floor(BLOCK_BYTES / dtype.itemsize)))) {
    const size = sizeOf(piece.shape);
    const from = { ...array, layout: piece };
    const direct = contiguousBytes(from);
    const bytes = direct ?? scratch.take(size * dtype.itemsize);
    if (direct === undefined) {
      copyElements(from, { dtype, layout: denseLayout(piece.shape, dtype.itemsize), bytes });
    }
    const view = dataView(bytes);
    for (let i = 0; i < size; i++) visit(read(view, i * dtype.itemsize), position++);
  }
}
