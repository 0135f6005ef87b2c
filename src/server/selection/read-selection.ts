import type { DType } from "../../dtype/index.js";
import {
  type AxisSelection,
  type Dialect,
  encodeItem,
  textsOf,
  transcode,
  wireElement,
} from "../../remote/wire/index.js";
import type { ServedDataset } from "../served/served.js";
import { type Axis, axisOf } from "./axis.js";
import { Filler } from "./fill.js";
import { planReads } from "./plan-reads.js";

/** To read so many bytes more costs less than another call. */
const GAP = 1 << 14;
/** The same where elements lie in chunks, of which each is read as a whole. */
const CHUNK_GAP = 1 << 18;

/** Items of any length that are read at a time; such as lie between them are read as well, up to so many for each read. */
const ITEMS = 256;
const ITEM_GAP = 64;

/** An element of text may become as long as it is in the file, and a head. */
const TEXT_HEAD = 5;

/** What {@link readSelection} is told. */
export interface ReadSelectionOptions {
  readonly dialect: Dialect;
  /** The longest piece; 256 KiB unless given. A single element may be longer. */
  readonly chunkBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The bytes of what is selected, as they are sent: elements in the order of C, swapped and packed as the dialect has them;
 * for texts and lists, one encoded item after another. Each piece is good until the next is asked for, which is read
 * meanwhile.
 *
 * Memory: two buffers of a piece, and a third where positions are picked.
 *
 * @param selection that was checked: inside the dataset, one for each axis
 * @throws CorruptError, StaleError, DiskError, and the reason of the signal
 */
export function readSelection(
  dataset: ServedDataset,
  selection: readonly AxisSelection[],
  { dialect, chunkBytes = 1 << 18, signal }: ReadSelectionOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const axes = selection.map(axisOf);
  if (dataset.element.kind !== "fixed") return readItems(dataset, axes, dialect, chunkBytes, signal);
  const { dtype } = dataset.element;
  const sent = wireElement(dtype, dialect);
  const options = { chunkBytes, signal };
  if (sent.kind === "text") return readTexts(dataset, dtype, axes, dialect, options);
  return readFixed(dataset, dtype, axes, (bytes) => transcode(bytes, dtype, sent.dtype), options);
}

interface PieceOptions {
  readonly chunkBytes: number;
  readonly signal: AbortSignal | undefined;
}

/** Elements of a fixed size; `convert` may use their bytes for what it makes of them. */
async function* readFixed(
  dataset: ServedDataset,
  { itemsize }: DType,
  axes: readonly Axis[],
  convert: (bytes: Uint8Array) => Uint8Array,
  { chunkBytes, signal }: PieceOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const total = axes.reduce((product, { count }) => product * count, 1);
  if (total === 0 || itemsize === 0) return;
  const chunk = Math.max(1, Math.floor(chunkBytes / itemsize));
  const gap = dataset.chunkShape === undefined ? GAP : CHUNK_GAP;
  const reads = planReads(axes, { most: chunk, mostPicked: chunk, spare: Math.ceil(gap / itemsize) });
  const filler = new Filler(dataset, itemsize, reads, signal);
  const length = Math.min(total, chunk) * itemsize;
  let [free, other]: [Uint8Array, Uint8Array | undefined] = [new Uint8Array(length), undefined];
  let ahead = filler.fill(free);
  try {
    for (;;) {
      const piece = convert(await ahead);
      if (filler.isDone) {
        yield piece;
        return;
      }
      [free, other] = [other ?? new Uint8Array(length), free];
      ahead = filler.fill(free);
      // What fails ahead is told when it is its turn.
      ahead.catch(() => undefined);
      yield piece;
    }
  } finally {
    // The memory, and the file, are in use until then.
    await ahead.catch(() => undefined);
  }
}

/** Elements of `U`, each as the text that it is. */
async function* readTexts(
  dataset: ServedDataset,
  dtype: DType,
  axes: readonly Axis[],
  dialect: Dialect,
  { chunkBytes, signal }: PieceOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { itemsize } = dtype;
  if (itemsize === 0) {
    yield* repeated(encodeItem("", dialect), axes, chunkBytes);
    return;
  }
  const share = Math.floor((chunkBytes * itemsize) / (itemsize + TEXT_HEAD));
  const pieces = readFixed(dataset, dtype, axes, (bytes) => bytes, { chunkBytes: share, signal });
  for await (const piece of pieces) {
    yield Buffer.concat(textsOf(piece, dtype).map((text) => encodeItem(text, dialect)));
  }
}

function* repeated(item: Uint8Array, axes: readonly Axis[], chunkBytes: number): Generator<Uint8Array> {
  const total = axes.reduce((product, { count }) => product * count, 1);
  const chunk = Math.max(1, Math.floor(chunkBytes / item.length));
  for (let done = 0; done < total; done += chunk) {
    yield Buffer.alloc(Math.min(chunk, total - done) * item.length, item);
  }
}

/** Texts and lists of any length. */
async function* readItems(
  dataset: ServedDataset,
  axes: readonly Axis[],
  dialect: Dialect,
  chunkBytes: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (axes.some(({ count }) => count === 0)) return;
  let parts: Uint8Array[] = [];
  let length = 0;
  for (const { box, picked } of planReads(axes, { most: ITEMS, mostPicked: 4 * ITEMS, spare: ITEM_GAP })) {
    signal?.throwIfAborted();
    const { items } = await dataset.readItems(box);
    for (const k of picked ?? items.keys()) {
      const part = encodeItem(items[k] ?? "", dialect);
      if (length > 0 && length + part.length > chunkBytes) {
        yield Buffer.concat(parts, length);
        [parts, length] = [[], 0];
      }
      parts.push(part);
      length += part.length;
    }
  }
  if (length > 0) yield Buffer.concat(parts, length);
}
