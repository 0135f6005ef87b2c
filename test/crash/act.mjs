import { MemmapTable, withFiles } from "./dist.mjs";
import { perform } from "./workload.mjs";

/**
 * Does one thing to the table of an action: makes it, replaces it, changes it (that of `table`, where it is open already)
 * or recovers it.
 *
 * @param files the file system that it is done over
 * @param begin is called when all that follows belongs to it
 */
export function act(action, files, begin) {
  const { root, kind, seed, change, durability, columns, rows } = action;
  const open = (options) => withFiles(files, () => MemmapTable.open(root, { durability, ...options }));
  switch (kind) {
    case "change": {
      const table = action.table ?? open({ mode: "r+" });
      // Rows that are cut off are mapped, as those of a program at work are.
      for (const [, column] of table.columns()) void column.values.length;
      begin();
      perform(table, seed, change);
      return table;
    }
    case "make":
      begin();
      return open({ mode: "a", columns, rows });
    case "replace":
      begin();
      return open({ mode: "w+", columns, rows });
    case "recover":
      begin();
      return open({ mode: "r+" });
    default:
      throw new Error(`no such action: ${kind}`);
  }
}
