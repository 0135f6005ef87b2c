import { describe, expect, it } from "vitest";
import {
  CastError,
  DTypeError,
  IndexError,
  MemmapTable,
  NotFoundError,
  RecordArray,
  ShapeError,
} from "../../src/index.js";
import { snapshot, thrown } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const quick = { durability: "process" } as const;
const COLUMNS = { a: "i2", b: "f8", name: "U3", v: { dtype: "f4", itemShape: [2] } } as const;

function create(rows = 4) {
  const table = MemmapTable.create(fresh(), { ...quick, rows, columns: COLUMNS });
  const n = (i: number) => ({ a: i, b: i / 2, name: `n${i}`, v: [i, -i] });
  return table.assign(Array.from({ length: rows }, (_, i) => n(i)));
}

const row = (i: number) => ({ a: i, b: i / 2, name: `n${i}`, v: Float32Array.of(i, -i) });
const tens = [
  { a: 10, b: 5, name: "n10", v: Float32Array.of(10, -10) },
  { a: 20, b: 10, name: "n20", v: Float32Array.of(20, -20) },
];

describe("assign", () => {
  it.each<[string, () => unknown]>([
    ["row objects", () => tens],
    [
      "records",
      () =>
        RecordArray.from(
          tens,
          Object.entries(COLUMNS).map(([name, spec]) =>
            typeof spec === "string" ? [name, spec] : [name, spec.dtype, spec.itemShape],
          ),
        ),
    ],
    [
      "records of other dtypes and another order",
      () =>
        RecordArray.from(tens as never[], [
          ["v", "f8", [2]],
          ["name", "S5"],
          ["b", "i4"],
          ["a", "i8"],
        ]),
    ],
    [
      "an object of columns",
      () => ({
        a: [10, 20],
        b: Float64Array.of(5, 10),
        name: ["n10", "n20"],
        v: [
          [10, -10],
          [20, -20],
        ],
      }),
    ],
    [
      "a Map of columns",
      () =>
        new Map<string, unknown>([
          ["v", Float32Array.of(10, -10, 20, -20)],
          ["b", [5, 10]],
          ["a", BigInt64Array.of(10n, 20n)],
          ["name", ["n10", "n20"]],
        ]),
    ],
    ["what toColumns gives", () => create(2).assign(tens).toColumns()],
    ["another table", () => create(2).assign(tens)],
    [
      "a slice of another, backwards",
      () =>
        create(2)
          .assign([...tens].reverse())
          .slice(null, null, -1),
    ],
    ["a selection in another order", () => create(2).assign(tens).select(["v", "b", "name", "a"])],
    [
      "copied rows",
      () =>
        create(3)
          .assign([tens[1], row(0), tens[0]] as never)
          .take([2, 0]),
    ],
  ])("takes %s", (_, source) => {
    using table = create();
    const view = table.slice(1, 3);
    expect(view.assign(source() as never)).toBe(view);
    expect([...table]).toEqual([row(0), ...tens, row(3)]);
    table.put([3, 0], source() as never);
    expect([...table]).toEqual([tens[1], ...tens, tens[0]]);
  });

  it("takes one value for all rows of a column", () => {
    using table = create(2);
    table.assign({ a: 7, b: [1, 2], name: "x", v: [3, 4] });
    expect([...table]).toEqual([
      { a: 7, b: 1, name: "x", v: Float32Array.of(3, 4) },
      { a: 7, b: 2, name: "x", v: Float32Array.of(3, 4) },
    ]);
    table.assign({ a: 1, b: 1, name: "", v: Float32Array.of(5, 6) });
    expect([...table.column("v")]).toEqual([Float32Array.of(5, 6), Float32Array.of(5, 6)]);
  });

  it("takes the table's own rows, as they were before", () => {
    using table = create();
    table.slice(1).assign(table.slice(0, -1));
    expect([...table]).toEqual([row(0), row(0), row(1), row(2)]);
    table.assign(table.slice(null, null, -1));
    expect([...table]).toEqual([row(2), row(1), row(0), row(0)]);
    table.assign(table);
    table.put([0, 1], table.slice(1, 3));
    expect([...table]).toEqual([row(1), row(0), row(0), row(0)]);
  });

  it("lets columns change places", () => {
    using table = MemmapTable.create(fresh(), { ...quick, rows: 3, columns: { x: "i4", y: "i4", z: "i4" } });
    const [x, y, z] = [table.column("x"), table.column("y"), table.column("z")];
    const start = () => table.assign({ x: [1, 2, 3], y: [4, 5, 6], z: [7, 8, 9] });
    const swapped = { x: [4, 5, 6], y: [7, 8, 9], z: [1, 2, 3] };
    const seen = () =>
      Object.fromEntries(Array.from(table.columns(), ([name, column]) => [name, [...column]]));
    start().assign({ x: y, y: z, z: x });
    expect(seen()).toEqual(swapped);
    start().assign({ x: y.values, y: z.values, z: x.values });
    expect(seen()).toEqual(swapped);
    start().put([0, 1, 2], { x: y, y: z.values, z: x });
    expect(seen()).toEqual(swapped);
    start()
      .slice(1)
      .assign({ x: y.slice(0, 2), y: z.slice(1), z: x.slice(0, 2) });
    expect(seen()).toEqual({ x: [1, 4, 5], y: [4, 8, 9], z: [7, 1, 2] });
  });

  it("judges everything before the first byte: a bad value in the last column leaves all columns", () => {
    using table = create();
    const before = snapshot(table.root);
    const good = Array.from({ length: 4 }, (_, i) => row(i + 10));
    const bad: [unknown, new (...args: never[]) => Error, RegExp][] = [
      [good.with(3, { ...row(9), v: ["x", 1] as never }), CastError, /column "v", row 3: .*"x"/],
      [good.with(2, { ...row(9), a: 1.5 }), CastError, /column "a", row 2: 1.5/],
      [good.with(2, { ...row(9), a: 40000 }), CastError, /column "a", row 2: 40000/],
      [good.with(1, { ...row(9), name: "long" }), CastError, /column "name", row 1: .*"long"/],
      [good.with(1, { ...row(9), v: [1] as never }), ShapeError, /column "v", row 1/],
      [good.with(1, { ...row(9), extra: 1 } as never), NotFoundError, /row 1 has "extra"/],
      [good.with(1, { a: 1, b: 1, name: "" } as never), NotFoundError, /row 1 lacks the column "v"/],
      [good.with(3, null as never), CastError, /row 3 is null/],
      [good.with(3, [1, 2, 3, 4] as never), CastError, /row 3 is/],
      [good.slice(1), ShapeError, /3 rows do not go into 4/],
      [{ a: [1, 2, 3, 4], b: 1, name: "x" }, NotFoundError, /lacks the column "v"/],
      [{ a: [1, 2, 3, 4], b: 1, name: "x", v: [1, 2], w: 1, x: 1 }, NotFoundError, /has "w", "x"/],
      [{ a: [1, 2, 3, 4], b: 1, name: "x", V: [1, 2] }, NotFoundError, /did you mean "v"/],
      [{ a: [1, 2, 3, 4], b: 1, name: "x", v: [1, 2, 3] }, ShapeError, /"v"/],
      [{ a: [1, 2, 3, 4], b: [1, 2], name: "x", v: [1, 2] }, ShapeError, /"a" has 4 rows, "b" has 2/],
      [{ a: Float32Array.of(1, 2, 3, 4), b: 1, name: "x", v: [1, 2] }, CastError, /column "a"/],
      [{ a: 1, b: 1, name: "x", v: "no" }, CastError, /column "v"/],
      [new Map(Object.entries({ a: 1 })), NotFoundError, /the map lacks/],
      [table.select(["a", "b"]), NotFoundError, /the table lacks the columns "name", "v"/],
      [RecordArray.zeros([["a", "i2"]], 4), NotFoundError, /a record lacks/],
      [table.column("a"), ShapeError, /records/],
      [good.values(), CastError, /iterator in an array/],
      [new Set(good), CastError, /iterator in an array/],
      [5, CastError, /rows are/],
      [null, CastError, /rows are/],
      ["rows", CastError, /rows are/],
    ];
    for (const [source, type, message] of bad) {
      for (const write of [
        () => table.assign(source as never),
        () => table.put([0, 1, 2, 3], source as never),
      ]) {
        const error = thrown(write);
        expect(error).toBeInstanceOf(type);
        expect(error.message).toMatch(message);
      }
    }
    table.flush();
    expect(snapshot(table.root)).toEqual(before);
  });

  it("takes what does not fit where casting is unsafe", () => {
    using table = create(2);
    table.assign({ a: [1.9, 70000], b: 1, name: "longer", v: [1, 2] }, { casting: "unsafe" });
    expect([...table.column("a")]).toEqual([1, 4464]);
    expect(table.column("name").at(0)).toBe("lon");
    table.put([0], [{ ...row(0), a: 2.9 }], { casting: "unsafe" });
    expect(table.column("a").at(0)).toBe(2);
    table.set(0, { ...row(0), a: 3.9 }, { casting: "unsafe" });
    expect(table.column("a").at(0)).toBe(3);
    expect(() => table.assign(table, { casting: "same" as "unsafe" })).toThrow(/casting/);
  });

  it("takes more rows than are judged at a time", () => {
    const rows = 30_000;
    using table = MemmapTable.create(fresh(), { ...quick, rows, columns: { a: "i4", name: "U6" } });
    const source = Array.from({ length: rows }, (_, i) => ({ a: i, name: `${i}` }));
    table.assign(source);
    expect(table.at(29_999)).toEqual({ a: 29_999, name: "29999" });
    const broken = source.with(29_999, { a: 1, name: "too long" });
    table.column("a").fill(-1);
    expect(() => table.assign(broken)).toThrow(/column "name", row 29999/);
    expect(table.column("a").at(0)).toBe(-1);
  });
});

describe("set", () => {
  it("stores one row", () => {
    using table = create();
    expect(table.set(1, { a: 10, b: 5, name: "n10", v: [10, -10] })).toBe(table);
    table.slice(2).set(-1, tens[1] ?? row(0));
    expect([...table]).toEqual([row(0), tens[0], row(2), tens[1]]);
  });

  it("names the row that it was given", () => {
    using table = create();
    expect(() => table.set(2, { ...row(0), a: 0.5 })).toThrow(/column "a", row 2: 0.5/);
    expect(() => table.set(-1, { ...row(0), name: "long" })).toThrow(/column "name", row 3/);
    expect(() => table.set(2, { a: 1 } as never)).toThrow(/row 2 lacks the columns "b", "name", "v"/);
    expect(() => table.set(2, 5 as never)).toThrow(/row 2 is 5/);
    for (const index of [4, -5, 0.5]) expect(() => table.set(index, row(0))).toThrow(IndexError);
    expect([...table]).toEqual([0, 1, 2, 3].map(row));
  });
});

describe("put", () => {
  it("stores into chosen rows, by positions or a mask", () => {
    using table = create();
    expect(table.put([-1, 0], tens)).toBe(table);
    expect([...table]).toEqual([tens[1], row(1), row(2), tens[0]]);
    table.put([false, true, true, false], tens);
    expect([...table]).toEqual([tens[1], ...tens, tens[0]]);
    table.put(table.column("a").eq(20), { a: 0, b: 0, name: "", v: [0, 0] });
    expect([...table.column("a")]).toEqual([0, 10, 0, 10]);
    table.slice(2).put([0], [row(3)]);
    expect(table.at(2)).toEqual(row(3));
    table.put([], []);
  });

  it("keeps the last of several rows for one position", () => {
    using table = create();
    table.put([1, 1], tens);
    expect(table.at(1)).toEqual(tens[1]);
  });

  it("refuses rows that are not there, and other numbers of them", () => {
    using table = create();
    expect(() => table.put([4], [row(0)])).toThrow(IndexError);
    expect(() => table.put([0.5], [row(0)])).toThrow(DTypeError);
    expect(() => table.put([true], [row(0)])).toThrow(ShapeError);
    expect(() => table.put([0, 1], [row(0)])).toThrow(/1 rows do not go into 2 chosen rows/);
    expect([...table]).toEqual([0, 1, 2, 3].map(row));
  });
});

describe("a column called __proto__", () => {
  it("is a column like others", () => {
    const columns = [
      ["__proto__", "i4"],
      ["constructor", "i4"],
    ] as const;
    using table = MemmapTable.create(fresh(), { ...quick, rows: 1, columns });
    const own = (value: number) => JSON.parse(`{"__proto__": ${value}, "constructor": ${value}}`);
    table.assign([own(1)]);
    expect(table.at(0)).toEqual(own(1));
    table.assign(own(2));
    expect(table.column("__proto__").at(0)).toBe(2);
    table.append([own(3)]);
    expect(() => table.append([{ __proto__: 1, constructor: 4 } as never])).toThrow(
      /lacks the column "__proto__"/,
    );
    table.put(
      [0],
      new Map<string, unknown>([
        ["__proto__", [5]],
        ["constructor", [6]],
      ]),
    );
    expect([...table.toRecords()].map((each) => Object.entries(each as object))).toEqual([
      [
        ["__proto__", 5],
        ["constructor", 6],
      ],
      [
        ["__proto__", 3],
        ["constructor", 3],
      ],
    ]);
    table.toRecords().field("__proto__");
    table.assign(table.toRecords());
    expect(table.slice(1).column("__proto__").at(0)).toBe(3);
  });
});
