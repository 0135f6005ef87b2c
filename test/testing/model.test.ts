import { describe, expect, it } from "vitest";
import { MemmapTable, type Schema } from "../../src/index.js";
import { compareTable, isSame, TableModel } from "../../src/testing/index.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const settings = { durability: "process" } as const;

const columns: Schema = {
  id: "i8",
  name: "U8",
  "place/x": "f8",
  velocity: { dtype: "f4", itemShape: [2] },
};
const rows = [
  { id: 1n, name: "Vega", "place/x": 0, velocity: Float32Array.of(1, 2) },
  { id: 2n, name: "Deneb", "place/x": Number.NaN, velocity: Float32Array.of(3, 4) },
];

/** A table and a model of it, which agree. */
function both() {
  const table = MemmapTable.create(fresh(), { ...settings, columns });
  const model = new TableModel({ columns });
  table.append(rows);
  model.append(rows);
  table.column("id").attr = { unit: 1n };
  model.column("id").attr = { unit: 1n };
  table.attr = "stars";
  model.groupAttrs.set("", "stars");
  table.setGroupAttr("place", [1]);
  model.groupAttrs.set("place", [1]);
  compareTable(table, model);
  return { table, model };
}

/** What is said of the two after one of them was changed. */
function said(plant: (pair: ReturnType<typeof both>) => unknown): string {
  const pair = both();
  using _ = pair.table;
  plant(pair);
  try {
    compareTable(pair.table, pair.model);
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return "nothing";
}

describe("compareTable says what is not the same", () => {
  it("in a cell", () => {
    expect(said(({ table }) => table.set(1, { ...rows[1], name: "Denab" }))).toBe(
      `column "name", row 1 is 'Denab', but 'Deneb' in the model`,
    );
    expect(said(({ model }) => model.set(0, { id: 3n }))).toBe(
      'column "id", row 0 is 1n, but 3n in the model',
    );
  });

  it("in what is hard to see", () => {
    expect(said(({ table }) => table.column("place/x").set(0, -0))).toMatch(/row 0 is -0, but 0 in/);
    expect(said(({ table }) => table.column("place/x").set(1, 0))).toMatch(/row 1 is 0, but NaN in/);
    expect(said(({ model }) => model.set(0, { id: 1 }))).toMatch(/row 0 is 1n, but 1 in/);
    expect(said(({ model }) => model.set(0, { velocity: [1, 2] }))).toMatch(
      /row 0 is Float32Array\(2\) \[ 1, 2 \], but \[ 1, 2 \] in/,
    );
  });

  it("in attributes of columns, groups and the table", () => {
    expect(
      said(({ table }) => {
        table.column("id").attr = { unit: 2n };
      }),
    ).toBe('the attribute of column "id" is { unit: 2n }, but { unit: 1n } in the model');
    expect(said(({ table }) => table.setGroupAttr("place", [1, 2]))).toMatch(
      /the attribute of group "place" is \[ 1, 2 \], but/,
    );
    expect(said(({ model }) => model.groupAttrs.delete(""))).toBe(
      "the attribute of the table is 'stars', but null in the model",
    );
  });

  it("in the names and the order of columns", () => {
    const [id, name] = [rows.map((row) => row.id), rows.map((row) => row.name)];
    expect(said(({ table }) => table.renameColumn("id", "ID"))).toMatch(/has the columns \[ 'ID', 'name'/);
    expect(said(({ table }) => table.deleteColumn("id"))).toMatch(/has the columns \[ 'name', 'place\/x'/);
    expect(
      said(({ model }) => {
        for (const column of ["id", "name"]) model.deleteColumn(column);
        model.addColumn("name", "U8", { cells: name });
        model.addColumn("id", "i8", { cells: id });
      }),
    ).toMatch(/has the columns \[ 'id', 'name', .*, but \[ 'place\/x', 'velocity', 'name', 'id' \] in/);
  });

  it("in the number of rows", () => {
    expect(said(({ table }) => table.append([{ ...rows[0] }]))).toBe(
      "the table has 3 rows, but 2 in the model",
    );
    expect(said(({ model }) => model.resize(1))).toBe("the table has 2 rows, but 1 in the model");
  });

  it("in dtypes and shapes", () => {
    const cells = [{ id: 1n }, { id: 2n }].map(({ id }) => id);
    expect(said(({ model }) => model.addColumn("id", "u8", { cells, overwrite: true }))).toBe(
      `the dtype of column "id" is '<i8', but '<u8' in the model`,
    );
    expect(said(({ model }) => model.addColumn("name", "U8", { itemShape: [1], overwrite: true }))).toBe(
      'the shape of column "name" is [ 2 ], but [ 2, 1 ] in the model',
    );
  });

  it("and nothing where it is", () => {
    expect(said(() => undefined)).toBe("nothing");
  });
});

describe("compareTable", () => {
  it("takes tables whose columns the compiler knows", () => {
    const known = { ra: "f8", name: "U4" } as const;
    using table = MemmapTable.create(fresh(), { ...settings, columns: known, rows: 1 });
    compareTable(table, new TableModel({ columns: known, rows: 1 }));
    compareTable(table.slice(0, 0), new TableModel({ columns: known }));
  });

  it("compares views by what they have", () => {
    const { table, model } = both();
    using _ = table;
    compareTable(table.slice(0), model);
    compareTable(table.take([0, 1]), model);
    expect(() => compareTable(table.take([1, 0]), model)).toThrow('column "id", row 0 is 2n, but 1n');
  });
});

describe("a model", () => {
  it("does what a table does", () => {
    const { table, model } = both();
    using _ = table;
    for (const it of [table, model]) {
      it.resize(4);
      it.copyColumn("name", "copy");
      it.renameColumn("name", "other/name");
      it.deleteColumn("id");
      it.addColumn("flag", "b1");
      it.set(3, { ...it.at(3), flag: true });
      it.append([{ ...it.at(0) }]);
      it.copyColumn("flag", "copy", { overwrite: true });
      it.transaction(() => {
        it.resize(0);
        it.resize(3);
      });
    }
    compareTable(table, model);
    expect(isSame([...table], [...model])).toBe(true);
    expect(model.columnNames).toEqual(["other/name", "place/x", "velocity", "copy", "flag"]);
    expect(model.groupNames).toEqual(["other", "place"]);
  });

  it("takes a transaction that throws back, but for cells of columns that were there", () => {
    const { table, model } = both();
    using _ = table;
    for (const it of [table, model]) {
      const work = () => {
        it.column("id").attr = null;
        it.set(0, { ...it.at(0), id: 9n });
        it.append([{ ...it.at(1) }]);
        it.renameColumn("name", "b");
        it.deleteColumn("place/x");
        throw new Error("back");
      };
      expect(() => it.transaction(work)).toThrow("back");
    }
    compareTable(table, model);
    expect(model.column("id").cells).toEqual([9n, 2n]);
    expect(model.column("id").attr).toEqual({ unit: 1n });
  });

  it("says what is wrong with a change, and keeps what it has", () => {
    const model = new TableModel({ columns, rows: 1 });
    const before = [...model];
    const wrong: [() => unknown, string][] = [
      [() => model.column("ID"), 'the model has no column "ID"'],
      [() => model.addColumn("id", "i4"), 'the model has no room for "id": EXISTS'],
      [() => model.renameColumn("id", "NAME"), 'no room for "NAME": NAME'],
      [() => model.copyColumn("id", "place"), 'no room for "place": NAME'],
      [() => model.addColumn("b", "i4", { cells: [] }), 'column "b" needs 1 cells, not 0'],
      [() => model.append([{ id: 1n }]), 'a row for the model lacks "name"'],
      [() => model.set(0, { id: 1n, ID: 2n }), 'no column "ID"'],
      [() => model.set(1, {}), "the model has 1 rows, none at 1"],
      [() => model.at(-1), "the model has 1 rows, none at -1"],
      [() => model.transaction(() => model.transaction(() => 1)), "in a transaction already"],
    ];
    for (const [act, message] of wrong) expect(act).toThrow(message);
    expect([...model]).toEqual(before);
    expect(model.columnNames).toEqual(Object.keys(columns));
    expect(model.inTransaction).toBe(false);
  });

  it("takes any name for a column's", () => {
    const model = new TableModel({ columns: [["__proto__", "i4"]] });
    model.append([JSON.parse('{ "__proto__": 1 }')]);
    expect(Object.keys(model.at(0))).toEqual(["__proto__"]);
    expect(model.column("__proto__").cells).toEqual([1]);
  });
});
