/**
 * Elements that are numbers: truth values, integers, floats and complex numbers.
 *
 * @module
 */

import type { DType } from "./dtype.js";
import type { Codec } from "./element.js";
import { fromHalf, toHalf } from "./half.js";
import type { Complex } from "./infer.js";
import { showValue } from "./show.js";

export const booleans: Codec = {
  read: (view, at) => view.getUint8(at) !== 0,
  problem: (value) => (typeof value === "boolean" ? undefined : `${showValue(value)} is no boolean`),
  write: (view, at, value) => view.setUint8(at, value === true ? 1 : 0),
};

export function integers({ kind, itemsize, str }: DType, little: boolean): Codec {
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

export function bigIntegers({ kind, str }: DType, little: boolean): Codec {
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

/** The float of so many bytes nearest to a number. */
function rounded(number: number, itemsize: number): number {
  if (itemsize === 8) return number;
  return itemsize === 4 ? Math.fround(number) : fromHalf(toHalf(number));
}

/** Why a value does not go into a float of so many bytes: numbers may round but not overflow, bigints are exact. */
function floatProblem(value: unknown, itemsize: number, str: string): string | undefined {
  if (typeof value === "number") {
    const overflows = Number.isFinite(value) && !Number.isFinite(rounded(value, itemsize));
    return overflows ? `${showValue(value)} overflows ${str}` : undefined;
  }
  if (typeof value !== "bigint") return `${showValue(value)} is no number, which ${str} needs`;
  const stored = rounded(Number(value), itemsize);
  return Number.isFinite(stored) && BigInt(stored) === value
    ? undefined
    : `${showValue(value)} is not exact in ${str}`;
}

export function floats({ itemsize, str }: DType, little: boolean): Codec {
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

export function complexes({ itemsize, str }: DType, little: boolean): Codec {
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
