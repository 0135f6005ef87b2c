import { createHash } from "node:crypto";
import { type DType, formatDate, formatDuration, isComplex } from "../dtype/index.js";
import { formatFloat } from "../dtype/number-text.js";
import { checkName, foldPart, isValidName } from "../store/index.js";

/** Bytes of a part at most: what is added to a file's name while it is written must fit behind it. */
const MAX_BYTES = 200;

/** A tilde and this many hexadecimal digits tell apart what has no name of its own. */
const HASH_DIGITS = 16;

/** Bytes of a long name that stay: the suffix, and the escape of one character, must fit. */
const MAX_STEM_BYTES = MAX_BYTES - 1 - HASH_DIGITS - 2;

/** Stand for values that have no text. No text gives them: its percent signs are escaped, and `nu`, `em` are no digits. */
const NULL = "%null";
const EMPTY = "%empty";

/**
 * A name of one directory for the rows of each group, from the group's keys.
 *
 * Values are written as text, several with commas between them: `JFK`, `2001`, `1.5`, `true`, `2001-01-31,JFK`. What file
 * systems do not take stands as `%` and two hexadecimal digits for each byte of UTF-8; null is `%null`, and the empty
 * string `%empty`. What is longer than 200 bytes is cut, and gets `~` and a part of a SHA-256 hash; so does what differs
 * from a name before it by nothing but case or normal form. So names say what is in a group, but which group it is only
 * a list of them does.
 *
 * ```ts
 * partNames([["JFK"], ["jfk"], ["a/b"], [null]], [parseDType("U3")]); // ["JFK", "jfk~4a6c…", "a%2Fb", "%null"]
 * ```
 *
 * @param values the keys of each group, each as `ArrayView.at` gives it, or null; at least one for a group
 * @param dtypes the dtypes of the keys
 * @returns as many names, each good for a group and a column, no two equal after folding; the same for the same values
 */
export function partNames(values: readonly (readonly unknown[])[], dtypes: readonly DType[]): string[] {
  const kinds = dtypes.map(({ kind }) => kind).join("");
  const taken = new Set<string>();
  return values.map((keys) => {
    const text = dtypes.map((dtype, i) => keyText(keys[i], dtype)).join(",");
    let name = plainName(text);
    for (let attempt = 0; name === undefined || taken.has(foldPart(name)); attempt++) {
      name = hashedName(text, `${kinds}:${text}${":".repeat(attempt)}`);
    }
    checkName(name, "group");
    taken.add(foldPart(name));
    return name;
  });
}

/** A key as it stands in a name: without commas, and without anything that a name must not have. */
function keyText(value: unknown, dtype: DType): string {
  if (value === null || value === undefined) return NULL;
  const text = valueText(value, dtype);
  return text === "" ? EMPTY : text.replace(/[/\\:*?"<>|%,\p{Cc}\p{Cs}]/gu, escaped);
}

function valueText(value: unknown, { kind, itemsize, step }: DType): string {
  if (typeof value === "number" && (kind === "f" || kind === "c")) return floatText(value, itemsize);
  if (kind === "c" && isComplex(value)) {
    const [re, im] = [floatText(value.re, itemsize / 2), floatText(value.im, itemsize / 2)];
    return `${re}${im.startsWith("-") ? "" : "+"}${im}j`;
  }
  if (typeof value === "bigint" && step !== undefined && step.unit !== "generic") {
    return kind === "M" ? formatDate(value, step) : formatDuration(value, step);
  }
  return String(value);
}

/** The number of fewest digits that is the same float of so many bytes, as JavaScript writes it: `0.1` of `f4`, too. */
function floatText(value: number, itemsize: number): string {
  const text = formatFloat(value, itemsize);
  return Number.isFinite(value) && value !== 0 ? String(Number(text)) : text.replace(".0", "");
}

/** One character as the bytes of its UTF-8; half a surrogate pair as what would be its bytes. */
function escaped(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  const isHalf = point >= 0xd800 && point <= 0xdfff;
  const bytes = isHalf
    ? [0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f)]
    : [...Buffer.from(character)];
  return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
}

/** The text as a name; undefined where it is too long for one. */
function plainName(text: string): string | undefined {
  const name = text.length > MAX_BYTES ? text : validName(text);
  return Buffer.byteLength(name) > MAX_BYTES ? undefined : name;
}

/** What the rules for names forbid at either end, such as a dot or a device of Windows, goes by an escape there. */
function validName(text: string): string {
  if (isValidName(text)) return text;
  const [first = "", ...rest] = text;
  const last = rest.pop() ?? "";
  const middle = rest.join("");
  const names = [escaped(first) + middle + last, first + middle + escaped(last)];
  return names.find((name) => isValidName(name)) ?? escaped(first) + middle + escaped(last);
}

/** The beginning of the text, and a hash of what it stands for. */
function hashedName(text: string, identity: string): string {
  const hash = createHash("sha256").update(identity).digest("hex").slice(0, HASH_DIGITS);
  return validName(`${stem(text)}~${hash}`);
}

/** As much of a text as leaves room for a suffix: whole characters, and whole escapes of characters. */
function stem(text: string): string {
  let end = 0;
  let bytes = 0;
  for (const [character] of text.matchAll(
    /%null|%empty|%[0-7][\dA-F]|%[C-F][\dA-F](?:%[89AB][\dA-F])+|./gsu,
  )) {
    bytes += Buffer.byteLength(character);
    if (bytes > MAX_STEM_BYTES) break;
    end += character.length;
  }
  return text.slice(0, end);
}
