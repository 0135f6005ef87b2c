import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  ExistsError,
  FormatError,
  LockedError,
  MemmapFile,
  MemmapTable,
  NotFoundError,
  ReadOnlyError,
  ShapeError,
  saveNpy,
  UnsupportedError,
} from "../../src/index.js";
import { nested } from "../array/support.js";
import { refuses, snapshot } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";
import { openQuick, quick, stored, values } from "./support.js";

const fresh = temporaryPaths();
const modes = ["r", "r+", "w+", "a"] as const;

/** The rows that the record of the last change tells. */
function rowsOnDisk(root: string): unknown {
  return JSON.parse(readFileSync(join(root, ".memmap", "last"), "utf8")).rows;
}

/** A directory with arrays that other software saved. */
function foreign(): string {
  const root = fresh("foreign");
  mkdirSync(join(root, "g"), { recursive: true });
  saveNpy(join(root, "x.npy"), Float64Array.of(1, 2));
  saveNpy(join(root, "g", "y.npy"), Float64Array.of(3));
  return root;
}

describe("mode r", () => {
  it("reads, and changes nothing", async () => {
    const root = fresh();
    openQuick(root).close();
    {
      using file = openQuick(root);
      file.setArray("/g/x", [1, 2], { attrs: { unit: "m" } });
    }
    const before = snapshot(root);
    using file = MemmapFile.open(root);
    expect(file.mode).toBe("r");
    const group = file.getGroup("g");
    const attrs = file.attrs("/g/x");
    for (const act of [
      () => file.setGroup("h"),
      () => file.setGroup("g"),
      () => file.setArray("y", [1]),
      () => file.setArray("/g/x", [1]),
      () => file.createArray("y", "f8", [1]),
      () => file.deleteNode("/g/x"),
      () => file.deleteNode("/g", { recursive: true }),
      () => file.renameNode("/g/x", "/y"),
      () => file.copyNode("/g/x", "/y"),
      () => file.setNodeAttr("/g/x", "unit", "ft"),
      () => attrs.set("unit", "ft"),
      () => attrs.delete("unit"),
      () => attrs.clear(),
      () => {
        group.attr = { a: 1 };
      },
      () => file.getArray("/g/x").set(0, 1 as never),
      () => group.table().append([{ x: 1 }]),
      () => group.table().addColumn("y", "f8"),
      () => file.transaction(() => 1),
      () => file.fromDataFrame({ a: [1] }),
      () => file.registerArray("a", "a"),
      () => file.registerDataFrame("a", "a"),
    ]) {
      expect(act).toThrow(ReadOnlyError);
    }
    await file.commit();
    file.refresh();
    file.flush();
    expect(snapshot(root)).toEqual(before);
    expect(values(file, "/g/x")).toEqual([1, 2]);
  });

  it("keeps what is stored into its typed arrays out of the files", () => {
    const root = fresh();
    openQuick(root).close();
    using writer = openQuick(root);
    writer.setArray("x", Float64Array.of(1, 2));
    using file = MemmapFile.open(root);
    (file.getArray<"f8">("x").values as unknown as Float64Array)[0] = 9;
    expect(values(writer, "x")).toEqual([1, 2]);
  });

  it("and r+ need something that is there", () => {
    const root = fresh();
    for (const mode of ["r", "r+"] as const) {
      const error = refuses(root, NotFoundError, /there is no such/, () => openQuick(root, { mode }));
      expect(error).toMatchObject({ path: root });
    }
  });
});

describe("mode r+", () => {
  it("changes what is there", () => {
    const root = fresh();
    openQuick(root).close();
    {
      using file = openQuick(root, { mode: "r+" });
      file.setArray("x", [1]);
    }
    using file = openQuick(root, { mode: "r+" });
    expect(values(file, "x")).toEqual([1]);
  });
});

describe("mode w+", () => {
  it("makes a file, and empties one that is there, with its attributes and groups", () => {
    const root = fresh();
    {
      using file = openQuick(root, { mode: "w+" });
      file.setArray("/g/x", [1]);
      file.setGroup("/h/i").attr = { kept: false };
      file.setNodeAttr("/", "of", "the root");
      file.fromDataFrame({ k: ["a"] }, { groupBy: "k" }).registerArray("k", "k");
    }
    using file = openQuick(root, { mode: "w+" });
    expect(stored(file)).toEqual({ "/": { group: null } });
    expect(file.frames.size).toBe(0);
    expect(file.generation).toBe(7);
  });

  it("empties it in one change: until then readers have what was there", () => {
    const root = fresh();
    openQuick(root).close();
    {
      using writer = openQuick(root);
      writer.setArray("x", [1, 2, 3]);
    }
    using reader = MemmapFile.open(root);
    const held = reader.getArray("x");
    expect(held.at(2)).toBe(3);
    using writer = openQuick(root, { mode: "w+" });
    expect(nested(held)).toEqual([1, 2, 3]);
    reader.refresh();
    expect([...reader.keys()]).toEqual([]);
    expect([...writer.keys()]).toEqual([]);
  });

  it("leaves files alone that are no part of it", () => {
    const root = fresh();
    openQuick(root, { mode: "w+" }).close();
    writeFileSync(join(root, "notes.txt"), "mine");
    openQuick(root, { mode: "w+" }).close();
    expect(readFileSync(join(root, "notes.txt"), "utf8")).toBe("mine");
  });

  it("does not touch a file that somebody else writes", () => {
    const root = fresh();
    using writer = openQuick(root);
    writer.setArray("x", [1]);
    refuses(root, LockedError, /open for writing/, () => openQuick(root, { mode: "w+" }));
    expect(values(writer, "x")).toEqual([1]);
  });
});

describe("mode a", () => {
  it("makes a file, and opens one that is there", () => {
    const root = fresh();
    {
      using file = openQuick(root, { mode: "a" });
      file.setArray("x", [1]);
    }
    using file = openQuick(root, { mode: "a" });
    expect(values(file, "x")).toEqual([1]);
    expect(file.mode).toBe("a");
  });

  it("takes an empty directory", () => {
    const root = fresh();
    mkdirSync(root);
    using file = openQuick(root);
    expect([...file.keys()]).toEqual([]);
  });
});

describe("every mode", () => {
  it("is one of four", () => {
    const root = fresh();
    refuses(root, UnsupportedError, /mode is one of "r", "r\+", "w\+", "a", not "w"/, () =>
      openQuick(root, { mode: "w" as never }),
    );
  });

  it.each(modes)("%s refuses a directory of other files", (mode) => {
    const root = fresh();
    mkdirSync(join(root, "sub"), { recursive: true });
    writeFileSync(join(root, "sub", "notes.txt"), "mine");
    refuses(root, mode === "w+" ? ExistsError : FormatError, /neither|this is no /, () =>
      openQuick(root, { mode }),
    );
  });

  it.each(modes)("%s refuses a file", (mode) => {
    const root = fresh();
    writeFileSync(root, "mine");
    refuses(root, mode === "w+" ? ExistsError : FormatError, /neither|is a directory/, () =>
      openQuick(root, { mode }),
    );
  });

  it.each(modes)("%s refuses a directory whose parent is missing", (mode) => {
    const root = join(fresh(), "below");
    refuses(root, NotFoundError, /missing|no such/, () => openQuick(root, { mode }));
  });

  it.each(["w+", "a", "r+"] as const)("%s refuses to write into a part of another file", (mode) => {
    using file = openQuick(fresh());
    const below = join(file.root, "below");
    mkdirSync(below);
    if (mode === "r+") saveNpy(join(below, "x.npy"), Float64Array.of(1));
    refuses(below, UnsupportedError, /is a part of/, () => openQuick(below, { mode }));
  });
});

describe("arrays that NumPy saved", () => {
  it("are a file as they are, which reading leaves alone", () => {
    const root = foreign();
    const before = snapshot(root);
    using file = MemmapFile.open(root);
    expect([...file.walk()].map(({ path }) => path)).toEqual(["/", "/g", "/g/y", "/x"]);
    expect(values(file, "/g/y")).toEqual([3]);
    expect(file.generation).toBe(0);
    expect(snapshot(root)).toEqual(before);
  });

  it.each(["r+", "a"] as const)("are changed with %s", (mode) => {
    using file = openQuick(foreign(), { mode });
    file.setArray("/g/z", 1);
    file.setNodeAttr("/x", "unit", "m");
    expect(stored(file)).toEqual({
      "/": { group: null },
      "/g": { group: null },
      "/g/y": { dtype: "<f8", shape: [1], values: [3], attr: null },
      "/g/z": { dtype: "<i4", shape: [], values: 1, attr: null },
      "/x": { dtype: "<f8", shape: [2], values: [1, 2], attr: { unit: "m" } },
    });
  });

  it("are not emptied with w+", () => {
    const root = foreign();
    refuses(root, ExistsError, /neither an empty directory nor/, () => openQuick(root, { mode: "w+" }));
  });
});

describe("a table", () => {
  it("opens as a file, and stays a table as long as its arrays have its rows", () => {
    const root = fresh();
    MemmapTable.create(root, { ...quick, rows: 2, columns: { a: "i4", "g/b": "f8" } }).close();
    using file = openQuick(root, { mode: "r+" });
    expect(rowsOnDisk(root)).toBe(2);
    file.setArray("c", [1, 2]);
    expect(rowsOnDisk(root)).toBe(2);
    file.deleteNode("c");
    file.close();
    using table = MemmapTable.open(root, { mode: "r+", ...quick });
    table.append([{ a: 1, "g/b": 2 }]);
    expect(table.length).toBe(3);
  });

  it("with an array of another length is a file, and no table until that is gone", () => {
    const root = fresh();
    MemmapTable.create(root, { ...quick, rows: 2, columns: { a: "i4" } }).close();
    for (const other of [[1], 5]) {
      using file = openQuick(root, { mode: "r+" });
      file.setArray("other", other);
      expect(rowsOnDisk(root)).toBe(null);
      file.close();
      const message = Array.isArray(other) ? /a.npy has 2, .*other.npy has 1/ : /other/;
      for (const mode of ["r", "r+", "a"] as const) {
        refuses(root, ShapeError, message, () => MemmapTable.open(root, { mode }));
      }
      using again = openQuick(root, { mode: "r+" });
      again.deleteNode("other");
      again.close();
      using table = MemmapTable.open(root, { mode: "r+", ...quick });
      expect(table.length).toBe(2);
      table.attr = "a table again";
      table.resize(2);
    }
    using table = MemmapTable.open(root, { mode: "r+", ...quick });
    table.resize(4);
    expect(rowsOnDisk(root)).toBe(4);
  });

  it("is no file without arrays: nothing says how many rows it has", () => {
    const root = fresh();
    openQuick(root).close();
    expect(rowsOnDisk(root)).toBe(null);
    refuses(root, FormatError, /this is no /, () => MemmapTable.open(root));
  });

  it("takes the place of a file with w+ and overwrite, and a file that of a table", () => {
    const root = fresh();
    const fill = () => {
      using file = openQuick(root, { mode: "w+" });
      file.setArray("/g/x", [[1, 2, 3]]);
      file.setArray("/scalar", 1);
      file.setGroup("/empty");
    };
    fill();
    const columns = { q: "f8" } as const;
    {
      using table = MemmapTable.open(root, { mode: "w+", rows: 2, columns, ...quick });
      expect(table.columnNames).toEqual(["q"]);
      expect(rowsOnDisk(root)).toBe(2);
      refuses(root, LockedError, /./, fill);
    }
    fill();
    {
      using table = MemmapTable.create(root, { overwrite: true, rows: 1, columns, ...quick });
      expect(table.columnNames).toEqual(["q"]);
    }
    fill();
    using file = MemmapFile.open(root);
    expect([...file.keys()]).toEqual(["empty", "g", "scalar"]);
  });
});
