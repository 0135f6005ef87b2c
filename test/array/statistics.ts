import type { BlockStatistics, Strided } from "../../src/array/index.js";
import { denseLayout, wrap } from "../../src/array/index.js";
import { sizeOf } from "../../src/dtype/index.js";

/** Block statistics of an array, the plain way. */
export function statisticsOf(array: Strided, blockLength: number): BlockStatistics {
  const { dtype } = array;
  const length = sizeOf(array.layout.shape);
  const layout = denseLayout([length], dtype.itemsize);
  const elements = [...wrap({ ...array, layout }, false)] as (number | bigint | boolean | null)[];
  const isBig = dtype.itemsize === 8 && dtype.kind !== "f";
  const none = isBig ? 0n : 0;
  const found = Array.from({ length: Math.ceil(length / blockLength) }, (_, block) => {
    const all = elements.slice(block * blockLength, (block + 1) * blockLength);
    const there = all.flatMap((x) =>
      x === null || Number.isNaN(x) ? [] : [typeof x === "boolean" ? Number(x) : x],
    );
    let [least, greatest] = [there[0] ?? none, there[0] ?? none];
    for (const x of there) {
      if (x < least) least = x;
      if (x > greatest) greatest = x;
    }
    return { least, greatest, missing: all.length - there.length };
  });
  const values = (of: (number | bigint)[]) =>
    !isBig
      ? Float64Array.from(of, Number)
      : dtype.kind === "u"
        ? BigUint64Array.from(of, BigInt)
        : BigInt64Array.from(of, BigInt);
  return {
    dtype,
    length,
    blockLength,
    least: values(found.map((each) => each.least)),
    greatest: values(found.map((each) => each.greatest)),
    missing: Float64Array.from(found, (each) => each.missing),
  };
}
