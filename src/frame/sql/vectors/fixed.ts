import { parseDType } from "../../../dtype/index.js";
import { bytesOf, cellError, type Decoder, over, type Place } from "./decoder.js";
import { Scratch } from "./scratch.js";

/** Types whose values are NumPy's as they are. */
export function fixedDecoder(code: string): Decoder {
  const type = parseDType(code);
  const scratch = new Scratch();
  return {
    type,
    decode: (vectors, nulls) => {
      const bytes = bytesOf(vectors, type.itemsize, nulls, scratch);
      return over(type, [bytes.length / type.itemsize], bytes);
    },
  };
}

/** Points in time: counts of a unit, of which DuckDB takes the greatest and the least for infinities. */
export function timestampDecoder(code: string, attr?: { readonly [name: string]: string }): Decoder {
  const type = parseDType(code);
  const scratch = new Scratch();
  return {
    type,
    ...(attr === undefined ? {} : { attr }),
    decode: (vectors, nulls, place) => {
      const bytes = bytesOf(vectors, 8, nulls, scratch);
      refuseInfinity(bytes, place);
      return over(type, [bytes.length / 8], bytes);
    },
  };
}

const INFINITY = 2n ** 63n - 1n;

function refuseInfinity({ buffer, length }: Uint8Array<ArrayBuffer>, place: Place): void {
  const words = new Int32Array(buffer, 0, length / 4);
  const counts = new BigInt64Array(buffer, 0, length / 8);
  for (let i = 0; i < counts.length; i++) {
    const high = words[2 * i + 1];
    if (high !== 0x7fffffff && high !== -0x80000000) continue;
    if (counts[i] === INFINITY || counts[i] === -INFINITY) throw infinite(place, i, counts[i] === INFINITY);
  }
}

function infinite(place: Place, index: number, isPositive: boolean): Error {
  return cellError(place, index, `the date ${isPositive ? "" : "-"}infinity is none that M8 holds`);
}

const INFINITE_DAY = 2 ** 31 - 1;

/** Days since 1970 in 32 bits. */
export const dates: Decoder = {
  type: parseDType("M8[D]"),
  decode: (vectors, nulls, place) => {
    const days = new Int32Array(bytesOf(vectors, 4, nulls).buffer);
    const wide = new Int32Array(days.length * 2);
    days.forEach((day, i) => {
      if (Math.abs(day) === INFINITE_DAY) throw infinite(place, i, day > 0);
      wide[2 * i] = day;
      wide[2 * i + 1] = day >> 31;
    });
    return over(parseDType("M8[D]"), [days.length], new Uint8Array(wide.buffer));
  },
};

const DAY = 86_400_000_000n;

/** Months, days and microseconds. */
export const intervals: Decoder = {
  type: parseDType("m8[us]"),
  decode: (vectors, nulls, place) => {
    const { buffer } = bytesOf(vectors, 16, nulls);
    const words = new Int32Array(buffer);
    const micros = new BigInt64Array(buffer);
    const durations = new BigInt64Array(micros.length / 2);
    for (let i = 0; i < durations.length; i++) {
      const months = words[4 * i] ?? 0;
      if (months !== 0) {
        throw cellError(place, i, `an interval of ${months} months has no number of days, as m8 wants it`);
      }
      const sum = BigInt(words[4 * i + 1] ?? 0) * DAY + (micros[2 * i + 1] ?? 0n);
      if (BigInt.asIntN(64, sum) !== sum || sum === -(2n ** 63n)) {
        throw cellError(place, i, `${sum} µs are more than m8[us] holds`);
      }
      durations[i] = sum;
    }
    return over(parseDType("m8[us]"), [durations.length], new Uint8Array(durations.buffer));
  },
};
