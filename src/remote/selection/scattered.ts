import type { Rows, Strided } from "../../array/index.js";
import { sizeOf } from "../../dtype/index.js";
import type { Uses } from "./uses.js";

/** A box of so many bytes is read whole, however little of it is wanted. */
const BOX_BYTES = 2 ** 20;
/** A box of so many times what is wanted is not. */
const WASTE = 4;

/** Points of a selection that are read together. */
export interface Cluster {
  readonly uses: Uses;
  /** The places of these points among all. */
  readonly places: Float64Array;
}

/**
 * Points that are chosen by several index arrays, or a mask of several axes, in clusters near each other along the first of
 * these axes: one box around all of them could be as large as the dataset.
 *
 * @param boxBytes bytes of that one box
 * @param maxBytes the most bytes of one request
 * @returns undefined where the one box will do
 */
export function clusters(
  uses: Uses,
  itemsize: number,
  boxBytes: number,
  maxBytes: number,
): Cluster[] | undefined {
  const [first, ...others] = uses.chosen;
  const most = Math.min(BOX_BYTES, maxBytes);
  const isWaste = boxBytes > most && boxBytes > WASTE * sizeOf(uses.shape) * itemsize;
  if (first === undefined || others.length === 0 || uses.place !== 0 || !isWaste) return undefined;
  const count = first.positions.length;
  const isPaired = uses.chosen.every(
    ({ axis, shape }) => axis !== undefined && shape.length === 1 && shape[0] === count,
  );
  if (!isPaired) return undefined;
  const places = Float64Array.from(first.positions, (_, i) => i);
  places.sort((a, b) => (first.positions[a] ?? 0) - (first.positions[b] ?? 0));
  const together = Math.max(1, Math.floor(count * Math.sqrt(most / boxBytes)));
  return Array.from({ length: Math.ceil(count / together) }, (_, i) => {
    const own = places.subarray(i * together, (i + 1) * together);
    return { uses: usesOf(uses, own), places: own };
  });
}

function usesOf(uses: Uses, places: Float64Array): Uses {
  const pick = (positions: Rows) => Float64Array.from(places, (place) => positions[place] ?? 0);
  return {
    ...uses,
    axes: uses.axes.map((use) =>
      use.kind === "chosen" ? { kind: "chosen", positions: pick(use.positions) } : use,
    ),
    chosen: uses.chosen.map((one) => ({ ...one, positions: pick(one.positions), shape: [places.length] })),
    shape: uses.shape.with(0, places.length),
  };
}

/** Puts what was read of a cluster where it belongs. */
export function placed(part: Uint8Array, places: Float64Array, into: Strided): void {
  const rowBytes = part.length / Math.max(places.length, 1);
  for (const [i, place] of places.entries()) {
    into.bytes.set(part.subarray(i * rowBytes, (i + 1) * rowBytes), place * rowBytes);
  }
}
