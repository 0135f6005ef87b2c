/** Tries to be the one writer of a table, as often as it is told to, and holds it until it is told otherwise. */
import { isMemmapError, MemmapTable } from "../dist.mjs";
import { endWithParent, nextOrders, report } from "./orders.mjs";

report();
let table;

/**
 * Changes the table until that is refused; says which generation was the last one of its own. In turn it adds a column,
 * takes it away, and sets an attribute, beginning with generation 2.
 */
function churn(name) {
  let own = 0;
  report("churning");
  for (;;) {
    endWithParent();
    try {
      const next = table.generation + 1;
      if (next % 3 === 2) table.addColumn(name, "u1");
      else if (next % 3 === 0) table.deleteColumn(name);
      else table.attr = { generation: next };
      own = next;
    } catch (error) {
      if (!isMemmapError(error)) throw error;
      table.close();
      table = undefined;
      report(`lost ${own}`);
      return;
    }
  }
}

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
    } else if (ask === "churn") {
      churn(orders.name);
    }
  } catch (error) {
    report(isMemmapError(error, "LOCKED") ? "LOCKED" : JSON.stringify(String(error?.stack ?? error)));
  }
}
process.exit(0);
