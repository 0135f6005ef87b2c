import { type Strided, takeRows } from "../array/index.js";
import type { Chunk, GroupedChunk, GroupSources } from "./group-chunk.js";
import { KeyNumbering } from "./key-numbering.js";
import type { PartRule, PartValues } from "./part-rule.js";
import { ruleOf } from "./parts.js";

/** Doubles or 64-bit integers, of which there are more and more. */
class Growing {
  readonly width: number;
  #values: PartValues | undefined;
  #length = 0;

  constructor(width: number) {
    this.width = width;
  }

  /** Makes room for so many groups. @param expected how many there may be in the end */
  reserve(groups: number, expected: number, like: PartValues): PartValues {
    const length = groups * this.width;
    this.#length = length;
    if (this.#values !== undefined && this.#values.length >= length) return this.#values;
    const room = Math.max(expected * this.width, Math.floor(1.5 * (this.#values?.length ?? 0)));
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
  readonly #keys: readonly Strided[];
  readonly #rules: readonly PartRule[];
  readonly #parts: readonly Growing[];
  readonly #firsts = new Growing(1);
  readonly #chunks: readonly Chunk[];
  #numbering: KeyNumbering | undefined;
  readonly #groups: Uint32Array | undefined;
  #absorbed = 0;
  #length = 0;

  constructor(sources: GroupSources, chunks: readonly Chunk[]) {
    const rows = chunks.at(-1)?.end ?? 0;
    this.#keys = sources.keys;
    this.#rules = sources.parts.map((part) =>
      ruleOf(part, part.column === undefined ? undefined : sources.columns[part.column].dtype),
    );
    this.#parts = this.#rules.map(({ width }) => new Growing(width));
    this.#chunks = chunks;
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

  /** The groups, among all, whose keys some rows have. */
  #numbersOf(rows: Float64Array): Uint32Array {
    // The groups of one chunk are all that there are.
    if (this.#chunks.length < 2) return upTo(rows.length);
    this.#numbering ??= new KeyNumbering(
      this.#keys.map(({ dtype }) => dtype),
      rows.length,
    );
    const keys = this.#keys.map((key) => takeRows(key, rows));
    return this.#numbering.number(keys, rows.length);
  }

  /** Takes up the chunk that is next. */
  absorb({ firsts, parts, groups }: GroupedChunk): void {
    const before = this.#length;
    const numbers = this.#numbersOf(firsts);
    this.#length = Math.max(before, this.#numbering?.length ?? firsts.length);
    const { start, end } = this.#chunks[this.#absorbed];
    this.#absorbed += 1;
    // As many new ones in the rows to come as in those that were seen.
    const expected = Math.ceil(this.#length * ((this.#chunks.at(-1)?.end ?? end) / end));
    const all = this.#firsts.reserve(this.#length, expected, firsts);
    // New ones are numbered as they come.
    const areNew = this.#length - before === numbers.length;
    if (areNew) copyTo(all, before, firsts);
    else for (let i = 0; i < numbers.length; i++) if (numbers[i] >= before) all[numbers[i]] = firsts[i];
    for (const [k, from] of parts.entries()) {
      const { width, merge } = this.#rules[k];
      const into = this.#parts[k].reserve(this.#length, expected, from);
      if (areNew) {
        copyTo(into, width * before, from);
        continue;
      }
      for (let i = 0; i < numbers.length; i++) {
        const to = numbers[i];
        if (to < before) merge(into, width * to, from, width * i);
        else for (let j = 0; j < width; j++) into[width * to + j] = from[width * i + j];
      }
    }
    if (groups === undefined || this.#groups === undefined) return;
    for (let i = 0; i < groups.length; i++) this.#groups[start + i] = numbers[groups[i]];
  }
}

function copyTo(into: PartValues, at: number, from: PartValues): void {
  if (into instanceof BigInt64Array && from instanceof BigInt64Array) into.set(from, at);
  if (into instanceof Float64Array && from instanceof Float64Array) into.set(from, at);
}

function upTo(length: number): Uint32Array {
  const numbers = new Uint32Array(length);
  for (let i = 0; i < length; i++) numbers[i] = i;
  return numbers;
}
