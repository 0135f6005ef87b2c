/**
 * How many columns of a terminal a text takes: two for East Asian wide characters and emoji, none for combining marks
 * (Unicode's UAX #11, graphemes as UAX #29 has them).
 *
 * @module
 */

const PLAIN = /^[\x20-\x7e]*$/;
const ZERO = /[\p{Mn}\p{Me}\p{Default_Ignorable_Code_Point}\u1160-\u11ff\ud7b0-\ud7ff]/u;
const EMOJI = /\p{Emoji_Presentation}|\p{Emoji}\ufe0f/u;
/** UAX #11's wide and fullwidth blocks; the wide characters that are missing here are emoji. */
const WIDE = new RegExp(
  "[\\u1100-\\u115f\\u2329\\u232a\\u2e80-\\u303e\\u3041-\\u3247\\u3250-\\ua4cf\\ua960-\\ua97f\\uac00-\\ud7a3" +
    "\\uf900-\\ufaff\\ufe10-\\ufe19\\ufe30-\\ufe6f\\uff01-\\uff60\\uffe0-\\uffe6" +
    "\\u{16fe0}-\\u{18dff}\\u{1aff0}-\\u{1b2ff}\\u{1f200}-\\u{1f265}\\u{20000}-\\u{3fffd}]",
  "u",
);

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

function graphemeWidth(grapheme: string): number {
  if (EMOJI.test(grapheme)) return 2;
  let width = 0;
  for (const point of grapheme) width += ZERO.test(point) ? 0 : WIDE.test(point) ? 2 : 1;
  return width;
}

/** Columns that a text without control characters takes in a terminal. */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** Code units that a column may need: beyond it, combining marks are being piled up, and the rest is left out. */
const UNITS_PER_COLUMN = 32;

/** The text in at most `width` columns, its end replaced by `…` where it takes more; whole graphemes stay whole. */
export function cut(text: string, width: number): string {
  if (text.length <= width && PLAIN.test(text)) return text;
  const start = text.slice(0, width * UNITS_PER_COLUMN);
  if (start.length === text.length && displayWidth(text) <= width) return text;
  let kept = "";
  let used = 0;
  for (const { segment } of graphemes.segment(start)) {
    used += graphemeWidth(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** The text filled up with spaces to `width` columns: before it where `right`, else behind it. */
export function pad(text: string, width: number, right: boolean): string {
  const spaces = " ".repeat(Math.max(0, width - displayWidth(text)));
  return right ? spaces + text : text + spaces;
}
