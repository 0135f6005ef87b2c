import { describe, expect, it } from "vitest";
import { type ArrayView, wrap, zeros } from "../../src/array/index.js";
import { type DTypeLike, parseDType } from "../../src/dtype/index.js";
import { MemmapFile } from "../../src/index.js";
import { openRoot } from "../../src/remote/remote-group.js";
import { temporaryPaths } from "../support/temporary.js";
import { array, group, link, MemoryFile, type MemoryNode, UNKNOWN } from "./memory-file.js";

const temporary = temporaryPaths();

function arange(dtype: DTypeLike, ...shape: number[]): ArrayView {
  const view = wrap<DTypeLike, "r+">(zeros(parseDType(dtype), shape), true);
  const plain = wrap(zeros(parseDType("<f8"), shape), true);
  const doubles = new Float64Array(plain.storage.bytes().buffer);
  doubles.forEach((_, i) => {
    doubles[i] = i;
  });
  return view.assign(plain as never, { casting: "unsafe" });
}

function open(node: MemoryNode) {
  const file = new MemoryFile(node);
  return { file, root: openRoot(file, "data.h5", { maxDepth: 5, dataSizeLimit: 0 }) };
}

const TREE = group(
  {
    Part: group(
      {
        x: array(arange(">f4", 6, 2), { attrs: { unit: "m" } }),
        n: array(arange("<i8")),
        none: array(arange("u1", 0, 3)),
      },
      { attrs: { kind: "dark" } },
    ),
    names: { kind: "texts", shape: [2], items: ["Ada", "Grace"] },
    lists: { kind: "lists", items: [arange("<i4", 2)] },
    Matter: link("Part"),
    lost: link("/nowhere"),
    cycle: group({ up: link("/"), own: link(".") }),
    "bad.npy": array(arange("i1", 1)),
    named: UNKNOWN,
  },
  { attr: '{"made": {"$date": "1970-01-01T00:00:00.000Z"}}' },
);

/** All that is in a file: paths, dtypes, shapes, elements and attributes. */
function content(file: MemmapFile): unknown[] {
  return Array.from(file.walk(), (node) => {
    const attrs = Object.fromEntries(file.attrs(node.path === "/" ? undefined : node.path));
    if (node.kind === "group") return [node.path, attrs];
    return [node.path, node.dtype.str, node.shape, file.getArray(node.path).toArray(), attrs];
  });
}

describe("copying to a local file", () => {
  it("takes groups, arrays and attributes along, and says what it left out", async () => {
    const { root } = open(TREE);
    using file = MemmapFile.open(temporary("copy"), { mode: "w+" });
    const progress = new Map<string, number>();
    const { copied, skipped } = await root.copyTo(file, {
      onProgress: ({ path, bytes }) => void progress.set(path, bytes),
    });
    expect(copied).toEqual(["/Part/x", "/Part/n", "/Part/none", "/names"]);
    expect(skipped.map(({ path }) => path)).toEqual([
      "/lists",
      "/Matter",
      "/lost",
      "/cycle/up",
      "/cycle/own",
      "/bad.npy",
      "/named",
    ]);
    expect(skipped.every(({ why }) => why.length > 5)).toBe(true);
    expect(content(file)).toEqual([
      ["/", { made: new Date(0) }],
      ["/Part", { kind: "dark" }],
      ["/Part/n", "<i8", [], BigInt64Array.of(0n), {}],
      ["/Part/none", "|u1", [0, 3], [], {}],
      ["/Part/x", ">f4", [6, 2], arange(">f4", 6, 2).toArray(), { unit: "m" }],
      ["/cycle", {}],
      ["/names", "<U5", [2], ["Ada", "Grace"], {}],
    ]);
    expect(progress.get("/Part/x")).toBe(48);
  });

  it("follows links where that is asked for, cycles ending; and copies one level, or under another name", async () => {
    const { root } = open(TREE);
    using file = MemmapFile.open(temporary("follow"), { mode: "w+" });
    const { skipped } = await root.copyTo(file, { links: "follow" });
    expect(file.getArray("Matter/x").at(5, 1)).toBe(11);
    expect(skipped.map(({ path }) => path)).toEqual([
      "/lists",
      "/lost",
      "/cycle/up",
      "/cycle/own",
      "/bad.npy",
      "/named",
    ]);
    await root.copyTo(file, { name: "deep/shallow", shallow: true });
    expect([...file.getGroup("deep/shallow").keys()]).toEqual(["Part", "cycle", "names"]);
    expect([...file.getGroup("deep/shallow/Part").keys()]).toEqual([]);
    expect(file.getGroup("deep/shallow/Part").attr).toEqual({ kind: "dark" });
    await (await root.getGroup("Part")).copyTo(file.getGroup("deep"));
    expect([...file.getGroup("deep/Part").keys()]).toEqual(["n", "none", "x"]);
    const x = await root.getArray("Part/x");
    await x.copyTo(file, { name: "own/x" });
    await x.slice(1, 3).copyTo(file, { name: "some" });
    expect(file.getArray("own/x").toArray()).toEqual(arange(">f4", 6, 2).toArray());
    expect(file.getArray("some").toArray()).toEqual(arange(">f4", 6, 2).slice(1, 3).toArray());
    expect([...file.attrs("some")]).toEqual([["unit", "m"]]);
    await expect(x.copyTo(file, { name: "some" })).rejects.toMatchObject({ code: "EXISTS" });
    await expect(x.copyTo(file, { name: "own" })).rejects.toMatchObject({ code: "EXISTS" });
    await x.copyTo(file, { name: "some", overwrite: true });
    expect(file.getArray("some").length).toBe(6);
  });

  it("goes on where it broke off, if the server still has the same", async () => {
    const tree = group({
      a: array(arange("<i4", 10), { attrs: { unit: "s" } }),
      b: array(arange("<i4", 20)),
    });
    const { file: server, root } = open(tree);
    using file = MemmapFile.open(temporary("resume"), { mode: "w+" });
    const breakAt = (count: number) => {
      server.slices.length = 0;
      server.before = () => {
        if (server.slices.length === count) throw new Error("broken off");
      };
    };
    breakAt(5);
    await expect(root.copyTo(file, { blockBytes: 16 })).rejects.toThrow("broken off");
    expect(file.getArray("a").toArray()).toEqual(arange("<i4", 10).toArray());
    expect([...file.attrs("a").keys()]).toEqual(["memmap_table_copy"]);
    breakAt(-1);
    await root.copyTo(file, { blockBytes: 16 });
    const rows = server.slices.map(({ object, slice }) => `${object} ${JSON.stringify(slice?.[0])}`);
    // What is there is found to be of the version that there is; then comes what is missing.
    expect(rows).toHaveLength(2 + 4);
    expect(rows[2]).toContain('"start":4');
    expect(content(file)).toEqual([
      ["/", {}],
      ["/a", "<i4", [10], arange("<i4", 10).toArray(), { unit: "s" }],
      ["/b", "<i4", [20], arange("<i4", 20).toArray(), {}],
    ]);
    await expect(root.copyTo(file)).rejects.toMatchObject({ code: "EXISTS" });
  });

  it("starts again where the server has another version by then, also in the middle", async () => {
    const { file: server, root } = open(group({ a: array(arange("<i4", 10)) }));
    using file = MemmapFile.open(temporary("restart"), { mode: "w+" });
    server.before = () => {
      if (server.slices.length === 3) throw new Error("broken off");
    };
    await expect(root.copyTo(file, { blockBytes: 8 })).rejects.toThrow("broken off");
    server.etag = '"2"';
    server.root = group({ a: array(arange("<i4", 12).slice(2) as ArrayView) });
    server.before = () => {
      if (server.slices.length !== 8) return;
      server.etag = '"3"';
      server.root = group({ a: array(arange("<f8", 5)) });
    };
    await root.copyTo(file, { blockBytes: 8 });
    expect(content(file)[1]).toEqual(["/a", "<f8", [5], arange("<f8", 5).toArray(), {}]);
    server.etag = undefined;
    server.slices.length = 0;
    server.before = () => {
      if (server.slices.length === 2) throw new Error("broken off");
    };
    const other = openRoot(server, "data.h5", { maxDepth: 5, dataSizeLimit: 0 });
    await expect(other.copyTo(file, { name: "n", blockBytes: 8 })).rejects.toThrow("broken off");
    server.before = () => undefined;
    await other.copyTo(file, { name: "n", blockBytes: 8 });
    expect(file.getArray("n/a").toArray()).toEqual(arange("<f8", 5).toArray());
    expect([...file.attrs("n/a").keys()]).toEqual([]);
  });

  it("is of one version, what came with the groups included, and goes on in groups of a file too", async () => {
    const small = (value: number) => array(arange("<i4", 3).slice(value === 1 ? 0 : 1, 2) as ArrayView);
    const tree = (value: number) =>
      group({
        small: small(value),
        big: array(arange("<i4", 60 + value)),
        t: { kind: "texts", shape: [1], items: [`${value}`] },
      });
    const server = new MemoryFile(tree(1));
    const root = openRoot(server, "data.h5", { maxDepth: 5, dataSizeLimit: 20 });
    using file = MemmapFile.open(temporary("whole"), { mode: "w+" });
    const become = (value: number) => {
      server.etag = `"${value}"`;
      server.root = tree(value);
    };
    server.before = () => become(2);
    await root.copyTo(file, { blockBytes: 40 });
    expect(file.getArray("big").length).toBe(62);
    expect(file.getArray("small").length).toBe(1);
    expect(file.getArray("t").toArray()).toEqual(["2"]);
    const calls = server.slices.length;
    server.before = () => {
      if (server.slices.length === calls + 4) throw new Error("broken off");
    };
    const part = file.setGroup("part");
    await expect(root.copyTo(part, { blockBytes: 40 })).rejects.toThrow("broken off");
    expect(part.attrs("big").get("memmap_table_copy")).toMatchObject({ rows: 30 });
    server.before = () => undefined;
    await root.copyTo(part, { blockBytes: 40 });
    expect(server.slices.length).toBe(calls + 4 + 1 + 4);
    expect(part.getArray("big").toArray()).toEqual(arange("<i4", 62).toArray());
  });

  it("stops for a signal, and refuses a file that is open for reading", async () => {
    const { root } = open(group({ a: array(arange("<i4", 10)) }));
    const path = temporary("signal");
    using file = MemmapFile.open(path, { mode: "w+" });
    const reason = new Error("enough");
    await expect(root.copyTo(file, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(file.has("a")).toBe(false);
    await expect(root.copyTo(file, { blockBytes: 0 })).rejects.toMatchObject({ code: "LIMIT" });
    file.close();
    using reader = MemmapFile.open(path, { mode: "r" });
    await expect(root.copyTo(reader as never)).rejects.toMatchObject({ code: "READ_ONLY" });
  });
});
