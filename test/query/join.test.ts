import { describe, expect, it } from "vitest";
import {
  CastError,
  DTypeError,
  join,
  MemmapTable,
  NameError,
  NotFoundError,
  ShapeError,
  UnsupportedError,
} from "../../src/index.js";
import { temporaryPaths } from "../support/temporary.js";

const path = temporaryPaths();

const QUICK = { durability: "process" } as const;

function flights() {
  const table = MemmapTable.create(path("flights"), {
    ...QUICK,
    columns: { origin: "U3", day: "M8[D]", n: "i4" },
  });
  table.append([
    { origin: "SFO", day: 1n, n: 1 },
    { origin: "AMS", day: 2n, n: 2 },
    { origin: "XXX", day: null, n: 3 },
    { origin: "AMS", day: 2n, n: 4 },
  ]);
  return table;
}

function airports() {
  const table = MemmapTable.create(path("airports"), {
    ...QUICK,
    columns: {
      iata: "S5",
      n: "i8",
      height: "f4",
      since: "M8[Y]",
      name: "U4",
      spot: { dtype: "f8", itemShape: [2] },
    },
  });
  table.append([
    { iata: "AMS", n: 7, height: -3, since: 46n, name: "a", spot: [1, 2] },
    { iata: "SFO", n: 8, height: 4, since: 57n, name: "b", spot: [3, 4] },
    { iata: "AMS", n: 9, height: -3.5, since: 46n, name: "c", spot: [5, 6] },
  ]);
  return table;
}

describe("join", () => {
  it("puts matches side by side, each as often as there are", () => {
    const result = join(flights(), airports(), { on: { origin: "iata" } });
    expect(result.columnNames).toEqual(["origin", "day", "n", "n_right", "height", "since", "name", "spot"]);
    expect(Array.from(result, (row) => [row.origin, row.n, row.n_right])).toEqual([
      ["SFO", 1, 8n],
      ["AMS", 2, 7n],
      ["AMS", 2, 9n],
      ["AMS", 4, 7n],
      ["AMS", 4, 9n],
    ]);
  });

  it("keeps rows without a match, and says which", () => {
    const options = { on: { origin: "iata" }, how: "left", suffix: "2", indicator: "known" } as const;
    const result = join(flights().slice(1, 3), airports(), options);
    expect(Array.from(result.column("known"))).toEqual([true, true, false]);
    expect(result.at(2)).toEqual({
      origin: "XXX",
      day: null,
      n: 3,
      n2: 0n,
      height: Number.NaN,
      since: null,
      name: "",
      spot: Float64Array.of(Number.NaN, Number.NaN),
      known: false,
    });
    const alone = join(flights(), airports().slice(0, 0), options);
    expect(alone.length).toBe(4);
    expect(alone.column("known").any()).toBe(false);
    expect(join(flights(), airports().slice(0, 0), { on: { origin: "iata" } }).length).toBe(0);
  });

  it("matches keys of different dtypes by value", () => {
    const keys = (dtype: string, values: readonly unknown[]) => {
      const table = MemmapTable.create(path(), {
        ...QUICK,
        rows: values.length,
        columns: { k: dtype, i: "i4" },
      });
      table.column("k").assign(values as never);
      table.column("i").assign(Int32Array.from(values.keys()));
      return table;
    };
    const pairs = (a: ReturnType<typeof keys>, b: ReturnType<typeof keys>) =>
      Array.from(join(a, b, { on: "k" }), (row) => [row.i, row.i_right]);
    const huge = 2n ** 64n - 1n;
    expect(pairs(keys("i8", [-1n, 5n, 7n]), keys("u8", [huge, 7n, 5n]))).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect(pairs(keys("u8", [huge, 5n]), keys("i1", [-1, 5]))).toEqual([[1, 1]]);
    expect(pairs(keys(">i2", [-1, 5]), keys("<u4", [5, 2 ** 32 - 1]))).toEqual([[1, 0]]);
    expect(pairs(keys("f4", [0.5, -0, Number.NaN]), keys("f8", [Number.NaN, 0, 0.1]))).toEqual([
      [1, 1],
      [2, 0],
    ]);
    expect(pairs(keys("i4", [1, 2 ** 24 + 1]), keys("f4", [2 ** 24, 1]))).toEqual([[0, 1]]);
    expect(pairs(keys("M8[D]", [1n, null]), keys("M8[s]", [null, 86400n, 86401n]))).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(pairs(keys("U2", ["é", "b"]), keys("S7", ["b", "é"]))).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(() => pairs(keys("i8", []), keys("f8", []))).toThrow(DTypeError);
    expect(() => pairs(keys("b1", []), keys("i1", []))).toThrow(DTypeError);
    expect(() => pairs(keys("U2", []), keys("i1", []))).toThrow(DTypeError);
    expect(() => pairs(keys("M8[s]", []), keys("m8[s]", []))).toThrow(DTypeError);
    expect(() => pairs(keys("c16", []), keys("c16", []))).toThrow(DTypeError);
  });

  it("refuses columns that are not there, and names that are there twice", () => {
    const [left, right] = [flights(), airports()];
    expect(() => join(left, right, { on: { origin: "iato" as never } })).toThrow('did you mean "iata"');
    expect(() => join(left, right, { on: "day" as never })).toThrow(NotFoundError);
    expect(() => join(left, right, { on: [] })).toThrow(ShapeError);
    expect(() => join(left, right, undefined as never)).toThrow(UnsupportedError);
    expect(() => join(left, undefined as never, { on: "n" as never })).toThrow(CastError);
    expect(() => join(left, right, { on: { origin: "iata" }, suffix: 5 as never })).toThrow(
      /suffix is a string/,
    );
    expect(() => join(left, right, { on: { origin: "iata" }, suffix: "" })).toThrow(NameError);
    expect(() => join(left, right, { on: { origin: "iata" }, indicator: "day" })).toThrow(NameError);
    expect(() => join(left, right, { on: "n", how: "outer" as never })).toThrow(/"inner" or "left"/);
  });
});
