import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  CastError,
  CorruptError,
  DTypeError,
  ExistsError,
  FormatError,
  LockedError,
  MemmapFile,
  NotFoundError,
  ReadOnlyError,
} from "../../src/index.js";
import { nested } from "../array/support.js";
import { refuses, snapshot } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";
import { openQuick, stored, values } from "./support.js";

// Faults of HMF that this hierarchy must not have: each test shows the opposite.
const fresh = temporaryPaths();

/** All files below a directory. */
const filesBelow = (root: string) =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));

describe("data", () => {
  it("D1: text, and booleans beside numbers, are stored as what they are, never as addresses", async () => {
    await using file = openQuick(fresh());
    file.fromDataFrame({ text: ["Ada", "Grace"], int: [1, 2], bool: [true, false] });
    file.registerArray("text", ["text"]).registerArray("mixed", ["int", "bool"]);
    file.registerDataFrame("frame", ["text", "int", "bool"]);
    await file.commit();
    // Another process reads the same, from the bytes of the file.
    const script = `process.stdout.write(require("node:fs").readFileSync(process.argv[1]).subarray(-40).toString("utf16le"))`;
    const path = join(file.root, "text.npy");
    const text = execFileSync(process.execPath, ["-e", script, path], { encoding: "utf8" });
    expect(text.replaceAll("\0", "")).toBe("AdaGrace");
    expect(values(file, "/text")).toEqual([["Ada"], ["Grace"]]);
    expect(values(file, "/mixed")).toEqual([
      [1, 1],
      [2, 0],
    ]);
    expect([...file.getDataFrame("/frame")]).toEqual([
      { text: "Ada", int: 1, bool: true },
      { text: "Grace", int: 2, bool: false },
    ]);
    file.fromDataFrame({ text: ["a"], int: [1] }, { name: "refused" }).registerArray("both", ["text", "int"]);
    await expect(file.commit()).rejects.toThrow(DTypeError);
    for (const data of [[{}], [[1], {}], [new Map()], [() => 1]]) {
      refuses(file.root, CastError, /no value that a column holds|./, () => file.setArray("/objects", data));
    }
    refuses(file.root, DTypeError, /pickled/, () => file.setArray("/objects", [1], { dtype: "O" }));
  });

  it("D2: no two nodes share a file, however their names are put together", async () => {
    await using file = openQuick(fresh());
    file.setArray("/a__b", [1]);
    file.setArray("/a/b", [2]);
    file.setArray("/p/q/r/a", [3]);
    file.setArray("/p/z/r/a", [4]);
    file.setGroup("/n1/n2/n3/n4");
    file.setArray("/n1/n2/n3/n4/a", [5]);
    file.setArray("/n1/n4/a", [6]);
    expect(
      ["/a__b", "/a/b", "/p/q/r/a", "/p/z/r/a", "/n1/n2/n3/n4/a", "/n1/n4/a"].map((path) =>
        values(file, path),
      ),
    ).toEqual([[1], [2], [3], [4], [5], [6]]);
    const source = { k: ["x__y", "x"], v: [1, 2] };
    file
      .fromDataFrame(source, { groupBy: "k", name: "f" })
      .registerArray("c", "v")
      .registerArray("y__c", "v");
    await file.commit();
    expect(["x__y/c", "x__y/y__c", "x/c", "x/y__c"].map((path) => values(file, `/f/${path}`))).toEqual([
      [1],
      [1],
      [2],
      [2],
    ]);
  });

  it("D3: what is set is there at once, without closing; and an attribute that cannot be kept harms nothing", () => {
    const root = fresh();
    using file = openQuick(root);
    file.setArray("/g/x", [1]);
    file.setNodeAttr("/g", "kept", 1);
    {
      using reader = MemmapFile.open(root);
      expect([values(reader, "/g/x"), reader.getNodeAttr("/g", "kept")]).toEqual([[1], 1]);
    }
    refuses(root, CastError, /attr|a/, () => file.setNodeAttr("/g", "bad", (() => 1) as never));
    using reader = MemmapFile.open(root);
    expect([values(reader, "/g/x"), reader.getNodeAttr("/g", "kept")]).toEqual([[1], 1]);
  });

  it("D3: a process that ends without closing has lost nothing", () => {
    const root = fresh();
    // The package as it is built: this process imports itself by name.
    const script = `
      import { MemmapFile } from "memmap-table";
      const file = MemmapFile.open(${JSON.stringify(root)}, { mode: "w+", durability: "process" });
      file.setArray("/g/x", [1, 2]);
      file.setNodeAttr("/g", "kept", true);
      process.kill(process.pid, "SIGKILL");
    `;
    const cwd = fileURLToPath(new URL("../..", import.meta.url));
    const { signal } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { cwd });
    expect(signal).toBe("SIGKILL");
    using file = openQuick(root, { mode: "r+" });
    expect([values(file, "/g/x"), file.getNodeAttr("/g", "kept")]).toEqual([[1, 2], true]);
  });

  it("D4: w+ never deletes what is none of its own, and r and r+ open nothing else", () => {
    const root = fresh();
    mkdirSync(root);
    writeFileSync(join(root, "thesis.txt"), "years of work");
    refuses(root, ExistsError, /neither/, () => openQuick(root, { mode: "w+" }));
    refuses(root, FormatError, /this is no /, () => openQuick(root, { mode: "r" }));
    refuses(root, FormatError, /this is no /, () => openQuick(root, { mode: "r+" }));
    refuses(root, FormatError, /this is no /, () => openQuick(root, { mode: "a" }));
  });

  it("D4: r cannot write", async () => {
    const { root } = (() => {
      using file = openQuick(fresh());
      file.setArray("/x", [1]);
      return file;
    })();
    const before = snapshot(root);
    using file = MemmapFile.open(root, { mode: "r" });
    expect(() => file.setArray("/x", [2])).toThrow(ReadOnlyError);
    expect(() => file.setGroup("/g")).toThrow(ReadOnlyError);
    expect(() => file.setNodeAttr("/x", "a", 1)).toThrow(ReadOnlyError);
    expect(() => file.fromDataFrame({ v: [1] })).toThrow(ReadOnlyError);
    expect(() => file.getArray("/x").set(0, 2 as never)).toThrow(ReadOnlyError);
    file.close();
    expect(snapshot(root)).toEqual(before);
  });

  it("D5: a directory that was moved is read and written where it is", async () => {
    const [from, to] = [fresh(), fresh()];
    {
      await using file = openQuick(from);
      file.fromDataFrame({ k: ["a"], v: [1] }, { groupBy: "k" }).registerDataFrame("d", ["v"]);
    }
    renameSync(from, to);
    {
      // Something else is at the old place by now.
      using other = openQuick(from);
      other.setArray("/a/d/v", [999]);
    }
    const before = snapshot(from);
    using file = openQuick(to, { mode: "r+" });
    expect([...file.getDataFrame("/a/d")]).toEqual([{ v: 1 }]);
    file.setArray("/a/d/v", [2]);
    expect(snapshot(from)).toEqual(before);
    expect(filesBelow(to).filter((path) => readFileSync(path, "latin1").includes(basename(from)))).toEqual(
      [],
    );
  });

  it("D5: a relative path is that of the moment of opening", () => {
    const root = fresh();
    const before = process.cwd();
    try {
      process.chdir(dirname(root));
      using file = openQuick(basename(root));
      process.chdir("/");
      file.setArray("/x", [1]);
      expect(basename(file.root)).toBe(basename(root));
      expect(values(file, "/x")).toEqual([1]);
    } finally {
      process.chdir(before);
    }
  });

  it("D6: an array that is replaced is replaced as a whole, and what readers have stays as it is", () => {
    using file = openQuick(fresh());
    file.setArray(
      "/x",
      Float64Array.from({ length: 100_000 }, (_, i) => i),
    );
    using reader = MemmapFile.open(file.root);
    const held = reader.getArray<"f8">("/x").values;
    expect(held[99_999]).toBe(99_999);
    file.setArray("/x", Float64Array.of(1));
    expect(held.reduce((sum, value) => sum + value, 0)).toBe((100_000 * 99_999) / 2);
    expect(filesBelow(file.root).filter((path) => path.endsWith(".npy"))).toEqual([join(file.root, "x.npy")]);
  });

  it("D6: an array takes no group's place, and deleted arrays leave no file", () => {
    using file = openQuick(fresh());
    file.setArray("/g/x", [1]);
    refuses(file.root, ExistsError, /\/g is a group; delete it first/, () => file.setArray("/g", [2]));
    expect(values(file, "/g/x")).toEqual([1]);
    file.deleteNode("/g", { recursive: true });
    file.setArray("/g", [2]);
    expect(filesBelow(file.root).filter((path) => path.endsWith(".npy"))).toEqual([join(file.root, "g.npy")]);
    expect(() => file.setArray("/g/x", [1])).toThrow(/"g"/);
  });

  it("D7: a second session adds frames, and leaves those of the first alone", async () => {
    const root = fresh();
    for (const k of [["a", "b"], ["c"]]) {
      await using file = openQuick(root);
      file.fromDataFrame({ k }, { groupBy: "k" }).registerArray("k", "k");
      await file.commit();
    }
    using file = MemmapFile.open(root);
    expect([file.groupNames("frame_0"), file.groupNames("frame_1")]).toEqual([["a", "b"], ["c"]]);
    expect([values(file, "/b/k"), values(file, "/frame_1/c/k")]).toEqual([["b"], ["c"]]);
  });

  it("D8: a name is registered once", async () => {
    await using file = openQuick(fresh());
    file.fromDataFrame({ a: [1], b: [2] }).registerArray("x", "a");
    expect(() => file.registerArray("x", "b")).toThrow(ExistsError);
    expect(() => file.registerDataFrame("x", "b")).toThrow(ExistsError);
    await file.commit();
    expect(values(file, "/x")).toEqual([1]);
  });

  it("D9: looking makes nothing", () => {
    using file = openQuick(fresh());
    file.setArray("/x", [1]);
    const { generation } = file;
    for (const look of [
      () => file.getArray("/no/such/array"),
      () => file.getGroup("/no/such"),
      () => file.getNodeAttr("/no", "such", 1),
      () => file.setNodeAttr("/no", "such", 1),
      () => file.getDataFrame("/no/such/frame"),
    ]) {
      refuses(file.root, NotFoundError, /\/no/, look);
    }
    expect([file.has("/no"), file.generation]).toEqual([false, generation]);
    expect(Object.keys(stored(file))).toEqual(["/", "/x"]);
  });

  it("D10: there is one writer at a time", () => {
    using first = openQuick(fresh());
    first.setArray("/x", [1]);
    for (const mode of ["r+", "a", "w+"] as const) {
      refuses(first.root, LockedError, /open for writing/, () => openQuick(first.root, { mode }));
    }
    first.setArray("/y", [2]);
    const { root } = first;
    first.close();
    using second = openQuick(root);
    second.setArray("/z", [3]);
    expect([...second.keys()]).toEqual(["x", "y", "z"]);
  });
});

describe("security", () => {
  it("S1: all that is written beside arrays is JSON, and nothing is ever run", async () => {
    const root = fresh();
    {
      await using file = openQuick(root);
      file.fromDataFrame({ k: ["a", null], when: [new Date(0), null] }, { groupBy: ["k", "when"] });
      file.registerDataFrame("d", ["k"]);
      file.setNodeAttr("/", "__reduce__", ["os.system", "touch marker"]);
    }
    const others = filesBelow(root).filter((path) => !path.endsWith(".npy") && !path.endsWith("lock"));
    expect(others.length).toBeGreaterThan(1);
    for (const path of others) expect(() => JSON.parse(readFileSync(path, "utf8"))).not.toThrow();
    for (const path of filesBelow(root).filter((name) => name.endsWith(".npy"))) {
      expect(readFileSync(path).subarray(1, 6).toString("latin1")).toBe("NUMPY");
    }
    // The bytes of a pickle in the place of a sidecar are refused.
    writeFileSync(join(root, ".attr"), Buffer.from([0x80, 5, 0x5d, 0x94, 0x2e]));
    expect(() => MemmapFile.open(root)).toThrow(FormatError);
  });

  it("S2: no path of the data or of the caller leads out of the root", () => {
    const outside = fresh();
    using other = openQuick(outside);
    other.setArray("/secret", [1]);
    using file = openQuick(fresh());
    for (const path of [`${outside}/secret`, `../${basename(outside)}/secret`, "/../secret", "/etc/passwd"]) {
      expect(() => file.getArray(path)).toThrow(/leads out|no array|absolute/);
    }
    expect(() => file.getArray(`/${outside}/secret`)).toThrow();
  });

  it("S3: group values are data, whatever they look like", async () => {
    const k = [
      "../evil",
      "a/b",
      "",
      ".",
      "..",
      "CON",
      "x".repeat(300),
      "/etc",
      "C:\\x",
      "a\0b",
      "~",
      "$(rm)",
    ];
    const root = join(fresh(), "root");
    mkdirSync(dirname(root));
    {
      await using file = openQuick(root);
      file.fromDataFrame({ k }, { groupBy: "k" }).registerArray("k", "k");
      await file.commit();
    }
    expect(readdirSync(dirname(root))).toEqual(["root"]);
    using file = MemmapFile.open(root);
    expect(new Set(file.groupNames())).toEqual(new Set(k));
    for (const { name, path } of file.groupItems()) expect(values(file, `${path}/k`)).toEqual([name]);
    expect(readdirSync(root)).toHaveLength(k.length + 2);
  });

  it("S4: shapes and dtypes are those of the files, which are checked", () => {
    using file = openQuick(fresh());
    file.setArray("/x", Float64Array.of(1, 2, 3));
    const path = join(file.root, "x.npy");
    const bytes = readFileSync(path);
    file.close();
    const first = () => {
      using reader = MemmapFile.open(file.root);
      return reader.getArray("/x").at(0);
    };
    writeFileSync(path, Buffer.from(bytes.toString("latin1").replace("(3,), }", "(9,), }"), "latin1"));
    expect(first).toThrow(CorruptError);
    writeFileSync(path, bytes.subarray(0, bytes.length - 1));
    expect(first).toThrow(CorruptError);
    writeFileSync(path, Buffer.from(bytes.toString("latin1").replace("'<f8'", "'|O8'"), "latin1"));
    expect(first).toThrow(/x.npy/);
  });
});

describe("work", () => {
  it("without workers ends: 0 means in this thread", async () => {
    await using file = openQuick(fresh());
    file.fromDataFrame({ v: [1] }).registerArray("v", "v");
    await file.commit({ workers: 0 });
    expect(values(file, "/v")).toEqual([1]);
  });

  it("that fails throws, and does not write the rest", async () => {
    await using file = openQuick(fresh());
    file.fromDataFrame({ k: ["a", "b"], v: Int32Array.of(1, 300) }, { groupBy: "k" });
    file.registerArray("v", "v", { dtype: "i1" });
    await expect(file.commit()).rejects.toThrow(CastError);
    expect([...file.keys()]).toEqual([]);
  });
});

describe("quality", () => {
  it("ascending is heeded, and orders are stable", async () => {
    await using file = openQuick(fresh());
    const source = { k: ["a", "a", "a", "b"], n: [1, 2, 1, 3], row: [0, 1, 2, 3] };
    file.fromDataFrame(source, { groupBy: "k", orderBy: "n", ascending: false }).registerArray("row", "row");
    await file.commit();
    expect(values(file, "/a/row")).toEqual([1, 0, 2]);
  });

  it("the caller's frame is left alone", async () => {
    const source: Record<string, unknown[]> = { k: ["b", "a"], v: [1, 2] };
    const before = structuredClone(source);
    await using file = openQuick(fresh());
    file.fromDataFrame(source, { groupBy: "k", orderBy: "v" }).registerArray("v", "v");
    await file.commit();
    expect(source).toEqual(before);
  });

  it("whole numbers beyond 2^53 stay whole beside floats, or are refused", async () => {
    await using file = openQuick(fresh());
    const source = { id: [2n ** 53n + 1n, 1n], weight: [0.5, 1.5] };
    file.fromDataFrame(source).registerDataFrame("d", ["id", "weight"]);
    await file.commit();
    expect([...file.getDataFrame("/d")]).toEqual([
      { id: 2n ** 53n + 1n, weight: 0.5 },
      { id: 1n, weight: 1.5 },
    ]);
    file.fromDataFrame(source, { name: "stacked" }).registerArray("a", ["id", "weight"]);
    await expect(file.commit()).rejects.toThrow(/column "id", row 0: 9007199254740993n is not exact/);
  });

  it("rows without a key are a group of their own, beside those called null, None and nan", async () => {
    await using file = openQuick(fresh());
    const k = ["null", "None", "nan", "NaN", null, "", "%null"];
    file.fromDataFrame({ k, row: k.map((_, i) => i) }, { groupBy: "k" }).registerArray("row", "row");
    await file.commit();
    const rows = file.groupItems().map(({ name, path }) => [name, values(file, `${path}/row`)]);
    expect(rows).toHaveLength(k.length);
    for (const [name, row] of rows) expect(row).toEqual([k.indexOf(name as string | null)]);
  });

  it("an empty frame is written, with its dtypes", async () => {
    await using file = openQuick(fresh());
    file
      .fromDataFrame({ v: new Int16Array(0) })
      .registerArray("v", ["v"])
      .registerDataFrame("d", "v");
    await file.commit();
    const array = file.getArray("/v");
    expect([String(array.dtype), array.shape, nested(array)]).toEqual(["<i2", [0, 1], []]);
    expect(file.getDataFrame("/d").shape).toEqual([0, 1]);
  });

  it("arrays without axes, of records and of no elements are arrays", () => {
    using file = openQuick(fresh());
    file.setArray("/scalar", 5);
    file.setArray("/records", [{ a: 1, b: "x" }], {
      dtype: [
        ["a", "i4"],
        ["b", "U1"],
      ],
    });
    file.setArray("/empty", new Float32Array(0), { shape: [0, 3] });
    expect(stored(file)).toMatchObject({
      "/scalar": { shape: [], values: 5 },
      "/records": { values: [{ a: 1, b: "x" }] },
      "/empty": { dtype: "<f4", shape: [0, 3], values: [] },
    });
  });

  it("a handle can be used again after a commit, and closed twice", async () => {
    const file = openQuick(fresh());
    for (const name of ["one", "two"]) {
      file.fromDataFrame({ v: [1] }, { name }).registerArray("v", "v");
      await file.commit();
    }
    file.close();
    file.close();
    using reader = MemmapFile.open(file.root);
    expect([...reader.frames.keys()]).toEqual(["one", "two"]);
  });
});
