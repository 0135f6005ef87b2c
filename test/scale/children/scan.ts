/** Scans a column by chunks, and tells how much the memory that is not of files grows at most. */
import { readFileSync } from "node:fs";
import { MemmapTable } from "../../../src/index.js";

const [, , path = ""] = process.argv;

/** Bytes of this process in memory that are of no file. */
function anonymous(): number {
  const found = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "latin1"));
  if (found === null) throw new Error("the system does not tell");
  return Number(found[1]) * 1024;
}

using table = MemmapTable.open(path, { columns: { x: "f8" } });
const scan = (view: typeof table | ReturnType<typeof table.slice>, look: () => void): number => {
  let sum = 0;
  for (const chunk of view.chunks()) {
    sum += chunk.column("x").sum();
    const { values } = chunk.column("x");
    for (let i = 0; i < values.length; i += 512) sum += values[i] ?? Number.NaN;
    look();
  }
  return sum;
};

// What the code itself takes is taken by then.
scan(table.slice(0, 200_000), () => undefined);
const before = anonymous();
let most = before;
const sum = scan(table, () => {
  most = Math.max(most, anonymous());
});
console.log(JSON.stringify({ sum, grown: most - before, length: table.length }));
