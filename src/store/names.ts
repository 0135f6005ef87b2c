import { showValue } from "../dtype/index.js";
import { NameError } from "../errors.js";
import { excerpt } from "../npy/excerpt.js";
import { foldPart, type NameKind } from "./name-tree.js";

export { type Below, foldPart, type NameKind, NameTree } from "./name-tree.js";

/** Bytes of one file name, on every file system that matters. */
const MAX_PART_BYTES = 255;

/** What a column's name is followed by: `.npy` or `.attr`. */
const LONGEST_SUFFIX = ".attr";

/** Windows opens a device for these, whatever the case, and with any extension. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[1-9¹²³]) *([.:]|$)/i;

/**
 * Checks the name of a column or group: a path of parts with slashes between them, each of which is the name of a file
 * or directory on every system.
 *
 * ```ts
 * checkName("coordinates/x");
 * checkName("../x"); // NameError: "../x" is no column name: its part ".." leads …
 * ```
 *
 * @throws NameError naming the name, the part, the rule that it breaks and what would be right
 */
export function checkName(name: string, what: NameKind = "column"): void {
  const problem = nameProblem(name, what);
  if (problem === undefined) return;
  const shown = typeof name === "string" ? `"${excerpt(name)}"` : showValue(name);
  throw new NameError(`${shown} is no ${what} name: ${problem}`);
}

/** Whether {@link checkName} accepts it. */
export function isValidName(name: string, what: NameKind = "column"): boolean {
  return nameProblem(name, what) === undefined;
}

/** The groups that a column lies in, outermost first: `["a", "a/b"]` for `"a/b/c"`. */
export function groupsOf(name: string): string[] {
  const groups: string[] = [];
  for (let at = name.indexOf("/"); at !== -1; at = name.indexOf("/", at + 1)) groups.push(name.slice(0, at));
  return groups;
}

function nameProblem(name: unknown, what: NameKind): string | undefined {
  if (typeof name !== "string") return "a name is a string";
  if (name === "") return 'it is empty, where at least one character is needed, as in "x"';
  if (name.startsWith("/")) {
    return 'it is an absolute path; names are relative to the table, as in "coordinates/x"';
  }
  if (/^[A-Za-z]:/.test(name)) {
    return 'it begins with a drive of Windows, and leads there; names are relative to the table, as in "coordinates/x"';
  }
  const parts = name.split("/");
  for (const [index, part] of parts.entries()) {
    const suffix = what === "column" && index === parts.length - 1 ? LONGEST_SUFFIX : "";
    const problem = partProblem(part, suffix);
    if (problem !== undefined)
      return part === name ? `it ${problem}` : `its part "${excerpt(part)}" ${problem}`;
  }
  return undefined;
}

function partProblem(part: string, suffix: string): string | undefined {
  if (part === "") return 'is empty; one slash stands between two parts, and none at the end, as in "a/b"';
  if (part === "." || part === "..") {
    return `leads ${part === "." ? "nowhere" : "out of its directory"}; name the groups from the table down, as in "a/b"`;
  }
  if (part.startsWith("."))
    return `begins with a dot, as hidden files do; ${without(part.replace(/^\.+/, ""))}`;
  if (/[. ]$/.test(part)) {
    return `ends in a dot or space, which Windows drops; ${without(part.replace(/[. ]+$/, ""))}`;
  }
  if (part.includes("\\"))
    return `has a backslash; slashes separate parts: "${excerpt(part.replaceAll("\\", "/"))}"`;
  if (/\p{Cc}/u.test(part)) return "has a control character, where only printable ones are allowed";
  if (/\p{Cs}/u.test(part)) return "has half of a surrogate pair, where whole characters are needed";
  const [ending] = /\.(npy|attr)$/.exec(foldPart(part)) ?? [];
  if (ending !== undefined) {
    return `ends in "${ending}", which the files of columns do; ${without(part.slice(0, -ending.length))}`;
  }
  const device = DEVICE.exec(part)?.[1];
  if (device !== undefined) return `is the device ${device.toUpperCase()} on Windows; use "${device}_"`;
  const most = MAX_PART_BYTES - suffix.length;
  const bytes = Buffer.byteLength(part);
  if (bytes <= most) return undefined;
  const file = suffix === "" ? "" : `, so that "${suffix}" still fits behind it`;
  return `has ${bytes} bytes in UTF-8, where ${most} are the most${file}`;
}

function without(rest: string): string {
  return rest === "" ? "use another name" : `use "${excerpt(rest)}"`;
}
