import { ComplexCumsum, type Cumulator, FloatCumsum, IntegerCumsum } from "../../compute/index.js";
import { type AnyValues, type DType, sizeOf } from "../../dtype/index.js";
import { Scratch } from "../blocks.js";
import { copyElements } from "../copy.js";
import { denseLayout } from "../layout.js";
import { contiguousBytes, type Strided, typedArray, zeros } from "../strided.js";
import { openRuns, type Runs, runsAlong, tiles, tilingOf } from "./axes.js";
import { CheckedCumsum, DurationCumsum, HalfCumsum } from "./cumulators.js";
import { type CumsumOptions, resolveAxis } from "./options.js";
import { blockLength, Reader } from "./reader.js";
import { sumDType } from "./sums.js";

type AnyCumulator = Cumulator<unknown, AnyValues>;

function cumulatorFor(dtype: DType, skipNaN: boolean, label: string): AnyCumulator {
  switch (dtype.kind) {
    case "f":
      return dtype.itemsize === 2 ? new HalfCumsum(skipNaN) : new FloatCumsum({ skipNaN });
    case "c":
      return new ComplexCumsum({ skipNaN });
    case "m":
      return new DurationCumsum(label, skipNaN);
    default:
      // Sums of smaller integers cannot leave 64 bits: there would have to be 2³¹ of them at the least.
      return dtype.itemsize === 8 ? new CheckedCumsum(label) : new IntegerCumsum();
  }
}

/** NumPy's `cumsum`: along one axis, or through all elements in C order into one axis. */
export function cumsum(array: Strided, { axis, skipNaN = false }: CumsumOptions, label: string): Strided {
  const { dtype, layout } = array;
  const resultDType = sumDType("cumsum", dtype, label);
  const flat = axis === undefined || axis === null;
  const result = zeros(resultDType, flat ? [sizeOf(layout.shape)] : layout.shape);
  const axes = flat ? layout.shape.map((_, i) => i) : [resolveAxis(axis, layout.shape.length, label)];
  const runs = runsAlong(layout, axes);
  // A flat result in the shape of the array is the same bytes.
  const target = runsAlong(denseLayout(layout.shape, resultDType.itemsize), axes);
  cumulate(array, runs, result, target, () => cumulatorFor(dtype, skipNaN, label));
  return result;
}

function cumulate(array: Strided, runs: Runs, result: Strided, target: Runs, make: () => AnyCumulator): void {
  const tiling = tilingOf(runs, blockLength(array.dtype, result.dtype));
  const together = openRuns(runs, tiling);
  const cumulators = Array.from({ length: together }, make);
  const places = tiles(target, tiling);
  const reader = new Reader();
  const scratch = new Scratch();
  for (const tile of tiles(runs, tiling)) {
    const place = places.next().value;
    if (place === undefined) return;
    const { shape } = tile.layout;
    const values = reader.read({ ...array, layout: tile.layout });
    const to = { ...result, layout: place.layout };
    const direct = contiguousBytes(to);
    const bytes = direct ?? scratch.take(sizeOf(shape) * result.dtype.itemsize);
    const out = typedArray(result.dtype, bytes);
    for (let i = 0; i < tile.count; i++) {
      const cumulator = cumulators[i % together];
      if (tile.start === 0) cumulator.reset();
      cumulator.add(values, i * tile.length, (i + 1) * tile.length, out, i * tile.length);
    }
    if (direct !== undefined) continue;
    const layout = denseLayout(shape, result.dtype.itemsize);
    copyElements({ dtype: result.dtype, layout, bytes }, to);
  }
}
