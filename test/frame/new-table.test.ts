import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDType } from "../../src/dtype/index.js";
import { CastError, isMemmapError, NotFoundError } from "../../src/errors.js";
import { columnNames } from "../../src/frame/names.js";
import { NewTable, type Part } from "../../src/frame/new-table.js";
import type { ImportOptions } from "../../src/frame/options.js";
import { isValidName } from "../../src/store/index.js";
import { MemmapTable } from "../../src/table/index.js";
import { failingFiles, withFiles } from "../../src/testing/index.js";
import { temporaryPaths } from "../support/temporary.js";

const temporary = temporaryPaths();
const { seed = 1 } = fc.readConfigureGlobal() ?? {};

/** A path in a directory of its own, so that what is left beside it shows. */
function place(): string {
  const directory = temporary("directory");
  mkdirSync(directory);
  return join(directory, "table");
}

const beside = (path: string): string[] => readdirSync(dirname(path)).sort();

function make(
  path: string,
  columns: readonly [name: string, type: string, itemShape?: readonly number[]][],
  batches: readonly (readonly [readonly Part[], number])[],
  options: ImportOptions = {},
): MemmapTable {
  using making = NewTable.begin(
    path,
    columns.map(([name, type, itemShape]) => ({
      name,
      type: type === "U" || type === "S" ? type : parseDType(type),
      itemShape,
    })),
    options,
  );
  for (const [parts, count] of batches) making.append(parts, count);
  return making.finish();
}

/** Expects the same elements, hundreds of thousands of them, for which a matcher would take seconds. */
function expectElements(found: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(found, expected)) expect(found).toEqual(expected);
}

const nulls = (...at: number[]): Uint8Array => Uint8Array.from(at);

describe("a table on its way", () => {
  it("has its name when it is whole, and not before", () => {
    const path = place();
    using making = NewTable.begin(path, [{ name: "a", type: parseDType("i4") }], { attr: { unit: "m" } });
    making.append([{ values: Int32Array.of(1, 2, 3) }], 3);
    making.append([{ values: [4] }], 1);
    expect(making.length).toBe(4);
    expect(existsSync(path)).toBe(false);
    using table = making.finish();
    expect(table.column("a").toArray()).toEqual(Int32Array.of(1, 2, 3, 4));
    expect(table.attr).toEqual({ unit: "m" });
    expect(table.mode).toBe("r+");
    expect(beside(path)).toEqual(["table"]);
  });

  it("leaves nothing when it is dropped, and when rows fail", () => {
    const path = place();
    expect(() => {
      using making = NewTable.begin(path, [{ name: "a", type: parseDType("i1") }], {});
      making.append([{ values: [1, 2] }], 2);
      making.append([{ values: [1, 200] }], 2);
    }).toThrow('column "a", row 3: 200');
    expect(beside(path)).toEqual([]);
    using failed = NewTable.begin(path, [{ name: "a", type: parseDType("i1") }], {});
    expect(() => failed.append([{ values: [1000] }], 1)).toThrow("row 0");
    expect(() => failed.finish()).toThrow("cannot be finished");
    failed[Symbol.dispose]();
    failed[Symbol.dispose]();
    expect(beside(path)).toEqual([]);
  });

  it("takes parts of any size over several batches", () => {
    const rows = 200_001;
    const numbers = Float64Array.from({ length: rows }, (_, i) => i / 3);
    const pairs = Int16Array.from({ length: rows * 2 }, (_, i) => i % 1000);
    const texts = Array.from({ length: rows }, (_, i) => `t${i % 977}`);
    const half = 100_000;
    using table = make(
      place(),
      [
        ["x", "f8"],
        ["p", "i2", [2]],
        ["t", "S"],
      ],
      [
        [
          [
            { values: numbers.subarray(0, half) },
            { values: pairs.subarray(0, 2 * half) },
            { values: texts.slice(0, half) },
          ],
          half,
        ],
        [
          [
            { values: numbers.subarray(half) },
            { values: pairs.subarray(2 * half) },
            { values: texts.slice(half) },
          ],
          rows - half,
        ],
      ],
    );
    expect(table.length).toBe(rows);
    expectElements(table.column("x").toArray(), numbers);
    expectElements(table.column("p").values, pairs);
    expect(table.column("t").dtype.str).toBe("|S4");
    expectElements(table.column("t").toArray(), texts);
  });

  it("keeps rows and columns that are none", () => {
    using empty = make(place(), [["a", "U"]], []);
    expect(empty.length).toBe(0);
    expect(empty.column("a").dtype.str).toBe("<U1");
    using none = make(place(), [], []);
    expect(none.columnNames).toEqual([]);
  });

  it("keeps the number of rows without columns", () => {
    using table = make(place(), [], [[[], 5]]);
    expect(table.length).toBe(5);
  });

  it.each([{ dtypes: { delaay: "i4" } }, { fill: new Map([["delaay", 0]]) }])(
    "refuses options for columns that are not there: %j",
    (options) => {
      const path = place();
      expect(() => make(path, [["delay", "i4"]], [], options)).toThrow(
        /^(dtypes|fill) has "delaay", but there is no such column; did you mean "delay"\?$/,
      );
      expect(beside(path)).toEqual([]);
    },
  );

  it("measures text, whenever the widest comes", () => {
    const words = ["", "a", "𝒳y", "ab".repeat(50), "c"];
    const path = place();
    using making = NewTable.begin(
      path,
      [
        { name: "u", type: "U" },
        { name: "s", type: "S", attr: "kept" },
      ],
      {},
    );
    const filler = new Array<string>(70_000).fill("é");
    for (const word of words) {
      making.append([{ values: [word] }, { values: [word] }], 1);
      making.append([{ values: filler }, { values: filler }], filler.length);
    }
    using table = making.finish();
    expect(table.column("u").dtype.str).toBe("<U100");
    expect(table.column("s").dtype.str).toBe("|S100");
    expect(table.column("s").attr).toBe("kept");
    expect(table.columnNames).toEqual(["u", "s"]);
    const expected = words.flatMap((word) => [word, ...filler]);
    expectElements(table.column("u").toArray(), expected);
    expectElements(table.column("s").toArray(), expected);
  });

  it("measures what arrays of text hold, not what they could hold", () => {
    using source = make(place(), [["a", "U40"]], [[[{ values: ["one", "three", "é"] }], 3]]);
    using table = make(
      place(),
      [
        ["u", "U"],
        ["s", "S"],
      ],
      [[[{ values: source.column("a") }, { values: source.column("a") }], 3]],
    );
    expect(table.column("u").dtype.str).toBe("<U5");
    expect(table.column("s").dtype.str).toBe("|S5");
    expect(table.column("s").toArray()).toEqual(["one", "three", "é"]);
  });

  it("takes a text of a megabyte in memory of a few", () => {
    const long = "x".repeat(1_000_000);
    using table = make(
      place(),
      [["t", "U"]],
      [
        [[{ values: ["a", "b"] }], 2],
        [[{ values: [long] }], 1],
        [[{ values: ["c"] }], 1],
      ],
    );
    expect(table.column("t").dtype.str).toBe("<U1000000");
    expect(table.column("t").toArray()).toEqual(["a", "b", long, "c"]);
  });

  it("measures text in cells", () => {
    using table = make(
      place(),
      [["t", "U", [2]]],
      [
        [
          [
            {
              values: [
                ["a", "bcd"],
                ["", ""],
                ["ef", "g"],
              ],
              nulls: nulls(0, 1, 0),
            },
          ],
          3,
        ],
      ],
      { fill: "none" },
    );
    expect(table.column("t").dtype.str).toBe("<U4");
    expect([...table.column("t")]).toEqual([
      ["a", "bcd"],
      ["none", "none"],
      ["ef", "g"],
    ]);
  });

  it("refuses text that the dtype asked for has no room for", () => {
    expect(() => make(place(), [["a", "U2"]], [[[{ values: ["ab", "abc"] }], 2]])).toThrow(
      'column "a", row 1',
    );
  });
});

describe("nulls", () => {
  it("are NaN in floats and NaT in dates", () => {
    using table = make(
      place(),
      [
        ["f", "f4"],
        ["c", "c8"],
        ["d", "M8[s]"],
        ["m", "m8[ns]"],
      ],
      [
        [
          [
            { values: Float32Array.of(1, 2), nulls: nulls(0, 1) },
            { values: Float32Array.of(1, 2, 3, 4), nulls: nulls(0, 1) },
            { values: [5n, undefined], nulls: nulls(0, 1) },
            { values: BigInt64Array.of(6n, 7n), nulls: nulls(0, 1) },
          ],
          2,
        ],
      ],
    );
    expect(table.at(1)).toEqual({ f: Number.NaN, c: { re: Number.NaN, im: Number.NaN }, d: null, m: null });
    expect(table.at(0)).toEqual({ f: 1, c: { re: 1, im: 2 }, d: 5n, m: 6n });
  });

  it.each(["i4", "u8", "b1", "U3", "U", "S", "V2"])("are an error in %s that names the cell", (type) => {
    const path = place();
    const values = type === "V2" ? new Uint8Array(8) : [undefined, undefined, undefined, null];
    expect(() => make(path, [["x", type]], [[[{ values, nulls: nulls(0, 0, 0, 1) }], 4]])).toThrow();
    expect(() => make(path, [["x", type]], [[[{ values: [null], nulls: nulls(1) }], 1]])).toThrow(
      /^column "x", row 0: null does not go into .*; say fill: \{ "x": … \}.*masks: true/,
    );
    expect(beside(path)).toEqual([]);
  });

  it("are the fill, of all columns or of one", () => {
    const batches = (): (readonly [readonly Part[], number])[] => [
      [
        [
          { values: Int32Array.of(1, 2 ** 30), nulls: nulls(0, 1) },
          { values: [Number.NaN, "?"], nulls: nulls(0, 1) },
        ],
        2,
      ],
    ];
    using all = make(
      place(),
      [
        ["i", "i4"],
        ["f", "f8"],
      ],
      batches(),
      { fill: -1 },
    );
    expect([...all]).toEqual([
      { i: 1, f: Number.NaN },
      { i: -1, f: -1 },
    ]);
    using one = make(
      place(),
      [
        ["i", "i4"],
        ["f", "f8"],
      ],
      batches(),
      { fill: { i: 7 } },
    );
    expect(one.at(1)).toEqual({ i: 7, f: Number.NaN });
    expect(() =>
      make(
        place(),
        [
          ["i", "i4"],
          ["f", "f8"],
        ],
        batches(),
        { fill: new Map([["i", 0.5]]) },
      ),
    ).toThrow(/^the fill of column "i": 0.5/);
    const none: unknown = null;
    using nothing = make(place(), [["d", "M8[s]"]], [[[{ values: [5n, 1n], nulls: nulls(0, 1) }], 2]], {
      fill: none as number,
    });
    expect([...nothing.column("d")]).toEqual([5n, null]);
    expect(() => make(place(), [["i", "i4"]], [batches()[0]], { fill: none as number })).toThrow(CastError);
    using text = make(place(), [["t", "U"]], [[[{ values: ["a", null], nulls: nulls(0, 1) }], 2]], {
      fill: { t: "nothing" },
    });
    expect(text.column("t").toArray()).toEqual(["a", "nothing"]);
  });

  it("stay known in a mask, which comes with the first of them", () => {
    const filler = new Int16Array(70_000);
    using table = make(
      place(),
      [
        ["a", "i2"],
        ["b", "U"],
      ],
      [
        [[{ values: filler }, { values: new Array(70_000).fill("x") }], 70_000],
        [
          [
            { values: [5, null], nulls: nulls(0, 1) },
            { values: ["y", "z"], nulls: nulls(0, 0) },
          ],
          2,
        ],
        [[{ values: filler }, { values: new Array(70_000).fill("x") }], 70_000],
      ],
      { masks: true },
    );
    expect(table.columnNames).toEqual(["a", "b", "a.null"]);
    expect(table.column("a.null").countNonzero()).toBe(1);
    expect(table.at(70_001)).toEqual({ a: 0, b: "z", "a.null": true });
  });

  it("cannot have a mask whose name is taken", () => {
    const path = place();
    expect(() =>
      make(
        path,
        [
          ["a", "i2"],
          ["a.null", "i2"],
        ],
        [[[{ values: [1], nulls: nulls(1) }, { values: [1] }], 1]],
        {
          masks: true,
        },
      ),
    ).toThrow(/^column "a" has nulls, but "a.null", which would say where, is another column; say fill: /);
    expect(beside(path)).toEqual([]);
  });
});

describe("the place of a table", () => {
  it("is in a directory that is there", () => {
    const path = join(place(), "table");
    expect(() => make(path, [["a", "i4"]], [])).toThrow(
      new NotFoundError(`${path}: the directory ${dirname(path)} is missing; make it first`, { path }),
    );
  });

  it("is not taken from anything else", () => {
    const path = place();
    make(path, [["a", "i1"]], [[[{ values: [1] }], 1]]).close();
    expect(() => make(path, [["a", "i1"]], [])).toThrow("overwrite: true");
    const file = place();
    writeFileSync(file, "text");
    expect(() => make(file, [["a", "i1"]], [], { overwrite: true })).toThrow(
      "neither an empty directory nor a table",
    );
    expect(() => make(join(place(), "deep"), [["a", "i1"]], [])).toThrow("make it first");
    expect(beside(path)).toEqual(["table"]);
    expect(beside(file)).toEqual(["table"]);
  });

  it("is found taken at the end as well", () => {
    const path = place();
    using making = NewTable.begin(path, [{ name: "a", type: parseDType("i1") }], {});
    make(path, [["b", "i1"]], []).close();
    expect(() => making.finish()).toThrow("meanwhile");
    making[Symbol.dispose]();
    expect(beside(path)).toEqual(["table"]);
  });

  it("is overwritten in one step, with its lock held", () => {
    const path = place();
    make(
      path,
      [
        ["a", "i1"],
        ["g/x", "f8"],
      ],
      [[[{ values: [1, 2] }, { values: [1, 2] }], 2]],
      { attr: "old" },
    ).close();
    const generation = MemmapTable.open(path).generation;
    {
      using making = NewTable.begin(path, [{ name: "g", type: "U", attr: 5 }], {
        overwrite: true,
        attr: "new",
      });
      making.append([{ values: ["three", "rows", "here"] }], 3);
      expect(() => MemmapTable.open(path, { mode: "r+" })).toThrow("lock");
      using reader = MemmapTable.open(path);
      expect(reader.columnNames).toEqual(["a", "g/x"]);
      using table = making.finish();
      expect(table.generation).toBe(generation + 1);
      expect(table.attr).toBe("new");
      expect(table.column("g").attr).toBe(5);
      expect([...table]).toEqual([{ g: "three" }, { g: "rows" }, { g: "here" }]);
    }
    expect(beside(path)).toEqual(["table"]);
    using dropped = NewTable.begin(path, [{ name: "a", type: parseDType("i1") }], { overwrite: true });
    dropped[Symbol.dispose]();
    using again = MemmapTable.open(path, { mode: "r+" });
    expect(again.columnNames).toEqual(["g"]);
  });

  it("is cleared of what processes left that are gone", () => {
    const path = place();
    const directory = dirname(path);
    const old = new Date(Date.now() - 3_600_000);
    const names = ["dead", "young", "held"].map((name) => join(directory, `.memmap-new-${name}`));
    const tables = names.map((name) => MemmapTable.create(name, { rows: 1, columns: { "g/a": "i4" } }));
    for (const table of tables.slice(0, 2)) table.close();
    mkdirSync(join(directory, ".memmap-new-other"));
    for (const name of [names[0], names[2], join(directory, ".memmap-new-other")])
      utimesSync(String(name), old, old);
    make(path, [["a", "i1"]], []).close();
    tables[2]?.close();
    expect(beside(path)).toEqual([
      ".memmap-new-held",
      ".memmap-new-other",
      ".memmap-new-young",
      basename(path),
    ]);
  });

  it.each([false, true])(
    "is as before or whole where a call fails, whichever (overwrite: %s)",
    (overwrite) => {
      const build = (path: string): void =>
        make(
          path,
          [
            ["a", "i4"],
            ["t", "U"],
          ],
          [
            [[{ values: [1, 2] }, { values: ["a", "bcd"] }], 2],
            [[{ values: [3] }, { values: ["abcde"] }], 1],
          ],
          { overwrite },
        ).close();
      const failing = failingFiles();
      let failed = 0;
      // A sixth of them each time.
      for (let call = 1 + (Math.abs(seed) % 6); ; call += 6) {
        const path = place();
        if (overwrite) make(path, [["old", "i1"]], [[[{ values: [1] }], 1]]).close();
        failing.failAt(call);
        let error: unknown;
        try {
          withFiles(failing.files, () => build(path));
        } catch (thrown) {
          error = thrown;
        }
        if (!failing.hasFailed) break;
        failing.reset();
        failed += 1;
        if (error !== undefined) expect(isMemmapError(error), String(error)).toBe(true);
        const names = existsSync(path) ? [...MemmapTable.open(path).columnNames] : undefined;
        const before = overwrite ? ["old"] : undefined;
        if (error === undefined) expect(names).toEqual(["a", "t"]);
        else if (names?.[0] !== "a") expect(names).toEqual(before);
        if (names?.[0] === "a")
          expect(MemmapTable.open(path).column("t").toArray()).toEqual(["a", "bcd", "abcde"]);
        // Only what could not be removed may be left.
        expect(beside(path).filter((name) => name !== "table").length).toBeLessThanOrEqual(1);
      }
      expect(failed).toBeGreaterThan(overwrite ? 28 : 15);
    },
  );
});

describe("names", () => {
  it("are kept where columns may have them", () => {
    const names = ["a", "b/c", "__proto__", "100%", "ü"];
    expect(columnNames(names).map(({ column }) => column)).toEqual(names);
  });

  it.each([[["a", "a"]], [["A", "a"]], [["a", "a/b"]], [[""]], [["../x"]], [["x.npy"]]])(
    "of %j are refused",
    (names) => {
      expect(() => columnNames(names)).toThrow('names: "encode"');
    },
  );

  it("are encoded on request, each to another one", () => {
    const names = [
      "a",
      "A",
      "a",
      "a/b",
      "",
      "..",
      "x\\y",
      "con",
      "x.npy",
      "end.",
      "tab\t",
      "C:x",
      "é".repeat(300),
      "\ud800",
      "~",
    ];
    const encoded = columnNames(names, "encode").map(({ column }) => column);
    expect(encoded.slice(0, 11)).toEqual([
      "a",
      "A~2",
      "a~3",
      "a%2Fb",
      "%",
      "%2E%2E",
      "x%5Cy",
      "%63on",
      "x%2Enpy",
      "end%2E",
      "tab%09",
    ]);
    expect(encoded.every((name) => isValidName(name))).toBe(true);
    expect(new Set(encoded.map((name) => name.toLowerCase())).size).toBe(names.length);
  });

  it("that were encoded are in the attributes", () => {
    using table = make(
      place(),
      [
        ["a?", "i1"],
        ["x\\y", "i1"],
      ],
      [],
      { names: "encode" },
    );
    expect(table.columnNames).toEqual(["a?", "x%5Cy"]);
    expect(table.column("x%5Cy").attr).toEqual({ name: "x\\y" });
    expect(table.column("a?").attr).toBe(null);
    expect(() => make(place(), [["x\\y", "i1"]], [])).toThrow('names: "encode"');
  });
});
