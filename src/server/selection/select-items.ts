import type { AxisSelection } from "../../remote/wire/index.js";
import type { ServedDataset, ServedItems } from "../served/served.js";
import { axisOf } from "./axis.js";
import { planReads } from "./plan-reads.js";

/** Items of any length that are read at a time; such as lie between them are read as well, up to so many for each read. */
const ITEMS = 256;
const ITEM_GAP = 64;

type Items = ServedItems["items"];

/** The texts or lists that are selected, some at a time, in the order of C. @throws what reading throws, and the reason of the signal */
export async function* selectItems(
  dataset: ServedDataset,
  selection: readonly AxisSelection[],
  signal?: AbortSignal,
): AsyncGenerator<Items, void, undefined> {
  const axes = selection.map(axisOf);
  if (axes.some(({ count }) => count === 0)) return;
  let part: Items[number][] = [];
  const limits = { most: ITEMS, mostPicked: 4 * ITEMS, spare: ITEM_GAP, run: Number.POSITIVE_INFINITY };
  for (const { box, picked, block } of planReads(axes, limits)) {
    signal?.throwIfAborted();
    const { items } = await dataset.readItems(box);
    const rows = picked === undefined ? items : Array.from(picked, (k) => items[k] ?? "");
    if (block === undefined) {
      yield rows;
      continue;
    }
    for (const [k, item] of rows.entries()) {
      const place = block.places[Math.floor(k / block.row)] ?? 0;
      part[place * block.row + (k % block.row)] = item;
    }
    if (!block.isLast) continue;
    yield part;
    part = [];
  }
}
