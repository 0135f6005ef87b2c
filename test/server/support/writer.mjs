/**
 * Replaces, cuts and renames the columns of a table, again and again, until its parent is gone. All values of `a` and `b` are
 * the number of the change that wrote them.
 */
import { setTimeout } from "node:timers/promises";
import { MemmapTable } from "../../crash/dist.mjs";

process.stdin.resume().on("end", () => process.exit(0));
const table = MemmapTable.open(process.argv[2], { mode: "r+", durability: "process" });
for (let change = 1; ; change += 1) {
  const rows = 200_000 + (change % 5) * 10_000;
  table.transaction(() => {
    table.resize(rows);
    for (const name of ["a", "b"]) {
      table.addColumn(name, "f8", { data: new Float64Array(rows).fill(change), overwrite: true });
    }
  });
  if (change === 1) process.stdout.write("begun\n");
  await setTimeout(5);
  // What is cut off reads as zeros from now on, for whoever has the files open.
  table.resize(100_000);
  await setTimeout(5);
  table.transaction(() => {
    table.renameColumn("a", "c");
    table.renameColumn("b", "a");
    table.renameColumn("c", "b");
  });
  await setTimeout(30);
}
