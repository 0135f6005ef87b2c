import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  DiskError,
  DTypeError,
  ExistsError,
  FormatError,
  LimitError,
  MemmapTable,
  NameError,
  NotFoundError,
  ShapeError,
  saveNpy,
  UnsupportedError,
} from "../../src/index.js";
import { openBelow, refuses, snapshot } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const quick = { durability: "process" } as const;

/** A table of 3 rows, closed. */
function sample(): string {
  const path = fresh();
  using table = MemmapTable.create(path, { ...quick, rows: 3, attr: "sample" });
  table.addColumn("a", "i4", { data: [1, 2, 3] });
  table.addColumn("g/b", "f8", { fill: 0.5, attr: { unit: "m" } });
  return path;
}

describe("creating", () => {
  it("makes a directory of files that NumPy reads, and a table that says what it is", () => {
    const path = fresh();
    using table = MemmapTable.create(path, { rows: 4, columns: { a: "i4", "g/b": "f8" } });
    expect(table.length).toBe(4);
    expect(table.columnNames).toEqual(["a", "g/b"]);
    expect(table.shape).toEqual([4, 2]);
    expect(table.mode).toBe("r+");
    expect(table.root).toBe(realpathSync(path));
    expect(table.layout).toBe("npy");
    expect(table.attr).toBe(null);
    expect(table.generation).toBe(1);
    expect(table.parent).toBe(undefined);
    expect(table.closed).toBe(false);
    expect(readFileSync(join(path, "a.npy")).subarray(1, 6).toString()).toBe("NUMPY");
    expect(readdirSync(path).sort()).toEqual([".memmap", "a.npy", "g"]);
    expect(readdirSync(join(path, "g"))).toEqual(["b.npy"]);
  });

  it("has no rows and no columns unless told", () => {
    const path = fresh();
    using table = MemmapTable.create(path, quick);
    expect(table.shape).toEqual([0, 0]);
    expect([...table]).toEqual([]);
    table.close();
    using again = MemmapTable.open(path);
    expect(again.shape).toEqual([0, 0]);
  });

  it.each([
    ["an object", { b: "i4", a: "f8" }, ["b", "a"]],
    [
      "pairs, whatever the names",
      [
        ["x", "i4"],
        ["2020", "f8"],
        ["__proto__", "u1"],
      ],
      ["x", "2020", "__proto__"],
    ],
    [
      "a Map",
      new Map([
        ["x", "i4"],
        ["2020", "f8"],
        ["__proto__", "u1"],
      ]),
      ["x", "2020", "__proto__"],
    ],
  ] as const)("takes columns as %s", (_, columns, names) => {
    const path = fresh();
    MemmapTable.create(path, { ...quick, rows: 2, columns }).close();
    using table = MemmapTable.open(path);
    expect(table.columnNames).toEqual(names);
    expect(table.length).toBe(2);
  });

  it("takes the shape of cells with a dtype", () => {
    const path = fresh();
    using table = MemmapTable.create(path, {
      ...quick,
      rows: 2,
      columns: { v: { dtype: "f4", itemShape: [3] }, w: { dtype: "f8" } },
    });
    expect(table.column("v").shape).toEqual([2, 3]);
    expect(table.column("w").shape).toEqual([2]);
  });

  it("keeps a column called __proto__ apart from every object's prototype", () => {
    using table = MemmapTable.create(fresh(), { ...quick, rows: 1, columns: [["__proto__", "i4"]] });
    table.set(0, JSON.parse('{"__proto__": 7}'));
    const row = table.at(0);
    expect(Object.keys(row)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
    expect(table.column("__proto__").at(0)).toBe(7);
    expect(Object.keys(table.toRecords().at(0) as object)).toEqual(["__proto__"]);
  });

  it("refuses a directory that is there, even an empty one, and a file", () => {
    const empty = fresh();
    mkdirSync(empty);
    const file = fresh();
    writeFileSync(file, "text");
    for (const path of [sample(), empty, file]) {
      const error = refuses(path, ExistsError, /already/, () => MemmapTable.create(path, quick));
      expect(error).toMatchObject({ code: "EXISTS", path });
    }
  });

  it("leaves nothing behind where a column cannot be made", () => {
    const path = fresh();
    const make = (columns: readonly (readonly [string, string])[]) => () =>
      MemmapTable.create(path, { ...quick, rows: 2, columns });
    refuses(
      path,
      NameError,
      /\.\./,
      make([
        ["a", "i4"],
        ["../b", "i4"],
      ]),
    );
    refuses(
      path,
      DTypeError,
      /column "b"/,
      make([
        ["a", "i4"],
        ["b", "i5"],
      ]),
    );
    refuses(
      path,
      NameError,
      /"A"/,
      make([
        ["a", "i4"],
        ["A", "i4"],
      ]),
    );
    refuses(
      path,
      NameError,
      /"a"/,
      make([
        ["a", "i4"],
        ["a", "i4"],
      ]),
    );
    refuses(
      path,
      NameError,
      /"a\/b"/,
      make([
        ["a", "i4"],
        ["a/b", "i4"],
      ]),
    );
    refuses(path, ShapeError, /rows/, () => MemmapTable.create(path, { ...quick, rows: -1 }));
    refuses(path, ShapeError, /item shape/, () =>
      MemmapTable.create(path, { ...quick, columns: { a: { dtype: "i4", itemShape: [1.5] } } }),
    );
    refuses(path, LimitError, /too many/, () =>
      MemmapTable.create(path, { ...quick, columns: { a: "i4" }, attr: "\u00e9".repeat(4e6) }),
    );
    refuses(path, LimitError, /2\^53/, () =>
      MemmapTable.create(path, { ...quick, rows: 2 ** 51, columns: { a: "i4", b: "f8" } }),
    );
    refuses(path, DiskError, /has \d+/, () =>
      MemmapTable.create(path, { ...quick, rows: 2 ** 46, columns: { a: "i4", b: "f8" } }),
    );
    expect(openBelow(path)).toEqual([]);
  });

  it("says that the directory above is missing, or a file", () => {
    const path = fresh();
    refuses(path, NotFoundError, /directory .* is missing/, () => MemmapTable.create(join(path, "x")));
    writeFileSync(path, "text");
    refuses(path, NotFoundError, /directory .* is missing/, () => MemmapTable.create(join(path, "x")));
  });

  it("refuses options that are none", () => {
    const path = fresh();
    const options = (wrong: object) => () => MemmapTable.create(path, wrong);
    refuses(path, UnsupportedError, /layout is one of "npy", "raw"/, options({ layout: "csv" }));
    refuses(
      path,
      UnsupportedError,
      /locking is one of "kernel", "lease", "none"/,
      options({ locking: "maybe" }),
    );
    refuses(path, UnsupportedError, /durability is one of/, options({ durability: "none" }));
    refuses(path, Error, /timeout/, options({ timeout: -1 }));
    refuses(path, UnsupportedError, /mode is one of "r", "r\+", "w\+", "a"/, () =>
      MemmapTable.open(path, { mode: "w" as "r" }),
    );
  });
});

describe("opening", () => {
  it("reads what was written", () => {
    const path = sample();
    using table = MemmapTable.open(path);
    expect(table.mode).toBe("r");
    expect(table.attr).toBe("sample");
    expect(table.columnNames).toEqual(["a", "g/b"]);
    expect([...table]).toEqual([
      { a: 1, "g/b": 0.5 },
      { a: 2, "g/b": 0.5 },
      { a: 3, "g/b": 0.5 },
    ]);
    expect(table.column("g/b").attr).toEqual({ unit: "m" });
  });

  it("writes in mode r+", () => {
    const path = sample();
    {
      using table = MemmapTable.open(path, { ...quick, mode: "r+" });
      table.column("a").set(0, 10);
      table.addColumn("c", "u1");
    }
    using table = MemmapTable.open(path);
    expect(table.at(0)).toEqual({ a: 10, "g/b": 0.5, c: 0 });
  });

  it("opens or creates in mode a", () => {
    const path = fresh();
    {
      using table = MemmapTable.open(path, { ...quick, mode: "a", rows: 2, columns: { x: "i4" } });
      expect(table.mode).toBe("a");
      table.column("x").fill(5);
    }
    using table = MemmapTable.open(path, { ...quick, mode: "a", rows: 2, columns: { x: "i4" } });
    expect([...table.column("x")]).toEqual([5, 5]);
  });

  it("creates in an empty directory in modes a and w+, also where a link leads to it", () => {
    for (const [mode, isLinked] of [
      ["a", false],
      ["w+", false],
      ["a", true],
      ["w+", true],
    ] as const) {
      const path = fresh();
      mkdirSync(isLinked ? `${path}-there` : path);
      if (isLinked) symlinkSync(`${path}-there`, path);
      using table = MemmapTable.open(path, { ...quick, mode, rows: 1, columns: { x: "i4" } });
      expect(table.at(0)).toEqual({ x: 0 });
    }
  });

  it("replaces a table in mode w+: one transaction, the lock, the generation and foreign files stay", () => {
    const path = sample();
    writeFileSync(join(path, "notes.txt"), "mine");
    writeFileSync(join(path, "g", "notes.txt"), "mine");
    const lock = lstatSync(join(path, ".memmap", "lock")).ino;
    {
      using table = MemmapTable.open(path, {
        ...quick,
        mode: "w+",
        rows: 1,
        columns: { z: "i4", a: "f8" },
      });
      expect(table.generation).toBe(4);
      expect(table.columnNames).toEqual(["z", "a"]);
      expect(table.attr).toBe(null);
      expect(table.mode).toBe("w+");
    }
    expect(lstatSync(join(path, ".memmap", "lock")).ino).toBe(lock);
    const { ".": _, ...left } = snapshot(path);
    expect(Object.keys(left)).toEqual([
      "./.memmap",
      "./.memmap/last",
      "./.memmap/lock",
      "./a.npy",
      "./g",
      "./g/notes.txt",
      "./notes.txt",
      "./z.npy",
    ]);
    using table = MemmapTable.open(path);
    expect([...table]).toEqual([{ z: 0, a: 0 }]);
  });

  it("replaces a table with create and overwrite, attribute included", () => {
    const path = sample();
    using table = MemmapTable.create(path, { ...quick, overwrite: true, attr: [1] });
    expect(table.shape).toEqual([0, 0]);
    expect(table.attr).toEqual([1]);
    expect(table.generation).toBe(4);
  });

  it("leaves the old table where the new one cannot be made", () => {
    const path = sample();
    refuses(path, NameError, /"A"/, () =>
      MemmapTable.open(path, {
        ...quick,
        mode: "w+",
        rows: 1,
        columns: [
          ["a", "i4"],
          ["A", "i4"],
        ],
      }),
    );
    using table = MemmapTable.open(path);
    expect(table.generation).toBe(3);
    expect(table.length).toBe(3);
  });

  it("refuses to replace what is neither empty nor a store", () => {
    const path = fresh();
    mkdirSync(path);
    writeFileSync(join(path, "letter.txt"), "dear");
    const file = fresh();
    writeFileSync(file, "text");
    const arrays = fresh();
    mkdirSync(arrays);
    saveNpy(join(arrays, "x.npy"), Int32Array.of(1));
    for (const each of [path, file, arrays]) {
      refuses(each, ExistsError, /neither an empty directory nor a table/, () =>
        MemmapTable.open(each, { ...quick, mode: "w+" }),
      );
      refuses(each, ExistsError, /neither an empty directory nor a table/, () =>
        MemmapTable.create(each, { ...quick, overwrite: true }),
      );
    }
  });

  it("takes over a directory in which a table was begun and never came to be", () => {
    const path = fresh();
    mkdirSync(join(path, ".memmap", "stage-1"), { recursive: true });
    writeFileSync(join(path, ".memmap", "lock"), "");
    writeFileSync(join(path, ".memmap", "stage-1", "0000"), "half");
    using table = MemmapTable.open(path, { ...quick, mode: "w+", rows: 1, columns: { x: "i4" } });
    expect(table.at(0)).toEqual({ x: 0 });
    expect(readdirSync(join(path, ".memmap")).sort()).toEqual(["last", "lock"]);
  });

  it("refuses a path that is missing, a file, and a directory that is no table", () => {
    const missing = fresh();
    const file = fresh();
    writeFileSync(file, "text");
    const directory = fresh();
    mkdirSync(directory);
    writeFileSync(join(directory, "readme.txt"), "text");
    for (const mode of ["r", "r+"] as const) {
      const open = (path: string) => () => MemmapTable.open(path, { ...quick, mode });
      refuses(missing, NotFoundError, /no such table/, open(missing));
      refuses(file, NotFoundError, /no such table/, open(join(file, "below")));
      expect(refuses(file, FormatError, /this is a file/, open(file))).toMatchObject({ path: file });
      refuses(directory, FormatError, /no table/, open(directory));
    }
    refuses(file, FormatError, /this is a file/, () => MemmapTable.open(file, { mode: "a" }));
    refuses(directory, FormatError, /no table/, () => MemmapTable.open(directory, { mode: "a" }));
  });

  it("refuses another number of rows, other dtypes and cells, and columns that are missing", () => {
    const path = sample();
    for (const mode of ["r", "r+", "a"] as const) {
      refuses(path, ShapeError, /has 3 rows, not 4/, () => MemmapTable.open(path, { mode, rows: 4 }));
      refuses(path, DTypeError, /column "a" holds <i4, not <f4/, () =>
        MemmapTable.open(path, { mode, columns: { a: "f4" } }),
      );
      refuses(path, NotFoundError, /did you mean "a"/, () =>
        MemmapTable.open(path, { mode, columns: { A: "i4" } }),
      );
      refuses(path, ShapeError, /column "a" has cells of shape \[\], not \[3\]/, () =>
        MemmapTable.open(path, { mode, columns: { a: { dtype: "i4", itemShape: [3] } } }),
      );
    }
    MemmapTable.open(path, { rows: 3, columns: { "g/b": "<f8" } }).close();
  });

  it("leaves no control directory in a directory of arrays where opening it fails", () => {
    const path = fresh();
    mkdirSync(path);
    saveNpy(join(path, "x.npy"), Int32Array.of(1, 2));
    refuses(path, ShapeError, /2 rows/, () => MemmapTable.open(path, { ...quick, mode: "r+", rows: 3 }));
    refuses(path, DTypeError, /"x"/, () =>
      MemmapTable.open(path, { ...quick, mode: "r+", columns: { x: "f8" } }),
    );
  });

  it("follows a link to the table's directory, for reading and writing", () => {
    const path = sample();
    const link = fresh();
    symlinkSync(path, link);
    {
      using table = MemmapTable.open(link, { ...quick, mode: "r+" });
      table.column("a").set(0, 9);
      expect(table.root).toBe(realpathSync(path));
    }
    using table = MemmapTable.open(link);
    expect(table.column("a").at(0)).toBe(9);
    const dangling = fresh();
    symlinkSync(join(path, "nothing"), dangling);
    for (const mode of ["r", "r+"] as const)
      refuses(path, NotFoundError, /no such table/, () => MemmapTable.open(dangling, { mode }));
    const toFile = fresh();
    symlinkSync(join(path, "a.npy"), toFile);
    refuses(path, FormatError, /this is a file/, () => MemmapTable.open(toFile));
  });
});
