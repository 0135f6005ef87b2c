import type { ArrayView } from "../../array/index.js";
import type { AxisSelection } from "../../remote/wire/index.js";
import type { ServedDataset } from "../served/served.js";
import { axisOf } from "./axis.js";
import { planReads } from "./plan-reads.js";

/** Items of any length that are read at a time; such as lie between them are read as well, up to so many for each read. */
const ITEMS = 256;
const ITEM_GAP = 64;

/** The texts or lists that are selected, some at a time, in the order of C. @throws what reading throws, and the reason of the signal */
export async function* selectItems(
  dataset: ServedDataset,
  selection: readonly AxisSelection[],
  signal?: AbortSignal,
): AsyncGenerator<readonly (string | ArrayView)[], void, undefined> {
  const axes = selection.map(axisOf);
  if (axes.some(({ count }) => count === 0)) return;
  for (const { box, picked } of planReads(axes, { most: ITEMS, mostPicked: 4 * ITEMS, spare: ITEM_GAP })) {
    signal?.throwIfAborted();
    const { items } = await dataset.readItems(box);
    yield picked === undefined ? items : Array.from(picked, (k) => items[k] ?? "");
  }
}
