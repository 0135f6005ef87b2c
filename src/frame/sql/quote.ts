import { NameError } from "../../errors.js";

/** A name as SQL writes it, whatever is in it. @throws NameError for names that SQL cannot have */
export function quoteName(name: string): string {
  if (name === "") throw new NameError("SQL has no empty names");
  return `"${withoutNul(name).replaceAll('"', '""')}"`;
}

/** A text as SQL writes it: also for the paths of files. @throws NameError for text with NUL, which SQL cannot have */
export function quoteText(text: string): string {
  return `'${withoutNul(text).replaceAll("'", "''")}'`;
}

function withoutNul(text: string): string {
  if (!text.includes("\0")) return text;
  throw new NameError(`${JSON.stringify(text)}: SQL cannot write the character NUL`);
}

/** What SQL takes for the same name: it does not tell capital letters of ASCII from small ones. */
export function foldName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** @throws NameError where two names are one to SQL */
export function requireDistinct(names: Iterable<string>, what: string): void {
  const known = new Map<string, string>();
  for (const name of names) {
    const folded = foldName(name);
    const other = known.get(folded);
    if (other !== undefined) {
      throw new NameError(
        `${what} ${JSON.stringify(other)} and ${JSON.stringify(name)} are one name to SQL; rename or select`,
      );
    }
    known.set(folded, name);
  }
}
