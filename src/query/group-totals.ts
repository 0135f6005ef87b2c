import type { Strided } from "../array/index.js";
import { takeRows } from "../array/pick.js";
import { FIRST_CODE, GroupMemory, RowCoder } from "../compute/index.js";
import { CHUNK_ROWS, type GroupedChunk, type GroupSources } from "./group-chunk.js";
import { KeyReader } from "./key-rows.js";
import { type PartRule, type PartValues, ruleOf } from "./parts.js";

/** Doubles or 64-bit integers, of which there are more and more. */
class Growing {
  readonly width: number;
  #values: PartValues | undefined;
  #length = 0;

  constructor(width: number) {
    this.width = width;
  }

  /** Makes room for so many groups. */
  reserve(groups: number, like: PartValues): PartValues {
    const length = groups * this.width;
    this.#length = length;
    if (this.#values !== undefined && this.#values.length >= length) return this.#values;
    const room = Math.max(length, Math.floor(1.5 * (this.#values?.length ?? 0)));
    if (like instanceof Float64Array) {
      const values = new Float64Array(room);
      if (this.#values instanceof Float64Array) values.set(this.#values);
      this.#values = values;
      return values;
    }
    const values = new BigInt64Array(room);
    if (this.#values instanceof BigInt64Array) values.set(this.#values);
    this.#values = values;
    return values;
  }

  get values(): PartValues {
    return this.#values?.subarray(0, this.#length) ?? new Float64Array(0);
  }
}

/** The groups of all chunks, which are taken up in their order. */
export class GroupTotals {
  readonly #rules: readonly PartRule[];
  readonly #parts: readonly Growing[];
  readonly #firsts = new Growing(1);
  readonly #numbering: KeyNumbering | undefined;
  readonly #groups: Uint32Array | undefined;
  #rows = 0;
  #length = 0;

  /** @param rows of all chunks */
  constructor(sources: GroupSources, rows: number) {
    this.#rules = sources.parts.map((part) =>
      ruleOf(part, part.column === undefined ? undefined : sources.columns[part.column].dtype),
    );
    this.#parts = this.#rules.map(({ width }) => new Growing(width));
    // The groups of one chunk are all that there are.
    this.#numbering = rows <= CHUNK_ROWS ? undefined : new KeyNumbering(sources.keys, rows);
    this.#groups = sources.wantsGroups ? new Uint32Array(rows) : undefined;
  }

  /** How many groups there are so far. */
  get length(): number {
    return this.#length;
  }

  /** The first row of each group. */
  get firsts(): Float64Array {
    const { values } = this.#firsts;
    return values instanceof Float64Array ? values : new Float64Array(0);
  }

  /** What one of the parts has gathered. */
  part(index: number): PartValues {
    return this.#parts[index].values;
  }

  /** The group of each row, if the sources want it. */
  get groups(): Uint32Array | undefined {
    return this.#groups;
  }

  /** Takes up the chunk that is next. */
  absorb({ firsts, parts, groups }: GroupedChunk): void {
    const before = this.#length;
    const numbers = this.#numbering?.number(firsts) ?? upTo(firsts.length);
    this.#length = Math.max(before, this.#numbering?.length ?? firsts.length);
    const all = this.#firsts.reserve(this.#length, firsts);
    for (let i = 0; i < numbers.length; i++) if (numbers[i] >= before) all[numbers[i]] = firsts[i];
    for (const [k, from] of parts.entries()) {
      const { width, merge } = this.#rules[k];
      const into = this.#parts[k].reserve(this.#length, from);
      for (let i = 0; i < numbers.length; i++) {
        const to = numbers[i];
        if (to < before) merge(into, width * to, from, width * i);
        else for (let j = 0; j < width; j++) into[width * to + j] = from[width * i + j];
      }
    }
    if (groups === undefined || this.#groups === undefined) return;
    for (let i = 0; i < groups.length; i++) this.#groups[this.#rows + i] = numbers[groups[i]];
    this.#rows += groups.length;
  }
}

function upTo(length: number): Uint32Array {
  const numbers = new Uint32Array(length);
  for (let i = 0; i < length; i++) numbers[i] = i;
  return numbers;
}

/** Numbers the keys of chunks, from 0 on as they come. */
class KeyNumbering {
  readonly #keys: readonly Strided[];
  readonly #readers: readonly KeyReader[];
  readonly #coders: readonly RowCoder[];
  /** Of the codes of the first key and the second, of those and the third, and so on. */
  readonly #pairs: readonly RowCoder[];
  readonly #memory: GroupMemory;
  /** Memory for so many rows: of the keys' bytes, of pairs, and of two codes. */
  #room = { rows: 0, bytes: 0, pairs: 0, codes: 0, others: 0 };

  constructor(keys: readonly Strided[], rows: number) {
    this.#keys = keys;
    this.#memory = new GroupMemory(rows, 1 << 20);
    this.#readers = keys.map(({ dtype }) => new KeyReader(dtype));
    this.#coders = this.#readers.map(({ size }) => new RowCoder(this.#memory, size));
    this.#pairs = keys.slice(1).map(() => new RowCoder(this.#memory, 8));
  }

  get length(): number {
    return (this.#pairs.at(-1) ?? this.#coders[0]).length;
  }

  /** The numbers of the keys of some rows. */
  number(rows: Float64Array): Uint32Array {
    const { kernels } = this.#memory;
    const count = rows.length;
    this.#reserve(count);
    const { bytes, pairs, codes, others } = this.#room;
    for (const [i, key] of this.#keys.entries()) {
      const keyRows = this.#readers[i].rows(takeRows(key, rows));
      this.#memory.u1(bytes, keyRows.length).set(keyRows);
      this.#coders[i].code(bytes, count, i === 0 ? codes : others);
      if (i === 0) continue;
      kernels.groupZip(codes, others, count, pairs);
      this.#pairs[i - 1].code(pairs, count, codes);
    }
    const numbers = this.#memory.u4(codes, count).slice();
    for (let i = 0; i < count; i++) numbers[i] -= FIRST_CODE;
    return numbers;
  }

  #reserve(rows: number): void {
    if (rows <= this.#room.rows) return;
    const size = this.#readers.reduce((widest, reader) => Math.max(widest, reader.size), 0);
    this.#room = {
      rows,
      bytes: this.#memory.take(rows * size),
      pairs: this.#memory.take(rows * 8),
      codes: this.#memory.take(rows * 4),
      others: this.#memory.take(rows * 4),
    };
  }
}
