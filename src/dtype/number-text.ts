/**
 * Numbers as text, as Python prints and reads them: what NumPy's `astype` does between numbers and strings.
 *
 * @module
 */

import { fromHalf, toHalf } from "./half.js";
import type { Complex } from "./infer.js";

/** From which size on NumPy writes a float of so many bytes with an exponent. */
const EXPONENT_FROM: ReadonlyMap<number, number> = new Map([
  [2, 1e3],
  [4, 1e6],
  [8, 1e16],
]);

/** The number of fewest digits that is read back as the same float of so many bytes. */
function shortest(value: number, itemsize: number): number {
  if (itemsize === 8) return value;
  const round = itemsize === 4 ? Math.fround : (x: number) => fromHalf(toHalf(x));
  for (let digits = 1; digits < 9; digits++) {
    const short = toDigits(value, digits);
    if (round(short) === value) return short;
  }
  return toDigits(value, 9);
}

/** The nearest number of so many digits; of two, the one that ends in an even digit (`toPrecision` takes the larger). */
function toDigits(value: number, digits: number): number {
  const [exact = "", exponent = ""] = value.toExponential(100).split("e");
  const [kept = "", rest = ""] = [exact.slice(0, -101 + digits), exact.slice(-101 + digits)];
  const even = /^50*$/.test(rest) && /[02468]$/.test(kept.replace(".", ""));
  return even ? Number(`${kept}e${exponent}`) : Number(value.toPrecision(digits));
}

/** A float of so many bytes as NumPy prints it: `1.0`, `1e+16`, `-inf`. */
export function formatFloat(value: number, itemsize: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const size = Math.abs(value);
  const short = shortest(value, itemsize);
  if (size < 1e-4 || size >= (EXPONENT_FROM.get(itemsize) ?? 1e16)) {
    return short.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  }
  return Number.isInteger(short) ? `${short}.0` : short.toString();
}

/** A complex number of so many bytes as NumPy prints it: `(1+2j)`, `2j`. */
export function formatComplex({ re, im }: Complex, itemsize: number): string {
  const part = (value: number) => formatFloat(value, itemsize / 2).replace(/\.0$/, "");
  if (Object.is(re, 0)) return `${part(im)}j`;
  return `(${part(re)}${im < 0 || Object.is(im, -0) ? "" : "+"}${part(im)}j)`;
}

const DIGITS = "[0-9](?:_?[0-9])*";
const UNSIGNED = `(?:(?:${DIGITS}(?:\\.(?:${DIGITS})?)?|\\.${DIGITS})(?:e[+-]?${DIGITS})?|nan|inf(?:inity)?)`;
const INTEGER = new RegExp(`^[+-]?${DIGITS}$`);
const FLOAT = new RegExp(`^[+-]?${UNSIGNED}$`);
const COMPLEX = new RegExp(`^(?:([+-]?${UNSIGNED})(?=[+-]))?([+-]?${UNSIGNED}?)j$`);

/** The whole number that a text says in decimal digits; undefined if it says none. */
export function parseInteger(text: string): bigint | undefined {
  const trimmed = text.trim();
  return INTEGER.test(trimmed) ? BigInt(trimmed.replace(/[+_]/g, "")) : undefined;
}

/** The number that a text says, `nan` and `inf` among them; undefined if it says none. */
export function parseFloat64(text: string): number | undefined {
  const trimmed = text.trim().toLowerCase();
  return FLOAT.test(trimmed) ? toNumber(trimmed) : undefined;
}

function toNumber(text: string): number {
  const plain = text.replaceAll("_", "");
  if (plain.endsWith("nan")) return Number.NaN;
  return Number(plain.replace(/inf(inity)?$/, "Infinity"));
}

/** The complex number that a text says (`1+2j`, `(1+2j)`, `2j`, `1`); undefined if it says none. */
export function parseComplex(text: string): Complex | undefined {
  const trimmed = text.trim().toLowerCase();
  const inner = /^\((.*)\)$/.exec(trimmed)?.[1]?.trim() ?? trimmed;
  if (FLOAT.test(inner)) return { re: toNumber(inner), im: 0 };
  const match = COMPLEX.exec(inner);
  if (match === null) return undefined;
  const [, re = "0", im = ""] = match;
  return { re: toNumber(re), im: toNumber(/[0-9af]/.test(im) ? im : `${im}1`) };
}
