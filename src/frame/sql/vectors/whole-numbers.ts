import { type DType, parseDType, showValue } from "../../../dtype/index.js";
import { CastError } from "../../../errors.js";
import { type Decoder, over } from "./decoder.js";
import { Scratch } from "./scratch.js";
import { TextReader, type Texts } from "./text.js";

/** Text that is not what its column holds. */
export class WrongTextError extends CastError {}

/** Digits whose number is exact as a double. */
const EXACT_DIGITS = 15;
const WORD = 2 ** 32;
const ZERO = 48;

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
      const texts = reader.read(vectors, nulls);
      const bytes = scratch.take(texts.count * 8);
      const words = new Int32Array(bytes.buffer, 0, texts.count * 2);
      const wide = new BigInt64Array(bytes.buffer, 0, texts.count);
      for (let i = 0; i < texts.count; i++) {
        const number = nulls?.[i] === 1 ? 0 : simpleNumber(texts, i);
        if (number >= low && number <= high) {
          words[2 * i] = number;
          words[2 * i + 1] = Math.floor(number / WORD);
          continue;
        }
        const text = textAt(texts, i);
        const exact = pattern.test(text) ? BigInt(text.replace(/[ \t+]/g, "")) : undefined;
        if (exact === undefined || exact < least || exact > most) {
          throw new WrongTextError(
            `column ${JSON.stringify(column)}, row ${row(i)}: ${showValue(text)} is no ${dtype}`,
          );
        }
        wide[i] = exact;
      }
      return over(type, [texts.count], bytes);
    },
  };
}

function rangeOf({ kind, itemsize }: DType): [least: bigint, most: bigint] {
  const bits = BigInt(itemsize * 8);
  return kind === "u" ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
}

/** The number of a few digits that do not begin with 0; NaN for all else. */
function simpleNumber({ bytes, starts, lengths }: Texts, i: number): number {
  let at = starts[i] ?? 0;
  const end = at + (lengths[i] ?? 0);
  const isNegative = bytes[at] === 45;
  if (isNegative) at++;
  if (end === at + 1 && bytes[at] === ZERO) return 0;
  if (end - at > EXACT_DIGITS || end === at || bytes[at] === ZERO) return Number.NaN;
  let number = 0;
  for (; at < end; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return isNegative ? -number : number;
}

function textAt({ bytes, starts, lengths }: Texts, i: number): string {
  const start = starts[i] ?? 0;
  return Buffer.from(bytes.subarray(start, start + (lengths[i] ?? 0))).toString();
}
