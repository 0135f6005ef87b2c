import { type DType, parseDType, showValue } from "../../../dtype/index.js";
import { CastError } from "../../../errors.js";
import { type Decoder, over } from "./decoder.js";
import { countOf } from "./raw-vector.js";
import { Scratch } from "./scratch.js";
import { ITEMSIZE, TextReader, type Texts } from "./text.js";

/** Text that is not what its column holds. */
export class WrongTextError extends CastError {}

const ZERO = 48;
const MINUS = 45;

/**
 * Text that is read as integers. DuckDB would round `"1.5"`.
 *
 * @param dtype what the column is to be: its range is that of the numbers
 * @param isPlain whether digits must be as numbers have them, so that `"007"` is none
 */
export function wholeNumberDecoder(dtype: DType, isPlain: boolean): Decoder {
  const isUnsigned = dtype.kind === "u" && dtype.itemsize === 8;
  const type = parseDType(isUnsigned ? "u8" : "i8");
  const [least, most] = rangeOf(dtype);
  // Comparing with bigint takes time; doubles near the ends of 64 bits do not come here.
  const low = Number(least);
  const high = Number(most);
  const pattern = isPlain ? /^[ \t]*-?(?:0|[1-9][0-9]*)[ \t]*$/ : /^[ \t]*[+-]?[0-9]+[ \t]*$/;
  const reader = new TextReader();
  const scratch = new Scratch();
  return {
    type,
    decode: (vectors, nulls, { column, row }) => {
      const count = countOf(vectors);
      const bytes = scratch.take(count * 8);
      const words = new Int32Array(bytes.buffer, 0, count * 2);
      const wide = new BigInt64Array(bytes.buffer, 0, count);
      let at = 0;
      for (const vector of vectors) {
        const start = at;
        const inline = vector.bytes(ITEMSIZE);
        const lengths = new Uint32Array(inline.buffer, inline.byteOffset, inline.length / 4);
        let texts: Texts | undefined;
        for (; at < start + vector.count; at++) {
          const item = (at - start) * ITEMSIZE;
          const number = nulls?.[at] === 1 ? 0 : simpleNumber(inline, item, lengths[item / 4] ?? 0);
          if (number >= low && number <= high) {
            words[2 * at] = number;
            words[2 * at + 1] = number >> 31;
            continue;
          }
          texts ??= reader.read([vector], nulls?.subarray(start));
          const text = textAt(texts, at - start);
          const exact = pattern.test(text) ? BigInt(text.replace(/[ \t+]/g, "")) : undefined;
          if (exact === undefined || exact < least || exact > most) {
            throw new WrongTextError(
              `column ${JSON.stringify(column)}, row ${row(at)}: ${showValue(text)} is no ${dtype}`,
            );
          }
          wide[at] = exact;
        }
      }
      return over(type, [count], bytes);
    },
  };
}

function rangeOf({ kind, itemsize }: DType): [least: bigint, most: bigint] {
  const bits = BigInt(itemsize * 8);
  return kind === "u" ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
}

/**
 * The number of up to nine digits, not beginning with 0, that a string of DuckDB's has itself: of 32 bits, with which
 * counting is quick. NaN for all else.
 */
function simpleNumber(bytes: Uint8Array, item: number, length: number): number {
  let at = item + 4;
  const end = at + length;
  const isNegative = bytes[at] === MINUS;
  if (isNegative) at += 1;
  const count = end - at;
  if (count < 1 || count > 9) return Number.NaN;
  if (bytes[at] === ZERO) return count === 1 ? 0 : Number.NaN;
  let number = 0;
  for (; at < end; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = (number * 10 + digit) | 0;
  }
  return isNegative ? -number | 0 : number;
}

function textAt({ bytes, starts, lengths }: Texts, i: number): string {
  const start = starts[i] ?? 0;
  return Buffer.from(bytes.subarray(start, start + (lengths[i] ?? 0))).toString();
}
