import { describe, expect, it } from "vitest";
import {
  CastError,
  DTypeError,
  type FrameOptions,
  type FrameSource,
  MemmapFile,
  type MemmapGroup,
  MemmapTable,
  NameError,
  NotFoundError,
  RecordArray,
  ShapeError,
  type TableView,
} from "../../src/index.js";
import { arrayOf, counting, type ErrorClass, nested } from "../array/support.js";
import { refuses } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";
import { openQuick, quick, values } from "./support.js";

const fresh = temporaryPaths();

/** Rows by the values of `key`, ordered by `n`: a column `row` says which one it was. */
async function grouped(source: FrameSource, options: FrameOptions): Promise<[unknown, unknown][]> {
  await using file = openQuick(fresh());
  file.fromDataFrame(source, options).registerArray("row", "row");
  await file.commit({ workers: 0 });
  using reader = MemmapFile.open(file.root);
  expect(reader.groupItems()).toEqual(file.groupItems());
  return reader.groupItems().map(({ name, path, size }) => {
    const rows = values(reader, `${path}/row`);
    expect(rows).toHaveLength(size);
    return [name, rows];
  });
}

/** The rows of a frame that is not grouped, in their order. */
async function ordered(source: FrameSource, options: FrameOptions): Promise<unknown> {
  await using file = openQuick(fresh());
  file.fromDataFrame(source, options).registerArray("row", "row");
  await file.commit({ workers: 0 });
  return values(file, "/row");
}

const columns = (group: MemmapGroup, path: string): unknown =>
  Object.fromEntries(
    Array.from(group.getGroup(path).table().columns(), ([name, column]) => [name, nested(column)]),
  );

describe("groupBy", () => {
  it.each<[string, unknown, [unknown, readonly number[]][]]>([
    [
      "text",
      ["b", "a", "b", "a"],
      [
        ["a", [1, 3]],
        ["b", [0, 2]],
      ],
    ],
    [
      "whole numbers",
      [3, 1, 3, 2],
      [
        [1, [1]],
        [2, [3]],
        [3, [0, 2]],
      ],
    ],
    [
      "floats",
      [0.5, -0, 0, -Infinity],
      [
        [-Infinity, [3]],
        [0, [1, 2]],
        [0.5, [0]],
      ],
    ],
    [
      "bigints",
      [2n ** 60n, -1n, 2n ** 60n, 2n ** 60n + 1n],
      [
        [-1n, [1]],
        [2n ** 60n, [0, 2]],
        [2n ** 60n + 1n, [3]],
      ],
    ],
    [
      "booleans",
      [true, false, true, false],
      [
        [false, [1, 3]],
        [true, [0, 2]],
      ],
    ],
    [
      "dates",
      [new Date(9), new Date(-1), new Date(9), new Date(0)],
      [
        [-1n, [1]],
        [0n, [3]],
        [9n, [0, 2]],
      ],
    ],
    [
      "missing text",
      [null, "null", null, ""],
      [
        ["", [3]],
        ["null", [1]],
        [null, [0, 2]],
      ],
    ],
    [
      "missing numbers",
      [NaN, 1, null, undefined],
      [
        [1, [1]],
        [null, [0, 2, 3]],
      ],
    ],
    [
      "missing dates",
      [null, new Date(5), null, new Date(5)],
      [
        [5n, [1, 3]],
        [null, [0, 2]],
      ],
    ],
    [
      "missing booleans",
      [true, null, false, true],
      [
        [false, [2]],
        [true, [0, 3]],
        [null, [1]],
      ],
    ],
    ["nothing but nulls", [null, null, null, null], [[null, [0, 1, 2, 3]]]],
    ["one value", ["x", "x", "x", "x"], [["x", [0, 1, 2, 3]]]],
    [
      "another byte order",
      arrayOf(">i2", [4], [2, 1, 2, 1]),
      [
        [1, [1, 3]],
        [2, [0, 2]],
      ],
    ],
    [
      "halves",
      arrayOf("f2", [4], [2, NaN, 2, 1]),
      [
        [1, [3]],
        [2, [0, 2]],
        [null, [1]],
      ],
    ],
    [
      "bytes",
      arrayOf("S2", [4], ["b", "a", "", "b"]),
      [
        ["", [2]],
        ["a", [1]],
        ["b", [0, 3]],
      ],
    ],
    [
      "a slice backwards",
      counting("u1", [8]).slice(null, null, -2),
      [
        [1, [3]],
        [3, [2]],
        [5, [1]],
        [7, [0]],
      ],
    ],
    [
      "complex numbers",
      arrayOf(
        "c8",
        [4],
        [
          { re: 1, im: 1 },
          { re: 1, im: 0 },
          { re: 1, im: 1 },
          { re: 0, im: 5 },
        ],
      ),
      [
        [{ re: 0, im: 5 }, [3]],
        [{ re: 1, im: 0 }, [1]],
        [{ re: 1, im: 1 }, [0, 2]],
      ],
    ],
    [
      "days",
      arrayOf("M8[D]", [4], [1n, null, 1n, 0n]),
      [
        [0n, [3]],
        [1n, [0, 2]],
        [null, [1]],
      ],
    ],
  ])("by %s: groups in the order of their keys, rows as they came", async (_, key, groups) => {
    expect(await grouped({ key, row: [0, 1, 2, 3] }, { groupBy: "key" })).toEqual(groups);
  });

  it("by several columns: a list of keys names a group", async () => {
    const source = {
      a: ["x", "y", "x", "y", null, "x"],
      b: [2, 1, 1, 1, 1, null],
      row: [0, 1, 2, 3, 4, 5],
    };
    expect(await grouped(source, { groupBy: ["a", "b"] })).toEqual([
      [["x", 1], [2]],
      [["x", 2], [0]],
      [["x", null], [5]],
      [
        ["y", 1],
        [1, 3],
      ],
      [[null, 1], [4]],
    ]);
    expect(await grouped(source, { groupBy: ["a"] })).toEqual([
      ["x", [0, 2, 5]],
      ["y", [1, 3]],
      [null, [4]],
    ]);
  });

  it("and orderBy: rows are ordered within each group", async () => {
    const source = { k: ["b", "a", "b", "a", "b"], n: [2, 5, 1, 4, null], row: [0, 1, 2, 3, 4] };
    expect(await grouped(source, { groupBy: "k", orderBy: "n" })).toEqual([
      ["a", [3, 1]],
      ["b", [2, 0, 4]],
    ]);
    expect(await grouped(source, { groupBy: "k", orderBy: "n", ascending: false })).toEqual([
      ["a", [1, 3]],
      ["b", [0, 2, 4]],
    ]);
  });
});

describe("orderBy", () => {
  const source = { a: [2, 1, 2, null, 1, NaN], b: ["x", "y", "y", "z", "x", "a"], row: [0, 1, 2, 3, 4, 5] };

  it.each<[string, FrameOptions, readonly number[]]>([
    ["nothing leaves rows as they are", {}, [0, 1, 2, 3, 4, 5]],
    ["one column, stable, nulls last", { orderBy: "a" }, [1, 4, 0, 2, 3, 5]],
    ["descending, stable, nulls last all the same", { orderBy: "a", ascending: false }, [0, 2, 1, 4, 3, 5]],
    ["several columns", { orderBy: ["a", "b"] }, [4, 1, 0, 2, 5, 3]],
    ["each in its direction", { orderBy: ["a", "b"], ascending: [true, false] }, [1, 4, 2, 0, 3, 5]],
    ["each in its direction", { orderBy: ["a", "b"], ascending: [false, true] }, [0, 2, 4, 1, 5, 3]],
    ["all descending", { orderBy: ["b", "a"], ascending: false }, [3, 2, 1, 0, 4, 5]],
  ])("%s", async (_, options, rows) => {
    expect(await ordered(source, options)).toEqual(rows);
  });

  it.each<[string, FrameOptions, ErrorClass, RegExp]>([
    ["unknown columns", { groupBy: "aa" }, NotFoundError, /no column "aa"/],
    ["unknown columns", { orderBy: ["a", "c"] }, NotFoundError, /no column "c"/],
    ["a column twice", { groupBy: ["a", "a"] }, NameError, /groupBy has "a" twice/],
    ["what is no name", { orderBy: [5 as never] }, NameError, /orderBy is the name of a column/],
    [
      "too many directions",
      { orderBy: "a", ascending: [true, false] },
      ShapeError,
      /ascending is true, false/,
    ],
    ["too few directions", { orderBy: ["a", "b"], ascending: [true] }, ShapeError, /each of the 2 columns/],
    ["other directions", { orderBy: "a", ascending: "desc" as never }, ShapeError, /not "desc"/],
    ["columns of cells", { groupBy: "cells" }, DTypeError, /takes one element a row/],
    ["a name of several parts", { name: "a/b" }, NameError, /one part of a path/],
    ["a name that leaves the root", { name: ".." }, NameError, /leads out/],
    ["an empty name", { name: "" }, NameError, /it is empty/],
  ])("refuses %s, and there is no frame then", (_, options, type, message) => {
    using file = openQuick(fresh());
    const cells = source.a.map(() => [1, 2]);
    refuses(file.root, type, message, () => file.fromDataFrame({ ...source, cells }, options));
    expect(file.frames.size).toBe(0);
    expect(() => file.registerArray("a", "a")).toThrow(NotFoundError);
  });
});

describe("a source", () => {
  const a = [3, 1, 2];
  const b = ["x", "yy", ""];
  const sources: readonly [string, () => FrameSource][] = [
    ["an object of lists", () => ({ a, b })],
    ["an object without a prototype", () => Object.assign(Object.create(null), { a, b })],
    [
      "a Map",
      () =>
        new Map<string, unknown>([
          ["a", Int32Array.from(a)],
          ["b", b],
        ]),
    ],
    [
      "records",
      () =>
        RecordArray.from(
          a.map((each, i) => ({ a: each, b: b[i] ?? "" })),
          [
            ["a", "i4"],
            ["b", "U2"],
          ],
        ),
    ],
    ["arrays", () => ({ a: arrayOf(">i4", [3], a), b: arrayOf("U2", [3], b) })],
    ["a strided array", () => ({ a: arrayOf("i4", [3, 2], [3, 0, 1, 0, 2, 0]).view("...", 0), b })],
    ["shared memory", () => ({ a: new Int32Array(new SharedArrayBuffer(12)).map((_, i) => a[i] ?? 0), b })],
    ["a table", () => table()],
    ["a view of a table", () => table().slice(0, 3).select(["b", "a"]) as unknown as TableView],
    ["a selection of a table", () => table().take([0, 1, 2]) as unknown as TableView],
    [
      "columns by name",
      () => ({ columnNames: ["a", "b"], length: 3, column: (name: string) => table().column(name) }),
    ],
  ];
  const table = () => {
    const made = MemmapTable.create(fresh(), { ...quick, rows: 3, columns: { a: "i4", b: "U2" } });
    made.assign({ a, b });
    return made as unknown as MemmapTable;
  };

  it.each(sources)("is %s", async (_, make) => {
    await using file = openQuick(fresh());
    file.fromDataFrame(make(), { orderBy: "a" }).registerDataFrame("d", ["b", "a"]).registerArray("x", ["a"]);
    await file.commit();
    expect(columns(file, "/d")).toEqual({ b: ["yy", "", "x"], a: [1, 2, 3] });
    expect(values(file, "/x")).toEqual([[1], [2], [3]]);
    expect(file.getDataFrame("/d").columnNames).toEqual(["b", "a"]);
  });

  it("may be a table of the same file", async () => {
    await using file = openQuick(fresh());
    file.setArray("/t/a", a);
    file.setArray("/t/g/b", b);
    const source = file.getGroup("t").table();
    file.fromDataFrame(source, { groupBy: "a", name: "f" }).registerDataFrame("d", ["g/b"]);
    await file.commit();
    expect(file.groupNames("f")).toEqual([1, 2, 3]);
    expect(columns(file, "/f/3/d")).toEqual({ "g/b": ["x"] });
    file.fromDataFrame(file.getDataFrame("/f/3/d"), { name: "again" }).registerArray("b", "g/b");
    file.close();
    using reader = MemmapFile.open(file.root);
    expect(values(reader, "/again/b")).toEqual(["x"]);
  });

  it("is never changed", async () => {
    const source = { k: Int32Array.of(2, 1, 2), v: [1, null, 3], text: ["b", "a", "b"] };
    const before = structuredClone(source);
    Object.freeze(source.v);
    Object.freeze(source.text);
    Object.freeze(source);
    await using file = openQuick(fresh());
    file.fromDataFrame(source, { groupBy: "k", orderBy: "v", ascending: false });
    file.registerArray("kv", ["k", "v"]).registerDataFrame("d", ["text", "v"]);
    file.registerArray("e", ["k"], {
      encoder: (view) => {
        const array = view.column("k").toArray() as Int32Array;
        array.fill(0);
        expect(() => view.column("k").fill(0 as never)).toThrow();
        return array;
      },
    });
    await file.commit();
    expect(source).toEqual(before);
    expect(values(file, "/2/kv")).toEqual([
      [2, 3],
      [2, 1],
    ]);
  });

  it("is read when it is committed, not before", async () => {
    const v = Float64Array.of(1, 2);
    await using file = openQuick(fresh());
    file.fromDataFrame({ v }).registerArray("v", "v");
    v[0] = 9;
    await file.commit();
    expect(values(file, "/v")).toEqual([9, 2]);
    v[0] = 0;
    expect(values(file, "/v")).toEqual([9, 2]);
  });

  it("of no rows, or of one, is written", async () => {
    await using file = openQuick(fresh());
    file.fromDataFrame({ a: new Int16Array(0), b: [] }, { name: "none" });
    file.registerArray("x", ["a"]).registerDataFrame("d", ["a", "b"]);
    file.fromDataFrame({ a: new Int16Array(0) }, { name: "noneGrouped", groupBy: "a", orderBy: "a" });
    file.registerArray("x", "a");
    file.fromDataFrame({ a: Int16Array.of(7) }, { name: "one", groupBy: "a" }).registerArray("x", "a");
    await file.commit();
    using reader = MemmapFile.open(file.root);
    expect(reader.getArray("/none/x").shape).toEqual([0, 1]);
    expect(columns(reader, "/none/d")).toEqual({ a: [], b: [] });
    expect(reader.groupItems("noneGrouped")).toEqual([]);
    expect([reader.hasGroups("noneGrouped"), reader.hasGroups("none")]).toEqual([true, false]);
    expect(reader.has("/noneGrouped")).toBe(true);
    expect(reader.groupItems("one")).toEqual([{ name: 7, size: 1, path: "/one/7" }]);
    expect(values(reader, "/one/7/x")).toEqual([7]);
  });
});

describe("registerArray", () => {
  const source = {
    i: Int32Array.of(1, 2, 3),
    f: Float64Array.of(0.5, 1.5, 2.5),
    big: BigInt64Array.of(1n, 2n, 3n),
    s: ["a", "bb", "c"],
    b: [true, false, true],
    n: [1, null, 3],
    t: [new Date(1), null, new Date(3)],
    cells: [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    k: ["x", "y", "x"],
  };

  it.each<[string, string | readonly string[], object, string, unknown]>([
    ["one column", "i", {}, "i4", [1, 2, 3]],
    [
      "one column of cells",
      "cells",
      {},
      "i4",
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ],
    ["one column of text", "s", {}, "U2", ["a", "bb", "c"]],
    ["a list of one column", ["i"], {}, "i4", [[1], [2], [3]]],
    [
      "two columns in the order that is said",
      ["f", "i"],
      {},
      "f8",
      [
        [0.5, 1],
        [1.5, 2],
        [2.5, 3],
      ],
    ],
    [
      "columns of cells",
      ["cells", "cells2"],
      {},
      "i4",
      [
        [
          [1, 2],
          [0, 0],
        ],
        [
          [3, 4],
          [0, 0],
        ],
        [
          [5, 6],
          [0, 0],
        ],
      ],
    ],
    [
      "columns of several dtypes",
      ["i", "b"],
      {},
      "i4",
      [
        [1, 1],
        [2, 0],
        [3, 1],
      ],
    ],
    [
      "columns with nulls",
      ["n", "i"],
      {},
      "f8",
      [
        [1, 1],
        [NaN, 2],
        [3, 3],
      ],
    ],
    ["dates with nulls", "t", {}, "M8[ms]", [1n, null, 3n]],
    [
      "a dtype",
      ["i", "f"],
      { dtype: "f4" },
      "f4",
      [
        [1, 0.5],
        [2, 1.5],
        [3, 2.5],
      ],
    ],
    ["a dtype of another byte order", "i", { dtype: ">i8" }, "i8", [1n, 2n, 3n]],
    ["a dtype that has room for nulls", "n", { dtype: "f2" }, "f2", [1, NaN, 3]],
  ])("takes %s", async (_, names, options, dtype, expected) => {
    await using file = openQuick(fresh());
    file
      .fromDataFrame({
        ...source,
        cells2: [
          [0, 0],
          [0, 0],
          [0, 0],
        ],
      })
      .registerArray("x", names, options);
    await file.commit();
    const array = file.getArray("/x");
    expect(String(array.dtype).slice(1)).toBe(dtype);
    expect(nested(array)).toEqual(expected);
  });

  it.each<[string, string | readonly string[], object, ErrorClass, RegExp]>([
    [
      "integers as floats that lose digits",
      ["huge", "f"],
      {},
      CastError,
      /column "huge", row 2: 9007199254740993n/,
    ],
    ["numbers beside text", ["i", "s"], {}, DTypeError, /have no dtype together/],
    [
      "cells of several shapes",
      ["i", "cells"],
      {},
      ShapeError,
      /columns "i" and "cells" have cells of shapes/,
    ],
    ["a number beyond the dtype", "over", { dtype: "i1" }, CastError, /column "over", row 1: 300 is outside/],
    ["a fraction as integer", "f", { dtype: "i4" }, CastError, /column "f"/],
    ["null where there is none", "nulls", {}, CastError, /column "nulls", row 1: null does not go into/],
    ["null where there is none", "n", { dtype: "i4" }, CastError, /column "n"/],
    ["text that is too long", "s", { dtype: "U1" }, CastError, /column "s", row 1: "bb" is too long/],
  ])("refuses %s at the commit, and nothing is written", async (_, names, options, type, message) => {
    await using file = openQuick(fresh());
    const more = {
      huge: [1n, 2n, 2n ** 53n + 1n],
      over: Int32Array.of(1, 300, 2),
      nulls: [1n, null, 3n],
    };
    file.fromDataFrame({ ...source, ...more }, { name: "bad" });
    file.registerArray("good", "i").registerArray("x", names, options);
    const { generation } = file;
    await expect(file.commit()).rejects.toThrow(message);
    file
      .fromDataFrame({ ...source, ...more }, { name: "bad", groupBy: "k" })
      .registerArray("x", names, options);
    await expect(file.commit({ workers: 0 })).rejects.toThrow(type);
    expect([file.generation, [...file.keys()], file.frames.size]).toEqual([generation, [], 0]);
    file.fromDataFrame(source, { name: "bad" }).registerArray("good", "i");
    await file.commit();
    expect(values(file, "/bad/good")).toEqual([1, 2, 3]);
  });

  it("names rows as the source counts them", async () => {
    await using file = openQuick(fresh());
    const v = Int32Array.of(1, 2, 999, 3);
    file.fromDataFrame({ k: [2, 2, 1, 1], v }, { groupBy: "k", orderBy: "v", ascending: false });
    file.registerArray("v", "v", { dtype: "i1" });
    await expect(file.commit()).rejects.toThrow(/column "v", row 2: 999/);
  });

  describe("with an encoder", () => {
    const frame = { k: ["b", "a", "b"], v: [1, 2, 3], w: [4, 5, 6] };
    const encoded = async (encoder: (view: TableView) => unknown, options: object = {}) => {
      await using file = openQuick(fresh());
      file.fromDataFrame(frame, { groupBy: "k" }).registerArray("e", ["v", "w"], { encoder, ...options });
      await file.commit();
      return [values(file, "/a/e"), values(file, "/b/e")];
    };

    it("writes what it makes of the columns, in the order of writing, whatever array that is", async () => {
      let calls = 0;
      const sums = await encoded((view) => {
        calls += 1;
        expect(view.columnNames).toEqual(["v", "w"]);
        expect(view.toColumns().get("v")?.toString()).toBe(Int32Array.of(2, 1, 3).toString());
        return Float32Array.from(view, (row) => (row.v as number) + (row.w as number));
      });
      expect([calls, sums]).toEqual([1, [[7], [5, 9]]]);
      expect(await encoded((view) => Array.from(view, (row) => `v${row.v}`))).toEqual([["v2"], ["v1", "v3"]]);
      expect(await encoded((view) => Array.from(view, (row) => [row.v, row.w]))).toEqual([
        [[2, 5]],
        [
          [1, 4],
          [3, 6],
        ],
      ]);
      expect(await encoded(() => counting("i2", [3, 2, 2]))).toEqual([
        [
          [
            [0, 1],
            [2, 3],
          ],
        ],
        [
          [
            [4, 5],
            [6, 7],
          ],
          [
            [8, 9],
            [10, 11],
          ],
        ],
      ]);
      expect(await encoded((view) => view.column("w"))).toEqual([[5], [4, 6]]);
      expect(await encoded(() => [1.5, 2, 3], { dtype: "f2" })).toEqual([[1.5], [2, 3]]);
    });

    it.each<[string, () => unknown, object, ErrorClass, RegExp]>([
      [
        "gives other rows",
        () => [1, 2],
        {},
        ShapeError,
        /the encoder of "e" gave 2 rows, where the frame has 3/,
      ],
      ["gives no list", () => 5, {}, CastError, /is 5; a column is an array/],
      ["gives nothing", () => undefined, {}, CastError, /is undefined/],
      ["gives a promise", async () => [1, 2, 3], {}, CastError, /is a Promise/],
      ["gives an array without axes", () => arrayOf("i4", [], [1]), {}, ShapeError, /without axes/],
      ["gives nulls", () => [1n, null, 2n], {}, CastError, /null does not go into/],
      ["gives what does not fit", () => [1, 2, 300], { dtype: "u1" }, CastError, /300/],
      [
        "throws",
        () => {
          throw new RangeError("mine");
        },
        {},
        RangeError,
        /^mine$/,
      ],
    ])("that %s fails the commit", async (_, encoder, options, type, message) => {
      const error = await encoded(encoder, options).catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(type);
      expect((error as Error).message).toMatch(message);
    });
  });

  it("refuses what it cannot be at once, and nothing is registered", async () => {
    await using file = openQuick(fresh());
    expect(() => file.registerArray("x", "i")).toThrow(/there is no frame to write arrays of/);
    file.fromDataFrame(source).registerArray("x", "i").registerDataFrame("d", "f");
    for (const [act, type, message] of [
      [() => file.registerArray("x", "f"), /Exists/, /"x" is registered already/],
      [() => file.registerArray("d", "f"), /Exists/, /"d" is registered already/],
      [() => file.registerDataFrame("x", "f"), /Exists/, /"x" is registered already/],
      [() => file.registerArray("y", "ii"), /NotFound/, /there is no column "ii"/],
      [() => file.registerArray("y", ["i", "cell"]), /NotFound/, /did you mean "cells"/],
      [() => file.registerArray("y", []), /Shape/, /at least one column/],
      [() => file.registerArray("y", ["i", "i"]), /Name/, /twice/],
      [() => file.registerArray("../y", "i"), /Name/, /leads out/],
      [() => file.registerArray("/y", "i"), /Name/, /absolute/],
      [() => file.registerArray("y.npy", "i"), /Name/, /npy/],
      [() => file.registerArray("y", "i", { dtype: "O" }), /DType/, /pickled/],
      [() => file.registerArray("y", "i", { encoder: 5 as never }), /Shape/, /an encoder is a function/],
    ] as const) {
      const error = (() => {
        try {
          return act();
        } catch (cause) {
          return cause as Error;
        }
      })() as Error;
      expect(error.name).toMatch(type);
      expect(error.message).toMatch(message);
    }
    await file.commit();
    expect([...file.keys()]).toEqual(["d", "x"]);
  });

  it("takes names of several parts", async () => {
    await using file = openQuick(fresh());
    file.fromDataFrame({ k: [1], v: [2] }, { groupBy: "k" }).registerArray("deep/er/x", "v");
    await file.commit();
    expect(values(file, "/1/deep/er/x")).toEqual([2]);
  });
});

describe("registerDataFrame", () => {
  it("keeps each column's dtype, and says where a column without NaN or NaT is null", async () => {
    await using file = openQuick(fresh());
    const source = {
      k: ["a", "b", "a"],
      big: [2n ** 53n + 1n, null, 1n],
      f: [0.5, null, NaN],
      when: [new Date(5), null, null],
      text: ["x", "y", null],
      flag: [null, true, false],
      i: [1, 2, 3],
      cells: [
        [1, null],
        [2, 3],
        [4, 5],
      ],
    };
    const names = ["big", "f", "when", "text", "flag", "i", "cells"];
    file.fromDataFrame(source, { groupBy: "k" }).registerDataFrame("d", names);
    await file.commit();
    using reader = MemmapFile.open(file.root);
    const frame = reader.getDataFrame("/a/d");
    expect(frame.columnNames).toEqual([
      "big",
      "big.null",
      "f",
      "when",
      "text",
      "text.null",
      "flag",
      "flag.null",
      "i",
      "cells",
    ]);
    expect(columns(reader, "/a/d")).toEqual({
      big: [2n ** 53n + 1n, 1n],
      "big.null": [false, false],
      f: [0.5, NaN],
      when: [5n, null],
      text: ["x", ""],
      "text.null": [false, true],
      flag: [false, false],
      "flag.null": [true, false],
      i: [1, 3],
      cells: [
        [1, NaN],
        [4, 5],
      ],
    });
    expect(columns(reader, "/b/d")).toMatchObject({ "big.null": [true], "text.null": [false], big: [0n] });
  });

  it("is a view of a table, which everything takes that takes one", async () => {
    await using file = openQuick(fresh());
    file.fromDataFrame({ a: [3, 1], b: ["x", "y"] }, { orderBy: "a" }).registerDataFrame("d", ["a", "b"]);
    await file.commit();
    const view = file.getDataFrame("/d");
    expect(view).not.toBeInstanceOf(MemmapTable);
    expect([...view]).toEqual([
      { a: 1, b: "y" },
      { a: 3, b: "x" },
    ]);
    using table = MemmapTable.create(fresh(), { ...quick, columns: { a: "f8", b: "U3" } });
    table.append(view);
    expect(table.at(1)).toEqual({ a: 3, b: "x" });
    view.column("a").set(0, 9 as never);
    expect(values(file, "/d/a")).toEqual([9, 3]);
    expect(() => file.getDataFrame("/d/a")).toThrow(/is an array, not a group/);
    expect(() => file.getDataFrame("/e")).toThrow(NotFoundError);
    file.setArray("/loose/x", [1]);
    expect(file.getDataFrame("/loose").length).toBe(1);
  });

  it("is had as one array as well: its columns beside each other", async () => {
    await using file = openQuick(fresh());
    const source = { k: [1, 1, 2], i: [1, 2, 3], f: [0.5, null, 2.5], s: ["a", "b", "c"] };
    file.fromDataFrame(source, { groupBy: "k" });
    file
      .registerDataFrame("d", ["f", "i"])
      .registerDataFrame("text", ["s"])
      .registerDataFrame("mixed", ["s", "i"]);
    await file.commit();
    using reader = MemmapFile.open(file.root);
    const array = reader.getArray("/1/d");
    expect([String(array.dtype).slice(1), array.readonly]).toEqual(["f8", true]);
    expect(nested(array)).toEqual([
      [0.5, 1],
      [NaN, 2],
    ]);
    expect(nested(reader.getGroup("2").getArray("d", [0]))).toEqual([[2.5, 3]]);
    expect(nested(reader.getArray("/1/text"))).toEqual([["a"], ["b"]]);
    expect(() => reader.getArray("/1/mixed")).toThrow(DTypeError);
    expect(() => reader.getArray("/1")).toThrow(/is a group/);
  });

  it("refuses names that no file has, and a column that is called as a mask", async () => {
    await using file = openQuick(fresh());
    const source = { "a.npy": [1, 1], "": [1, 1], "../x": [1, 1], v: [1n, null], "v.null": [1, 1] };
    file.fromDataFrame(source, { name: "f" });
    for (const name of ["a.npy", "", "../x"])
      expect(() => file.registerDataFrame("d", [name])).toThrow(NameError);
    file.registerDataFrame("d", ["v", "v.null"]);
    await expect(file.commit()).rejects.toThrow(/column "v" has nulls, but "v.null"/);
    expect([...file.keys()]).toEqual([]);
  });
});
