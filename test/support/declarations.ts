import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A class as its declaration shows it. */
export interface DeclaredClass {
  readonly base: string | undefined;
  /** Its own public members; those marked as internal are not in declarations. */
  readonly members: readonly string[];
}

/** The names that a declaration file hands on, those of `export *` included. */
export function exportedNames(directory: string, file = "index.d.ts"): string[] {
  const text = readFileSync(join(directory, file), "utf8");
  const names: string[] = [];
  for (const [, list] of text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)) {
    for (const part of (list ?? "").split(",")) {
      const name = part
        .trim()
        .replace(/^type /, "")
        .replace(/^.* as /, "");
      if (name !== "") names.push(name);
    }
  }
  for (const [, from] of text.matchAll(/^export \* from "\.\/(.*)\.js"/gm)) {
    names.push(...exportedNames(directory, `${from}.d.ts`));
  }
  for (const [, name] of text.matchAll(
    /^export (?:declare )?(?:abstract )?(?:class|interface|type|function|const) ([\w$]+)/gm,
  )) {
    if (name !== undefined) names.push(name);
  }
  return [...new Set(names)].sort();
}

/** All classes that the declarations below a directory declare. */
export function declaredClasses(directory: string): Map<string, DeclaredClass> {
  const classes = new Map<string, DeclaredClass>();
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" });
  for (const file of files.filter((name) => name.endsWith(".d.ts"))) {
    const text = readFileSync(join(directory, file), "utf8");
    for (const [, name, head, body] of text.matchAll(
      /^(?:export )?(?:declare )?(?:abstract )?class (\w+)([\s\S]*?) \{\n([\s\S]*?)^\}/gm,
    )) {
      if (name === undefined || head === undefined || body === undefined) continue;
      const base = /\bextends (\w+)/.exec(withoutTypeArguments(head))?.[1];
      classes.set(name, { base, members: membersIn(body) });
    }
  }
  return classes;
}

function withoutTypeArguments(head: string): string {
  let text = head.replaceAll("=>", "");
  for (let before = ""; before !== text; ) {
    before = text;
    text = text.replace(/<[^<>]*>/g, "");
  }
  return text;
}

function membersIn(body: string): string[] {
  const names = new Set<string>();
  for (const [, modifiers, name] of body.matchAll(
    /^ {4}((?:(?:private|protected|static|readonly|abstract|declare|get|set) )*)(\[[^\]]+\]|[A-Za-z_$][\w$]*)[<(:?;]/gm,
  )) {
    if (name === undefined || modifiers === undefined || name === "constructor") continue;
    if (/private|protected/.test(modifiers)) continue;
    // Symbols of the package's own, which nobody outside it can name.
    if (name.startsWith("[") && !name.startsWith("[Symbol.")) continue;
    names.add(modifiers.includes("static") ? `static ${name}` : name);
  }
  return [...names].sort();
}

/** A class's public members, its own and those of the classes that it extends. */
export function membersOf(classes: ReadonlyMap<string, DeclaredClass>, name: string): string[] {
  const found = classes.get(name);
  if (found === undefined) return [];
  const { base, members } = found;
  return [...new Set([...members, ...(base === undefined ? [] : membersOf(classes, base))])].sort();
}
