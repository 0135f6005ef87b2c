import { CastError } from "../errors.js";
import { dateToStep, formatStep, NAT } from "./datetime.js";
import type { DType } from "./dtype.js";
import { fromHalf, toHalf } from "./half.js";
import type { AnyElement, Complex } from "./infer.js";
import { showValue } from "./show.js";
import {
  codePointLength,
  hasLoneSurrogate,
  readCodePoints,
  readUtf8,
  utf8Length,
  writeCodePoints,
  writeUtf8,
} from "./text.js";

/** Reading, judging and storing one element of a dtype, wherever its bytes lie. */
export interface Codec {
  /** @throws CastError where the bytes are no such element (text that is not Unicode) */
  readonly read: (view: DataView, at: number) => AnyElement;
  /** Why a value cannot be stored exactly, or undefined if it can. */
  readonly problem: (value: unknown) => string | undefined;
  /** Stores a value that has no problem. */
  readonly write: (view: DataView, at: number, value: unknown) => void;
}

/** The codec of a dtype without fields. */
export function scalarCodec(dtype: DType): Codec {
  const little = dtype.byteorder !== ">";
  switch (dtype.kind) {
    case "b":
      return booleans;
    case "i":
    case "u":
      return dtype.itemsize === 8 ? bigIntegers(dtype, little) : integers(dtype, little);
    case "f":
      return floats(dtype, little);
    case "c":
      return complexes(dtype, little);
    case "S":
      return bytesStrings(dtype);
    case "U":
      return unicodeStrings(dtype, little);
    case "M":
    case "m":
      return dates(dtype, little);
    case "V":
      return voids(dtype);
    default:
      return dtype.kind satisfies never;
  }
}

const booleans: Codec = {
  read: (view, at) => view.getUint8(at) !== 0,
  problem: (value) => (typeof value === "boolean" ? undefined : `${showValue(value)} is no boolean`),
  write: (view, at, value) => view.setUint8(at, value === true ? 1 : 0),
};

function integers({ kind, itemsize, str }: DType, little: boolean): Codec {
  const bits = itemsize * 8;
  const min = kind === "i" ? -(2 ** (bits - 1)) : 0;
  const max = kind === "i" ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  const problem = (value: unknown) => {
    if (typeof value === "number") {
      if (value >= min && value <= max && Number.isInteger(value)) return undefined;
      if (!Number.isInteger(value)) return `${showValue(value)} is no whole number, which ${str} needs`;
    } else if (typeof value === "bigint") {
      if (value >= min && value <= max) return undefined;
    } else {
      return `${showValue(value)} is no number, which ${str} needs`;
    }
    return `${showValue(value)} is outside ${str} (${min} to ${max})`;
  };
  const signed = kind === "i";
  switch (itemsize) {
    case 1:
      return signed
        ? {
            read: (view, at) => view.getInt8(at),
            problem,
            write: (view, at, value) => view.setInt8(at, Number(value)),
          }
        : {
            read: (view, at) => view.getUint8(at),
            problem,
            write: (view, at, value) => view.setUint8(at, Number(value)),
          };
    case 2:
      return signed
        ? {
            read: (view, at) => view.getInt16(at, little),
            problem,
            write: (view, at, value) => view.setInt16(at, Number(value), little),
          }
        : {
            read: (view, at) => view.getUint16(at, little),
            problem,
            write: (view, at, value) => view.setUint16(at, Number(value), little),
          };
    default:
      return signed
        ? {
            read: (view, at) => view.getInt32(at, little),
            problem,
            write: (view, at, value) => view.setInt32(at, Number(value), little),
          }
        : {
            read: (view, at) => view.getUint32(at, little),
            problem,
            write: (view, at, value) => view.setUint32(at, Number(value), little),
          };
  }
}

function bigIntegers({ kind, str }: DType, little: boolean): Codec {
  const min = kind === "i" ? -(2n ** 63n) : 0n;
  const max = kind === "i" ? 2n ** 63n - 1n : 2n ** 64n - 1n;
  const problem = (value: unknown) => {
    if (typeof value !== "bigint" && typeof value !== "number") {
      return `${showValue(value)} is no number, which ${str} needs`;
    }
    if (typeof value === "number" && !Number.isInteger(value)) {
      return `${showValue(value)} is no whole number, which ${str} needs`;
    }
    const exact = BigInt(value);
    return exact < min || exact > max
      ? `${showValue(value)} is outside ${str} (${min} to ${max})`
      : undefined;
  };
  const toBigInt = (value: unknown) => (typeof value === "bigint" ? value : BigInt(Number(value)));
  return kind === "i"
    ? {
        read: (view, at) => view.getBigInt64(at, little),
        problem,
        write: (view, at, value) => view.setBigInt64(at, toBigInt(value), little),
      }
    : {
        read: (view, at) => view.getBigUint64(at, little),
        problem,
        write: (view, at, value) => view.setBigUint64(at, toBigInt(value), little),
      };
}

/** Why a number or bigint does not go into a float of that size. Rounding is no problem, overflow is. */
function floatProblem(value: unknown, itemsize: number, str: string): string | undefined {
  let number: number;
  if (typeof value === "number") number = value;
  else if (typeof value === "bigint") {
    number = Number(value);
    if (!Number.isFinite(number) || BigInt(number) !== value)
      return `${showValue(value)} is not exact in ${str}`;
  } else return `${showValue(value)} is no number, which ${str} needs`;
  if (itemsize === 8 || !Number.isFinite(number)) return undefined;
  const fits = itemsize === 4 ? Number.isFinite(Math.fround(number)) : (toHalf(number) & 0x7fff) !== 0x7c00;
  return fits ? undefined : `${showValue(value)} overflows ${str}`;
}

function floats({ itemsize, str }: DType, little: boolean): Codec {
  const problem = (value: unknown) => floatProblem(value, itemsize, str);
  switch (itemsize) {
    case 2:
      return {
        read: (view, at) => fromHalf(view.getUint16(at, little)),
        problem,
        write: (view, at, value) => view.setUint16(at, toHalf(Number(value)), little),
      };
    case 4:
      return {
        read: (view, at) => view.getFloat32(at, little),
        problem,
        write: (view, at, value) => view.setFloat32(at, Number(value), little),
      };
    default:
      return {
        read: (view, at) => view.getFloat64(at, little),
        problem,
        write: (view, at, value) => view.setFloat64(at, Number(value), little),
      };
  }
}

/** Whether a value is `{ re, im }` of numbers. */
export function isComplex(value: unknown): value is Complex {
  return (
    typeof value === "object" &&
    value !== null &&
    "re" in value &&
    "im" in value &&
    typeof value.re === "number" &&
    typeof value.im === "number"
  );
}

function complexes({ itemsize, str }: DType, little: boolean): Codec {
  const half = itemsize / 2;
  const get = (view: DataView, at: number) =>
    half === 4 ? view.getFloat32(at, little) : view.getFloat64(at, little);
  const set = (view: DataView, at: number, value: number) =>
    half === 4 ? view.setFloat32(at, value, little) : view.setFloat64(at, value, little);
  return {
    read: (view, at) => ({ re: get(view, at), im: get(view, at + half) }),
    problem: (value) => {
      if (isComplex(value)) return floatProblem(value.re, half, str) ?? floatProblem(value.im, half, str);
      if (typeof value === "number" || typeof value === "bigint") return floatProblem(value, half, str);
      return `${showValue(value)} is no { re, im } of numbers, which ${str} needs`;
    },
    write: (view, at, value) => {
      const { re, im } = isComplex(value) ? value : { re: Number(value), im: 0 };
      set(view, at, re);
      set(view, at + half, im);
    },
  };
}

function bytesStrings({ itemsize, str }: DType): Codec {
  return {
    read: (view, at) => {
      const text = readUtf8(view, at, itemsize);
      if (text === undefined)
        throw new CastError(`the bytes of this ${str} are not UTF-8; bytes(i) gives them`);
      return text;
    },
    problem: (value) => {
      if (value instanceof Uint8Array) {
        return value.length <= itemsize ? undefined : `${value.length} bytes are too long for ${str}`;
      }
      if (typeof value !== "string") return `${showValue(value)} is no string, which ${str} needs`;
      const surrogate = textProblem(value);
      if (surrogate !== undefined) return surrogate;
      const length = utf8Length(value);
      return length <= itemsize ? undefined : `${showValue(value)} is too long for ${str} (${length} bytes)`;
    },
    write: (view, at, value) => {
      if (value instanceof Uint8Array) {
        const target = new Uint8Array(view.buffer, view.byteOffset + at, itemsize);
        target.fill(0, value.length);
        target.set(value);
      } else writeUtf8(view, at, itemsize, String(value));
    },
  };
}

function textProblem(text: string): string | undefined {
  if (text.endsWith("\0")) return `${showValue(text)} ends in NUL, which reading could not tell from padding`;
  return hasLoneSurrogate(text)
    ? `${showValue(text)} has an unpaired surrogate, which is no character`
    : undefined;
}

function unicodeStrings({ itemsize, str }: DType, little: boolean): Codec {
  const width = itemsize / 4;
  return {
    read: (view, at) => {
      const text = readCodePoints(view, at, width, little);
      if (text === undefined) {
        throw new CastError(
          `the code points of this ${str} are not all Unicode characters; bytes(i) gives them`,
        );
      }
      return text;
    },
    problem: (value) => {
      if (typeof value !== "string") return `${showValue(value)} is no string, which ${str} needs`;
      const surrogate = textProblem(value);
      if (surrogate !== undefined) return surrogate;
      if (value.length <= width) return undefined;
      const length = codePointLength(value);
      return length <= width
        ? undefined
        : `${showValue(value)} is too long for ${str} (${length} characters)`;
    },
    write: (view, at, value) => writeCodePoints(view, at, width, String(value), little),
  };
}

function dates({ kind, step, str }: DType, little: boolean): Codec {
  const unit = step ?? { unit: "generic", multiple: 1 };
  const isDate = kind === "M";
  const problem = (value: unknown) => {
    if (value === null) return undefined;
    if (typeof value === "bigint") {
      if (value === NAT) return `${value}n stands for NaT in ${str}; say null`;
      return value > NAT && value < -NAT ? undefined : `${showValue(value)} is outside ${str} (64 bits)`;
    }
    if (isDate && value instanceof Date) {
      if (Number.isNaN(value.getTime())) return `an invalid Date is no date; say null for NaT`;
      if (dateToStep(value, unit) !== undefined) return undefined;
      return `${showValue(value)} is not a whole number of steps of ${formatStep(unit) || str}, or outside ${str}`;
    }
    if (!isDate && typeof value === "number") {
      return Number.isSafeInteger(value)
        ? undefined
        : `${showValue(value)} is no exact count, which ${str} needs`;
    }
    const wanted = isDate
      ? `a Date, a bigint in ${formatStep(unit) || "steps"}`
      : "a bigint or a whole number";
    return `${showValue(value)} cannot be stored in ${str}, which takes ${wanted} or null`;
  };
  return {
    read: (view, at) => {
      const value = view.getBigInt64(at, little);
      return value === NAT ? null : value;
    },
    problem,
    write: (view, at, value) => {
      let count = NAT;
      if (typeof value === "bigint") count = value;
      else if (typeof value === "number") count = BigInt(value);
      else if (value instanceof Date) count = dateToStep(value, unit) ?? NAT;
      view.setBigInt64(at, count, little);
    },
  };
}

function voids({ itemsize, str }: DType): Codec {
  return {
    read: (view, at) => new Uint8Array(view.buffer, view.byteOffset + at, itemsize).slice(),
    problem: (value) => {
      if (!(value instanceof Uint8Array)) return `${showValue(value)} is no Uint8Array, which ${str} needs`;
      return value.length === itemsize ? undefined : `${value.length} bytes do not fill ${str}`;
    },
    write: (view, at, value) => {
      if (value instanceof Uint8Array) new Uint8Array(view.buffer, view.byteOffset + at, itemsize).set(value);
    },
  };
}
