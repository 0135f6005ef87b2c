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
  const problem = name.includes("/") ? `${JSON.stringify(name)} has a slash` : brokenRule(name);
  return new NameError(`${problem}, in ${group}; names: "encode" finds names that nodes can have`);
}

function brokenRule(name: string): string {
  try {
    checkName(name, "column");
    return `${JSON.stringify(name)} and another name would be one file on some systems`;
  } catch (error) {
    if (error instanceof NameError) return error.message;
    throw error;
  }
}
