import { showValue } from "../../dtype/index.js";
import { CastError, FormatError } from "../../errors.js";
import { partner } from "../../frame/partner.js";
import { type ScanLimits, scanValue } from "./scan.js";

const { Packr, Unpackr } = await partner("msgpackr", "memmap-table/remote", () => import("msgpackr"));

const packr = new Packr({ useRecords: false, variableMapSize: true, moreTypes: false });
/** Documented, but not among its types: numbers where they are exact, bigints elsewhere. */
const exact: object = { int64AsType: "auto" };
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: false, ...exact });

/** The packer makes floats of whole numbers outside these, unless they are bigints. */
const MAX_32 = 2 ** 32 - 1;
const MIN_32 = -(2 ** 31);

/**
 * A value in MessagePack: whole numbers as the shortest integers, `Map`s and plain objects as maps, arrays, strings,
 * `Uint8Array`s as bytes, null and booleans.
 *
 * @throws CastError for what has no word in it: undefined, functions, dates, integers over 64 bits, unpaired surrogates
 */
export function encodeValue(value: unknown): Uint8Array {
  return packr.pack(packable(value));
}

/** The value as the packer writes it as it should. */
function packable(value: unknown): unknown {
  switch (typeof value) {
    case "number":
      return Number.isSafeInteger(value) && (value < MIN_32 || value > MAX_32) ? BigInt(value) : value;
    case "bigint":
      if (value >= MIN_32 && value <= MAX_32) return Number(value);
      if (BigInt.asIntN(64, value) === value || BigInt.asUintN(64, value) === value) return value;
      throw new CastError(`${value} takes more than 64 bits`);
    case "string":
      if (/\p{Surrogate}/u.test(value)) {
        throw new CastError(`${showValue(value)} has an unpaired surrogate, which is no character`);
      }
      return value;
    case "boolean":
      return value;
    case "object":
      return value === null ? null : packableObject(value);
    default:
      throw new CastError(`MessagePack has no word for a value of type ${typeof value}`);
  }
}

function packableObject(value: object): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.length);
  if (Array.isArray(value)) return value.map(packable);
  if (!(value instanceof Map) && Object.getPrototypeOf(value) !== Object.prototype) {
    throw new CastError(`MessagePack has no word for ${showValue(value)}`);
  }
  const entries = value instanceof Map ? value.entries() : Object.entries(value);
  return new Map(Array.from(entries, ([key, part]) => [packable(key), packable(part)]));
}

/** What {@link decodeValue} takes. */
export type DecodeOptions = Partial<ScanLimits>;

/**
 * The value that the bytes are: maps as `Map`s, integers beyond 2^53 as bigints. The bytes are looked through before
 * anything is made of them, so that what this takes is bounded by what they are, not by what they claim.
 *
 * @param bytes one value, and nothing behind it
 * @throws FormatError where they are no such value: cut off, not UTF-8, nested too deep, extension types
 */
export function decodeValue(bytes: Uint8Array, options: DecodeOptions = {}): unknown {
  const { maxDepth = 64, ...limits } = options;
  const end = scanValue(bytes, 0, { maxDepth, ...limits });
  if (end < 0)
    throw new FormatError(
      `MessagePack: ${bytes.length} bytes are not the whole of the value that they begin`,
    );
  if (end < bytes.length) throw new FormatError(`MessagePack: ${bytes.length - end} bytes behind the value`);
  return unpackr.unpack(bytes);
}
