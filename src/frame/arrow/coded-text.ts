import type { DataType, RecordBatch } from "apache-arrow";
import { CastError } from "../../errors.js";
import { isTextKind } from "../options.js";
import { type WholeColumn, wholeColumn } from "../whole-column.js";
import { dataOf } from "./arrow-import.js";
import type { ArrowColumn } from "./columns.js";
import { codedReader, type Elements, elementReader, isList } from "./elements.js";
import { arrow } from "./library.js";
import { unreadable } from "./unreadable.js";

/**
 * A column of text by dictionary: each word is converted once, and the rows gather them.
 *
 * @returns undefined for all other columns, and where a word cannot be stored, which its rows are to say
 * @throws FormatError, CastError for words that are no UTF-8
 */
export function codedText(
  column: ArrowColumn,
  type: DataType,
  index: number,
  batches: readonly RecordBatch[],
): WholeColumn | undefined {
  const { label } = column;
  const { name, type: target } = column.column;
  if (!isTextKind(target) || !arrow.DataType.isDictionary(type)) return undefined;
  const reader = elementReader(type.dictionary, label);
  if (reader.own !== "text") return undefined;
  const read = codedReader(reader);
  const vocabulary = new Vocabulary(batches.reduce((sum, { numRows }) => sum + numRows, 0));
  try {
    for (const batch of batches) {
      const data = dataOf(column, batch, index, 0, batch.numRows);
      const { words, indices } = read(data, { label, firstRow: vocabulary.length, perRow: 1 }, target);
      vocabulary.add(words, indices);
    }
  } catch (error) {
    throw unreadable(error, label);
  }
  const values = vocabulary.words();
  const { rows, nulls } = vocabulary;
  try {
    const words = wholeColumn({ name, type: target }, values.length, () => [
      { values, count: values.length },
    ]);
    return { array: words.array.take(rows), nulls };
  } catch (error) {
    if (error instanceof CastError) return undefined;
    throw error;
  }
}

/** The words of all dictionaries of a column, and which of them its rows are. */
class Vocabulary {
  /** The first one is for null. */
  readonly #words: unknown[] = [""];
  /** The number of the first word of each dictionary. */
  readonly #starts = new Map<Elements, number>();
  readonly rows: Int32Array;
  nulls: Uint8Array | undefined;
  /** How many rows there are so far. */
  length = 0;

  constructor(rows: number) {
    this.rows = new Int32Array(rows);
  }

  add(words: Elements, indices: Int32Array): void {
    const start = this.#starts.get(words) ?? this.#words.length;
    if (!this.#starts.has(words)) {
      this.#starts.set(words, start);
      if (isList(words.values)) for (const word of words.values) this.#words.push(word);
    }
    for (const index of indices) {
      if (index === -1 || words.nulls?.[index] === 1) {
        this.nulls ??= new Uint8Array(this.rows.length);
        this.nulls[this.length] = 1;
      } else this.rows[this.length] = start + index;
      this.length += 1;
    }
  }

  /** All words, `""` in the place of those that no row is: the width is that of the others. */
  words(): unknown[] {
    const used = new Uint8Array(this.#words.length);
    for (const row of this.rows) used[row] = 1;
    return this.#words.map((word, i) => (used[i] === 1 ? word : ""));
  }
}
