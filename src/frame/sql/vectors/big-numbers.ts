import { parseDType } from "../../../dtype/index.js";
import { DTypeError } from "../../../errors.js";
import type { ImportType } from "../../options.js";
import { isTextKind } from "../../options.js";
import { arrayOf, bytesOf, cellError, type Decoder } from "./decoder.js";

/** Digits that an f8 always gives back. */
const F8_DIGITS = 15;
/** Digits of which every number fits into i8. */
const I8_DIGITS = 18;

/** Whether a column is to be text. */
export function isText(said: ImportType | undefined): boolean {
  return isTextKind(said) || (said !== undefined && (said.kind === "U" || said.kind === "S"));
}

/**
 * Integers of 128 bits: `i8` if they fit, which those of sums do; the error for others names the cell. As text, if that
 * is asked for.
 */
export function hugeDecoder(isSigned: boolean, said: ImportType | undefined): Decoder {
  return {
    type: isText(said) ? "U" : parseDType(isSigned ? "i8" : "u8"),
    decode: (vectors, nulls) => {
      const bytes = bytesOf(vectors, 16, nulls);
      const big = hugeIntegers(bytes, isSigned);
      if (isText(said)) return Array.from(big, String);
      const narrow = BigInt64Array.from(big);
      return big.every((value, i) => value === narrow[i]) ? arrayOf("i8", narrow) : big;
    },
  };
}

function hugeIntegers(bytes: Uint8Array, isSigned: boolean): bigint[] {
  const low = new BigUint64Array(bytes.buffer);
  const high = isSigned ? new BigInt64Array(bytes.buffer) : low;
  return Array.from({ length: low.length / 2 }, (_, i) => {
    const upper = high[2 * i + 1] ?? 0n;
    return upper === 0n ? (low[2 * i] ?? 0n) : (upper << 64n) | (low[2 * i] ?? 0n);
  });
}

/**
 * Decimals: whole ones of up to 18 digits are `i8`, others of up to 15 digits the nearest `f8`, which has the same
 * digits. More digits must be asked for: as `f8` (rounded), as integers (if they are whole) or as text.
 *
 * @throws DTypeError for more digits where nothing is asked for
 */
export function decimalDecoder(
  width: number,
  scale: number,
  column: string,
  said: ImportType | undefined,
): Decoder {
  const itemsize = width <= 4 ? 2 : width <= 9 ? 4 : width <= I8_DIGITS ? 8 : 16;
  const read = (bytes: Uint8Array) => decimalUnits(bytes, itemsize);
  if (isText(said)) {
    return {
      type: "U",
      decode: (vectors, nulls) =>
        Array.from(read(bytesOf(vectors, itemsize, nulls)), (units) => decimalText(units, scale)),
    };
  }
  if (said !== undefined && !isTextKind(said) && "iu".includes(said.kind))
    return wholeDecimals(read, itemsize, scale);
  if (said === undefined && scale === 0 && width <= I8_DIGITS) return wholeDecimals(read, itemsize, scale);
  if (said === undefined && width > F8_DIGITS) {
    throw new DTypeError(
      `column ${JSON.stringify(column)}: DECIMAL(${width},${scale}) has more digits than f8 keeps; say in dtypes what it becomes: "f8" (rounded), "U" (text)${scale === 0 ? ', or "i8"' : ""}`,
    );
  }
  return {
    type: parseDType("f8"),
    decode: (vectors, nulls) =>
      arrayOf(
        "f8",
        Float64Array.from(read(bytesOf(vectors, itemsize, nulls)), (units) =>
          Number(decimalText(units, scale)),
        ),
      ),
  };
}

function wholeDecimals(read: (bytes: Uint8Array) => bigint[], itemsize: number, scale: number): Decoder {
  const unit = 10n ** BigInt(scale);
  return {
    type: parseDType("i8"),
    decode: (vectors, nulls, place) =>
      read(bytesOf(vectors, itemsize, nulls)).map((units, i) => {
        if (units % unit === 0n) return units / unit;
        throw cellError(place, i, `${decimalText(units, scale)} is not a whole number`);
      }),
  };
}

function decimalUnits(bytes: Uint8Array, itemsize: number): bigint[] {
  if (itemsize === 16) return hugeIntegers(bytes, true);
  if (itemsize === 8) return Array.from(new BigInt64Array(bytes.buffer));
  const units = itemsize === 4 ? new Int32Array(bytes.buffer) : new Int16Array(bytes.buffer);
  return Array.from(units, BigInt);
}

/** All digits of a decimal. */
function decimalText(units: bigint, scale: number): string {
  if (scale === 0) return String(units);
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, "0");
  return `${units < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
