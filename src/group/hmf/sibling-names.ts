import { parseDType } from "../../dtype/index.js";
import { NameError } from "../../errors.js";
import { checkName, foldPart, isValidName } from "../../store/index.js";
import { partNames } from "../part-names.js";

/** What to do about names that no node of this package can have. */
export type NamesOption = "error" | "encode";

const TEXT = [parseDType("U1")];

/**
 * The names that the nodes of one group get here: their own wherever these break no rule, and are told apart by every file
 * system.
 *
 * @param names those of the nodes, in order; they differ
 * @param group the path of the group, for messages
 * @returns as many names
 * @throws NameError naming the node and the rule, unless names are to be encoded
 */
export function siblingNames(names: readonly string[], group: string, mode: NamesOption): string[] {
  const taken = new Set<string>();
  // Those that keep their names come first, so that nothing takes theirs.
  const kept = names.map((name) => {
    const isKept = isPart(name) && !taken.has(foldPart(name));
    if (isKept) taken.add(foldPart(name));
    else if (mode === "error") throw refusal(name, group);
    return isKept;
  });
  return names.map((name, i) => {
    if (kept[i] === true) return name;
    const [encoded = ""] = partNames([[name]], TEXT);
    let part = encoded;
    for (let count = 2; taken.has(foldPart(part)); count++) part = `${encoded}~${count}`;
    taken.add(foldPart(part));
    return part;
  });
}

function isPart(name: string): boolean {
  return !name.includes("/") && isValidName(name, "column");
}

function refusal(name: string, group: string): NameError {
  const hint = `in ${group} of the directory of HMF; names: "encode" finds names that nodes can have`;
  if (name.includes("/")) return new NameError(`${JSON.stringify(name)} has a slash ${hint}`);
  try {
    checkName(name, "column");
  } catch (cause) {
    if (cause instanceof NameError) return new NameError(`${cause.message}, ${hint}`, { cause });
    throw cause;
  }
  return new NameError(`${JSON.stringify(name)} and another name would be one file on some systems, ${hint}`);
}
