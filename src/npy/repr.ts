import type { Descr } from "../dtype/index.js";
import { formatShape } from "./size.js";

/** Python's `repr` of a string, as it stands in a header that NumPy writes. */
export function formatString(value: string): string {
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  let text = quote;
  for (const character of value) text += character === quote ? `\\${quote}` : formatCharacter(character);
  return text + quote;
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ["\\", "\\\\"],
  ["\t", "\\t"],
  ["\n", "\\n"],
  ["\r", "\\r"],
]);

/**
 * Python escapes what it holds to be unprintable: controls, formats, surrogates, private and unassigned characters,
 * separators other than the space. What is assigned depends on the release of Unicode that Python, or this Node, was
 * built with; a newer character may be written either way and reads the same.
 */
const UNPRINTABLE = /[\p{C}\p{Z}]/u;

function formatCharacter(character: string): string {
  const named = NAMED.get(character);
  if (named !== undefined) return named;
  if (character === " " || !UNPRINTABLE.test(character)) return character;
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  if (hex.length <= 2) return `\\x${hex.padStart(2, "0")}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

/** Python's `repr` of a dtype's `descr`. */
export function formatDescr(descr: Descr): string {
  if (typeof descr === "string") return formatString(descr);
  const fields = descr.map(([name, dtype, shape]) => {
    const parts = [formatString(name), formatDescr(dtype)];
    return `(${(shape === undefined ? parts : [...parts, formatShape(shape)]).join(", ")})`;
  });
  return `[${fields.join(", ")}]`;
}
