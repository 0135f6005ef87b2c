import { describe, expect, it } from "vitest";
import { MemmapTable } from "../../src/index.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();

describe("rows as columns", () => {
  it.each([
    ["f4", [1, 1]],
    ["f4", [1, 2]],
    ["f2", [1, 1]],
    ["f8", [2, 1]],
    ["c8", [1, 1]],
    ["c16", [2]],
    ["i8", [1, 2, 1]],
    [">i4", [1, 1]],
    ["U3", [1, 1]],
    ["S3", [1, 2]],
    ["V2", [1]],
    ["b1", [1, 1, 1]],
  ] as const)("take what toColumns gave of %s with cells of shape %j", (dtype, itemShape) => {
    using table = MemmapTable.create(fresh(), { durability: "process", rows: 1 });
    table.addColumn("a", dtype, { itemShape });
    expect(table.append(table.toColumns())).toBe(1);
    expect(table.append(table.toColumns())).toBe(2);
    expect(table.at(3)).toEqual(table.at(0));
  });

  it("may be typed arrays of empty cells, beside a column that says how many there are", () => {
    using table = MemmapTable.create(fresh(), { durability: "process" });
    table.addColumn("a", "i4");
    table.addColumn("b", "S1", { itemShape: [0] });
    table.addColumn("c", "f8", { itemShape: [2, 0] });
    const columns = { a: [1, 2], b: new Uint8Array(0), c: new Float64Array(0) };
    expect(table.append(columns)).toBe(2);
    table.assign(columns);
    expect(table.column("c").shape).toEqual([2, 2, 0]);
  });
});
