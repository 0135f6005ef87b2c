import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  ExistsError,
  FormatError,
  MemmapTable,
  NameError,
  saveNpy,
  UnsupportedError,
} from "../../src/index.js";
import { refuses, snapshot } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const quick = { durability: "process" } as const;

function sample(): string {
  const path = fresh();
  using table = MemmapTable.create(path, { ...quick, rows: 2 });
  table.addColumn("g/b", "i4", { data: [1, 2] });
  table.addColumn("a", "i4", { data: [3, 4] });
  table.addColumn("g/a", "i4", { data: [5, 6] });
  table.addColumn("g/h/c", "i4", { data: [7, 8] });
  return path;
}

describe("a directory inside a store", () => {
  it("is not opened for writing: the other root is named", () => {
    const path = sample();
    for (const group of ["g", "g/h"]) {
      for (const mode of ["r+", "a", "w+"] as const) {
        const error = refuses(path, UnsupportedError, /part of the table/, () =>
          MemmapTable.open(join(path, group), { ...quick, mode }),
        );
        expect(error.message).toContain(`${path};`);
      }
    }
    refuses(path, UnsupportedError, /part of the table/, () => MemmapTable.create(join(path, "new"), quick));
    refuses(path, UnsupportedError, /part of the table/, () =>
      MemmapTable.open(join(path, ".memmap"), { ...quick, mode: "w+" }),
    );
  });

  it("is not opened for writing through a link either", () => {
    const path = sample();
    const link = fresh();
    symlinkSync(join(path, "g"), link);
    refuses(path, UnsupportedError, /part of the table/, () =>
      MemmapTable.open(link, { ...quick, mode: "r+" }),
    );
    refuses(path, UnsupportedError, /part of the table/, () => MemmapTable.create(join(link, "new"), quick));
  });

  it("is read as the table of the group: in the store's order, at the store's generation", () => {
    const path = sample();
    using table = MemmapTable.open(join(path, "g"));
    expect(table.columnNames).toEqual(["b", "a", "h/c"]);
    expect(table.toColumns().get("a")).toEqual(Int32Array.of(5, 6));
    expect(table.generation).toBe(5);
    {
      using writer = MemmapTable.open(path, { ...quick, mode: "r+" });
      writer.renameColumn("g/h/c", "g/d");
      writer.append([{ "g/b": 1, a: 1, "g/a": 1, "g/d": 1 }]);
    }
    table.refresh();
    expect(table.columnNames).toEqual(["b", "a", "d"]);
    expect(table.length).toBe(3);
    expect(table.generation).toBe(7);
  });

  it("has the store's rows where the group has no columns", () => {
    const path = sample();
    {
      using table = MemmapTable.open(path, { ...quick, mode: "r+" });
      table.setGroupAttr("g/h", "kept");
      table.deleteColumn("g/h/c");
    }
    using table = MemmapTable.open(join(path, "g", "h"));
    expect(table.shape).toEqual([2, 0]);
    expect(table.attr).toBe("kept");
    mkdirSync(join(path, "other"));
    refuses(path, FormatError, /no table/, () => MemmapTable.open(join(path, "other")));
  });
});

describe("a store below", () => {
  it("keeps the directory above from being opened for writing, and names the other", () => {
    const path = fresh();
    mkdirSync(join(path, "g"), { recursive: true });
    saveNpy(join(path, "a.npy"), Int32Array.of(1, 2));
    MemmapTable.create(join(path, "g", "inner"), { ...quick, rows: 2, columns: { x: "i4" } }).close();
    for (const mode of ["r+", "a"] as const) {
      const error = refuses(path, UnsupportedError, /table of its own below/, () =>
        MemmapTable.open(path, { ...quick, mode }),
      );
      expect(error.message).toContain(join(path, "g", "inner"));
    }
    using table = MemmapTable.open(path);
    expect(table.columnNames).toEqual(["a", "g/inner/x"]);
  });

  it("keeps a writer from taking up what others changed", () => {
    const path = sample();
    using table = MemmapTable.open(path, { ...quick, mode: "r+" });
    const other = fresh();
    MemmapTable.create(other, { ...quick, rows: 2, columns: { x: "i4" } }).close();
    renameSync(other, join(path, "inner"));
    refuses(path, UnsupportedError, /table of its own below/, () => table.refresh());
    expect(table.columnNames).toEqual(["g/b", "a", "g/a", "g/h/c"]);
  });
});

describe("symbolic links below a root", () => {
  it("are read where they lead inside, and refused for writing", () => {
    const path = sample();
    symlinkSync("a.npy", join(path, "link.npy"));
    writeFileSync(join(path, "a.attr"), '{"attr": "of a"}');
    symlinkSync("a.attr", join(path, "link.attr"));
    symlinkSync(join(path, "a.attr"), join(path, ".attr"));
    symlinkSync("g", join(path, "other"));
    for (const mode of ["r+", "w+"] as const) {
      refuses(path, UnsupportedError, /symbolic link/, () => MemmapTable.open(path, { ...quick, mode }));
    }
    using table = MemmapTable.open(path);
    expect(table.columnNames).toEqual(["g/b", "a", "g/a", "g/h/c", "link"]);
    expect(table.at(0)).toEqual({ "g/b": 1, a: 3, "g/a": 5, "g/h/c": 7, link: 3 });
    expect(table.column("link").attr).toBe("of a");
    expect(table.attr).toBe("of a");
  });

  it.each(["x.npy", "x.attr", ".attr", "folder", "notes.txt", ".memmap"])(
    "are refused where %s leads outside",
    (name) => {
      const outside = fresh();
      mkdirSync(outside);
      const path = sample();
      if (name === ".memmap") {
        renameSync(join(path, ".memmap"), join(outside, "control"));
        symlinkSync(join(outside, "control"), join(path, name));
      } else symlinkSync(outside, join(path, name));
      for (const mode of ["r", "r+"] as const) {
        const error = refuses(path, UnsupportedError, /leads outside the table|symbolic link/, () =>
          MemmapTable.open(path, { ...quick, mode }),
        );
        expect(error).toMatchObject({ path: join(path, name) });
      }
    },
  );

  it("are not followed to a root of which the name only begins alike", () => {
    const path = sample();
    symlinkSync(`${path}-other`, join(path, "x.npy"));
    saveNpy(`${path}-other`, Int32Array.of(1, 2));
    refuses(path, UnsupportedError, /leads outside/, () => MemmapTable.open(path));
  });

  it("that lead nowhere are no columns, and keep writers out", () => {
    const path = sample();
    symlinkSync("nothing.npy", join(path, "x.npy"));
    symlinkSync("nothing.attr", join(path, "a.attr"));
    refuses(path, UnsupportedError, /symbolic link/, () => MemmapTable.open(path, { ...quick, mode: "r+" }));
    using table = MemmapTable.open(path);
    expect(table.columnNames).toEqual(["g/b", "a", "g/a", "g/h/c"]);
    expect(table.column("a").attr).toBe(null);
  });

  it("do not lead a writer elsewhere when the way to its root changes", () => {
    const [one, other] = [sample(), sample()];
    const link = fresh();
    symlinkSync(one, link);
    const before = snapshot(other);
    using table = MemmapTable.open(link, { ...quick, mode: "r+" });
    rmSync(link);
    symlinkSync(other, link);
    table.addColumn("new", "i4");
    table.column("a").set(0, 99);
    table.close();
    expect(snapshot(other)).toEqual(before);
    using again = MemmapTable.open(one);
    expect(again.column("a").at(0)).toBe(99);
    expect(again.has("new")).toBe(true);
  });

  it("that appear later do not take a new column with them", () => {
    const path = sample();
    const outside = fresh();
    mkdirSync(outside);
    using table = MemmapTable.open(path, { ...quick, mode: "r+" });
    symlinkSync(outside, join(path, "linked"));
    refuses(path, ExistsError, /in the way/, () => table.addColumn("linked/x", "i4"));
    expect(snapshot(outside)).toEqual({ ".": "directory" });
  });
});

describe("names that would be one elsewhere", () => {
  it.each([
    ["two columns", "a.npy", "A.npy"],
    ["two groups", "g/a.npy", "G/b.npy"],
    ["a column and a group", "x.npy", "x/b.npy"],
    ["two normal forms", "\u00e9.npy", "e\u0301.npy"],
    ["long s", "s.npy", "\u017f.npy"],
  ])("%s: open read-only", (_, one, other) => {
    const path = fresh();
    for (const name of [one, other]) {
      mkdirSync(join(path, name, ".."), { recursive: true });
      saveNpy(join(path, name), Int32Array.of(1));
    }
    refuses(path, NameError, /would be one/, () => MemmapTable.open(path, { ...quick, mode: "r+" }));
    using table = MemmapTable.open(path);
    expect(table.shape).toEqual([1, 2]);
  });

  it("a column and a group that has nothing but an attribute: open read-only", () => {
    const path = fresh();
    mkdirSync(join(path, "x"), { recursive: true });
    saveNpy(join(path, "X.npy"), Int32Array.of(1));
    writeFileSync(join(path, "x", ".attr"), '{"attr": 1}');
    refuses(path, NameError, /"X" and "x\/"/, () => MemmapTable.open(path, { ...quick, mode: "r+" }));
    MemmapTable.open(path).close();
  });

  it("are refused for new columns, copies and new names", () => {
    const path = sample();
    using table = MemmapTable.open(path, { ...quick, mode: "r+" });
    for (const name of ["A", "g", "G", "G/z", "g/A", "a/x", "g/b/x", "g/H/x"]) {
      const why = name.endsWith("a/x") || name === "g/b/x" ? /cannot lie in/ : /cannot stand beside/;
      refuses(path, NameError, why, () => table.addColumn(name, "i4"));
      refuses(path, NameError, why, () => table.copyColumn("g/h/c", name));
      if (name !== "g/H/x") refuses(path, NameError, why, () => table.renameColumn("g/h/c", name));
    }
    for (const name of [
      "",
      "/a",
      "a/",
      "a//b",
      "..",
      "a/../b",
      "x.npy",
      "x.attr",
      ".x",
      "x ",
      "con",
      "a\\b",
      "\0",
    ]) {
      refuses(path, NameError, /no column name/, () => table.addColumn(name, "i4"));
      refuses(path, NameError, /no column name/, () => table.copyColumn("a", name));
      refuses(path, NameError, /no column name/, () => table.renameColumn("a", name));
    }
    const long = "x".repeat(251);
    refuses(path, NameError, /251/, () => table.addColumn(long, "i4"));
    table.addColumn(long.slice(1), "i4", { attr: 1 });
    expect(table.column(long.slice(1)).attr).toBe(1);
  });

  it("are free again when the other is gone or renamed", () => {
    const path = sample();
    using table = MemmapTable.open(path, { ...quick, mode: "r+" });
    table.renameColumn("a", "A");
    table.renameColumn("A", "a/x");
    table.renameColumn("a/x", "a");
    table.deleteColumn("g/h/c");
    table.addColumn("g/h", "i4");
    expect(table.columnNames).toEqual(["g/b", "a", "g/a", "g/h"]);
    table.close();
    expect(MemmapTable.open(path).columnNames).toEqual(["g/b", "a", "g/a", "g/h"]);
  });

  it("of a group that stays for its attribute are not free", () => {
    const path = sample();
    using table = MemmapTable.open(path, { ...quick, mode: "r+" });
    table.setGroupAttr("g/h", 1);
    table.deleteColumn("g/h/c");
    refuses(path, NameError, /cannot stand beside "g\/h\/"/, () => table.addColumn("g/h", "i4"));
    table.transaction(() => {
      table.setGroupAttr("g", 1);
      table.deleteColumn("g/a");
      table.deleteColumn("g/b");
      refuses(path, NameError, /cannot stand beside "g\/"/, () => table.addColumn("g", "i4"));
    });
    table.close();
    using again = MemmapTable.open(path, { ...quick, mode: "w+", rows: 1, columns: { g: "i4" } });
    expect(again.columnNames).toEqual(["g"]);
  });
});

describe("files that are no columns", () => {
  it("are not replaced", () => {
    const path = sample();
    writeFileSync(join(path, "bare.npy"), "mine");
    writeFileSync(join(path, "side.attr"), '{"attr": "mine"}');
    writeFileSync(join(path, "file"), "mine");
    using table = MemmapTable.open(path, { ...quick, mode: "r+" });
    for (const name of ["bare", "side", "file/x", "file/x/y"]) {
      refuses(path, ExistsError, /in the way/, () => table.addColumn(name, "i4", { overwrite: true }));
      refuses(path, ExistsError, /in the way/, () => table.copyColumn("a", name));
      refuses(path, ExistsError, /in the way/, () => table.renameColumn("a", name));
    }
    table.close();
    refuses(path, ExistsError, /in the way/, () =>
      MemmapTable.open(path, { ...quick, mode: "w+", rows: 2, columns: { bare: "i4" } }),
    );
    expect(readFileSync(join(path, "bare.npy"), "utf8")).toBe("mine");
  });
});
