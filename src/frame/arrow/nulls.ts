import type { Data } from "apache-arrow";
import { FormatError } from "../../errors.js";
import { unpackBits } from "./bits.js";
import type { Where } from "./where.js";

/** 1 where data has null; undefined where it has none. @throws FormatError where its bitmap is too short */
export function nullsOf(data: Data, { label }: Where): Uint8Array | undefined {
  const bitmap: Uint8Array | undefined = data.nullBitmap;
  if (bitmap === undefined || bitmap.length === 0 || data.length === 0) return undefined;
  const nulls = unpackBits(bitmap, data.offset, data.length);
  if (nulls === undefined) {
    throw new FormatError(`${label}: its bitmap of nulls is shorter than its ${data.length} values`);
  }
  let any = 0;
  for (let i = 0; i < nulls.length; i++) {
    const isNull = (nulls[i] ?? 0) ^ 1;
    nulls[i] = isNull;
    any |= isNull;
  }
  return any === 0 ? undefined : nulls;
}

/** 1 where either has. */
export function either(a: Uint8Array | undefined, b: Uint8Array | undefined): Uint8Array | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a.map((flag, i) => flag | (b[i] ?? 0));
}

/** Each flag so many times. */
export function repeated(flags: Uint8Array | undefined, times: number): Uint8Array | undefined {
  if (flags === undefined || times === 1) return flags;
  const all = new Uint8Array(flags.length * times);
  for (let i = 0; i < flags.length; i++) if (flags[i] !== 0) all.fill(1, i * times, (i + 1) * times);
  return all;
}
