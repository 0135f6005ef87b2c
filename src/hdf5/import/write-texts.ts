import { excerpt } from "../../npy/excerpt.js";
import type { Files } from "../../platform/files.js";
import type { ColumnState } from "../../store/index.js";
import { addArray, type ImportContext } from "./context.js";
import { ImportMemory, partOf } from "./import-task.js";
import type { PlannedArray, PlannedDataset } from "./plan.js";
import { batchReader, type ElementBatch, type TextMember } from "./read-texts.js";
import { textArray, textBlocks, widthsOf } from "./texts.js";

/**
 * Writes what the library alone can read, in this thread: text, and compounds with fields of text. All of it is read twice: the
 * first time for the widths of texts.
 *
 * @param done told of the bytes that are written, as HDF5 counts them
 */
export async function writeTexts(
  { info, arrays, path }: PlannedDataset,
  context: ImportContext,
  done: (bytes: number) => void,
): Promise<void> {
  const { handle, reference, turns, files } = context;
  const members = arrays.flatMap(({ offset, text }): TextMember[] =>
    text === undefined ? [] : [{ offset, text }],
  );
  const read = batchReader(handle, info, members, reference, () => turns.give());
  const widths = await widthsOf(read, members.length);
  const columns: Column[] = [];
  const what = `${handle.path}: the dataset "${excerpt(path)}"`;
  let texts = 0;
  try {
    for (const array of arrays) {
      const member = array.text === undefined ? undefined : texts++;
      const width = member === undefined ? undefined : (widths[member] ?? 1);
      const planned = width === undefined ? array : textArray(array, width, handle.path);
      columns.push(new Column(planned, addArray(planned, context), member, files));
    }
    let first = 0;
    for await (const batch of read()) {
      for (const column of columns) column.write(batch, info.type.size, what, first);
      first += batch.elements.length / info.type.size;
      done(batch.elements.length);
    }
  } finally {
    for (const column of columns) column.close();
  }
}

/** The file of an array that is written batch by batch. */
class Column {
  readonly #array: PlannedArray;
  readonly #member: number | undefined;
  readonly #files: Files;
  readonly #path: string;
  readonly #fd: number;
  readonly #memory = new ImportMemory();
  #at: number;

  constructor(array: PlannedArray, state: ColumnState, member: number | undefined, files: Files) {
    this.#array = array;
    this.#member = member;
    this.#files = files;
    this.#path = state.path;
    this.#at = state.dataOffset;
    this.#fd = files.open(state.path, "r+");
  }

  write({ elements, texts }: ElementBatch, itemsize: number, what: string, first: number): void {
    if (this.#member === undefined) this.#put(partOf(elements, itemsize, this.#array, this.#memory));
    const text = this.#member === undefined ? undefined : texts[this.#member];
    if (text === undefined) return;
    for (const block of textBlocks(text, this.#array.dtype.width, what, first)) this.#put(block);
  }

  #put(bytes: Uint8Array): void {
    this.#files.write(this.#fd, bytes, this.#at, this.#path);
    this.#at += bytes.length;
  }

  close(): void {
    this.#files.close(this.#fd);
  }
}
