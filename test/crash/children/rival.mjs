/** Tries to be the one writer of a table, as often as it is told to, and holds it until it is told otherwise. */
import { isMemmapError, MemmapTable } from "../dist.mjs";
import { nextOrders, report } from "./orders.mjs";

report();
let table;
for (;;) {
  const orders = await nextOrders();
  if (orders === undefined) break;
  const { ask, root, mode, locking, timeout, milliseconds } = orders;
  try {
    if (ask === "take") {
      table = MemmapTable.open(root, { mode, locking, timeout, durability: "process" });
      report("held");
    } else if (ask === "release") {
      table?.close();
      table = undefined;
      report("released");
    } else if (ask === "block") {
      // A loop that lets nothing else happen in this process.
      report("blocking");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
    } else if (ask === "change") {
      table.addColumn(orders.name, "u1");
      report(`generation ${table.generation}`);
    }
  } catch (error) {
    report(isMemmapError(error, "LOCKED") ? "LOCKED" : JSON.stringify(String(error?.stack ?? error)));
  }
}
process.exit(0);
