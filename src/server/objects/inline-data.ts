import { type AxisSelection, type Dialect, encodedParts, textsHead } from "../../remote/wire/index.js";
import { readSelection } from "../selection/index.js";
import { wirePieces } from "../selection/wire-pieces.js";
import type { ServedDataset, ServedFile } from "../served/served.js";
import type { SentType } from "./dataset-type.js";
import { isFaultOf } from "./fault.js";

/** So much is read before anything is said of it: what fails until then is as if it had not been asked for. */
const READ_BEFORE = 1 << 20;

/** The data of a dataset as an encoded array: what was read already, and the rest. */
export interface InlineData {
  readonly read: readonly Uint8Array[];
  readonly rest: AsyncGenerator<Uint8Array> | undefined;
  /** Bytes that it takes of those that may come with an answer. */
  readonly bytes: number;
}

export interface InlineOptions {
  readonly dialect: Dialect;
  /** Bytes that it may be. */
  readonly room: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Begins to read all data of a dataset.
 *
 * @returns undefined where they cannot be read, or are more than there is room for; and for texts and lists of more than 1 MiB
 * @throws StaleError, ClosedError; the reason of the signal
 */
export async function readInline(
  dataset: ServedDataset,
  file: Pick<ServedFile, "isIntact">,
  { dtype, nbytes }: SentType,
  { dialect, room, signal }: InlineOptions,
): Promise<InlineData | undefined> {
  const { shape } = dataset;
  const all = shape.map((count): AxisSelection => ({ kind: "range", start: 0, count, step: 1 }));
  const elements = readSelection(dataset, all, { dialect, signal });
  const pieces =
    dtype === undefined
      ? itemPieces(textsHead(shape), elements)
      : wirePieces(encodedParts(dtype, shape), elements);
  const most = dtype === undefined ? Math.min(room, READ_BEFORE) : READ_BEFORE;
  const read: Uint8Array[] = [];
  let bytes = 0;
  try {
    for (let next = await pieces.next(); ; next = await pieces.next()) {
      if (next.done === true) return { read, rest: undefined, bytes: dtype === undefined ? bytes : nbytes };
      // A piece is good only until the next one is asked for.
      read.push(new Uint8Array(next.value));
      bytes += next.value.length;
      if (bytes > most) break;
    }
  } catch (error) {
    if (isFaultOf(error, file)) return undefined;
    throw error;
  }
  if (dtype !== undefined) return { read, rest: pieces, bytes: nbytes };
  await pieces.return(undefined);
  return undefined;
}

async function* itemPieces(
  head: Uint8Array,
  items: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield head;
  yield* items;
}
