import type { Strided } from "../array/index.js";
import { FIRST_CODE, GroupMemory, RowCoder } from "../compute/index.js";
import type { DType } from "../dtype/index.js";
import { KeyReader, rowsAtATime, rowsIn } from "./key-rows.js";

/** The number of keys that have none. */
export const NO_KEY = 0xffffffff;

/** The most rows that are numbered at a time. */
const BLOCK_ROWS = 1 << 16;

/** Numbers keys of one or more columns from 0 on as they come. Memory: that of the distinct ones, and 8 bytes for each. */
export class KeyNumbering {
  readonly #readers: readonly KeyReader[];
  /** Bytes of the widest key. */
  readonly #widest: number;
  readonly #coders: readonly RowCoder[];
  /** Of the codes of the first key and the second, of those and the third, and so on. */
  readonly #pairs: readonly RowCoder[];
  readonly #memory: GroupMemory;
  /** Memory for so many rows: of the keys' bytes, of pairs, and of two codes. */
  #room = { rows: 0, bytes: 0, pairs: 0, codes: 0, others: 0 };

  /** @param rows how many there will be */
  constructor(dtypes: readonly DType[], rows: number) {
    this.#memory = new GroupMemory(rows, 1 << 20);
    this.#readers = dtypes.map((dtype) => new KeyReader(dtype));
    this.#widest = this.#readers.reduce((widest, { size }) => Math.max(widest, size), 0);
    this.#coders = this.#readers.map(({ size }) => new RowCoder(this.#memory, size));
    this.#pairs = dtypes.slice(1).map(() => new RowCoder(this.#memory, 8));
  }

  /** How many different keys there are. */
  get length(): number {
    return (this.#pairs.at(-1) ?? this.#coders[0]).length;
  }

  /** From now on keys that have no number get none. */
  freeze(): void {
    for (const coder of [...this.#coders, ...this.#pairs]) coder.freeze();
  }

  /** The numbers of the keys of so many rows. @throws LimitError where there are more than memory has room for */
  number(keys: readonly Strided[], rows: number): Uint32Array {
    const numbers = new Uint32Array(rows);
    const most = rowsAtATime(BLOCK_ROWS, this.#widest);
    for (let start = 0; start < rows; start += most) {
      const stop = Math.min(start + most, rows);
      this.#numberBlock(
        keys.map((key) => rowsIn(key, start, stop)),
        numbers.subarray(start, stop),
      );
    }
    return numbers;
  }

  #numberBlock(keys: readonly Strided[], numbers: Uint32Array): void {
    const { kernels } = this.#memory;
    const count = numbers.length;
    this.#reserve(count);
    const { bytes, pairs, codes, others } = this.#room;
    for (const [i, key] of keys.entries()) {
      const keyRows = this.#readers[i].rows(key);
      this.#memory.u1(bytes, keyRows.length).set(keyRows);
      this.#coders[i].code(bytes, count, i === 0 ? codes : others);
      if (i === 0) continue;
      kernels.groupZip(codes, others, count, pairs);
      this.#pairs[i - 1].code(pairs, count, codes);
    }
    const found = this.#memory.u4(codes, count);
    for (let i = 0; i < count; i++) numbers[i] = found[i] === 0 ? NO_KEY : found[i] - FIRST_CODE;
  }

  #reserve(rows: number): void {
    if (rows <= this.#room.rows) return;
    this.#room = {
      rows,
      bytes: this.#memory.take(rows * this.#widest),
      pairs: this.#memory.take(rows * 8),
      codes: this.#memory.take(rows * 4),
      others: this.#memory.take(rows * 4),
    };
  }
}
