import { fromHalf, toHalf } from "../dtype/index.js";

/** Digits behind the point, as NumPy's `printoptions["precision"]`. */
const PRECISION = 8;
const SMALLEST_FIXED = 1e-4;
/** Digits behind a 5 that are looked at to know it for a tie: more than a double tells apart. */
const BEYOND = 20;

/**
 * From where on a float of that size is printed with an exponent: where not every whole number is one any more, so
 * that no digit is printed that means nothing. For doubles this is 1e16, NumPy's and Python's bound.
 */
function largestFixed(itemsize: number): number {
  if (itemsize === 8) return 1e16;
  return itemsize === 4 ? 2 ** 24 : 2 ** 11;
}

/** The value in so many digits and an exponent; exact ties go to the even digit, where toExponential rounds up. */
function toDigits(value: number, digits: number): string {
  const [exact = "", exponent = ""] = value.toExponential(digits + BEYOND).split("e");
  const lower = exact.slice(0, -1 - BEYOND);
  const tie = exact.endsWith(`5${"0".repeat(BEYOND)}`);
  return tie && Number(lower.at(-1)) % 2 === 0 ? `${lower}e${exponent}` : value.toExponential(digits - 1);
}

/** The decimal number of fewest digits that gives the same single or half back. */
function shortest(value: number, itemsize: number): number {
  if (itemsize === 8) return value;
  const round = itemsize === 4 ? Math.fround : (x: number) => fromHalf(toHalf(x));
  const target = round(value);
  // Nine digits tell all singles apart.
  for (let digits = 1; digits <= 9; digits++) {
    // Below a power of two floats lie closer together, so that of a tie only the upper one may lead back.
    for (const text of [toDigits(target, digits), target.toExponential(digits - 1)]) {
      if (round(Number(text)) === target) return Number(text);
    }
  }
  return target;
}

function fixed(short: number, value: number): string {
  const text = String(short);
  const decimals = text.includes(".") ? text.length - text.indexOf(".") - 1 : 0;
  if (decimals === 0) return `${text}.0`;
  if (decimals <= PRECISION) return text;
  const whole = Number(value.toExponential().split("e")[1]) + 1;
  const rounded = Number(toDigits(value, whole + PRECISION));
  return fixed(rounded, rounded);
}

function exponential(short: number, value: number): string {
  const exact = short.toExponential();
  const rounded = toDigits(value, PRECISION + 1);
  const [mantissa = "", exponent = ""] = (exact.length < rounded.length ? exact : rounded).split("e");
  const digits = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  return `${digits}e${exponent.slice(0, 1)}${exponent.slice(1).padStart(2, "0")}`;
}

/**
 * A float as NumPy prints it: the digits that tell it from its neighbours, at most eight behind the point, an
 * exponent where it is very small or large.
 *
 * @param itemsize bytes of the float it came from: 2, 4 or 8
 */
export function formatFloat(value: number, itemsize: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const short = shortest(value, itemsize);
  const magnitude = Math.abs(short);
  const inFull = magnitude >= SMALLEST_FIXED && magnitude < largestFixed(itemsize);
  return inFull ? fixed(short, value) : exponential(short, value);
}

/** A complex number as Python writes it: `1.5-2j`. */
export function formatComplex(re: number, im: number, itemsize: number): string {
  const part = (value: number) => formatFloat(value, itemsize).replace(/\.0$/, "");
  const imaginary = part(im);
  return `${part(re)}${imaginary.startsWith("-") ? "" : "+"}${imaginary}j`;
}
