import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { wrap } from "../../src/array/index.js";
import { viewTyped } from "../../src/array/operand.js";
import { loadH5wasm } from "../../src/hdf5/h5wasm.js";
import {
  type ExportHdf5Options,
  type ExportSource,
  exportHdf5,
  openHdf5,
  readRows,
} from "../../src/hdf5/index.js";
import {
  type ArrayView,
  type AttrInput,
  MemmapFile,
  MemmapTable,
  parseDType,
  RecordArray,
  TableView,
} from "../../src/index.js";
import { nodeFiles, overFiles, withFiles } from "../../src/platform/files.js";
import { copied } from "../../src/table/index.js";
import { failingFiles } from "../../src/testing/index.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const QUICK = { durability: "process" } as const;

function newFile(): MemmapFile<"r+"> {
  const file = MemmapFile.open(fresh("store"), { mode: "w+", ...QUICK });
  onTestFinished(() => file.close());
  return file;
}

async function exported(source: ExportSource, options?: ExportHdf5Options): Promise<string> {
  const path = `${fresh("export")}.h5`;
  await exportHdf5(source, path, options);
  return path;
}

/** The file as HDF5's own library reads it. */
async function library(path: string) {
  const h5wasm = await loadH5wasm();
  const file = new h5wasm.File(path, "r");
  onTestFinished(() => void file.close());
  const dataset = (name: string) => {
    const found = file.get(name);
    if (found instanceof h5wasm.Dataset) return found;
    throw new Error(`${name} is no dataset`);
  };
  const attrs = (name: string) => {
    const found = file.get(name);
    return found instanceof h5wasm.Dataset || found instanceof h5wasm.Group ? found.attrs : {};
  };
  return { file, dataset, attrs };
}

/** A table in memory, of columns with as many rows. */
function inMemory(columns: { readonly [name: string]: ArrayView }): TableView {
  const [first] = Object.values(columns);
  return new TableView(copied(new Map(Object.entries(columns)), first?.length ?? 0));
}

const viewOf = (values: Int32Array): ArrayView =>
  wrap(viewTyped(values, { dtype: parseDType("i4"), shape: [values.length] }), false);

/** All that is left in the directory that a file was to be written into. */
const beside = (path: string) => readdirSync(dirname(path)).filter((name) => name.startsWith(".memmap-"));

describe("exportHdf5", () => {
  it("writes groups, arrays and scalars that HDF5's library reads", async () => {
    const store = newFile();
    store.setArray("/a/b/x", Float64Array.of(1, 2, 3, 4, 5, 6), { shape: [2, 3] });
    store.setArray("/a/flags", [true, false, true]);
    store.setArray("/answer", 42);
    store.setArray("/none", new Int16Array(0), { shape: [0, 4] });
    store.setArray("/text", ["héllo", "😀", ""], { dtype: "U5" });
    store.setGroup("/empty/inner");
    for (const options of [{}, { chunks: 2 }, { gzip: true, shuffle: true, chunks: [1, 2] }, { gzip: 0 }]) {
      const { file, dataset } = await library(await exported(store, options));
      expect(file.keys()).toEqual(["a", "answer", "empty", "none", "text"]);
      expect(dataset("a/b/x").shape).toEqual([2, 3]);
      expect(dataset("a/b/x").value).toEqual(Float64Array.of(1, 2, 3, 4, 5, 6));
      expect(dataset("a/flags").value).toEqual(Int8Array.of(1, 0, 1));
      expect(dataset("a/flags").metadata.enum_type?.members).toEqual({ FALSE: 0, TRUE: 1 });
      expect(dataset("answer").value).toBe(42);
      expect(dataset("none").shape).toEqual([0, 4]);
      expect(dataset("text").value).toEqual(["héllo", "😀", ""]);
    }
  });

  it("keeps the order of a table's columns, and its attributes", async () => {
    using table = MemmapTable.create(fresh(), { rows: 3, ...QUICK, attr: { title: "t" } });
    table.addColumn("z", "i4", { fill: 1, attr: { unit: "m" } });
    table.addColumn("m/y", "f4", { fill: 2 });
    table.addColumn("a", "u1", { data: [1, 2, 3] });
    table.setGroupAttr("m", { of: "m" });
    const whole = [table, table.slice(), table.select(["z", "m/y", "a"]), table.root];
    for (const source of whole as readonly ExportSource[]) {
      const { file, attrs } = await library(await exported(source));
      expect(file.keys()).toEqual(["z", "m", "a"]);
      expect([attrs("/")["title"]?.value, attrs("m")["of"]?.value, attrs("z")["unit"]?.value]).toEqual([
        "t",
        "m",
        "m",
      ]);
    }
    const { file, dataset } = await library(await exported(table.slice(null, null, -2).select(["a", "z"])));
    expect(file.keys()).toEqual(["a", "z"]);
    expect(dataset("a").value).toEqual(Uint8Array.of(3, 1));
    const copy = await library(await exported(table.take([2, 0, 2]), { chunks: 2 }));
    expect(copy.dataset("a").value).toEqual(Uint8Array.of(3, 1, 3));
    expect(copy.attrs("z")).toEqual({});
  });

  it("takes tables whose columns the compiler knows", async () => {
    using table = MemmapTable.create(fresh(), { rows: 2, columns: { id: "u8", name: "U4" }, ...QUICK });
    table.assign([
      { id: 1n, name: "a" },
      { id: 2n, name: "é" },
    ]);
    const { dataset } = await library(await exported(table.select(["name", "id"]).slice(1)));
    expect([dataset("name").value, dataset("id").value]).toEqual([["é"], BigUint64Array.of(2n)]);
    expect((await library(await exported(table))).file.keys()).toEqual(["id", "name"]);
  });

  it("writes one group of a file, and a path", async () => {
    const store = newFile();
    store.setArray("/g/h/x", Int32Array.of(1));
    store.setArray("/other", Int32Array.of(2));
    store.getGroup("/g").attr = { a: 1 };
    const one = await library(await exported(store.getGroup("/g")));
    expect([one.file.keys(), one.dataset("h/x").value, one.attrs("/")["a"]?.value]).toEqual([
      ["h"],
      Int32Array.of(1),
      1n,
    ]);
    store.flush();
    const all = await library(await exported(store.root));
    expect(all.file.keys()).toEqual(["g", "other"]);
  });

  it("writes arrays that are strided, in Fortran order or big-endian, with chunks across every axis", async () => {
    const store = newFile();
    const values = Int32Array.from({ length: 7 * 5 * 3 }, (_, i) => i);
    store.setArray("/x", values, { shape: [7, 5, 3] });
    store.setArray("/big", values, { shape: [7, 5, 3], dtype: ">i4" });
    using table = store.getGroup("/").table();
    const reversed = table.slice(null, null, -1);
    for (const chunks of [undefined, 1, [2, 2, 2], [7, 5, 1], [3, 5, 3]]) {
      const path = await exported(reversed, chunks === undefined ? {} : { chunks, shuffle: true });
      const { dataset } = await library(path);
      const rows = Array.from({ length: 7 }, (_, row) => [
        ...values.subarray(15 * (6 - row), 15 * (7 - row)),
      ]);
      expect([...Int32Array.from(dataset("x").value as Int32Array)]).toEqual(rows.flat());
      expect([...Int32Array.from(dataset("big").value as Int32Array)]).toEqual(rows.flat());
    }
  });

  it("finds each of thousands of chunks", async () => {
    const store = newFile();
    const values = Int16Array.from({ length: 100 * 50 }, (_, i) => i);
    store.setArray("/x", values, { shape: [100, 50] });
    const { dataset } = await library(await exported(store, { chunks: [1, 1] }));
    expect(dataset("x").value).toEqual(values);
  });

  it("carries 3,000 arrays in one group, and groups 60 deep", async () => {
    const deep = Array.from({ length: 60 }, (_, i) => `g${i}`).join("/");
    const columns = Array.from({ length: 3000 }, (_, i) => [`many/n${i}`, Int32Array.of(i)] as const);
    const arrays = [...columns, [`${deep}/x`, Int32Array.of(7)] as const];
    const views = arrays.map(([name, values]) => [name, viewOf(values)] as const);
    const { file, dataset } = await library(await exported(inMemory(Object.fromEntries(views))));
    expect(file.keys()).toEqual(["many", "g0"]);
    for (let i = 0; i < 3000; i += 37) expect(dataset(`many/n${i}`).value).toEqual(Int32Array.of(i));
    expect(dataset(`${deep}/x`).value).toEqual(Int32Array.of(7));
  });

  it("gives the elements back bit by bit, whatever their dtype", async () => {
    const store = newFile();
    const dtypes = [
      "b1",
      "i1",
      "<i2",
      ">i4",
      "i8",
      "u1",
      ">u2",
      "u4",
      "u8",
      "f2",
      ">f2",
      "f4",
      ">f8",
      "c8",
      ">c16",
      "S5",
      "V3",
    ].concat(["M8[us]", ">M8[25ns]", "m8[D]", "M8"]);
    const record = [
      ["a", "i1"],
      ["", "V3"],
      ["b", ">f4", [2, 3]],
      [
        "n",
        [
          ["z", "c8"],
          ["q", "?"],
        ],
      ],
      ["m", "M8[us]"],
    ] as const;
    const bytes = (itemsize: number) =>
      Uint8Array.from({ length: 6 * itemsize }, (_, i) => (i * 37) % (i % 7 === 0 ? 2 : 256));
    store.transaction(() => {
      for (const [i, dtype] of [...dtypes, record].entries()) {
        const { itemsize } = parseDType(dtype as never);
        const array = store.createArray(`/d${i}`, dtype as never, [3, 2]);
        array.storage.bytes().set(dtype === "b1" ? Uint8Array.of(1, 0, 1, 1, 0, 0) : bytes(itemsize));
      }
    });
    for (const options of [{}, { gzip: true, shuffle: true, chunks: 2 }]) {
      const path = await exported(store, options);
      using file = await openHdf5(path);
      for (const [i] of [...dtypes, record].entries()) {
        const dataset = file.dataset(`/d${i}`);
        const column = store.getArray(`/d${i}`);
        const got = new Uint8Array(column.nbytes);
        await readRows(dataset.plan([[0, 3]]), got);
        expect([dataset.dtype.str, dataset.dtype.itemsize]).toEqual([column.dtype.str, column.itemsize]);
        expect(Buffer.compare(got, column.storage.bytes())).toBe(0);
      }
    }
  });

  it("writes attributes in the nearest types", async () => {
    const store = newFile();
    const attrs: { [key: string]: AttrInput } = {
      whole: 5,
      half: 0.5,
      zero: -0,
      nan: Number.NaN,
      yes: true,
      nothing: null,
      text: "héllo\n",
      empty: "",
      nul: "a\0b",
      lone: "\ud800",
      big: 2n ** 63n,
      huge: 2n ** 64n,
      date: new Date(1e12),
      list: [1, 2],
      grid: [
        [1.5, 2],
        [3, 4],
      ],
      words: ["a", "é", ""],
      flags: [true, false],
      typed: Float32Array.of(1, 2),
      mixed: [1, "a"],
      object: { a: { b: [-0] } },
    };
    store.setArray("/x", 1, { attrs });
    const { attrs: read } = await library(await exported(store));
    const got = read("x");
    const value = (name: string) => got[name]?.value;
    expect([value("whole"), value("half"), value("nan"), value("text"), value("empty")]).toEqual([
      5n,
      0.5,
      Number.NaN,
      "héllo\n",
      "",
    ]);
    expect(Object.is(value("zero"), -0)).toBe(true);
    expect(got["yes"]?.metadata.enum_type?.members).toEqual({ FALSE: 0, TRUE: 1 });
    expect(got["nothing"]?.shape).toBeNull();
    expect([value("big"), value("huge")]).toEqual([2n ** 63n, '{"$bigint": "18446744073709551616"}']);
    expect([value("nul"), value("lone")]).toEqual(['"a\\u0000b"', '"\\ud800"']);
    expect([value("date"), value("mixed"), value("object")]).toEqual([
      "2001-09-09T01:46:40.000Z",
      '[1, "a"]',
      '{"a": {"b": [-0.0]}}',
    ]);
    expect([value("list"), value("words")]).toEqual([BigInt64Array.of(1n, 2n), ["a", "é", ""]]);
    expect([got["grid"]?.shape, value("grid")]).toEqual([[2, 2], Float64Array.of(1.5, 2, 3, 4)]);
    expect([value("typed"), value("flags")]).toEqual([Float32Array.of(1, 2), Int8Array.of(1, 0)]);
    expect(JSON.parse(String(value("memmap_table_attrs")))).toEqual({
      kinds: {
        nul: "json",
        lone: "json",
        big: "bigint",
        huge: "json",
        date: "date",
        list: "list",
        grid: "list",
        words: "list",
        flags: "list",
        mixed: "json",
        object: "json",
      },
    });
  });

  it("finds a place for attributes that HDF5 has none for", async () => {
    const store = newFile();
    const odd = [
      5,
      [1, "a"],
      { "": 1 },
      { "a\0": 1 },
      { memmap_table_dtype: "f8" },
      {},
      { long: new Float64Array(9000) },
    ] as AttrInput[];
    for (const [i, attr] of odd.entries()) {
      store.setGroup(`/g${i}`).attr = attr;
    }
    const { attrs } = await library(await exported(store));
    const texts = odd.map((_, i) =>
      Object.entries(attrs(`g${i}`)).map(([name, { value }]) => [name, String(value).slice(0, 59)]),
    );
    expect(texts).toEqual([
      [
        ["attr", "5"],
        ["memmap_table_attrs", '{"whole":true}'],
      ],
      [
        ["attr", '[1, "a"]'],
        ["memmap_table_attrs", '{"whole":true,"kinds":{"attr":"json"}}'],
      ],
      [
        ["attr", '{"": 1}'],
        ["memmap_table_attrs", '{"whole":true,"kinds":{"attr":"json"}}'],
      ],
      [
        ["attr", '{"a\\u0000": 1}'],
        ["memmap_table_attrs", '{"whole":true,"kinds":{"attr":"json"}}'],
      ],
      [
        ["attr", '{"memmap_table_dtype": "f8"}'],
        ["memmap_table_attrs", '{"whole":true,"kinds":{"attr":"json"}}'],
      ],
      [["memmap_table_attrs", "{}"]],
      [
        ["long", '{"$array": {"dtype": "<f8", "data": [0, 0, 0, 0, 0, 0, 0, 0'],
        ["memmap_table_attrs", '{"kinds":{"long":"json"}}'],
      ],
    ]);
  });

  it("leaves text alone in elements that HDF5 has no type for", async () => {
    const store = newFile();
    store.setArray("/x", [{ "a\0": "é" }, { "a\0": "b" }], { dtype: [["a\0", "<U1"]] });
    const { dataset } = await library(await exported(store));
    expect(dataset("x").metadata.type).toBe(5);
    using file = await openHdf5(await exported(store));
    const bytes = new Uint8Array(8);
    await readRows(file.dataset("/x").plan([[0, 2]]), bytes);
    expect([...bytes]).toEqual([0xe9, 0, 0, 0, 98, 0, 0, 0]);
  });

  it("says the dtype where HDF5 has no type for it", async () => {
    const store = newFile();
    store.createArray("/u", ">U3", [2]);
    store.createArray("/r", [["t", "U2"]], [2]);
    store.createArray(
      "/e",
      [
        ["a", "i1"],
        ["b", "f8", [0]],
      ],
      [2],
    );
    const said = (of: Record<string, { value: unknown }>) => String(of["memmap_table_dtype"]?.value);
    const { attrs, dataset } = await library(await exported(store));
    expect(["u", "r", "e"].map((name) => said(attrs(name)))).toEqual([
      ">U3",
      '[["t","<U2"]]',
      '[["a","|i1"],["b","<f8",[0]]]',
    ]);
    expect(dataset("u").metadata.size).toBe(12);
    // No message of HDF5 has room for its type.
    const many = RecordArray.zeros(
      Array.from({ length: 4000 }, (_, i) => [`field${i}`, "f8"] as const),
      2,
    );
    const wide = await library(await exported(inMemory({ many: many as unknown as ArrayView })));
    expect(wide.dataset("many").metadata.size).toBe(32_000);
    expect(said(wide.attrs("many")).length).toBeGreaterThan(65_536);
  });
});

describe("an export that cannot be", () => {
  const expectNothing = (path: string) => {
    expect(existsSync(path)).toBe(false);
    expect(beside(path)).toEqual([]);
  };

  it("refuses a file that is there, unless it is to be replaced", async () => {
    const store = newFile();
    store.setArray("/x", 1);
    const path = await exported(store);
    const before = readFileSync(path);
    await expect(exportHdf5(store, path)).rejects.toMatchObject({ code: "EXISTS", path });
    expect(readFileSync(path)).toEqual(before);
    store.setArray("/y", 2);
    await exportHdf5(store, path, { overwrite: true });
    expect((await library(path)).file.keys()).toEqual(["x", "y"]);
    await expect(exportHdf5(store, dirname(path), { overwrite: true })).rejects.toMatchObject({
      code: "EXISTS",
    });
    symlinkSync("nowhere", `${path}.link`);
    await expect(exportHdf5(store, `${path}.link`)).rejects.toMatchObject({ code: "EXISTS" });
    expect(beside(path)).toEqual([]);
  });

  it("does not replace a file that came to be meanwhile", async () => {
    const store = newFile();
    store.setArray("/x", Float64Array.of(1, 2));
    const path = `${fresh("export")}.h5`;
    const onProgress = () => {
      if (!existsSync(path)) writeFileSync(path, "mine");
    };
    await expect(exportHdf5(store, path, { onProgress })).rejects.toMatchObject({ code: "EXISTS", path });
    expect(readFileSync(path, "utf8")).toBe("mine");
    expect(beside(path)).toEqual([]);
  });

  it("renames where the file system has no files of two names", async () => {
    const store = newFile();
    store.setArray("/x", 1);
    const path = `${fresh("export")}.h5`;
    const files = overFiles(nodeFiles, {
      link: (from, to) => {
        if (to !== path) return nodeFiles.link(from, to);
        const failing = failingFiles();
        failing.failAt(1, { code: "EPERM" });
        failing.files.link(from, to);
      },
    });
    await withFiles(files, () => exportHdf5(store, path));
    expect((await library(path)).dataset("x").value).toBe(1);
    expect(beside(path)).toEqual([]);
  });

  it("names the row of text that is no Unicode", async () => {
    const store = newFile();
    const array = store.createArray("/g/t", "U2", [6, 2]);
    new DataView(array.storage.bytes().buffer).setUint32(
      array.storage.bytes().byteOffset + 8 * 9 + 4,
      0xdc00,
      true,
    );
    for (const options of [{}, { chunks: [4, 1] }, { gzip: true }]) {
      const path = `${fresh("export")}.h5`;
      await expect(exportHdf5(store, path, options)).rejects.toMatchObject({
        code: "CAST",
        message: expect.stringContaining("dataset /g/t, row 4: the text has a code point"),
      });
      expectNothing(path);
    }
  });

  it("refuses options, sources and arrays that HDF5 has no room for, before it writes", async () => {
    const store = newFile();
    const path = `${fresh("export")}.h5`;
    const refused = (source: unknown, options: unknown) =>
      exportHdf5(source as ExportSource, path, options as ExportHdf5Options);
    await expect(refused(store, { workers: -1 })).rejects.toMatchObject({ code: "LIMIT" });
    await expect(refused(store, { overwrite: 1 })).rejects.toMatchObject({ code: "UNSUPPORTED" });
    await expect(refused(store, { gzip: 10 })).rejects.toMatchObject({ code: "UNSUPPORTED" });
    await expect(refused(store, { chunks: 0 })).rejects.toMatchObject({ code: "SHAPE" });
    await expect(refused({}, {})).rejects.toMatchObject({ code: "UNSUPPORTED" });
    await expect(refused(fresh(), {})).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(exportHdf5(store, `${fresh()}/x.h5`)).rejects.toMatchObject({ code: "NOT_FOUND" });
    store.close();
    await expect(refused(store, {})).rejects.toMatchObject({ code: "CLOSED" });
    expectNothing(path);
  });

  it("ends by a signal, and by what onProgress throws", async () => {
    const store = newFile();
    store.createArray("/x", "f8", [2_000_000]);
    const path = `${fresh("export")}.h5`;
    await expect(exportHdf5(store, path, { signal: AbortSignal.abort(new Error("no")) })).rejects.toThrow(
      "no",
    );
    for (const options of [{}, { chunks: true, gzip: 1 }]) {
      const controller = new AbortController();
      const onProgress = () => controller.abort(new Error("enough"));
      await expect(
        exportHdf5(store, path, { ...options, signal: controller.signal, onProgress }),
      ).rejects.toThrow("enough");
      const thrown = () => {
        throw new Error("mine");
      };
      await expect(exportHdf5(store, path, { ...options, onProgress: thrown })).rejects.toThrow("mine");
    }
    expectNothing(path);
  });

  it("is never half of a change that is made meanwhile", async () => {
    const changes: readonly [code: string, change: (store: MemmapFile<"r+">) => void][] = [
      ["NOT_FOUND", (store) => store.setArray("/x", new Float64Array(2_000_000))],
      ["STALE", (store) => store.getGroup("/").table().resize(2_000_001)],
      ["NOT_FOUND", (store) => store.deleteNode("/y")],
      ["CLOSED", (store) => store.close()],
    ];
    for (const [code, change] of changes) {
      const store = newFile();
      store.createArray("/x", "f8", [2_000_000]);
      store.createArray("/y", "f8", [2_000_000]);
      const path = `${fresh("export")}.h5`;
      let isChanged = false;
      const onProgress = () => {
        if (!isChanged) change(store);
        isChanged = true;
      };
      await expect(exportHdf5(store, path, { onProgress })).rejects.toMatchObject({ code });
      expectNothing(path);
    }
  });

  it("leaves nothing behind, whatever call of the system fails", async () => {
    const store = newFile();
    store.setArray("/g/x", Float64Array.of(1, 2, 3), { attrs: { a: "text" } });
    store.setArray("/y", Int8Array.of(1));
    const path = `${fresh("export")}.h5`;
    let call = 0;
    for (let isDone = false; !isDone; ) {
      call += 1;
      const failing = failingFiles();
      failing.failAt(call, { code: call % 2 === 0 ? "ENOSPC" : "EIO" });
      let failed = false;
      try {
        await withFiles(failing.files, () => exportHdf5(store, path, { gzip: true }));
      } catch (error) {
        failed = true;
        expect(error).toMatchObject({ code: "DISK" });
      }
      isDone = !failing.hasFailed;
      // A failure after the file has its name, such as of the directory's sync, leaves the whole file.
      if (failed && existsSync(path))
        expect((await library(path)).dataset("y").value).toEqual(Int8Array.of(1));
      if (!isDone) rmSync(path, { force: true });
      // Where it cannot be removed it is left.
      const { name } = failing.calls[call - 1] ?? {};
      for (const left of beside(path)) {
        expect(["look", "unlink"]).toContain(name);
        unlinkSync(join(dirname(path), left));
      }
    }
    expect(call).toBeGreaterThan(10);
    expect((await library(path)).dataset("g/x").value).toEqual(Float64Array.of(1, 2, 3));
  });

  it("tells how far it has come, and gives other work its turn", async () => {
    const store = newFile();
    store.createArray("/x", "f8", [1_500_000]);
    store.setArray("/y", Int8Array.of(1));
    const told: number[] = [];
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    await exported(store, {
      chunks: 50_000,
      gzip: 1,
      workers: 0,
      onProgress: ({ bytes, total }) => told.push(bytes, total),
    });
    clearInterval(timer);
    expect(told.at(-2)).toBe(12_000_001);
    expect(told.filter((_, i) => i % 2 === 1).every((total) => total === 12_000_001)).toBe(true);
    expect(turns).toBeGreaterThan(0);
  });

  it("has every chunk go through deflate, even those that get longer by it", async () => {
    const store = newFile();
    const values = Float64Array.from({ length: 30 }, (_, i) => Math.sin(i));
    store.setArray("/z", values);
    using file = await openHdf5(await exported(store, { chunks: 3, gzip: 1, shuffle: true }));
    const plan = file.dataset("/z").plan([[0, 30]]);
    if (plan.kind !== "chunks") throw new Error("there are no chunks");
    // The library takes a chunk that was once stored without a filter for one that has none, even when it wrote it again.
    expect(Array.from({ length: 10 }, (_, i) => plan.chunks[4 * i + 3])).toEqual(Array(10).fill(0));
    expect(Math.max(...Array.from({ length: 10 }, (_, i) => plan.chunks[4 * i + 2] ?? 0))).toBeGreaterThan(
      24,
    );
    const target = new Float64Array(30);
    await readRows(plan, new Uint8Array(target.buffer));
    expect(target).toEqual(values);
  });
});
