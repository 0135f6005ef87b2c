import type { GroupMemory } from "../compute/index.js";
import type { DType } from "../dtype/index.js";

/** What is gathered of the rows of groups, chunk by chunk: aggregates are made of such parts. */
export type PartKind = "count" | "last" | "first" | "sum" | "moments" | "min" | "max";

/** One part; the same for several aggregates where it can be. */
export interface Part {
  readonly kind: PartKind;
  /** Which of the columns it is of; undefined for rows as such. */
  readonly column: number | undefined;
  /** Whether rows whose element is missing are left out. */
  readonly skips: boolean;
}

/** Of each group as many numbers as the part takes. */
export type PartValues = Float64Array | BigInt64Array;

/** How a part is made. */
export interface PartRule {
  /** How elements are loaded: as doubles, as 64-bit integers, or not at all. */
  readonly form: "f8" | "i8" | undefined;
  /** Numbers of each group. */
  readonly width: number;
  /** An empty table. */
  table(memory: GroupMemory, places: number): number;
  /** Takes up rows; `row` is the number of the first one. */
  add(memory: GroupMemory, codes: number, count: number, values: number, row: number, table: number): void;
  /** What some places of a table have. */
  take(memory: GroupMemory, table: number, places: number, chosen: Uint32Array): PartValues;
  /** Adds to a group's numbers those of later rows. */
  merge(into: PartValues, to: number, from: PartValues, at: number): void;
}

/** A table's word of no row. */
export const NO_ROW = 0xffffffff;

/** Whether elements are loaded as 64-bit integers. */
export const isWide = ({ kind, itemsize, step }: DType) =>
  step !== undefined || (itemsize === 8 && (kind === "i" || kind === "u"));

type Doubles = (into: Float64Array, to: number, from: Float64Array, at: number) => void;

/** Merges what is in doubles. */
export function ofDoubles(merge: Doubles): PartRule["merge"] {
  return (into, to, from, at) => {
    if (into instanceof Float64Array && from instanceof Float64Array) merge(into, to, from, at);
  };
}

/** The words of some places of a table. */
export function takeWords(
  memory: GroupMemory,
  table: number,
  places: number,
  chosen: Uint32Array,
): Float64Array {
  const words = memory.u4(table, places);
  const taken = new Float64Array(chosen.length);
  for (let i = 0; i < chosen.length; i++) taken[i] = words[chosen[i]];
  return taken;
}

/** Copies so many numbers of each place out of a table of doubles. */
export function takeDoubles(width: number): PartRule["take"] {
  return (memory, table, places, chosen) => {
    const values = memory.f8(table, width * places);
    const taken = new Float64Array(width * chosen.length);
    for (let i = 0; i < chosen.length; i++) {
      for (let k = 0; k < width; k++) taken[width * i + k] = values[width * chosen[i] + k];
    }
    return taken;
  };
}
