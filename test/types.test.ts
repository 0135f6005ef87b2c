import { describe, expect, expectTypeOf, it } from "vitest";
import {
  type ArrayView,
  type AttrValue,
  type Complex,
  DTypeError,
  type DTypeLike,
  type MemmapColumn,
  MemmapFile,
  type MemmapGroup,
  MemmapTable,
  type NodeAttributes,
  type RecordArray,
  type Row,
  type Schema,
  type TableView,
} from "../src/index.js";
import { temporaryPaths } from "./support/temporary.js";

// The compiler proves these; they run as well, so that what is promised to it is what is there.
const fresh = temporaryPaths();
const settings = { durability: "process", rows: 2 } as const;

const columns = {
  id: "u8",
  ra: "f8",
  flag: "b1",
  name: "U16",
  when: "M8[us]",
  wave: "c16",
  velocity: { dtype: "f4", itemShape: [3] },
  words: { dtype: "U4", itemShape: [2] },
  size: { dtype: "i2" },
  pair: [
    ["a", "i4"],
    ["b", "f8", [2]],
  ],
} as const;

function stars() {
  return MemmapTable.create(fresh(), { ...settings, columns });
}

describe("columns that the compiler knows", () => {
  it("have the typed arrays and elements of their dtypes", () => {
    using table = stars();
    expectTypeOf(table.column("ra")).toEqualTypeOf<MemmapColumn<"f8", "r+">>();
    expectTypeOf(table.column("ra").values).toEqualTypeOf<Float64Array>();
    expectTypeOf(table.column("ra").at(0)).toEqualTypeOf<number>();
    expectTypeOf(table.column("id").values).toEqualTypeOf<BigUint64Array>();
    expectTypeOf(table.column("id").at(0)).toEqualTypeOf<bigint>();
    expectTypeOf(table.column("flag").values).toEqualTypeOf<Uint8Array>();
    expectTypeOf(table.column("flag").at(0)).toEqualTypeOf<boolean>();
    expectTypeOf(table.column("name").values).toEqualTypeOf<Uint32Array>();
    expectTypeOf(table.column("name").at(0)).toEqualTypeOf<string>();
    expectTypeOf(table.column("when").at(0)).toEqualTypeOf<bigint | null>();
    expectTypeOf(table.column("wave").at(0)).toEqualTypeOf<Complex>();
    expectTypeOf(table.column("velocity").values).toEqualTypeOf<Float32Array>();
    expectTypeOf(table.column("size").values).toEqualTypeOf<Int16Array>();
    expectTypeOf(table.column("pair").field("a").toArray()).toEqualTypeOf<Int32Array>();
    expect(table.column("ra").values).toBeInstanceOf(Float64Array);
    expect(table.column("velocity").values).toBeInstanceOf(Float32Array);
    expect(table.column("id").at(0)).toBe(0n);
  });

  it("take only what their dtype does", () => {
    using table = stars();
    table.column("id").set(0, 1n);
    table.column("id").set(0, 1);
    table.column("when").set(0, new Date(0));
    const wrong = () => {
      // @ts-expect-error a string is no number
      table.column("ra").set(0, "1");
      // @ts-expect-error a number is no string
      table.column("name").set(0, 1);
      // @ts-expect-error there is no such column
      table.column("dec");
      // @ts-expect-error there is no such column
      table.select(["ra", "dec"]);
    };
    expect(wrong).toThrow();
  });

  it("may be said as pairs, or in a Map whose names are not known", () => {
    using table = MemmapTable.create(fresh(), {
      ...settings,
      columns: [
        ["2020", "i4"],
        ["x", { dtype: "f4", itemShape: [2] }],
      ],
    });
    expectTypeOf(table.column("2020").values).toEqualTypeOf<Int32Array>();
    expectTypeOf(table.column("x").values).toEqualTypeOf<Float32Array>();
    expectTypeOf(table.columnNames).toEqualTypeOf<readonly ("2020" | "x")[]>();
    using mapped = MemmapTable.create(fresh(), { ...settings, columns: new Map([["x", "f8"]]) });
    expectTypeOf(mapped).toEqualTypeOf<MemmapTable<Schema, "r+">>();
    expect(table.columnNames).toEqual(["2020", "x"]);
  });

  it("that are added have the type of the dtype that was said", () => {
    using table = MemmapTable.create(fresh(), settings);
    expectTypeOf(table.addColumn("a", "i4").values).toEqualTypeOf<Int32Array>();
    const swapped = table.addColumn("b", ">f8");
    expectTypeOf<(typeof swapped)["values"]>().toEqualTypeOf<never>();
    expect(() => swapped.values).toThrow(DTypeError);
    expectTypeOf(
      table
        .addColumn("c", [["x", "f8"]])
        .field("x")
        .toArray(),
    ).toEqualTypeOf<Float64Array>();
    table.addColumn("d", "f8", { fill: 2 });
    const wrong = () => {
      // @ts-expect-error text does not fill a column of numbers
      table.addColumn("e", "f8", { fill: "2" });
    };
    expect(wrong).toThrow();
  });

  it("keep their types through views", () => {
    using table = stars();
    expectTypeOf(table.slice(1).column("ra")).toEqualTypeOf<ArrayView<"f8", "r+">>();
    expectTypeOf(table.column("ra").slice(1).values).toEqualTypeOf<Float64Array>();
    expectTypeOf(table.select(["ra", "id"]).columnNames).toEqualTypeOf<readonly ("ra" | "id")[]>();
    expectTypeOf(table.copyColumn("ra", "copy").values).toEqualTypeOf<Float64Array>();
    expectTypeOf(table.parent).toEqualTypeOf<TableView | undefined>();
    expect(table.select(["ra", "id"]).slice(1).shape).toEqual([1, 2]);
  });
});

describe("what is open for reading", () => {
  it("has typed arrays that the compiler lets nobody store into", () => {
    const path = fresh();
    MemmapTable.create(path, { ...settings, columns: { ra: "f8", id: "i8" } }).close();
    using table = MemmapTable.open(path, { columns: { ra: "f8", id: "i8" } });
    const { values } = table.column("ra");
    expectTypeOf(values[0] ?? 0).toEqualTypeOf<number>();
    expectTypeOf(values.slice()).toEqualTypeOf<Float64Array<ArrayBuffer>>();
    expectTypeOf(table.mode).toEqualTypeOf<"r" | "r+" | "w+" | "a">();
    const wrong = () => {
      // @ts-expect-error read-only
      values[0] = 1;
      // @ts-expect-error read-only
      values.set([1]);
      // @ts-expect-error read-only
      values.fill(1);
      // @ts-expect-error read-only
      values.sort();
      // @ts-expect-error read-only
      values.reverse();
      // @ts-expect-error read-only
      values.copyWithin(0, 1);
      // @ts-expect-error read-only
      table.slice(1).column("id").values[0] = 1n;
    };
    // Stores of this process stay in it.
    wrong();
    table.close();
    using again = MemmapTable.open(path, { mode: "r+", columns: { ra: "f8" } });
    again.column("ra").values[1] = 2;
    expect(again.column("ra").toArray()).toEqual(Float64Array.of(0, 2));
  });

  it("is writable in all other modes", () => {
    const path = fresh();
    for (const mode of ["w+", "r+", "a"] as const) {
      using table = MemmapTable.open(path, { ...settings, mode, columns: { ra: "f8" } });
      table.column("ra").values[0] = 1;
      expectTypeOf(table.column("ra").values).toEqualTypeOf<Float64Array>();
    }
    using table = MemmapTable.open(path, { mode: "r" });
    expect(table.column("ra").at(0)).toBe(1);
  });
});

describe("rows", () => {
  it("are objects of elements, and of copies of cells", () => {
    using table = stars();
    const row = table.at(0);
    expectTypeOf(row.id).toEqualTypeOf<bigint>();
    expectTypeOf(row.ra).toEqualTypeOf<number>();
    expectTypeOf(row.name).toEqualTypeOf<string>();
    expectTypeOf(row.velocity).toEqualTypeOf<Float32Array>();
    expectTypeOf(row.size).toEqualTypeOf<number>();
    expectTypeOf(row.pair.a).toEqualTypeOf<number>();
    expectTypeOf(row.pair.b).toEqualTypeOf<Float64Array>();
    expect(row.velocity).toBeInstanceOf(Float32Array);
    expect(row.words).toEqual(["", ""]);
    for (const { ra, when } of table) {
      expectTypeOf(ra).toEqualTypeOf<number>();
      expectTypeOf(when).toEqualTypeOf<bigint | null>();
    }
    expectTypeOf(table.slice(1).at(0).ra).toEqualTypeOf<number>();
    expectTypeOf(table.toRecords()).toExtend<RecordArray>();
    expectTypeOf<Row<{ a: "i4"; b: "U3" }>>().toEqualTypeOf<{ a: number; b: string }>();
  });

  it("are taken as objects, columns and views", () => {
    using table = MemmapTable.create(fresh(), { ...settings, columns: { id: "u8", ra: "f8" } });
    table.append([{ id: 1n, ra: 10.5 }]);
    table.append({ id: [2], ra: Float64Array.of(11) });
    table.append(
      new Map<string, unknown>([
        ["id", [3]],
        ["ra", [12]],
      ]),
    );
    table.append(table.slice(2));
    table.set(0, { id: 7, ra: 1 });
    table.slice(1, 2).assign([{ id: 8, ra: 2 }]);
    expect(table.length).toBe(8);
    expect(table.at(0)).toEqual({ id: 7n, ra: 1 });
  });
});

describe("tables that nobody described", () => {
  it("are used without a cast", () => {
    const path = fresh();
    stars().close();
    MemmapTable.create(path, { ...settings, columns: { ra: "f8" } }).close();
    using table = MemmapTable.open(path, { mode: "r+" });
    expectTypeOf(table).toEqualTypeOf<MemmapTable<Schema, "r+">>();
    const name: string = table.columnNames[0] ?? "";
    const column = table.column(name);
    column.set(0, 1.5);
    column.assign([1, 2]);
    column.fill(3);
    table.set(0, { ra: 4 });
    table.append([{ ra: 5 }]);
    const values = column.values;
    expect(values[0]).toBe(4);
    for (const element of column) expect(Number(element)).toBeGreaterThan(2);
    const { ra } = table.at(0);
    expect(ra).toBe(4);
    expectTypeOf(column.attr).toEqualTypeOf<AttrValue>();
    column.attr = { unit: "deg" };
    const view: TableView = table;
    expect(view.length).toBe(3);
  });

  it("take arrays that somebody described", () => {
    const first = (column: ArrayView): unknown => column.at(0);
    using table = stars();
    expect(first(table.column("ra"))).toBe(0);
    expect(first(table.column("name").slice(1))).toBe("");
    expect(first(table.column("pair"))).toEqual({ a: 0, b: Float64Array.of(0, 0) });
  });
});

describe("hierarchies", () => {
  const create = () => MemmapFile.open(fresh(), { mode: "w+", durability: "process" });

  it("are writable in all modes but one, and what they hand out is as they are", () => {
    using file = create();
    expectTypeOf(file).toEqualTypeOf<MemmapFile<"r+">>();
    expectTypeOf(file.setGroup("g")).toEqualTypeOf<MemmapGroup<"r+">>();
    expectTypeOf(file.setArray("x", [1, 2], { dtype: "f8" })).toEqualTypeOf<MemmapColumn<"f8", "r+">>();
    expectTypeOf(file.createArray("y", "i8", [2]).values).toEqualTypeOf<BigInt64Array>();
    expectTypeOf(file.getArray<"f8">("x")).toEqualTypeOf<ArrayView<"f8", "r+">>();
    expectTypeOf(file.getArray<"f8">("x").at(0)).toEqualTypeOf<number>();
    expectTypeOf(file.getArray("x")).toExtend<ArrayView>();
    expectTypeOf(file.getDataFrame("/")).toEqualTypeOf<TableView<Schema, "r+">>();
    expectTypeOf(file.attrs()).toEqualTypeOf<NodeAttributes>();
    expectTypeOf(file.getNodeAttr("/", "a", 5)).toEqualTypeOf<AttrValue | 5 | number>();
    const values = file.getArray<"f8">("x").values;
    values[1] = 5;
    expect([...file.getArray("x")]).toEqual([1, 5]);
    for (const [, node] of file) {
      expectTypeOf(node).toEqualTypeOf<MemmapGroup<"r+"> | MemmapColumn<DTypeLike, "r+">>();
    }
    for (const mode of ["r+", "a"] as const) {
      expectTypeOf(MemmapFile.open<typeof mode>).returns.toEqualTypeOf<MemmapFile<"r+">>();
    }
  });

  it("that are open for reading have typed arrays that the compiler lets nobody store into", () => {
    const made = create();
    made.setArray("/g/x", Float64Array.of(1));
    made.close();
    using file = MemmapFile.open(made.root);
    expectTypeOf(file).toEqualTypeOf<MemmapFile<"r">>();
    expectTypeOf(file.getGroup("g")).toEqualTypeOf<MemmapGroup<"r">>();
    const { values } = file.getGroup("g").getArray<"f8">("x");
    expectTypeOf(values[0] ?? 0).toEqualTypeOf<number>();
    const wrong = () => {
      // @ts-expect-error read-only
      values[0] = 2;
      // @ts-expect-error read-only
      values.fill(2);
      // @ts-expect-error read-only
      file
        .getGroup("g")
        .table({ columns: { x: "f8" } })
        .column("x").values[0] = 2;
    };
    // Stores of this process stay in it.
    wrong();
    file.close();
    using again = MemmapFile.open(made.root);
    expect(again.getArray("/g/x").at(0)).toBe(1);
    // A selection may be a view that can be written to, as the file can.
    expectTypeOf(again.getArray<"f8">("/g/x", [0])).toEqualTypeOf<ArrayView<"f8", "r">>();
  });

  it("have tables whose columns the compiler knows, where they are said", () => {
    using file = create();
    file.setArray("/g/id", [1n]);
    file.setArray("/g/name", ["Vega"]);
    const table = file.getGroup("g").table({ columns: { id: "i8", name: "U4" } });
    expectTypeOf(table.column("id").values).toEqualTypeOf<BigInt64Array>();
    expectTypeOf(table.at(0).name).toEqualTypeOf<string>();
    expectTypeOf(file.table()).toEqualTypeOf<MemmapTable<Schema, "r+">>();
    const wrong = () => {
      // @ts-expect-error there is no such column
      table.column("nam");
    };
    expect(wrong).toThrow();
    expect(table.at(0)).toEqual({ id: 1n, name: "Vega" });
  });

  it("take any source of columns", () => {
    // Closed last: its columns are read when the file is closed.
    using table = stars();
    using file = create();
    for (const source of [
      table,
      table.slice(0, 1),
      table.select(["ra"]),
      { ra: [1, 2] },
      new Map([["ra", [1]]]),
    ]) {
      file.fromDataFrame(source).registerArray("ra", "ra", {
        encoder: (view) => {
          expectTypeOf(view).toEqualTypeOf<TableView>();
          return view.column("ra");
        },
      });
    }
    expect(file.frames.size).toBe(5);
    const wrong = () => {
      // @ts-expect-error a number is no frame
      file.fromDataFrame(1);
    };
    expect(wrong).toThrow();
  });
});
