import { Dictionary, Int32, Int64, Table, Utf8, vectorFromArray } from "apache-arrow";
import * as aq from "arquero";
import { DataFrame } from "danfojs-node";
import { describe, expect, it } from "vitest";
import { columnSource as arrowColumns, toArrow } from "../../src/frame/arrow/index.js";
import { columnSource as danfoColumns, toDataFrame } from "../../src/frame/danfo/index.js";
import { temporaryPaths } from "../support/temporary.js";
import { openQuick, values } from "./support.js";

const fresh = temporaryPaths();

describe("a danfo frame", () => {
  it("is written by groups, is not changed, and its groups are danfo frames again", async () => {
    const rows = [
      ["b", 3, 0.5, true],
      ["a", 1, 1.5, false],
      [null, 2, null, true],
      ["b", 1, 2.5, null],
    ];
    const df = new DataFrame(rows, {
      columns: ["k", "n", "f", "flag"],
      dtypes: ["string", "int32", "float32", "boolean"],
    });
    const before = structuredClone({ values: df.values, columns: df.columns, index: df.index });
    await using file = openQuick(fresh());
    file.fromDataFrame(danfoColumns(df), { groupBy: "k", orderBy: "n" });
    file.registerDataFrame("d", ["k", "n", "flag"]).registerArray("nf", ["n", "f"]);
    await file.commit();
    expect({ values: df.values, columns: df.columns, index: df.index }).toEqual(before);
    expect(file.groupItems().map(({ name, size }) => [name, size])).toEqual([
      ["a", 1],
      ["b", 2],
      [null, 1],
    ]);
    expect(values(file, "/b/nf")).toEqual([
      [1, 2.5],
      [3, 0.5],
    ]);
    expect(values(file, "/%null/nf")).toEqual([[2, NaN]]);
    const group = toDataFrame(file.getDataFrame("/b/d").select(["k", "n", "flag.null"]));
    expect(group.values).toEqual([
      ["b", 1, true],
      ["b", 3, false],
    ]);
  });
});

describe("an Arrow table", () => {
  it("is written by groups, and its groups are Arrow tables again, and Arquero's", async () => {
    const table = new Table({
      n: vectorFromArray([3, 1, 2, 1], new Int32()),
      id: vectorFromArray([2n ** 53n + 1n, 2n, 3n, 4n], new Int64()),
      k: vectorFromArray(["b", "a", null, "b"], new Dictionary(new Utf8(), new Int32())),
    });
    await using file = openQuick(fresh());
    file.fromDataFrame(arrowColumns(table), { groupBy: "k", orderBy: "n", ascending: false, name: "arrow" });
    file.registerDataFrame("d", ["n", "id"]).registerArray("k", "k", { encoder: (view) => view.column("k") });
    await file.commit();
    expect(file.groupNames()).toEqual(["a", "b", null]);
    const group = toArrow(file.getDataFrame("/arrow/b/d"));
    expect(group.toArray().map((row) => row?.toJSON())).toEqual([
      { n: 3, id: 2n ** 53n + 1n },
      { n: 1, id: 4n },
    ]);
    expect(aq.fromArrow(group as never).array("n")).toEqual([3, 1]);
    file.fromDataFrame(arrowColumns(group), { name: "again" }).registerArray("id", "id");
    await file.commit();
    expect(values(file, "/again/id")).toEqual([2n ** 53n + 1n, 4n]);
  });
});
