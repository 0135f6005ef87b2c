import { Reader, type Strided } from "../array/index.js";
import { GroupMemory, isBig, loadBlock, type NumericArray } from "../compute/index.js";
import { codeRows, type RowCodes } from "./code-rows.js";
import { rowsIn } from "./key-rows.js";
import { NO_ROW, type Part, type PartRule, type PartValues, takeWords } from "./part-rule.js";
import { ruleOf } from "./parts.js";

/** What groups are made of: the same in every thread. */
export interface GroupSources {
  readonly keys: readonly Strided[];
  readonly columns: readonly Strided[];
  readonly parts: readonly Part[];
  /** Whether it is to be known of each row which group it is in. */
  readonly wantsGroups: boolean;
}

/** What was gathered of some successive rows. */
export interface GroupedChunk {
  /** Of each group of these rows the first one's number among all rows. */
  readonly firsts: Float64Array;
  /** Of each part the numbers of these groups. */
  readonly parts: readonly PartValues[];
  /** Of each row the number of its group among these, if that was asked for. */
  readonly groups: Uint32Array | undefined;
}

/**
 * Rows of a chunk. Chunks are gathered by themselves and merged in their order, so that no result depends on who gathers them, and
 * no group of many rows is added up in one straight line.
 */
export const CHUNK_ROWS = 1 << 20;

/** Some successive rows. */
export interface Chunk {
  readonly start: number;
  readonly end: number;
}

/** All rows, cut into chunks. */
export function chunksOf(rows: number, chunkRows: number): Chunk[] {
  return Array.from({ length: Math.ceil(rows / chunkRows) }, (_, i) => ({
    start: i * chunkRows,
    end: Math.min(rows, (i + 1) * chunkRows),
  }));
}

/** Rows whose values are loaded at a time: they stay in the processor's second cache. */
const BLOCK_ROWS = 1 << 15;

/** A part that is being gathered. */
interface Gathering {
  readonly part: Part;
  readonly rule: PartRule;
  readonly table: number;
}

/** Gathers chunks, one after the other, in the same memory. */
export class ChunkGrouper {
  readonly #sources: GroupSources;
  readonly #memory: GroupMemory;
  readonly #reader = new Reader();
  readonly #rules: readonly PartRule[];

  /** @param rows of the largest chunk */
  constructor(sources: GroupSources, rows: number) {
    this.#sources = sources;
    this.#memory = new GroupMemory(rows, 16 * rows + (1 << 16));
    this.#rules = sources.parts.map((part) =>
      ruleOf(part, part.column === undefined ? undefined : sources.columns[part.column].dtype),
    );
  }

  /** Lets go of the memory. */
  [Symbol.dispose](): void {
    this.#memory[Symbol.dispose]();
  }

  /** @throws LimitError where there are more groups than memory has room for */
  group({ start, end }: Chunk): GroupedChunk {
    const memory = this.#memory;
    memory.reset();
    const codes = codeRows(memory, this.#sources.keys, start, end);
    if (codes === undefined) return { firsts: new Float64Array(0), parts: [], groups: undefined };
    const firsts = memory.filled(4 * codes.places, 0xff);
    const gatherings = this.#sources.parts.map((part, i): Gathering => {
      const rule = this.#rules[i];
      return { part, rule, table: rule.table(memory, codes.places) };
    });
    this.#gather(codes, start, end, firsts, gatherings);
    const chosen = placesWith(memory.u4(firsts, codes.places));
    return {
      firsts: takeWords(memory, firsts, codes.places, chosen),
      parts: gatherings.map(({ rule, table }) => rule.take(memory, table, codes.places, chosen)),
      groups: this.#sources.wantsGroups ? this.#numbered(codes, end - start, chosen) : undefined,
    };
  }

  #gather(
    codes: RowCodes,
    start: number,
    end: number,
    firsts: number,
    gatherings: readonly Gathering[],
  ): void {
    const memory = this.#memory;
    const some = Math.min(BLOCK_ROWS, end - start);
    const kept = memory.take(4 * some);
    const room = { f8: memory.take(8 * some), i8: memory.take(8 * some) };
    let unseen = codes.most;
    for (let row = start; row < end; row += BLOCK_ROWS) {
      const stop = Math.min(row + BLOCK_ROWS, end);
      const at = codes.at + 4 * (row - start);
      // Once every code has a row, no later one is a first.
      if (unseen > 0) unseen -= memory.kernels.groupFirst(at, stop - row, row, firsts);
      this.#gatherColumn(undefined, gatherings, at, row, stop, kept, room);
      for (const column of this.#sources.columns.keys()) {
        this.#gatherColumn(column, gatherings, at, row, stop, kept, room);
      }
    }
  }

  #gatherColumn(
    column: number | undefined,
    gatherings: readonly Gathering[],
    codes: number,
    row: number,
    stop: number,
    kept: number,
    room: { readonly f8: number; readonly i8: number },
  ): void {
    const memory = this.#memory;
    const own = gatherings.filter(({ part }) => part.column === column);
    const skips = own.some(({ part }) => part.skips);
    if (column !== undefined && own.length > 0) {
      const array = this.#sources.columns[column];
      const values = this.#reader.read(rowsIn(array, row, stop));
      const isDate = array.dtype.step !== undefined;
      const needs = (form: "f8" | "i8") => own.some(({ rule }) => rule.form === form) || skips;
      if (needs("i8") && isBig(values)) loadWide(memory, values, room.i8);
      if (array.dtype.kind === "c") loadGaps(memory, values, room.f8);
      else if (needs("f8") && !isDate) loadDoubles(memory, values, room.f8);
      if (skips && isDate) memory.kernels.groupSkipNat(codes, stop - row, room.i8, kept);
      else if (skips) memory.kernels.groupSkipF64(codes, stop - row, room.f8, kept);
    }
    for (const { part, rule, table } of own) {
      rule.add(memory, part.skips ? kept : codes, stop - row, room[rule.form ?? "f8"], row, table);
    }
  }

  #numbered(codes: RowCodes, rows: number, chosen: Uint32Array): Uint32Array {
    const numbers = new Uint32Array(codes.places);
    for (let group = 0; group < chosen.length; group++) numbers[chosen[group]] = group;
    const words = this.#memory.u4(codes.at, rows);
    const groups = new Uint32Array(rows);
    for (let i = 0; i < rows; i++) groups[i] = numbers[words[i]];
    return groups;
  }
}

function loadWide(memory: GroupMemory, values: NumericArray, at: number): void {
  memory.u1(at, values.byteLength).set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

function loadDoubles(memory: GroupMemory, values: NumericArray, at: number): void {
  const block = memory.f8(at, values.length);
  if (isBig(values)) loadBlock(values, 0, values.length, block);
  else block.set(values);
}

/** Of complex numbers only which are missing. */
function loadGaps(memory: GroupMemory, values: NumericArray, at: number): void {
  if (isBig(values)) return;
  const block = memory.f8(at, values.length / 2);
  for (let i = 0; i < block.length; i++) {
    const isMissing = Number.isNaN(values[2 * i]) || Number.isNaN(values[2 * i + 1]);
    block[i] = isMissing ? Number.NaN : 0;
  }
}

/** The places that have a row. */
function placesWith(firsts: Uint32Array): Uint32Array {
  const places = new Uint32Array(firsts.length);
  let count = 0;
  for (let place = 0; place < firsts.length; place++) {
    places[count] = place;
    count += Number(firsts[place] !== NO_ROW);
  }
  return places.slice(0, count);
}
