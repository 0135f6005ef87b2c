import { convertStep, type DateStep, type DType, NAT, NATIVE_ORDER, showValue } from "../../dtype/index.js";
import { CastError } from "../../errors.js";
import type { Namer } from "./text-data.js";

/** Which of the two 32-bit words of a 64-bit one is the lower one. */
const LOW = NATIVE_ORDER === "<" ? 0 : 1;
const HIGH = 1 - LOW;
const NAT_HIGH = -(2 ** 31);

/** 1 where a count is NaT; undefined where none is. One look at each word. */
export function findNaT(counts: BigInt64Array): Uint8Array | undefined {
  const words = new Int32Array(counts.buffer, counts.byteOffset, counts.length * 2);
  let found: Uint8Array | undefined;
  for (let i = 0; i < counts.length; i++) {
    if (words[2 * i + HIGH] !== NAT_HIGH || words[2 * i + LOW] !== 0) continue;
    found ??= new Uint8Array(counts.length);
    found[i] = 1;
  }
  return found;
}

/**
 * Counts in another step, which goes into theirs whole times; NaT stays.
 *
 * @throws CastError naming the element that leaves 64 bits
 */
export function convertCounts(
  counts: BigInt64Array,
  dtype: DType & { readonly step: DateStep },
  to: DateStep,
  nameOf: Namer,
): BigInt64Array {
  const converted = new BigInt64Array(counts.length);
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i] ?? NAT;
    const moved = convertStep(count, dtype.step, to, dtype.kind === "M");
    if (moved === undefined) {
      throw new CastError(
        `${nameOf(i)}: ${showValue(count)} of ${dtype} does not fit 64 bits when counted in ${to.unit}, as Arrow does`,
      );
    }
    converted[i] = moved.value;
  }
  return converted;
}

/** Days as Arrow's 32-bit dates; NaT becomes 0. @throws CastError naming the element that does not fit */
export function toDays(counts: BigInt64Array, nameOf: Namer): Int32Array {
  const words = new Int32Array(counts.buffer, counts.byteOffset, counts.length * 2);
  const days = new Int32Array(counts.length);
  for (let i = 0; i < days.length; i++) {
    const [low = 0, high = 0] = [words[2 * i + LOW], words[2 * i + HIGH]];
    if (high === low >> 31) days[i] = low;
    else if (high !== NAT_HIGH || low !== 0) {
      throw new CastError(
        `${nameOf(i)}: ${counts[i]} days do not fit Arrow's 32-bit dates; counts of seconds, M8[s], would`,
      );
    }
  }
  return days;
}
