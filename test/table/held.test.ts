import { describe, expect, it } from "vitest";
import { IndexError, MemmapTable, NotFoundError } from "../../src/index.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const create = (rows: number) => MemmapTable.create(fresh(), { durability: "process", rows });

describe("a slice of a table shows the columns that the table has now", () => {
  it("has the column that replaced one which it had shown before", () => {
    using table = create(3);
    table.addColumn("a", "i4", { data: [1, 2, 3] });
    const slice = table.slice(1);
    expect(slice.column("a").at(0)).toBe(2);
    table.addColumn("a", "U2", { data: ["x", "y", "z"], overwrite: true });
    expect(slice.column("a").at(0)).toBe("y");
    expect(slice.at(-1)).toEqual({ a: "z" });
  });

  it("has a renamed column under its new name alone", () => {
    using table = create(2);
    table.addColumn("a", "i4", { data: [1, 2] });
    const slice = table.slice(1);
    expect(slice.column("a").at(0)).toBe(2);
    table.renameColumn("a", "b");
    expect(slice.columnNames).toEqual(["b"]);
    expect(slice.has("a")).toBe(false);
    expect(() => slice.column("a")).toThrow(NotFoundError);
    expect(slice.column("b").at(0)).toBe(2);
  });

  it("has rows that are there again in a column that it met without any", () => {
    using table = create(2);
    const slice = table.slice(1, null);
    table.resize(0);
    table.addColumn("a", "i4", { itemShape: [2, 2] });
    const column = slice.column("a");
    expect(() => column.at(0)).toThrow(IndexError);
    table.append({ a: Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8) });
    expect(column.strides).toEqual([16, 8, 4]);
    expect(column.at(0)).toEqual(Int32Array.of(5, 6, 7, 8));
    expect(column.values).toEqual(Int32Array.of(5, 6, 7, 8));
  });
});

describe("an array without elements misses none", () => {
  it("has fields, wherever they would lie in a record", () => {
    using table = create(0);
    const column = table.addColumn("a", [
      ["x", "u1"],
      ["y", "f8"],
    ]);
    expect([...column.field("y")]).toEqual([]);
    expect(column.field("y").shape).toEqual([0]);
    const { byteLength } = table.toRecords().field("a").field("y").toArray() as Float64Array;
    expect(byteLength).toBe(0);
  });

  it("goes on where the rows around it were discarded", () => {
    using table = create(4);
    const column = table.addColumn("a", "f8");
    const none = column.slice(3, 3);
    table.resize(1);
    expect([...none]).toEqual([]);
  });
});

describe("filling a new column", () => {
  it("takes a typed array as one row's cell, as fill does", () => {
    using table = create(2);
    const cell = Float32Array.of(1, 2, 3, 4);
    const column = table.addColumn("a", "c8", { itemShape: [2], fill: cell });
    expect(column.values).toEqual(Float32Array.of(1, 2, 3, 4, 1, 2, 3, 4));
  });
});
