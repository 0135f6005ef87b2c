const LONGEST = 60;

/** Characters that would disturb a terminal or a log: controls, formats, line ends, halves of surrogate pairs. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** What was read, for a message: at most 60 characters, whole ones, with unprintable ones escaped. */
export function excerpt(text: string): string {
  // Two UTF-16 units at most make a character: what is cut off here is not looked at.
  const characters = Array.from(text.slice(0, 2 * LONGEST + 2));
  const short = characters.length > LONGEST ? `${characters.slice(0, LONGEST - 1).join("")}…` : text;
  return short.replace(UNPRINTABLE, (found) => {
    const code = found.codePointAt(0) ?? 0;
    if (found === "\n") return "\\n";
    if (code <= 0xff) return `\\x${code.toString(16).padStart(2, "0")}`;
    return code <= 0xffff ? `\\u${code.toString(16).padStart(4, "0")}` : `\\u{${code.toString(16)}}`;
  });
}
