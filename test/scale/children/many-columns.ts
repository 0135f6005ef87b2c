/** Makes a table of very many columns, or opens it and sums each. */
import { MemmapTable } from "../../../src/index.js";

const [, , path = "", mode = "", columns = "0"] = process.argv;
const count = Number(columns);
const rows = 3;

if (mode === "create") {
  using table = MemmapTable.create(path, { rows, durability: "process" });
  table.transaction(() => {
    for (let i = 0; i < count; i++) table.addColumn(`group${i % 100}/column${i}`, "i4", { fill: i });
  });
  console.log(JSON.stringify({ columns: table.columnNames.length, generation: table.generation }));
} else {
  using table = MemmapTable.open(path, { mode: mode === "r" ? "r" : "r+", durability: "process" });
  let wrong = 0;
  let last = "";
  for (const [name, column] of table.columns()) {
    last = name;
    const expected = rows * Number(name.slice(name.indexOf("column") + 6));
    let sum = 0;
    for (const value of column.values as Int32Array) sum += value;
    if (sum !== expected || column.sum() !== expected) wrong += 1;
  }
  console.log(JSON.stringify({ columns: table.columnNames.length, wrong, last }));
}
