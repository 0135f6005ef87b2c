import { existsSync, mkdirSync } from "node:fs";
import { expect, it, describe as suite } from "vitest";
import {
  CastError,
  count,
  describe,
  describeAsync,
  ExistsError,
  groupBy,
  MemmapError,
  MemmapTable,
  NameError,
  type SaveOptions,
  saveTable,
  UnsupportedError,
} from "../../src/index.js";
import { temporaryPaths } from "../support/temporary.js";

const path = temporaryPaths();

const QUICK = { durability: "process" } as const;

function sample() {
  const table = MemmapTable.create(path(), {
    ...QUICK,
    columns: { x: "f8", n: "i8", h: "f2", name: "U3", spot: { dtype: "f8", itemShape: [2] } },
  });
  const spot = [0, 0];
  table.append([
    { x: 4, n: 10n, h: 1, name: "a", spot },
    { x: Number.NaN, n: -2n, h: 2, name: "b", spot },
    { x: 1, n: 3n, h: 3, name: "c", spot },
    { x: 2, n: 3n, h: Number.NaN, name: "d", spot },
  ]);
  return table;
}

suite("describe", () => {
  it("gives counts, mean, standard deviation, ends and quartiles of columns of numbers", () => {
    const result = describe(sample());
    expect(result.columnNames).toEqual(["statistic", "x", "n", "h"]);
    expect([...result.column("statistic")]).toEqual([
      "count",
      "mean",
      "std",
      "min",
      "25%",
      "50%",
      "75%",
      "max",
    ]);
    expect([...result.column("x")]).toEqual([3, 7 / 3, Math.sqrt(7 / 3), 1, 1.5, 2, 3, 4]);
    expect([...result.column("n")].slice(3)).toEqual([-2, 1.75, 3, 4.75, 10]);
    expect([...result.column("h")]).toEqual([3, 2, 1, 1, 1.5, 2, 2.5, 3]);
  });

  it("has nothing to say of no rows, and no deviation of one", () => {
    const { NaN: nan } = Number;
    expect([...describe(sample().slice(0, 0)).column("n")]).toEqual([0, nan, nan, nan, nan, nan, nan, nan]);
    expect([...describe(sample().slice(0, 1)).column("n")]).toEqual([1, 10, nan, 10, 10, 10, 10, 10]);
    expect([...describe(sample().slice(1, 2)).column("x")]).toEqual([0, nan, nan, nan, nan, nan, nan, nan]);
  });

  it("needs the name of its first column", async () => {
    const table = MemmapTable.create(path(), { ...QUICK, columns: { statistic: "f8" } });
    expect(() => describe(table)).toThrow(NameError);
    expect(() => describe(undefined as never)).toThrow(CastError);
    await expect(describeAsync(table, null as never)).rejects.toThrow(UnsupportedError);
  });
});

suite("saveTable", () => {
  it("makes a table of a view", () => {
    const table = sample();
    const where = path("saved");
    using saved = saveTable(where, table.filter(table.column("n").gt(2)), QUICK);
    expect([...saved]).toEqual([table.at(0), table.at(2), table.at(3)]);
    expect(saved.column("spot").itemShape).toEqual([2]);
    expect(() => saveTable(where, table, QUICK)).toThrow(ExistsError);
  });

  it("replaces a table, also by a part of itself, with one transaction", () => {
    const where = path("saved");
    saveTable(where, sample(), { ...QUICK, attr: "all" }).close();
    using before = MemmapTable.open(where);
    using after = saveTable(where, before.select(["n"]).slice(1, 3), { ...QUICK, overwrite: true });
    expect(after.attr).toBeNull();
    expect([...after]).toEqual([{ n: -2n }, { n: 3n }]);
  });

  it("leaves the table that was to be replaced as it was, where it fails", () => {
    const where = path("saved");
    saveTable(where, sample(), QUICK).close();
    const gone = sample();
    const view = gone.slice(0, 2);
    gone.close();
    expect(() => saveTable(where, view, { ...QUICK, overwrite: true })).toThrow(/closed/);
    using table = MemmapTable.open(where);
    expect(table.length).toBe(4);
  });

  it("judges everything first, and leaves nothing where there was nothing", () => {
    const table = sample();
    const clashing = groupBy(table, "name").agg({ NAME: count() });
    const fails: [SaveOptions, (typeof MemmapError)["prototype"]["code"]][] = [
      [{}, "NAME"],
      [{ overwrite: true }, "NAME"],
      [{ attr: (() => 1) as never }, "CAST"],
      [{ layout: "csv" as never }, "UNSUPPORTED"],
      [null as never, "UNSUPPORTED"],
    ];
    for (const [options, code] of fails) {
      const where = path("none");
      expect(() => saveTable(where, clashing, options)).toThrow(expect.objectContaining({ code }));
      expect(existsSync(where)).toBe(false);
      mkdirSync(where);
      expect(() => saveTable(where, clashing, { ...options, overwrite: true })).toThrow(MemmapError);
      saveTable(where, table, { ...QUICK, overwrite: true, attr: 1 }).close();
      expect(MemmapTable.open(where).attr).toBe(1);
    }
    expect(() => saveTable(path(), undefined as never)).toThrow(CastError);
  });

  it("takes nothing over from the table that it replaces", () => {
    const where = path("saved");
    using before = MemmapTable.create(where, { ...QUICK, columns: { "g/x": "i4" }, attr: "was" });
    before.setGroupAttr("g", "was");
    before.close();
    using after = saveTable(where, sample().select(["n"]), { ...QUICK, overwrite: true });
    expect([after.columnNames, after.attr]).toEqual([["n"], null]);
    after.addColumn("g/y", "i4");
    expect(after.groupAttr("g")).toBeNull();
  });
});
