/** Opens a table again and again, maps it, and drops it without closing it, yielding now and then. */
import { readFileSync } from "node:fs";
import { MemmapTable } from "../../../src/index.js";
import { collect } from "../../platform/children/implementation.js";

const [, , path = "", times = "0"] = process.argv;

const areas = (): number =>
  readFileSync("/proc/self/maps", "utf8")
    .split("\n")
    .filter((line) => line.includes(path)).length;

let sum = 0;
let most = 0;
for (let i = 0; i < Number(times); i++) {
  for (const [, column] of MemmapTable.open(path).columns()) sum += Number(column.values[0]);
  if (i % 25 === 0) await new Promise((resolve) => setImmediate(resolve));
  if (i % 500 === 0) most = Math.max(most, areas());
}
await collect();
console.log(JSON.stringify({ sum, most, left: areas() }));
