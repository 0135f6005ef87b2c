import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { MemmapFile } from "../../src/group/index.js";
import type { H5wasm } from "../../src/hdf5/h5wasm.js";
import { type ImportHdf5Options, importHdf5, type SkippedNode } from "../../src/hdf5/index.js";
import { checkStore } from "../../src/testing/index.js";
import { openBelow, snapshot } from "../support/snapshot.js";
import { clearedPaths, type H5File, makeHdf5, nextAddress, objectAt } from "./import-support.js";

const fresh = clearedPaths();
const QUICK = { durability: "process" } as const;

/** Imports what h5wasm writes. */
async function imported(
  fill: (file: H5File, h5: H5wasm) => void,
  options: ImportHdf5Options = {},
): Promise<MemmapFile<"r">> {
  const source = await makeHdf5(fresh("source.h5"), fill);
  return importHdf5(source, fresh("file"), { ...QUICK, ...options });
}

/** The nodes of a file as lines. */
function listed(file: MemmapFile): string[] {
  return [...file.walk()].map((node) =>
    node.kind === "group" ? node.path : `${node.path} ${node.dtype} [${node.shape.join(", ")}]`,
  );
}

const ROWS = Array.from({ length: 100 }, (_, i) => i);

describe("importHdf5", () => {
  it("makes groups of groups, arrays of datasets of any rank, attributes of attributes", async () => {
    using file = await imported((h5) => {
      h5.create_attribute("title", "all");
      h5.create_dataset({ name: "x", data: Float64Array.from(ROWS) });
      objectAt(h5, "x").create_attribute("unit", "m");
      const group = h5.create_group("run");
      group.create_attribute("limits", Float64Array.of(0, 1));
      group.create_group("empty");
      group.create_dataset({
        name: "image",
        data: Uint8Array.from(ROWS),
        shape: [4, 5, 5],
        chunks: [3, 2, 5],
        compression: 4,
      });
      group.create_dataset({ name: "scalar", data: 7, dtype: "<i" });
      group.create_dataset({ name: "none", data: new Float32Array(0), shape: [0, 3] });
      group.create_dataset({ name: "text", data: ["abc", "d"], dtype: "S4" });
    });
    expect(listed(file)).toEqual([
      "/",
      "/run",
      "/run/empty",
      "/run/image |u1 [4, 5, 5]",
      "/run/none <f4 [0, 3]",
      "/run/scalar <i4 []",
      "/run/text |S4 [2]",
      "/x <f8 [100]",
    ]);
    expect(file.attr).toEqual({ title: "all" });
    expect(Object.fromEntries(file.attrs("/x"))).toEqual({ unit: "m" });
    expect(file.getGroup("run").attr).toEqual({ limits: Float64Array.of(0, 1) });
    expect([...file.getArray("x")]).toEqual(ROWS);
    expect([...file.getArray("run/image").values]).toEqual(ROWS);
    expect(file.getArray("run/scalar").at()).toBe(7);
    expect([...file.getArray("run/text")]).toEqual(["abc", "d"]);
    checkStore(file.root);
  });

  it("makes U of strings of variable length, as wide as the longest, whatever their shape", async () => {
    const words = Array.from({ length: 600 }, (_, i) => ["", "é", "𝄞 clef", "x".repeat(i % 40)][i % 4] ?? "");
    using file = await imported((h5) => {
      h5.create_dataset({ name: "words", data: words, shape: [6, 10, 10], dtype: "S" });
      h5.create_dataset({ name: "one", data: "hello", shape: [], dtype: "S" });
      h5.create_dataset({ name: "none", data: [], shape: [0], dtype: "S" });
    });
    expect(listed(file)).toEqual(["/", "/none <U1 [0]", "/one <U5 []", "/words <U39 [6, 10, 10]"]);
    expect((file.getArray("words").toArray() as unknown[]).flat(2)).toEqual(words);
    expect(file.getArray("one").at()).toBe("hello");
  });

  it("gives back what strings of variable length take of the library's memory", async () => {
    const fill = (h5: H5File) =>
      h5.create_dataset({ name: "words", data: ROWS.map((i) => `${i}`.repeat(200)), dtype: "S" });
    (await imported(fill)).close();
    const before = await nextAddress();
    for (let i = 0; i < 10; i++) (await imported(fill)).close();
    expect(await nextAddress()).toBe(before);
  });

  it("makes paths of references", async () => {
    using file = await imported((h5, { Reference }) => {
      h5.create_group("deep").create_dataset({ name: "target", data: [1] });
      const [target, group] = [objectAt(h5, "deep/target"), objectAt(h5, "deep")];
      const data = [target.create_reference(), new Reference(new Uint8Array(8)), group.create_reference()];
      h5.create_dataset({ name: "refs", data });
    });
    expect(file.getArray("refs").dtype.str).toBe("<U12");
    expect([...file.getArray("refs")]).toEqual(["/deep/target", "", "/deep"]);
  });

  it.each([
    ["the whole", undefined],
    ["a part", "/refs"],
  ])("finds what references are to in %s", async (_, only) => {
    using file = await imported(
      (h5) => {
        h5.create_group("deep").create_dataset({ name: "target", data: [1] });
        h5.create_dataset({ name: "refs", data: [objectAt(h5, "deep/target").create_reference()] });
      },
      { only },
    );
    expect([...file.getArray("refs")]).toEqual(["/deep/target"]);
  });

  describe("compounds", () => {
    const fill = (h5: H5File) => {
      const columns = new Map<string, unknown>([
        ["id", Int32Array.from(ROWS)],
        ["ra", Float64Array.from(ROWS, (i) => i / 2)],
        ["name", ROWS.map((i) => `star ${i}`)],
      ]);
      const dtype: [string, string][] = [
        ["id", "<i"],
        ["ra", "<d"],
        ["name", "S8"],
      ];
      h5.create_dataset({ name: "stars", data: columns as never, shape: [100], dtype, chunks: [30] });
      objectAt(h5, "stars").create_attribute("epoch", 2000);
    };

    it("become groups of columns", async () => {
      using file = await imported(fill);
      expect(listed(file)).toEqual([
        "/",
        "/stars",
        "/stars/id <i4 [100]",
        "/stars/name |S8 [100]",
        "/stars/ra <f8 [100]",
      ]);
      const table = file.getGroup("stars").table();
      expect(table.columnNames).toEqual(["id", "ra", "name"]);
      expect(table.at(99)).toEqual({ id: 99, ra: 49.5, name: "star 99" });
      expect(file.getGroup("stars").attr).toEqual({ epoch: 2000 });
    });

    it("become structured arrays where that is asked for", async () => {
      using file = await imported(fill, { compounds: "records" });
      const stars = file.getArray("stars");
      expect(stars.dtype.descr).toEqual([
        ["id", "<i4"],
        ["ra", "<f8"],
        ["name", "|S8"],
      ]);
      expect(stars.at(7)).toEqual({ id: 7, ra: 3.5, name: "star 7" });
      expect(Object.fromEntries(file.attrs("stars"))).toEqual({ epoch: 2000 });
    });
  });

  it("follows links: a dataset by each of its names, a group too, circles to their end", async () => {
    const skipped: SkippedNode[] = [];
    using file = await imported(
      (h5) => {
        const group = h5.create_group("g");
        group.create_dataset({ name: "x", data: [1, 2] });
        h5.create_hard_link("/g/x", "hard");
        h5.create_soft_link("/g/x", "soft");
        h5.create_soft_link("/g", "other");
        h5.create_hard_link("/g", "g/self");
        h5.create_soft_link("/", "g/up");
        h5.create_soft_link("/nothing", "dangling");
        h5.create_external_link("other.h5", "/x", "outside");
      },
      { onSkip: (each) => skipped.push(each) },
    );
    expect(
      listed(file).filter((line) => line.includes("x") || line.includes("soft") || line.includes("hard")),
    ).toEqual(["/g/x <i4 [2]", "/hard <i4 [2]", "/other/x <i4 [2]", "/soft <i4 [2]"]);
    expect(skipped.map(({ path }) => path).sort()).toEqual([
      "/dangling",
      "/g/self",
      "/g/up",
      "/other/self",
      "/other/up",
      "/outside",
    ]);
    expect(skipped.find(({ path }) => path === "/outside")?.reason).toMatch(/another file, "other.h5"/);
  });

  it("ends where links to groups multiply", async () => {
    const source = await makeHdf5(fresh("bomb.h5"), (h5) => {
      h5.create_group("g0").create_dataset({ name: "x", data: [1] });
      for (let i = 1; i < 20; i++) {
        const group = h5.create_group(`g${i}`);
        for (const name of ["a", "b", "c"]) h5.create_hard_link(`/g${i - 1}`, `${group.path}/${name}`);
      }
    });
    await expect(importHdf5(source, fresh("file"), QUICK)).rejects.toThrow(/too many links to groups/);
  });

  describe("only", () => {
    const fill = (h5: H5File) => {
      h5.create_attribute("title", "all");
      for (const group of ["a", "ab", "c"]) {
        const made = h5.create_group(group);
        made.create_attribute("name of it", group);
        made.create_dataset({ name: "x", data: [1] });
        made.create_dataset({ name: "y", data: [2] });
      }
    };
    it.each<[string, ImportHdf5Options["only"], string[]]>([
      ["a dataset", "/a/x", ["/", "/a", "/a/x <i4 [1]"]],
      ["a group", "a", ["/", "/a", "/a/x <i4 [1]", "/a/y <i4 [1]"]],
      ["several", ["/c/y", "/ab/x/"], ["/", "/ab", "/ab/x <i4 [1]", "/c", "/c/y <i4 [1]"]],
      [
        "what a predicate says",
        (path) => path.endsWith("y"),
        ["/", "/a", "/a/y <i4 [1]", "/ab", "/ab/y <i4 [1]", "/c", "/c/y <i4 [1]"],
      ],
      ["nothing", [], ["/"]],
    ])("imports %s", async (_, only, nodes) => {
      using file = await imported(fill, { only });
      expect(listed(file)).toEqual(nodes);
      // Groups that only lead there come without their attributes.
      expect(file.attr).toBeNull();
      if (only === "a") expect(file.getGroup("a").attr).toEqual({ "name of it": "a" });
    });

    it("guesses what was meant", async () => {
      await expect(imported(fill, { only: "/a/z" })).rejects.toThrow(/there is no group or dataset "\/a\/z"/);
      await expect(imported(fill, { only: ["/a", "/cc"] })).rejects.toThrow(/did you mean/);
    });
  });

  describe("names that no node can have", () => {
    const fill = (h5: H5File) => {
      h5.create_group("ends.").create_dataset({ name: "a:b\\c", data: [1] });
      h5.create_dataset({ name: "Twin", data: [1] });
      h5.create_dataset({ name: "twin", data: [2] });
    };

    it("are an error that says which", async () => {
      await expect(imported(fill)).rejects.toThrow(
        /^".*" (is no column name|and another name).*names: "encode"/,
      );
    });

    it("are encoded where that is asked for, and kept", async () => {
      using file = await imported(fill, { names: "encode" });
      const names = listed(file).map((line) => line.split(" ")[0]);
      expect(names).toHaveLength(5);
      const kept = [...file.walk()].flatMap(({ path }) => {
        return file.attrs(path).get("name") ?? [];
      });
      expect(kept.sort()).toEqual(["a:b\\c", "ends.", "twin"]);
    });
  });

  it("restores what an export says of itself", async () => {
    using file = await imported((h5) => {
      h5.create_dataset({ name: "words", data: ["añb", "", "𝄞"], dtype: "S16" });
      objectAt(h5, "words").create_attribute("memmap_table_dtype", ">U4");
      const raw = h5.create_dataset({ name: "edited", data: ["abc"], dtype: "S3" });
      raw.create_attribute("memmap_table_dtype", "<U4");
      const group = h5.create_group("g");
      group.create_attribute("attr", [1, 2]);
      group.create_attribute("memmap_table_attrs", '{"whole":true,"kinds":{"attr":"list"}}');
      h5.create_attribute("when", "2024-01-31T00:00:00.000Z");
      h5.create_attribute("count", 12);
      h5.create_attribute("mixed", '{"a":[1,{"$bigint":"5"}]}');
      h5.create_attribute("was", "text");
      h5.create_attribute(
        "memmap_table_attrs",
        '{"kinds":{"when":"date","count":"bigint","mixed":"json","was":"date"}}',
      );
      h5.create_group("bare").create_attribute("memmap_table_attrs", "{}");
    });
    expect([...file.getArray("words")]).toEqual(["añb", "", "𝄞"]);
    expect(listed(file)).toEqual(["/", "/bare", "/edited |S3 [1]", "/g", "/words >U4 [3]"]);
    expect(file.getGroup("g").attr).toEqual([1, 2]);
    expect(file.getGroup("bare").attr).toEqual({});
    expect([...file.attrs("words")]).toEqual([]);
    expect(file.attr).toEqual({
      when: new Date("2024-01-31T00:00:00.000Z"),
      count: 12n,
      mixed: { a: [1, 5n] },
      was: "text",
    });
  });

  it.each([
    ["more characters than its dtype has", "abcdef", /more than 4 characters/],
    ["bytes that are no UTF-8", "caf\u00e9", /no text in UTF-8/],
  ])("refuses an export that was edited to have %s", async (_, text, message) => {
    const call = imported((h5, { Module }) => {
      const words = h5.create_dataset({ name: "words", data: [text], dtype: "S16" });
      words.create_attribute("memmap_table_dtype", "<U4");
      const address = Module._malloc(16);
      Module.HEAPU8.fill(0, address, address + 16).set(Buffer.from(text, "latin1"), address);
      Module.set_dataset_data(h5.file_id, "/words", [1n], [0n], [1n], BigInt(address));
      Module._free(address);
    });
    await expect(call).rejects.toThrow(message);
  });

  it("tells how far it has come", async () => {
    const told: [number, number, string][] = [];
    using file = await imported(
      (h5) => {
        h5.create_dataset({ name: "x", data: new Float64Array(10) });
        h5.create_dataset({ name: "y", data: ["a"], dtype: "S" });
      },
      { onProgress: ({ bytes, total, path }) => told.push([bytes, total, path]) },
    );
    expect(told).toEqual([
      [80, 84, "/x"],
      [84, 84, "/y"],
    ]);
    expect(file.closed).toBe(false);
  });

  it("writes the layout that is asked for", async () => {
    using file = await imported((h5) => h5.create_dataset({ name: "x", data: [1, 2] }), { layout: "raw" });
    expect([...file.getArray("x")]).toEqual([1, 2]);
    expect(existsSync(join(file.root, "x.attr"))).toBe(true);
  });
});

describe("an import that fails", () => {
  const fill = (h5: H5File) => {
    h5.create_dataset({ name: "x", data: Float64Array.from(ROWS) });
    h5.create_dataset({
      name: "regions",
      data: [
        (
          objectAt(h5, "x") as never as { create_region_reference(ranges: number[][]): never }
        ).create_region_reference([[0, 3]]),
      ],
    });
    objectAt(h5, "x").create_attribute("unit", "m");
  };

  it("names the dataset that has no place, unless somebody is told of it", async () => {
    await expect(imported(fill)).rejects.toThrow(
      /"\/regions" holds references to regions, which no dtype has/,
    );
    const skipped: SkippedNode[] = [];
    using file = await imported(fill, { onSkip: (each) => skipped.push(each) });
    expect(skipped).toEqual([expect.objectContaining({ path: "/regions" })]);
    expect(listed(file)).toEqual(["/", "/x <f8 [100]"]);
  });

  it("names the attribute that has no place, unless somebody is told of it", async () => {
    const withRegion = (h5: H5File) => {
      h5.create_dataset({ name: "x", data: Float64Array.from(ROWS) });
      const x = objectAt(h5, "x") as never as { create_region_reference(ranges: number[][]): never };
      h5.create_attribute("part", x.create_region_reference([[0, 3]]));
    };
    await expect(imported(withRegion)).rejects.toThrow(
      /the attribute "part" of "\/" has references to regions/,
    );
    const skipped: SkippedNode[] = [];
    using file = await imported(withRegion, { onSkip: (each) => skipped.push(each) });
    expect(skipped).toEqual([expect.objectContaining({ path: "/", attribute: "part" })]);
    expect(file.attr).toBeNull();
  });

  it("refuses what is there", async () => {
    const source = await makeHdf5(fresh("source.h5"), fill);
    const root = fresh("file");
    mkdirSync(root);
    writeFileSync(join(root, "mine"), "");
    await expect(importHdf5(source, root)).rejects.toThrow(/^.*something is there already/);
    expect(Object.keys(snapshot(root))).toEqual([".", "./mine"]);
    await expect(importHdf5(fresh("no.h5"), fresh("file"))).rejects.toThrow(/there is no file/);
  });

  it.each<[string, object, RegExp]>([
    ["compounds", { compounds: "rows" }, /compounds is "columns" or "records", not/],
    ["names", { names: "any" }, /names is "error" or "encode"/],
    ["only", { only: 5 }, /only is a path/],
    ["signal", { signal: {} }, /signal is an AbortSignal/],
    ["onSkip", { onSkip: true }, /onSkip is a function/],
    ["workers", { workers: -1 }, /workers is a whole number/],
    ["layout", { layout: "hdf5" }, /layout is one of/],
  ])("checks %s before anything else", async (_, options, message) => {
    const call = importHdf5(fresh("no.h5"), fresh("file"), options as ImportHdf5Options);
    await expect(call).rejects.toThrow(message);
  });

  it("leaves nothing where a callback throws, or a signal says so", async () => {
    const plain = (h5: H5File) => {
      for (const name of ["a", "b", "c"]) h5.create_dataset({ name, data: Float64Array.from(ROWS) });
    };
    const source = await makeHdf5(fresh("source.h5"), plain);
    const controller = new AbortController();
    const reason = new Error("enough");
    const tries: ImportHdf5Options[] = [
      {
        onProgress: () => {
          throw reason;
        },
      },
      { signal: AbortSignal.abort(reason) },
      { signal: controller.signal, onProgress: ({ path }) => path === "/b" && controller.abort(reason) },
      {
        only: () => {
          throw reason;
        },
      },
    ];
    for (const options of tries) {
      const root = fresh("file");
      await expect(importHdf5(source, root, { ...QUICK, ...options })).rejects.toBe(reason);
      expect(existsSync(root)).toBe(false);
      expect(openBelow(root)).toEqual([]);
      (await importHdf5(source, root, QUICK)).close();
    }
  });
});
