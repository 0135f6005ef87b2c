import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  type CommitOptions,
  ExistsError,
  FormatError,
  isMemmapError,
  LimitError,
  MemmapFile,
  MemmapTable,
  NameError,
  NotFoundError,
  type Schema,
  ShapeError,
  UnsupportedError,
} from "../../src/index.js";
import { openBelow, refuses, snapshot } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";
import { openQuick, stored, values } from "./support.js";

const fresh = temporaryPaths();
const one = { v: [1, 2] } as const;
const two = { v: [3, 4] } as const;

/** What a commit is rejected with, after which the directory is as it was, without anything of it left open. */
async function rejected(file: MemmapFile<"r+">, options: CommitOptions = {}): Promise<Error> {
  const before = { files: snapshot(file.root), open: openBelow(file.root) };
  const error: unknown = await file.commit(options).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect({ files: snapshot(file.root), open: openBelow(file.root) }).toEqual(before);
  if (!(error instanceof Error)) throw new Error("nothing was thrown");
  return error;
}

const places = (file: MemmapFile) =>
  Object.fromEntries([...file.frames].map(([name, { path }]) => [name, path]));

describe("frames", () => {
  it("are written in one transaction, however many", async () => {
    await using file = openQuick(fresh());
    const { generation } = file;
    using reader = MemmapFile.open(file.root);
    file.fromDataFrame(one).registerArray("a", "v");
    file.fromDataFrame(two, { groupBy: "v" }).registerArray("a", "v").registerDataFrame("d", "v");
    file.fromDataFrame(one, { name: "named" }).registerArray("a", "v");
    expect([...file.frames.keys()]).toEqual(["frame_0", "frame_1", "named"]);
    expect([...file.keys()]).toEqual([]);
    await file.commit();
    expect(file.generation).toBe(generation + 1);
    expect([...reader.keys()]).toEqual([]);
    reader.refresh();
    expect([...reader.keys()]).toEqual(["frame_0", "frame_1", "named"]);
    expect(values(reader, "/frame_0/a")).toEqual([1, 2]);
    expect(values(reader, "/frame_1/3/d/v")).toEqual([3]);
    expect(values(reader, "/named/a")).toEqual([1, 2]);
    await file.commit();
    expect(file.generation).toBe(generation + 1);
  });

  it("are in the root where there is one without a name", async () => {
    await using file = openQuick(fresh());
    file.setArray("/own", [1]);
    file.setNodeAttr("/", "title", "mine");
    file.fromDataFrame(one, { groupBy: "v" }).registerArray("a", "v");
    expect(places(file)).toEqual({ frame_0: "/" });
    await file.commit();
    expect(Object.keys(stored(file))).toEqual(["/", "/1", "/1/a", "/2", "/2/a", "/own"]);
    expect(file.getNodeAttr("/", "title")).toBe("mine");
    expect(places(file)).toEqual({ frame_0: "/" });
  });

  it("keep their numbers over sessions: none takes another's place", async () => {
    const root = fresh();
    for (const [session, source] of [one, two, one].entries()) {
      await using file = openQuick(root);
      file.fromDataFrame(source, { groupBy: "v" }).registerArray("a", "v");
      expect([...file.frames.keys()].at(-1)).toBe(`frame_${session}`);
      await file.commit();
    }
    using reader = MemmapFile.open(root);
    expect(places(reader)).toEqual({ frame_0: "/", frame_1: "/frame_1", frame_2: "/frame_2" });
    expect(reader.groupNames("frame_0")).toEqual([1, 2]);
    expect(reader.groupNames("frame_1")).toEqual([3, 4]);
    expect(values(reader, "/1/a")).toEqual([1]);
    expect(values(reader, "/frame_1/4/a")).toEqual([4]);
    expect(values(reader, "/frame_2/2/a")).toEqual([2]);
  });

  it("do not take a name that something else has", async () => {
    await using file = openQuick(fresh());
    file.setGroup("/frame_0");
    file.setArray("/frame_2", 1);
    file.fromDataFrame(one, { name: "frame_3" }).registerArray("a", "v");
    file.fromDataFrame(one).registerArray("a", "v");
    file.fromDataFrame(two).registerArray("a", "v");
    file.fromDataFrame(two).registerArray("a", "v");
    expect([...file.frames.keys()]).toEqual(["frame_3", "frame_1", "frame_4", "frame_5"]);
    for (const name of ["frame_1", "frame_3", "frame_5"]) {
      refuses(file.root, ExistsError, /waits for commit\(\) already/, () =>
        file.fromDataFrame(one, { name }),
      );
    }
    await file.commit();
    expect(places(file)).toEqual({
      frame_1: "/frame_1",
      frame_3: "/frame_3",
      frame_4: "/frame_4",
      frame_5: "/frame_5",
    });
    expect(["/frame_1/a", "/frame_3/a", "/frame_4/a"].map((path) => values(file, path))).toEqual([
      [1, 2],
      [1, 2],
      [3, 4],
    ]);
  });

  it("of one name are one after the other on request only", async () => {
    await using file = openQuick(fresh());
    file.fromDataFrame({ k: ["a", "b"], v: [1, 2] }, { name: "f", groupBy: "k" });
    file.registerArray("x", "v").registerDataFrame("d", ["v"]);
    await file.commit();
    file.setArray("/f/a/own", [7]);
    file.setNodeAttr("/f", "title", "kept");
    const error = refuses(file.root, ExistsError, /say overwrite: true/, () =>
      file.fromDataFrame(two, { name: "f" }),
    );
    expect(error).toMatchObject({ path: join(file.root, "f") });
    file.fromDataFrame({ k: ["b", "c"], v: [8, 9] }, { name: "f", groupBy: "k", overwrite: true });
    file.registerArray("x", "v");
    await file.commit();
    expect(file.groupNames("f")).toEqual(["b", "c"]);
    expect(Object.keys(stored(file))).toEqual([
      "/",
      "/f",
      "/f/a",
      "/f/a/own",
      "/f/b",
      "/f/b/x",
      "/f/c",
      "/f/c/x",
    ]);
    expect(values(file, "/f/b/x")).toEqual([8]);
    expect(file.getNodeAttr("/f", "title")).toBe("kept");
    // What there is none of is not replaced, but written.
    file.fromDataFrame(one, { name: "g", overwrite: true }).registerArray("x", "v");
    await file.commit();
    expect(values(file, "/g/x")).toEqual([1, 2]);
  });

  it("in the root are nobody's to replace by their number", async () => {
    await using file = openQuick(fresh());
    file.fromDataFrame(one).registerArray("a", "v");
    await file.commit();
    for (const overwrite of [false, true]) {
      refuses(file.root, ExistsError, /"frame_0" already; it is in \//, () =>
        file.fromDataFrame(two, { name: "frame_0", overwrite }),
      );
    }
    file.fromDataFrame(two).registerArray("a", "v");
    await file.commit();
    expect(places(file)).toEqual({ frame_0: "/", frame_1: "/frame_1" });
    file.fromDataFrame(one, { name: "frame_1", overwrite: true }).registerArray("b", "v");
    await file.commit();
    expect([...file.getGroup("frame_1").keys()]).toEqual(["b"]);
  });

  it("are told apart by name where there are several", async () => {
    await using file = openQuick(fresh());
    for (const ask of [() => file.hasGroups(), () => file.groupNames(), () => file.sortedGroupItems()]) {
      expect(ask).toThrow(NotFoundError);
    }
    file.fromDataFrame(one, { name: "first", groupBy: "v" });
    expect(file.groupNames()).toEqual([1, 2]);
    file.fromDataFrame(two, { name: "second" });
    expect(() => file.groupNames()).toThrow(NameError);
    expect(() => file.groupNames()).toThrow(/there are 2 frames, first, second: say which one/);
    expect(() => file.groupNames("frist")).toThrow(/no frame "frist".*did you mean "first"/);
    expect([file.hasGroups("first"), file.hasGroups("second")]).toEqual([true, false]);
    expect([file.groupNames("second"), file.groupSizes("second")]).toEqual([[], []]);
  });

  it("say what is in them, before the commit, after it and reopened", async () => {
    const root = fresh();
    const k = ["x", "y", "y", null, "z", "y", "z"];
    const check = (file: MemmapFile) => {
      expect(file.hasGroups()).toBe(true);
      expect(file.groupNames()).toEqual(["x", "y", "z", null]);
      expect(file.groupSizes()).toEqual([1, 3, 2, 1]);
      expect(file.sortedGroupNames()).toEqual(["y", "z", "x", null]);
      expect(file.sortedGroupSizes()).toEqual([3, 2, 1, 1]);
      expect(file.sortedGroupItems()[0]).toEqual({ name: "y", size: 3, path: "/y" });
      expect(file.groupItems().map(({ path }) => path)).toEqual(["/x", "/y", "/z", "/%null"]);
      const [frame] = file.frames.values();
      expect(frame).toMatchObject({
        name: "frame_0",
        path: "/",
        rows: 7,
        groupBy: ["k"],
        arrays: [{ name: "a", columns: ["k", "j"] }],
        frames: [{ name: "d", columns: ["k"] }],
      });
    };
    await using file = openQuick(root);
    file.fromDataFrame({ k, j: k }, { groupBy: "k" });
    file
      .registerArray("a", ["k", "j"], { encoder: (view) => Array.from(view, () => 1) })
      .registerDataFrame("d", "k");
    check(file);
    await file.commit();
    check(file);
    file.close();
    using reader = MemmapFile.open(root);
    check(reader);
  });

  it("of which nothing is registered leave their group table alone", async () => {
    await using file = openQuick(fresh());
    file.fromDataFrame(one, { groupBy: "v", name: "f" });
    await file.commit();
    expect([...file.walk()].map(({ path }) => path)).toEqual(["/", "/f"]);
    expect(file.groupNames()).toEqual([1, 2]);
  });
});

describe("group values", () => {
  it("of all kinds have names of their own inside of the root, and come back from the table alone", async () => {
    const long = "x".repeat(300);
    const k = [
      "../evil",
      "a/b",
      "",
      ".",
      "..",
      "CON",
      "null",
      "None",
      "nan",
      long,
      `${long}y`,
      "é",
      "e\u0301",
    ];
    k.push("A", "a", "%null", "frame_0", "a.npy", ".hidden", "end ", "\u{1f600}", "a\\b", "a\0b", "-", "~");
    const rows = k.map((_, i) => i);
    const root = fresh();
    {
      await using file = openQuick(root);
      file
        .fromDataFrame({ k: [...k, null], row: [...rows, k.length] }, { groupBy: "k" })
        .registerArray("r", "row");
      await file.commit();
    }
    using reader = MemmapFile.open(root);
    const items = reader.groupItems();
    expect(items).toHaveLength(k.length + 1);
    for (const { name, path, size } of items) {
      const at = name === null ? k.length : k.indexOf(name as string);
      expect([size, values(reader, `${path}/r`)]).toEqual([1, [at]]);
      expect(path.split("/")).toHaveLength(2);
      expect(Buffer.byteLength(path)).toBeLessThanOrEqual(201);
    }
    const folded = new Set(items.map(({ path }) => path.normalize("NFC").toLowerCase()));
    expect(folded.size).toBe(items.length);
    expect(readdirSync(join(root, "..")).filter((name) => /evil/.test(name))).toEqual([]);
    expect(Object.keys(snapshot(root)).filter((name) => /pickle|__special/i.test(name))).toEqual([]);
  });

  it.each<[string, readonly unknown[]]>([
    ["floats", [0.1, -1e300, Infinity, -Infinity, 5e-324, NaN]],
    ["bigints", [2n ** 63n - 1n, -(2n ** 63n), 0n]],
    ["dates", [new Date(0), new Date(1), new Date(-86_400_000), null]],
    ["booleans", [true, false, null]],
  ])("that are %s come back exactly", async (_, k) => {
    const root = fresh();
    {
      await using file = openQuick(root);
      file.fromDataFrame({ k, row: k.map((_, i) => i) }, { groupBy: "k" }).registerArray("r", "row");
      await file.commit();
    }
    using reader = MemmapFile.open(root);
    for (const { name, path } of reader.groupItems()) {
      const [row] = values(reader, `${path}/r`) as [number];
      const key = k[row];
      const expected = key instanceof Date ? BigInt(key.getTime()) : Number.isNaN(key) ? null : key;
      expect(name).toEqual(expected);
    }
    expect(reader.groupItems()).toHaveLength(k.length);
  });
});

describe("a commit that fails", () => {
  it("leaves the file as it was, usable, and without the frames that failed", async () => {
    await using file = openQuick(fresh());
    file.setArray("/x", [1]);
    file.setArray("/f/a", [1]);
    for (const [name, register, type] of [
      ["x", () => file.registerArray("a", "v"), NameError],
      ["f", () => file.registerArray("a", "v"), ExistsError],
      ["F", () => file.registerArray("b", "v"), NameError],
      ["g", () => file.registerArray("a", "v").registerDataFrame("a/b", "v"), NameError],
      ["g", () => file.registerArray("a", "v").registerArray("A", "v"), NameError],
      ["g", () => file.registerArray("a", "v", { dtype: "U1" }), Error],
    ] as const) {
      file.fromDataFrame(one, { name: "good" }).registerArray("a", "v");
      file.fromDataFrame(two, { name });
      register();
      expect(await rejected(file)).toBeInstanceOf(type);
      expect(file.frames.size).toBe(0);
      expect(() => file.registerArray("again", "v")).toThrow(NotFoundError);
    }
    file.fromDataFrame(two, { name: "good" }).registerArray("a", "v");
    await file.commit();
    expect(Object.keys(stored(file))).toEqual(["/", "/f", "/f/a", "/good", "/good/a", "/x"]);
  });

  it("because a group of its rows would be an array that is there", async () => {
    await using file = openQuick(fresh());
    file.setArray("/a", [1]);
    file.fromDataFrame({ k: ["a"], v: [1] }, { groupBy: "k" }).registerArray("v", "v");
    expect(await rejected(file)).toBeInstanceOf(NameError);
    expect(values(file, "/a")).toEqual([1]);
  });

  it("because the group's attribute has no place for the table", async () => {
    await using file = openQuick(fresh());
    file.setGroup("/f").attr = "just a text";
    file.fromDataFrame(one, { name: "f" }).registerArray("v", "v");
    const error = await rejected(file);
    expect(error).toBeInstanceOf(ShapeError);
    expect(error.message).toMatch(/the attribute of \/f is "just a text" as a whole/);
    expect(file.getGroup("/f").attr).toBe("just a text");
  });

  it("because the group table would be over 16 MiB", async () => {
    await using file = openQuick(fresh());
    file.setGroup("/f").attr = { text: "x".repeat(2 ** 24 - 100) };
    file.fromDataFrame(one, { name: "f", groupBy: "v" }).registerArray("v", "v");
    const error = await rejected(file);
    expect(isMemmapError(error, "LIMIT")).toBe(true);
    expect(error.message).toMatch(/memmap-table.frame/);
    expect([...file.getGroup("/f").keys()]).toEqual([]);
  });

  it("because its source is gone, in whole or in part", async () => {
    await using file = openQuick(fresh());
    const changes: readonly [(table: MemmapTable<Schema, "r+">) => void, RegExp][] = [
      [(table) => table.resize(1), /column "v" has 1 rows by now, where its frame has 3/],
      [(table) => table.deleteColumn("v"), /column "v" was deleted/],
      [(table) => table.addColumn("v", "i4", { overwrite: true }), /column "v" was deleted or replaced/],
      [(table) => table.close(), /the table is closed/],
    ];
    for (const groupBy of [undefined, "v"]) {
      for (const columns of ["v", ["v"]]) {
        for (const [change, message] of changes) {
          using table = MemmapTable.create<Schema>(fresh(), {
            durability: "process",
            rows: 3,
            columns: { v: "i4" },
          });
          file.fromDataFrame(table, { groupBy, name: "f" }).registerArray("v", columns);
          change(table);
          expect((await rejected(file)).message).toMatch(message);
        }
      }
    }
    expect([...file.keys()]).toEqual([]);
  });

  it("does not, because its source has more rows by now: those that there were are written", async () => {
    await using file = openQuick(fresh());
    using table = MemmapTable.create(fresh(), { durability: "process", rows: 0, columns: { v: "i4" } });
    table.append([{ v: 3 }, { v: 1 }]);
    file.fromDataFrame(table, { orderBy: "v" }).registerArray("v", "v").registerArray("stacked", ["v"]);
    table.append([{ v: 2 }]);
    await file.commit();
    expect([values(file, "/v"), values(file, "/stacked")]).toEqual([
      [1, 3],
      [[1], [3]],
    ]);
  });

  it("because it was to end: before it began, or on the way", async () => {
    await using file = openQuick(fresh());
    const begin = () => file.fromDataFrame({ k: [1, 2, 3] }, { groupBy: "k" }).registerArray("k", "k");
    begin();
    expect((await rejected(file, { signal: AbortSignal.abort() })).name).toBe("AbortError");
    expect(file.frames.size).toBe(0);
    begin();
    const controller = new AbortController();
    const seen: number[] = [];
    const error = await rejected(file, {
      signal: controller.signal,
      onProgress: ({ bytes, total }) => {
        seen.push(bytes, total);
        controller.abort(new RangeError("enough"));
      },
    });
    expect([error, seen]).toEqual([new RangeError("enough"), [4, 12]]);
    begin();
    const thrown = await rejected(file, {
      onProgress: () => {
        throw new TypeError("mine");
      },
    });
    expect(thrown).toEqual(new TypeError("mine"));
    begin();
    const progress: [number, number][] = [];
    await file.commit({ onProgress: ({ bytes, total }) => progress.push([bytes, total]), workers: 0 });
    expect(progress).toEqual([
      [4, 12],
      [8, 12],
      [12, 12],
    ]);
    await expect(file.commit({ signal: AbortSignal.abort() })).rejects.toThrow();
  });

  it("because of what was asked, or when, keeps its frames", async () => {
    await using file = openQuick(fresh());
    file.fromDataFrame(one).registerArray("v", "v");
    for (const workers of [-1, 0.5, NaN, "2"]) {
      expect(await rejected(file, { workers: workers as number })).toBeInstanceOf(LimitError);
    }
    let within: Promise<void> | undefined;
    file.transaction(() => {
      within = file.commit();
    });
    await expect(within).rejects.toThrow(UnsupportedError);
    expect(file.frames.size).toBe(1);
    const first = file.commit();
    file.fromDataFrame(two).registerArray("v", "v");
    const second = file.commit();
    expect(() => file.setGroup("/g")).toThrow(/frames are being written/);
    await expect(second).rejects.toThrow(/frames are being written/);
    await first;
    await file.commit();
    expect(places(file)).toEqual({ frame_0: "/", frame_1: "/frame_1" });
    expect([values(file, "/v"), values(file, "/frame_1/v")]).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });
});

describe("frames that wait", () => {
  it("are written when the file is closed, in one transaction", () => {
    const root = fresh();
    let generation = 0;
    {
      using file = openQuick(root);
      file.fromDataFrame(one, { groupBy: "v", name: "f" }).registerArray("v", "v");
      file.fromDataFrame(two).registerDataFrame("d", "v");
      ({ generation } = file);
    }
    using reader = MemmapFile.open(root);
    expect(reader.generation).toBe(generation + 1);
    expect(values(reader, "/f/2/v")).toEqual([2]);
    expect(values(reader, "/frame_0/d/v")).toEqual([3, 4]);
    expect(reader.groupSizes("f")).toEqual([1, 1]);
  });

  it("that cannot be written fail closing, and the file is closed all the same", () => {
    const file = openQuick(fresh());
    file.fromDataFrame({ v: ["text"] }).registerArray("v", "v", { dtype: "i4" });
    expect(() => file.close()).toThrow(/<U4 does not go into <i4/);
    expect(file.closed).toBe(true);
    file.close();
    using reader = openQuick(file.root);
    expect([...reader.keys()]).toEqual([]);
    expect(reader.frames.size).toBe(0);
  });

  it("are not written by what other changes do", async () => {
    await using file = openQuick(fresh());
    file.fromDataFrame(one).registerArray("v", "v");
    file.setArray("/x", 1);
    file.refresh();
    file.flush();
    expect([...file.keys()]).toEqual(["x"]);
    expect(() =>
      file.transaction(() => {
        file.setArray("/y", 1);
        throw new Error("mine");
      }),
    ).toThrow("mine");
    await file.closeAsync({ workers: 0 });
    using reader = MemmapFile.open(file.root);
    expect([...reader.keys()]).toEqual(["v", "x"]);
  });
});

describe("a group table", () => {
  const good = {
    version: 1,
    number: null,
    rows: 3,
    groupBy: ["k"],
    dtypes: ["<U1"],
    parts: ["a", "b"],
    sizes: [1, 2],
    values: [["a"], ["b"]],
    arrays: [["x", ["k"]]],
    frames: [],
  };
  const place = (table: unknown) => {
    const file = openQuick(fresh());
    file.setArray("/f/a/x", ["a"]);
    file.setGroup("/f").attr = { "memmap-table.frame": table as null };
    return file;
  };

  it("is an attribute that other software can write", () => {
    using file = place(good);
    expect(file.groupItems()).toEqual([
      { name: "a", size: 1, path: "/f/a" },
      { name: "b", size: 2, path: "/f/b" },
    ]);
  });

  it.each<[string, unknown]>([
    ["no object", 5],
    ["no list of parts", { ...good, parts: "a" }],
    ["no number of rows", { ...good, rows: -1 }],
    ["another version", { ...good, version: 2 }],
    ["fewer sizes than parts", { ...good, sizes: [1] }],
    ["more values than parts", { ...good, values: [["a"], ["b"], ["c"]] }],
    ["values that are no lists", { ...good, values: ["a", "b"] }],
    ["fewer keys than columns", { ...good, values: [["a"], []] }],
    ["more dtypes than columns", { ...good, dtypes: ["<U1", "<i4"] }],
    ["sizes that are no numbers", { ...good, sizes: [1, "2"] }],
    ["arrays without columns", { ...good, arrays: [["x"]] }],
    ["something left out", { ...good, frames: undefined }],
  ])("with %s is refused where frames are asked for, and nothing else is", (_, table) => {
    using file = place(JSON.parse(JSON.stringify(table)));
    for (const ask of [
      () => file.frames,
      () => file.groupNames("f"),
      () => file.fromDataFrame(one),
      () => file.fromDataFrame(one, { name: "f", overwrite: true }),
    ]) {
      refuses(file.root, FormatError, /^\/f: .*memmap-table\.frame/, ask);
    }
    expect(values(file, "/f/a/x")).toEqual(["a"]);
    file.setArray("/f/b/x", ["b"]);
    file.attrs("/f").delete("memmap-table.frame");
    expect(file.frames.size).toBe(0);
  });

  it("that leads out of the root leads nowhere", async () => {
    await using file = place({ ...good, parts: ["../../evil", "b"], arrays: [["../x", ["k"]]] });
    const [item] = file.groupItems();
    expect(() => file.getArray(`${item?.path}/x`)).toThrow(NameError);
    expect(() => file.getGroup(item?.path ?? "")).toThrow(NameError);
    file.fromDataFrame(one, { name: "f", overwrite: true }).registerArray("x", "v");
    await file.commit();
    expect(Object.keys(stored(file))).toEqual(["/", "/f", "/f/a", "/f/a/x", "/f/x"]);
  });
});
