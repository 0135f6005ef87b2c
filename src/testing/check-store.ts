import { isMemmapError } from "../errors.js";
import { MemmapFile } from "../group/index.js";
import { check, isNotice } from "../store/index.js";
import { MemmapTable } from "../table/index.js";

/**
 * Asserts that the directory of a table or hierarchy is as it should be: `check` finds nothing but notices, it opens for
 * reading, and every column of a table is as long as the table.
 *
 * ```ts
 * program(); // keeps a table "flights"
 * checkStore("flights");
 * ```
 *
 * @param root the directory of the table or hierarchy
 * @throws Error listing all that was found, a line for each; NotFoundError where there is no such directory
 */
export function checkStore(root: string): void {
  const found = check(root).filter((one) => !isNotice(one));
  if (found.length > 0) {
    const lines = found.map(({ code, path, what }) => `  ${path}: ${what} (${code})`);
    const count = found.length === 1 ? "a thing is" : `${found.length} things are`;
    throw new Error(`${count} wrong with the table ${root}:\n${lines.join("\n")}`);
  }
  try {
    checkTable(root);
  } catch (error) {
    // A hierarchy, whose arrays have lengths of their own: of a table, that would have been found above.
    if (!isMemmapError(error, "SHAPE") && !isMemmapError(error, "FORMAT")) throw error;
    MemmapFile.open(root).close();
  }
}

function checkTable(root: string): void {
  using table = MemmapTable.open(root);
  for (const [name, column] of table.columns()) {
    if (column.length !== table.length) {
      throw new Error(
        `the column ${JSON.stringify(name)} of the table ${root} has ${column.length} rows, and the table ${table.length}`,
      );
    }
  }
}
