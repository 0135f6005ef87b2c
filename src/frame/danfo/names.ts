import { NameError } from "../../errors.js";
import { danfo } from "./partner.js";

/** An empty frame has the properties that every frame has. */
const probe = new danfo.DataFrame([], { columns: [], dtypes: [] });

/** Whether a column of that name would hide a frame's own property. */
function isReserved(name: string): boolean {
  return name in probe;
}

/**
 * What a frame's columns are called: as in the table, unless they would hide the frame's own properties.
 *
 * @throws NameError naming all such, unless they are to be renamed
 */
export function frameNames(names: readonly string[], reserved: "error" | "rename" = "error"): string[] {
  const hidden = names.filter(isReserved);
  if (hidden.length > 0 && reserved === "error") {
    const list = hidden.map((name) => JSON.stringify(name)).join(", ");
    throw new NameError(
      `${hidden.length === 1 ? "the column" : "the columns"} ${list} would hide properties of the frame itself; say reserved: "rename", or select other columns`,
    );
  }
  const taken = new Set(names);
  return names.map((name) => {
    let free = name;
    while (isReserved(free) || (free !== name && taken.has(free))) free += "_";
    taken.add(free);
    return free;
  });
}
