import type fc from "fast-check";
import { type DType, fromHalf } from "../../dtype/index.js";
import { fastCheck } from "../fast-check.js";

const HARD_TEXTS = [
  "",
  "a",
  "é",
  "e\u0301",
  "日本",
  "😀",
  "a😀",
  "\ufeff",
  "\ufffd",
  "\u{10ffff}",
  "\ud7ff\ue000",
  "\x7f\x80\u07ff\u0800\uffff",
  "a\0b",
  "\0a",
  "\x7f\x80",
  " ",
  "NaN",
  "__proto__",
];

/** Texts of Unicode characters, short ones. */
export function anyText(): fc.Arbitrary<string> {
  const fc = fastCheck();
  return fc.oneof(
    fc.constantFrom(...HARD_TEXTS),
    fc.string({ maxLength: 10 }),
    fc.string({ unit: "binary", maxLength: 10 }),
    fc.string({ unit: "grapheme", maxLength: 4 }),
  );
}

/** The widest that is filled: wider texts find nothing more, and take long. */
const MAX_FILLED = 1000;

/** Texts that an `S` or a `U` holds: short ones, and ones that fill it. */
export function anyTextOf(dtype: DType): fc.Arbitrary<string> {
  const fc = fastCheck();
  const full = fc.constantFrom("a", "é", "😀").map((text) => text.repeat(Math.min(dtype.width, MAX_FILLED)));
  return fc
    .oneof({ weight: 5, arbitrary: anyText() }, { weight: 1, arbitrary: full })
    .map((text) => fitting(text, dtype));
}

/** The most of a text that fits, whole characters, without NULs behind. */
function fitting(text: string, { kind, width }: DType): string {
  let kept = "";
  let used = 0;
  for (const character of text) {
    used += kind === "U" ? 1 : Buffer.byteLength(character);
    if (used > width) break;
    kept += character;
  }
  return kept.replace(/\0+$/, "");
}

/** Whole numbers from `min` to `max`, those on the edges and those near 0 more often. */
export function anyInteger(min: bigint, max: bigint): fc.Arbitrary<bigint> {
  const fc = fastCheck();
  return fc.oneof(
    fc.constantFrom(min, max, 0n, 1n, min + 1n, max - 1n),
    fc.bigInt({ min: min < -300n ? -300n : min, max: max > 300n ? 300n : max }),
    fc.bigInt({ min, max }),
  );
}

const HARD_FLOATS = [0, -0, 1, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

/** The smallest, the smallest that is no subnormal, and the largest, by the bytes of the float. */
const EDGES: ReadonlyMap<number, readonly number[]> = new Map([
  [2, [2 ** -24, 2 ** -14, 65504]],
  [4, [2 ** -149, 2 ** -126, (2 - 2 ** -23) * 2 ** 127]],
  [8, [Number.MIN_VALUE, 2 ** -1022, Number.MAX_VALUE, 2 ** 53, 2 ** 53 - 1, -(2 ** 63), 2 ** 63, 2 ** 64]],
]);

/** Any number that a float of so many bytes holds exactly. */
export function anyFloat(itemsize: number): fc.Arbitrary<number> {
  const fc = fastCheck();
  const halves = fc.integer({ min: 0, max: 0xffff }).map(fromHalf);
  const hard = fc.constantFrom(...HARD_FLOATS, ...(EDGES.get(itemsize) ?? []));
  if (itemsize === 2) return fc.oneof(hard, halves);
  if (itemsize === 4) return fc.oneof(hard, halves, fc.float());
  return fc.oneof(hard, halves, fc.float(), fc.double());
}
