import { missing as missingIn, type Strided, zeros } from "../array/index.js";
import { FIRST_CODE, GroupMemory, RowCoder } from "../compute/index.js";
import { type DType, parseDType } from "../dtype/index.js";
import { DTypeError } from "../errors.js";
import { KeyReader, rowsAtATime, rowsIn } from "./key-rows.js";
import type { Make } from "./outputs.js";

/** The most rows that are looked at a time. */
const BLOCK_ROWS = 1 << 14;

/**
 * How many different elements each group has, without those that are missing.
 *
 * Memory: that of hash tables of the different elements, and of the different pairs of a group and an element.
 *
 * @throws DTypeError for bytes and records
 */
export function distinctCounts(name: string, dtype: DType): Make {
  if (dtype.kind === "V") {
    throw new DTypeError(`column ${JSON.stringify(name)} of ${dtype} has no nunique: bytes are not compared`);
  }
  return ({ totals, array }) => {
    const elements = array(name);
    const groups = totals.groups ?? new Uint32Array(0);
    const result = zeros(parseDType("i8"), [totals.length]);
    const counts = new Float64Array(totals.length);
    const coder = new PairCoder(dtype, groups.length);
    for (let start = 0; start < groups.length; start += coder.most) {
      const stop = Math.min(start + coder.most, groups.length);
      const block = rowsIn(elements, start, stop);
      coder.add(block, groups.subarray(start, stop), absentIn(block, name));
    }
    coder.countInto(counts);
    const values = new BigInt64Array(result.bytes.buffer, 0, counts.length);
    for (let group = 0; group < counts.length; group++) values[group] = BigInt(counts[group]);
    return result;
  };
}

function absentIn(block: Strided, name: string): Uint8Array | undefined {
  const { kind, step } = block.dtype;
  if (kind !== "f" && kind !== "c" && step === undefined) return undefined;
  return missingIn(block, `column ${JSON.stringify(name)}`).bytes;
}

/** Pairs of a group and an element that were seen. */
class PairCoder {
  /** Rows that are looked at a time. */
  readonly most: number;
  readonly #memory: GroupMemory;
  readonly #reader: KeyReader;
  readonly #values: RowCoder;
  readonly #pairs: RowCoder;
  readonly #room: {
    readonly bytes: number;
    readonly groups: number;
    readonly codes: number;
    readonly pairs: number;
  };

  constructor(dtype: DType, rows: number) {
    this.#memory = new GroupMemory(rows, 1 << 20);
    this.#reader = new KeyReader(dtype);
    this.#values = new RowCoder(this.#memory, this.#reader.size);
    this.#pairs = new RowCoder(this.#memory, 8);
    this.most = rowsAtATime(BLOCK_ROWS, this.#reader.size);
    const some = Math.min(rows, this.most);
    this.#room = {
      bytes: this.#memory.take(some * this.#reader.size),
      groups: this.#memory.take(4 * some),
      codes: this.#memory.take(4 * some),
      pairs: this.#memory.take(8 * some),
    };
  }

  add(block: Strided, groups: Uint32Array, absent: Uint8Array | undefined): void {
    const memory = this.#memory;
    const { bytes, groups: at, codes, pairs } = this.#room;
    const rows = this.#reader.rows(block);
    memory.u1(bytes, rows.length).set(rows);
    this.#values.code(bytes, groups.length, codes);
    memory.u4(at, groups.length).set(groups);
    if (absent !== undefined) {
      const words = memory.u4(codes, groups.length);
      for (let i = 0; i < groups.length; i++) if (absent[i] === 1) words[i] = 0;
    }
    memory.kernels.groupZip(at, codes, groups.length, pairs);
    this.#pairs.code(pairs, groups.length, codes);
  }

  /** Adds to the count of each group its pairs. */
  countInto(counts: Float64Array): void {
    const bytes = this.#pairs.rows();
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    for (let i = 0; i < words.length; i += 2) counts[words[i]] += Number(words[i + 1] >= FIRST_CODE);
  }
}
