/** One import of one file. */
export interface Import {
  /** What stands between the quotes. */
  readonly from: string;
  /** `static` at the head of a file, `dynamic` for `import()`, `require` for CommonJS. */
  readonly kind: "static" | "dynamic" | "require";
  /** Whether the compiler leaves nothing of it: `import type`, `export type … from`. */
  readonly typeOnly: boolean;
}

const STATIC =
  /^(?:import|export)\s+(type\s+(?!from\b))?(?:(?:[\w$*{},\s]+?)\s*\bfrom\s*)?(["'])([^"'\n]+)\2/gm;
const CALLED = /\b(import|require|require\.resolve)\(\s*(["'`])([^"'`\n]+)\2/g;

/**
 * The imports in a file, by its text: formatted as this package's files are, where a statement begins its line and what
 * begins with a star or two slashes is a comment.
 *
 * `import { type T } from` is left in the output as `import {} from`, and so counts at run time.
 */
export function importsIn(text: string): Import[] {
  const code = text
    .split("\n")
    .filter((line) => !/^\s*(\*|\/\*|\/\/)/.test(line))
    .join("\n");
  const found: Import[] = [];
  for (const [, type, , from] of code.matchAll(STATIC)) {
    if (from !== undefined) found.push({ from, kind: "static", typeOnly: type !== undefined });
  }
  for (const [, call, , from] of code.matchAll(CALLED)) {
    if (from === undefined) continue;
    found.push({ from, kind: call === "import" ? "dynamic" : "require", typeOnly: false });
  }
  return found;
}
