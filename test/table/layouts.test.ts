import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  CorruptError,
  FormatError,
  MemmapTable,
  openNpy,
  RecordArray,
  ShapeError,
  saveNpy,
  UnsupportedError,
} from "../../src/index.js";
import { refuses, snapshot } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const quick = { durability: "process" } as const;

function directory(files: Record<string, string | Uint8Array> = {}): string {
  const path = fresh();
  mkdirSync(path);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(path, name, ".."), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return path;
}

const bytesOf = (array: ArrayBufferView) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);

/** A file in Fortran order: the numbers 0, 1, 2, … in memory, in the shape. */
function fortran(path: string, shape: readonly number[], values: Float64Array): void {
  const dictionary = `{'descr': '<f8', 'fortran_order': True, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  const text = `${dictionary.padEnd(117)}\n`;
  const header = Buffer.from(`\x93NUMPY\x01\0\0\0${text}`, "latin1");
  header.writeUInt16LE(text.length, 8);
  writeFileSync(path, Buffer.concat([header, bytesOf(values)]));
}

describe("the npy layout", () => {
  it("has NumPy's header, the data, and no sidecar where there is no attribute", () => {
    const path = fresh();
    using table = MemmapTable.create(path, { ...quick, rows: 3 });
    table.addColumn("a", "i4", { data: [1, 2, 3] });
    table.addColumn("b", "i4", { attr: "b" });
    expect(readdirSync(path).sort()).toEqual([".memmap", "a.npy", "b.attr", "b.npy"]);
    expect(readFileSync(join(path, "b.attr"), "utf8")).toBe('{"attr": "b"}');
    const saved = fresh();
    saveNpy(saved, Int32Array.of(1, 2, 3));
    expect(readFileSync(join(path, "a.npy"))).toEqual(readFileSync(saved));
    using array = openNpy(join(path, "a.npy"));
    expect([...array]).toEqual([1, 2, 3]);
  });

  it("holds any number of rows in the header that it was made with", () => {
    const path = fresh();
    using table = MemmapTable.create(path, { ...quick, rows: 0, columns: { a: "u1" } });
    const { ino } = statSync(join(path, "a.npy"));
    for (const rows of [9, 10, 99_999, 1_000_000, 3]) {
      table.resize(rows);
      using array = openNpy(join(path, "a.npy"));
      expect(array.shape).toEqual([rows]);
    }
    expect(statSync(join(path, "a.npy")).ino).toBe(ino);
  });
});

describe("the raw layout", () => {
  it("is bare elements and the sidecar of Python's mmaptable", () => {
    const path = fresh();
    {
      using table = MemmapTable.create(path, { ...quick, rows: 2, layout: "raw" });
      expect(table.layout).toBe("raw");
      table.addColumn("a", "f8", { data: [0.5, 1.5] });
      table.addColumn("g/v", "i2", { itemShape: [3], attr: { unit: "m" } });
    }
    expect(readFileSync(join(path, "a.npy"))).toEqual(bytesOf(Float64Array.of(0.5, 1.5)));
    expect(readFileSync(join(path, "a.attr"), "utf8")).toBe('{"dtype": "<f8", "shape": [2], "attr": null}');
    expect(readFileSync(join(path, "g", "v.attr"), "utf8")).toBe(
      '{"dtype": "<i2", "shape": [2, 3], "attr": {"unit": "m"}}',
    );
    using table = MemmapTable.open(path);
    expect([...table.column("a")]).toEqual([0.5, 1.5]);
    expect(table.column("g/v").shape).toEqual([2, 3]);
    expect(table.column("g/v").attr).toEqual({ unit: "m" });
    expect(table.layout).toBe("npy");
  });

  it("opens what Python's mmaptable wrote, structured dtypes and its JSON included", () => {
    const path = directory({
      "a.npy": bytesOf(Int32Array.of(1, 2)),
      "a.attr": '{"dtype": "<i4", "shape": [2], "attr": {"nan": NaN, "long": 9007199254740993}}',
      "r.npy": new Uint8Array(10),
      "r.attr": '{"dtype": [["x", "|i1"], ["y", "<f4"]], "shape": [2], "attr": null}',
      ".attr": '{"attr": [1, 2]}',
    });
    using table = MemmapTable.open(path);
    expect(table.columnNames).toEqual(["a", "r"]);
    expect(table.attr).toEqual([1, 2]);
    expect(table.at(1)).toEqual({ a: 2, r: { x: 0, y: 0 } });
    expect(table.column("a").attr).toEqual({ nan: Number.NaN, long: 9007199254740993n });
  });

  it("keeps every byte of a sidecar but the rows, whatever happens to the column", () => {
    const attr = '"attr": {"z": 1.50, "a": NaN},  "more": [1e2]';
    const path = directory({
      "a.npy": bytesOf(Int32Array.of(1, 2)),
      "a.attr": `{"shape": [2], ${attr}, "dtype": "<i4"}`,
      "n.attr": '{"attr": NaN }',
    });
    saveNpy(join(path, "n.npy"), Int32Array.of(1, 2));
    using table = MemmapTable.open(path, { ...quick, mode: "r+" });
    table.renameColumn("a", "b");
    table.renameColumn("n", "m");
    table.resize(3);
    table.append([{ b: 7, m: 7 }]);
    table.transaction(() => {
      table.resize(1);
      table.resize(5);
    });
    table.addColumn("new", "i1");
    expect(readFileSync(join(path, "b.attr"), "utf8")).toBe(`{"shape": [5], ${attr}, "dtype": "<i4"}`);
    expect(readFileSync(join(path, "m.attr"), "utf8")).toBe('{"attr": NaN }');
    table.column("m").attr = 1;
    expect(readFileSync(join(path, "m.attr"), "utf8")).toBe('{"attr": 1}');
  });

  it("does not write the sidecar of one column because another changes", () => {
    const path = directory({ "n.attr": '{"attr": NaN }', ".attr": '{"attr": NaN }' });
    saveNpy(join(path, "n.npy"), Int32Array.of(1, 2));
    using table = MemmapTable.open(path, { ...quick, mode: "r+" });
    const before = statSync(join(path, "n.attr")).ino;
    const group = statSync(join(path, ".attr")).ino;
    table.addColumn("a", "i4");
    table.attr = Number.NaN;
    expect(statSync(join(path, "n.attr")).ino).toBe(before);
    expect(statSync(join(path, ".attr")).ino).not.toBe(group);
  });

  it("mixes with the other, and can be chosen for one column", () => {
    const path = fresh();
    using table = MemmapTable.create(path, { ...quick, rows: 2 });
    table.addColumn("a", "i4", { data: [1, 2] });
    table.addColumn("b", "i4", { data: [3, 4], layout: "raw" });
    table.append([{ a: 5, b: 6 }]);
    table.renameColumn("b", "c");
    table.copyColumn("c", "d");
    table.close();
    expect(statSync(join(path, "d.npy")).size).toBe(12);
    using again = MemmapTable.open(path);
    expect(again.toColumns()).toEqual(
      new Map([
        ["a", Int32Array.of(1, 2, 5)],
        ["c", Int32Array.of(3, 4, 6)],
        ["d", Int32Array.of(3, 4, 6)],
      ]),
    );
  });

  it("changes to the other where a column is overwritten, and its sidecar with it", () => {
    const path = fresh();
    using table = MemmapTable.create(path, { ...quick, rows: 2 });
    table.addColumn("a", "i4", { layout: "raw", attr: 1 });
    table.addColumn("a", "i4", { overwrite: true, fill: 3 });
    expect(readdirSync(path).sort()).toEqual([".memmap", "a.npy"]);
    expect(openNpy(join(path, "a.npy")).shape).toEqual([2]);
    table.addColumn("a", "i4", { overwrite: true, layout: "raw", fill: 4 });
    expect(readFileSync(join(path, "a.npy"))).toEqual(bytesOf(Int32Array.of(4, 4)));
    table.close();
    using again = MemmapTable.open(path);
    expect([...again.column("a")]).toEqual([4, 4]);
  });

  it("refuses a layout that there is none of", () => {
    const path = fresh();
    using table = MemmapTable.create(path, { ...quick, rows: 2 });
    refuses(path, UnsupportedError, /layout/, () => table.addColumn("a", "i4", { layout: "csv" as "raw" }));
  });
});

describe("a directory of arrays that NumPy saved", () => {
  it("is a table, which reading leaves as it is", () => {
    const path = directory({ "notes.txt": "x", "g/h/deep.txt": "x", "bare.npy": "no array at all" });
    saveNpy(join(path, "b.npy"), Float64Array.of(1, 2));
    saveNpy(join(path, "a.npy"), RecordArray.from([{ x: 1 }, { x: 2 }], [["x", "i4"]]));
    saveNpy(join(path, "g", "c.npy"), Int8Array.of(1, 2));
    const before = snapshot(path);
    {
      using table = MemmapTable.open(path);
      expect(table.columnNames).toEqual(["a", "b", "g/c"]);
      expect(table.length).toBe(2);
      expect(table.generation).toBe(0);
      expect([...table.column("b")]).toEqual([1, 2]);
    }
    expect(snapshot(path)).toEqual(before);
  });

  it("becomes a store with the first change, and not before", () => {
    const path = directory();
    saveNpy(join(path, "b.npy"), Float64Array.of(1, 2));
    {
      using table = MemmapTable.open(path, { ...quick, mode: "r+" });
      table.transaction(() => undefined);
      table.resize(2);
      table.column("b").set(0, 5);
      expect(table.generation).toBe(0);
      expect(readdirSync(join(path, ".memmap"))).toEqual(["lock"]);
      table.addColumn("a", "i4");
      expect(table.generation).toBe(1);
    }
    using table = MemmapTable.open(path);
    expect(table.columnNames).toEqual(["b", "a"]);
    expect(table.column("b").at(0)).toBe(5);
  });

  it("grows where the header has room and where it has none", () => {
    const path = directory();
    const dictionary = "{'descr': '<i2', 'fortran_order': False, 'shape': (9,)}\n";
    const header = Buffer.from(
      `\x93NUMPY\x01\0${String.fromCharCode(dictionary.length)}\0${dictionary}`,
      "latin1",
    );
    const old = Int16Array.from({ length: 9 }, (_, i) => i);
    writeFileSync(join(path, "a.npy"), Buffer.concat([header, bytesOf(old)]));
    using table = MemmapTable.open(path, { ...quick, mode: "r+" });
    const column = table.column("a");
    expect(column.at(8)).toBe(8);
    table.transaction(() => {
      table.resize(8);
      table.resize(12);
    });
    expect([...column]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 0]);
    table.append([{ a: 77 }]);
    expect(column.at(-1)).toBe(77);
    using array = openNpy(join(path, "a.npy"));
    expect(array.shape).toEqual([13]);
  });

  it("may have spare bytes behind its data", () => {
    const path = directory();
    saveNpy(join(path, "a.npy"), Int32Array.of(1, 2));
    writeFileSync(join(path, "a.npy"), Buffer.alloc(100, 0xff), { flag: "a" });
    using table = MemmapTable.open(path, { ...quick, mode: "r+" });
    expect([...table.column("a")]).toEqual([1, 2]);
    table.resize(6);
    expect([...table.column("a")]).toEqual([1, 2, 0, 0, 0, 0]);
  });

  it("reads arrays in Fortran order, which keep their rows", () => {
    const path = directory();
    fortran(join(path, "f.npy"), [2, 3], Float64Array.of(0, 1, 2, 3, 4, 5));
    fortran(join(path, "one.npy"), [2], Float64Array.of(6, 7));
    using table = MemmapTable.open(path, { ...quick, mode: "r+" });
    expect(table.column("f").at(0)).toEqual(Float64Array.of(0, 2, 4));
    expect([...table.toRecords()]).toEqual([
      { f: Float64Array.of(0, 2, 4), one: 6 },
      { f: Float64Array.of(1, 3, 5), one: 7 },
    ]);
    table.column("f").set([1, 2], 50);
    expect(table.at(1)).toEqual({ f: Float64Array.of(1, 3, 50), one: 7 });
    table.renameColumn("f", "g");
    table.copyColumn("g", "h");
    expect(table.column("h").at(1)).toEqual(Float64Array.of(1, 3, 50));
    table.deleteColumn("h");
    refuses(path, UnsupportedError, /"g" is in Fortran order/, () => table.resize(3));
    refuses(path, UnsupportedError, /"g" is in Fortran order/, () => table.append(table));
    table.addColumn("g", "f8", { itemShape: [3], data: table.column("g"), overwrite: true });
    table.resize(3);
    expect(table.column("g").at(1)).toEqual(Float64Array.of(1, 3, 50));
  });
});

describe("columns", () => {
  it("keep the order of their making; those of other software come after, by name", () => {
    const path = fresh();
    MemmapTable.create(path, { ...quick, rows: 1, columns: { z: "i4", m: "i4", a: "i4" } }).close();
    saveNpy(join(path, "y.npy"), Int32Array.of(1));
    saveNpy(join(path, "b.npy"), Int32Array.of(1));
    using table = MemmapTable.open(path, { ...quick, mode: "r+" });
    expect(table.columnNames).toEqual(["z", "m", "a", "b", "y"]);
    table.renameColumn("m", "x");
    table.addColumn("z", "f8", { overwrite: true });
    table.deleteColumn("a");
    table.addColumn("a", "f8");
    expect(table.columnNames).toEqual(["z", "x", "b", "y", "a"]);
    table.close();
    using again = MemmapTable.open(path);
    expect(again.columnNames).toEqual(["z", "x", "b", "y", "a"]);
  });

  it("are regular files whose names keep the rules, outside the control directory", () => {
    const path = directory({
      ".hidden.npy": "x",
      "trailing .npy": "x",
      "CON.npy": "x",
      ".memmap/x.npy": "x",
      "empty.npy": "",
      "_.attr": '{"attr": 1}',
      ".git/x.npy": "x",
    });
    mkdirSync(join(path, "folder.npy"));
    saveNpy(join(path, "a.npy"), Int32Array.of(1));
    saveNpy(join(path, "folder.npy", "b.npy"), Int32Array.of(1, 2, 3));
    using table = MemmapTable.open(path);
    expect(table.columnNames).toEqual(["a"]);
  });

  it.skipIf(process.platform !== "linux")("are not files whose names are no text", () => {
    const path = directory();
    saveNpy(join(path, "a.npy"), Int32Array.of(1));
    const name = Buffer.concat([Buffer.from(`${path}/`), Buffer.from([0xff, 0xfe]), Buffer.from(".npy")]);
    writeFileSync(name, readFileSync(join(path, "a.npy")));
    mkdirSync(Buffer.concat([Buffer.from(`${path}/`), Buffer.from([0xff])]));
    using table = MemmapTable.open(path);
    expect(table.columnNames).toEqual(["a"]);
  });

  it.skipIf(process.platform === "win32")("are no pipes", () => {
    const path = directory();
    saveNpy(join(path, "a.npy"), Int32Array.of(1));
    execFileSync("mkfifo", [join(path, "p.npy")]);
    using table = MemmapTable.open(path);
    expect(table.columnNames).toEqual(["a"]);
    execFileSync("mkfifo", [join(path, "a.attr")]);
    refuses(path, FormatError, /a\.attr/, () => MemmapTable.open(path));
  });

  it("may lie as deep as paths may be long", () => {
    const path = fresh();
    const name = Array.from({ length: 100 }, () => "g").join("/");
    MemmapTable.create(path, { ...quick, rows: 1, columns: [[name, "i4"]] }).close();
    using table = MemmapTable.open(path);
    expect(table.columnNames).toEqual([name]);
  });
});

describe("malformed files", () => {
  const good = (path: string) => saveNpy(join(path, "a.npy"), Int32Array.of(1, 2, 3));

  it.each<[string, Record<string, string | Uint8Array>, new (...args: never[]) => Error, RegExp]>([
    ["a header cut short", { "b.npy": "\x93NUMPY\x01\0" }, FormatError, /b\.npy/],
    [
      "a headerless file with a sidecar that does not describe it",
      { "b.npy": "xxx", "b.attr": "{}" },
      FormatError,
      /b\.npy/,
    ],
    ["a sidecar that is no JSON", { "a.attr": "{" }, FormatError, /a\.attr/],
    ["a sidecar that is no object", { "a.attr": "[1]" }, FormatError, /a\.attr/],
    ["a sidecar of a group that is no object", { "g/.attr": "null" }, FormatError, /\.attr/],
    ["a sidecar of over 16 MiB", { "a.attr": `{"attr": "${"x".repeat(2 ** 24)}"}` }, FormatError, /too many/],
    [
      "a sidecar nested over 128 deep",
      { "a.attr": `{"attr": ${"[".repeat(129)}${"]".repeat(129)}}` },
      FormatError,
      /a\.attr/,
    ],
    ["a sidecar with a dtype and no shape", { "a.attr": '{"dtype": "<i4"}' }, FormatError, /a\.attr/],
    [
      "a sidecar with a dtype that is none",
      { "b.npy": "xxxx", "b.attr": '{"dtype": "i5", "shape": [1]}' },
      FormatError,
      /b\.npy/,
    ],
    [
      "a sidecar with a shape beyond every array",
      { "b.npy": "xxxx", "b.attr": '{"dtype": "i4", "shape": [0, 1e300]}' },
      FormatError,
      /b\.(npy|attr)/,
    ],
    [
      "a raw file that is shorter than its sidecar says",
      { "b.npy": "xxxxxxxx", "b.attr": '{"dtype": "<i4", "shape": [3]}' },
      CorruptError,
      /promises 12 bytes.* holds 8/,
    ],
    [
      "a raw array without axes",
      { "b.npy": "xxxx", "b.attr": '{"dtype": "<i4", "shape": []}' },
      ShapeError,
      /without axes/,
    ],
    [
      "pickled objects",
      {
        "b.npy":
          "\x93NUMPY\x01\0\x46\0{'descr': '|O', 'fortran_order': False, 'shape': (3,), }              \n",
      },
      FormatError,
      /b\.npy/,
    ],
    ["a damaged record", { ".memmap/last": "{}", ".memmap/lock": "" }, FormatError, /last/],
  ])("%s", (_, files, type, message) => {
    const path = directory();
    good(path);
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(join(path, name, ".."), { recursive: true });
      writeFileSync(join(path, name), typeof content === "string" ? Buffer.from(content, "latin1") : content);
    }
    for (const mode of ["r", "r+"] as const) {
      const error = refuses(path, type, message, () => MemmapTable.open(path, { ...quick, mode }));
      expect(error).toHaveProperty("path");
    }
  });

  it("row counts that disagree name both files", () => {
    const path = directory();
    good(path);
    saveNpy(join(path, "b.npy"), Int32Array.of(1));
    for (const mode of ["r", "r+"] as const) {
      refuses(path, ShapeError, /a\.npy has 3, .*b\.npy has 1/, () =>
        MemmapTable.open(path, { ...quick, mode }),
      );
    }
  });

  it("an array without axes is no column, and says so", () => {
    const path = directory();
    writeFileSync(
      join(path, "a.npy"),
      Buffer.concat([
        Buffer.from("\x93NUMPY\x01\0\x46\0", "latin1"),
        Buffer.from(`${"{'descr': '<i4', 'fortran_order': False, 'shape': (), }".padEnd(69)}\n`),
        Buffer.alloc(4),
      ]),
    );
    refuses(path, ShapeError, /without axes/, () => MemmapTable.open(path));
  });

  it("a raw sidecar beside an array that says the very same by itself", () => {
    const path = directory({ "a.attr": '{"dtype": "<i4", "shape": [3]}' });
    good(path);
    refuses(path, FormatError, /has no header, but it has one/, () => MemmapTable.open(path));
    // Of another shape, it is data that happen to begin like a header.
    writeFileSync(join(path, "a.attr"), '{"dtype": "<i4", "shape": [4]}');
    using table = MemmapTable.open(path);
    expect(table.column("a").bytes(0)).toEqual(Uint8Array.of(0x93, 0x4e, 0x55, 0x4d));
  });
});
