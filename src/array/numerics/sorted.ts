import { byteSwap, type NumericArray } from "../../compute/index.js";
import { type AnyValues, type DType, parseDType, sizeOf } from "../../dtype/index.js";
import { Scratch } from "../blocks.js";
import { copyElements, denseCopy } from "../copy.js";
import { denseLayout } from "../layout.js";
import { contiguousBytes, room, type Strided } from "../strided.js";
import { runsAlong, type Tiling, tiles } from "./axes.js";
import { requireOrder } from "./distinct.js";
import { resolveAxis, type SortOptions } from "./options.js";
import { isPlain, orderOf, sortBytes, storeOrder, takeBytes, unitsPer } from "./order.js";
import { blockLength, Reader } from "./reader.js";

/** Writes what comes of one run to bytes: its elements in order, or their places; of it as it is, and as kernels take it. */
type Emit = (run: AnyValues, values: NumericArray, out: Uint8Array) => void;

/** NumPy's `sort`, stable. */
export function sorted(array: Strided, options: SortOptions, label: string): Strided {
  const { dtype } = array;
  return sortRuns("sort", array, dtype, options, label, (run, values, out) => {
    if (isPlain(dtype)) sortBytes(values, dtype, out);
    else takeBytes(run, dtype, orderOf(dtype, values), out);
    if (!dtype.native) byteSwap(out, dtype.itemsize, dtype.alignment);
  });
}

/** NumPy's `argsort`, stable. */
export function argsorted(array: Strided, options: SortOptions, label: string): Strided {
  return sortRuns("argsort", array, parseDType("i8"), options, label, (_run, values, out) =>
    storeOrder(array.dtype, values, out),
  );
}

function sortRuns(
  name: string,
  array: Strided,
  resultDType: DType,
  { axis = -1 }: SortOptions,
  label: string,
  emit: Emit,
): Strided {
  const { dtype, layout } = array;
  requireOrder(name, dtype, label);
  if (axis === null && layout.shape.length !== 1) {
    const flat = denseLayout([sizeOf(layout.shape)], dtype.itemsize);
    return sortRuns(name, { ...denseCopy(array), layout: flat }, resultDType, {}, label, emit);
  }
  const along = [resolveAxis(axis ?? -1, layout.shape.length, label)];
  const result = room(resultDType, layout.shape);
  const runs = runsAlong(layout, along);
  const target = runsAlong(result.layout, along);
  const length = Math.max(1, sizeOf(runs.run.shape));
  const tiling: Tiling = { runs: Math.max(1, Math.floor(blockLength(dtype, resultDType) / length)), length };
  const places = tiles(target, tiling);
  const reader = new Reader();
  const scratch = new Scratch();
  const width = unitsPer(dtype);
  const resultBytes = length * resultDType.itemsize;
  for (const tile of tiles(runs, tiling)) {
    const place = places.next().value;
    if (place === undefined) break;
    const raw = reader.raw({ ...array, layout: tile.layout });
    const values = reader.convert(raw, dtype);
    const to = { ...result, layout: place.layout };
    const direct = contiguousBytes(to);
    const bytes = direct ?? scratch.take(tile.count * resultBytes);
    for (let i = 0; i < tile.count; i++) {
      const [start, end] = [i * length * width, (i + 1) * length * width];
      emit(
        raw.subarray(start, end),
        values.subarray(start, end),
        bytes.subarray(i * resultBytes, (i + 1) * resultBytes),
      );
    }
    if (direct !== undefined) continue;
    const dense = denseLayout(tile.layout.shape, resultDType.itemsize);
    copyElements({ dtype: resultDType, layout: dense, bytes }, to);
  }
  return result;
}
