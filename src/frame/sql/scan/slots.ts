import type { DuckDBConnection } from "@duckdb/node-api";
import { probeFunction, scanFunction, type TableScan } from "./table-scan.js";

/** A place for a table. */
interface Slot {
  scan: TableScan | undefined;
}

/** DuckDB keeps functions as long as a connection; their tables come and go. */
const slotsOf = new WeakMap<DuckDBConnection, Slot[]>();

/** Makes a connection's functions those of these tables. */
export function occupy(connection: DuckDBConnection, scans: readonly TableScan[]): void {
  const slots = slotsOf.get(connection) ?? [];
  slotsOf.set(connection, slots);
  scans.forEach((scan, i) => {
    const known = slots[i];
    if (known !== undefined) known.scan = scan;
    else slots.push(newSlot(connection, scan));
  });
}

/** Lets go of the tables. */
export function vacate(connection: DuckDBConnection): void {
  for (const slot of slotsOf.get(connection) ?? []) slot.scan = undefined;
}

function newSlot(connection: DuckDBConnection, scan: TableScan): Slot {
  const slot: Slot = { scan };
  const current = () => {
    if (slot.scan === undefined) throw new Error("the table of this function is gone");
    return slot.scan;
  };
  connection.registerTableFunction(scanFunction(scan.scanName, current));
  connection.registerTableFunction(probeFunction(scan.probeName, current));
  return slot;
}
