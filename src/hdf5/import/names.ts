import { NameError } from "../../errors.js";
import { siblingNames } from "../../group/hmf/sibling-names.js";
import { checkName } from "../../store/index.js";

/**
 * The names that the nodes of one group get here: their own wherever these break no rule, and are told apart by every file
 * system.
 *
 * @param group where they are, for messages
 * @throws NameError naming the node and the rule, unless names are to be encoded
 */
export function nodeNames(names: readonly string[], group: string, mode: "error" | "encode"): string[] {
  const parts = siblingNames(names, group, "encode");
  const changed = mode === "error" ? names.find((name, i) => name !== parts[i]) : undefined;
  if (changed !== undefined) throw refusal(changed, group);
  return parts;
}

function refusal(name: string, group: string): NameError {
  const hint = `in ${group}; names: "encode" finds names that nodes can have`;
  if (name.includes("/")) return new NameError(`${JSON.stringify(name)} has a slash, ${hint}`);
  try {
    checkName(name, "column");
  } catch (cause) {
    if (cause instanceof NameError) return new NameError(`${cause.message}, ${hint}`, { cause });
    throw cause;
  }
  return new NameError(`${JSON.stringify(name)} and another name would be one file on some systems, ${hint}`);
}
