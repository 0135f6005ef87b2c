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
import { selectItems } from "./select-items.js";

/** How positions are read that do not follow one another. */
interface Picking {
  /** The largest box that they are picked from, in bytes. */
  readonly span: number;
  /** To read so many bytes for nothing costs less than another read. */
  readonly gap: number;
}

/** Such spans are read at once, without a thread of the pool. */
const FLAT: Picking = { span: 1 << 16, gap: 1 << 13 };
/** Of elements in chunks, each is read as a whole. */
const CHUNKED: Picking = { span: 1 << 18, gap: 1 << 18 };

/** To copy so many bytes by themselves costs as much as to pick their elements. */
const RUN = 1 << 7;

/** An element of text may become as long as it is in the file, and a head. */
const TEXT_HEAD = 5;

/** The longest piece, unless another is given. */
const CHUNK = 1 << 18;

/** Bytes of a piece. */
const CHUNK_BYTES = 1 << 18;
/** Who has taken so many of them reads what is sent: further ones are as many times larger, and cost less. */
const SMALL_PIECES = 32;
const GROWTH = 4;

/** What {@link readSelection} is told. */
export interface ReadSelectionOptions {
  readonly dialect: Dialect;
  /** The longest piece; 256 KiB unless given, and 1 MiB from the eighth MiB on. A single element may be longer. */
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
  options: ReadSelectionOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (dataset.element.kind !== "fixed") return readItems(dataset, selection, options);
  const { dialect, chunkBytes = CHUNK, signal } = options;
  const { dtype } = dataset.element;
  const axes = selection.map(axisOf);
  const sent = wireElement(dtype, dialect);
  const pieces = { chunkBytes, signal };
  if (sent.kind === "text") return readTexts(dataset, dtype, axes, dialect, pieces);
  return readFixed(dataset, dtype, axes, (bytes) => transcode(bytes, dtype, sent.dtype), pieces);
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
  if (total === 0) return;
  const chunk = Math.max(1, Math.floor(chunkBytes / itemsize));
  const { span, gap } = dataset.chunkShape === undefined ? FLAT : CHUNKED;
  const limits = {
    most: chunk,
    mostPicked: Math.max(1, Math.floor(Math.min(span, chunkBytes) / itemsize)),
    spare: Math.ceil(gap / itemsize),
    run: Math.ceil(RUN / itemsize),
  };
  const filler = new Filler(dataset, itemsize, planReads(axes, limits), signal);
  let length = Math.min(total, chunk) * itemsize;
  let given = 0;
  let [free, other]: [Uint8Array, Uint8Array | undefined] = [new Uint8Array(length), undefined];
  let ahead = filler.fill(free);
  try {
    for (;;) {
      const piece = convert(await ahead);
      if (filler.isDone) {
        yield piece;
        return;
      }
      given += 1;
      if (given === SMALL_PIECES && chunkBytes >= CHUNK_BYTES) {
        limits.most = GROWTH * chunk;
        length = Math.min(total, limits.most) * itemsize;
      }
      const again: Uint8Array | undefined = other;
      other = free;
      free = again !== undefined && again.length >= length ? again : new Uint8Array(length);
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
  const share = Math.floor((chunkBytes * itemsize) / (itemsize + TEXT_HEAD));
  const pieces = readFixed(dataset, dtype, axes, (bytes) => bytes, { chunkBytes: share, signal });
  for await (const piece of pieces) {
    yield Buffer.concat(textsOf(piece, dtype).map((text) => encodeItem(text, dialect)));
  }
}

/** Texts and lists of any length. */
async function* readItems(
  dataset: ServedDataset,
  selection: readonly AxisSelection[],
  { dialect, chunkBytes = CHUNK, signal }: ReadSelectionOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const items of selectItems(dataset, selection, signal)) {
    for (const item of items) {
      const part = encodeItem(item, dialect);
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
