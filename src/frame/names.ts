import { createHash } from "node:crypto";
import { NameError } from "../errors.js";
import { checkName, isValidName, NameTree } from "../store/index.js";

/** The name of a column, and what its source calls it. */
export interface ColumnName {
  readonly source: string;
  readonly column: string;
}

/** Bytes of an encoded name: what follows it still fits in a file's. */
const MAX_BYTES = 200;

/**
 * The columns that the names of a source become. Names that columns may have stay as they are.
 *
 * @param mode `"error"` refuses all others; `"encode"` writes what they may not have as `%` and hexadecimal digits, and
 * tells those apart that would be one file by a number behind them
 * @throws NameError naming the name and the rule that it breaks, or the other one that it cannot stand beside
 */
export function columnNames(names: readonly string[], mode: "error" | "encode" = "error"): ColumnName[] {
  const tree = new NameTree();
  const known = new Set<string>();
  const claim = (name: string): boolean => {
    if (!isValidName(name) || known.has(name) || tree.conflict(name) !== undefined) return false;
    known.add(name);
    tree.add(name);
    return true;
  };
  // Those that need no other name come first, so that nothing takes theirs.
  const kept = names.map((name) => {
    if (claim(name)) return true;
    if (mode === "error") throw refusal(name, known, tree);
    return false;
  });
  return names.map((source, i) => {
    if (kept[i] === true) return { source, column: source };
    const encoded = encodeName(source);
    let column = encoded;
    for (let count = 2; !claim(column); count++) column = `${encoded}~${count}`;
    return { source, column };
  });
}

function refusal(name: string, known: ReadonlySet<string>, tree: NameTree): NameError {
  const hint = 'names: "encode" finds names that columns can have';
  if (known.has(name)) return new NameError(`two columns are called ${JSON.stringify(name)}; ${hint}`);
  try {
    checkName(name, "column");
  } catch (cause) {
    if (cause instanceof NameError) return new NameError(`${cause.message}; ${hint}`, { cause });
    throw cause;
  }
  const other = JSON.stringify(tree.conflict(name));
  return new NameError(
    `${JSON.stringify(name)} cannot stand beside ${other}: on some systems they would be one file; ${hint}`,
  );
}

/** A name that is a single part and breaks no rule. */
function encodeName(name: string): string {
  if (name === "") return "%";
  const encoded = Buffer.from(name)
    .toString()
    .replace(/[\p{Cc}\\/%]|^\.|^[A-Za-z](?=:)|[. ]$|\.(?=(?:npy|attr)$)/giu, percent);
  const short = shortened(encoded);
  // What is left are the devices of Windows.
  return isValidName(short) ? short : short.replace(/^./u, percent);
}

function percent(text: string): string {
  return Array.from(Buffer.from(text), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join(
    "",
  );
}

/** At most {@link MAX_BYTES}, the end replaced by a hash of the whole. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= MAX_BYTES) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 16);
  let start = "";
  for (const character of name) {
    if (Buffer.byteLength(start) + Buffer.byteLength(character) > MAX_BYTES - hash.length - 1) break;
    start += character;
  }
  return `${start}~${hash}`;
}
