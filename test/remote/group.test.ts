import { describe, expect, it } from "vitest";
import { type ArrayView, RecordArray, slice, wrap, zeros } from "../../src/array/index.js";
import { parseDType } from "../../src/dtype/index.js";
import { LimitError, NotFoundError } from "../../src/errors.js";
import { MemmapFile } from "../../src/index.js";
import { RemoteDataset } from "../../src/remote/remote-dataset.js";
import { openRoot, RemoteGroup } from "../../src/remote/remote-group.js";
import { temporaryPaths } from "../support/temporary.js";
import {
  array,
  group,
  link,
  MemoryFile,
  type MemoryNode,
  type MemoryOptions,
  UNKNOWN,
} from "./memory-file.js";

const temporary = temporaryPaths();

function numbers(...values: number[]): ArrayView {
  const whole = zeros(parseDType("<f8"), [values.length]);
  new Float64Array(whole.bytes.buffer).set(values);
  return wrap(whole, false);
}

const part = group({
  Mass: array(numbers(1, 2, 3)),
  Position: array(numbers(4, 5, 6)),
  deep: group({ x: array(numbers(7)) }),
});

const TREE: MemoryNode = group(
  {
    Part: part,
    Matter: link("/Part"),
    again: link("Matter"),
    up: group({ side: link("../Part/Mass"), loop: link("loop"), whole: link("/"), lost: link("nowhere/x") }),
    named: UNKNOWN,
  },
  { attrs: { unit: "m", count: numbers(1.5).view(0) as ArrayView, edges: numbers(1, 2) } },
);

function open(node: MemoryNode = TREE, options: MemoryOptions = {}, maxDepth = 5) {
  const file = new MemoryFile(node, options);
  return { file, root: openRoot(file, "data.h5", { maxDepth, dataSizeLimit: 0 }) };
}

describe("a remote group", () => {
  it("asks for itself once, however often and by however many it is used at a time", async () => {
    const { file, root } = open();
    expect([root.path, root.name]).toEqual(["/", ""]);
    expect(file.asked).toEqual([]);
    expect(await root.has("/")).toBe(true);
    expect(file.asked).toEqual([]);
    const [keys, inside] = await Promise.all([root.keys(), root.has("Part/deep/x"), root.attrs()]);
    expect([keys, inside]).toEqual([["Part", "Matter", "again", "up", "named"], true]);
    expect(file.asked).toEqual(["/ 5"]);
  });

  it("is one object, whichever path led to it", async () => {
    const { root } = open();
    const found = await root.getGroup("Part");
    const paths = [
      "/Part",
      "/Part/",
      "Part/",
      "//Part//.",
      "up/../Part",
      "Part/deep/..",
      "Matter",
      "again",
      "up/whole/Part",
    ];
    for (const path of paths) expect(await root.getGroup(path), path).toBe(found);
    expect(await found.getGroup("..")).toBe(root);
    expect(await found.getGroup("../..")).toBe(root);
    expect(await found.getGroup("/")).toBe(root);
    expect(await found.getGroup(".")).toBe(found);
    expect(await found.getArray("/up/side")).toBe(await found.getArray("Mass"));
    expect((await root.getGroup("again")).path).toBe("/Part");
  });

  it("asks for members that the server was silent about, when they are used", async () => {
    const { file, root } = open(TREE, {}, 0);
    expect(await root.keys()).toHaveLength(5);
    expect(await root.has("./Part")).toBe(true);
    expect(file.asked).toEqual(["/ 0"]);
    expect(await root.has("Part/Mass")).toBe(true);
    expect(await root.has("Part/deep/y")).toBe(false);
    expect(file.asked).toEqual(["/ 0", "/Part 0", "/Part/deep 0"]);
    expect(await root.getArray("Matter/Mass")).toBeInstanceOf(RemoteDataset);
    expect(file.asked).toHaveLength(3);
  });

  it("finds nothing through datasets, loops and links to nowhere", async () => {
    const { root } = open();
    for (const path of [
      "Part/Mass/x",
      "Part/Mass/..",
      "nothing",
      "up/lost/x",
      "up/loop",
      "up/loop/x",
      "up/lost",
    ]) {
      expect(await root.has(path), path).toBe(false);
      await expect(root.get(path), path).rejects.toBeInstanceOf(NotFoundError);
    }
    await expect(root.get("Prat")).rejects.toThrow(/did you mean "Part"/);
    await expect(root.getArray("up/loop")).rejects.toThrow(/in a circle/);
    await expect(root.getArray("Part")).rejects.toMatchObject({ code: "UNSUPPORTED" });
    await expect(root.getGroup("Part/Mass")).rejects.toMatchObject({ code: "UNSUPPORTED" });
    await expect(root.get(3 as never)).rejects.toMatchObject({ code: "NAME" });
  });

  it("ends where links lead to links without end, however they branch", async () => {
    const members = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`l${i}`, link(`/l${i + 1}/l${i + 1}`)]),
    );
    const { root } = open(group({ ...members, l40: link("/l0") }));
    await expect(root.get("l0")).rejects.toThrow(/in a circle/);
  });

  it("tells links from what they lead to", async () => {
    for (const options of [{}, { isTerse: true }]) {
      const { root } = open(TREE, options);
      const part = await root.getGroup("Part");
      expect(await root.link("Matter")).toEqual({ kind: "soft", target: "/Part" });
      expect(await part.link("../Matter")).toEqual({ kind: "soft", target: "/Part" });
      expect(await part.link(".././Matter")).toEqual({ kind: "soft", target: "/Part" });
      expect(await root.link("up/lost")).toEqual({ kind: "soft", target: "nowhere/x" });
      expect(await root.link("up/side")).toEqual({ kind: "soft", target: "../Part/Mass" });
      expect(await root.link("Part/Mass")).toEqual({ kind: "hard" });
      expect(await root.link("Part/deep/..")).toEqual({ kind: "hard" });
      await expect(root.link("/")).rejects.toBeInstanceOf(NotFoundError);
      await expect(root.link("nothing")).rejects.toBeInstanceOf(NotFoundError);
    }
  });

  it("lists what is in it, links to nowhere and unknown things among it", async () => {
    const { root } = open();
    const nodes = new Map<string, unknown>();
    for await (const [name, node] of root) nodes.set(name, node);
    expect(nodes.get("Matter")).toBe(await root.getGroup("Part"));
    expect(nodes.get("named")).toEqual({ kind: "unknown", path: "/named" });
    const up = new Map<string, unknown>();
    for await (const [name, node] of (await root.getGroup("up")).entries()) up.set(name, node);
    expect(up.get("lost")).toEqual({ kind: "link", path: "/up/lost", target: "nowhere/x" });
    expect(up.get("loop")).toMatchObject({ kind: "link" });
    expect(up.get("whole")).toBe(root);
    expect(await root.get("named")).toEqual({ kind: "unknown", path: "/named" });
    await expect(root.attrs("named")).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });

  it("walks without following links, whatever the server leaves out; or follows them, each object once", async () => {
    for (const [options, maxDepth] of [
      [{}, 5],
      [{}, 0],
      [{ isTerse: true }, 5],
    ] as const) {
      const { root } = open(TREE, options, maxDepth);
      const seen: string[] = [];
      for await (const { kind, path } of root.walk()) seen.push(`${kind} ${path}`);
      expect(seen).toEqual([
        "group /",
        "group /Part",
        "array /Part/Mass",
        "array /Part/Position",
        "group /Part/deep",
        "array /Part/deep/x",
        "link /Matter",
        "link /again",
        "group /up",
        "link /up/side",
        "link /up/loop",
        "link /up/whole",
        "link /up/lost",
        "unknown /named",
      ]);
      const followed: string[] = [];
      await (await root.getGroup("up")).visit((path) => void followed.push(path), { follow: true });
      expect(followed).toEqual([
        "side",
        "loop",
        "whole",
        "whole/Part",
        "whole/Part/Position",
        "whole/Part/deep",
        "whole/Part/deep/x",
        "whole/named",
        "lost",
      ]);
    }
  });

  it("visits with the objects themselves, until something is given back", async () => {
    const { root } = open();
    const visited: string[] = [];
    const found = await root.visit((path, node) => {
      visited.push(path);
      return node instanceof RemoteDataset && node.name === "Position" ? node : undefined;
    });
    expect(visited).toEqual(["Part", "Part/Mass", "Part/Position"]);
    expect(found).toBe(await root.getArray("Part/Position"));
    expect(await root.visit(() => undefined)).toBeUndefined();
  });

  it("has attributes as plain values, and the attribute of a store as it is there", async () => {
    const records = RecordArray.from(
      [{ a: 1, b: 2.5 }],
      [
        ["a", "i4"],
        ["b", "f8"],
      ],
    ) as unknown as ArrayView;
    const attr = '{"when": {"$date": "1970-01-01T00:00:00.000Z"}}';
    const { root } = open(
      group(
        { own: array(numbers(1), { attr, attrs: { r: records } }) },
        { attrs: { unit: "m", one: numbers(1.5).view(0) as ArrayView, two: numbers(1, 2) } },
      ),
    );
    const attrs = await root.attrs();
    expect([...attrs]).toEqual([
      ["unit", "m"],
      ["one", 1.5],
      ["two", Float64Array.of(1, 2)],
    ]);
    expect(await root.attr).toEqual({ unit: "m", one: 1.5, two: Float64Array.of(1, 2) });
    const own = await root.getArray("own");
    expect(own.attr).toEqual({ when: new Date(0) });
    expect(own.attrs.get("r")).toEqual([{ a: 1, b: 2.5 }]);
    expect(await root.attrs("own")).toEqual(own.attrs);
  });

  it("keeps groups that have members of unknown kinds, and refuses answers that are none", async () => {
    const odd: MemoryNode = {
      kind: "odd",
      map: new Map<string, unknown>([
        ["hdf5_object", "dataset"],
        ["attributes", new Map()],
        ["type", [["?", "<x9"]]],
        ["kind", "V"],
        ["shape", [2]],
      ]),
    };
    const future: MemoryNode = { kind: "odd", map: new Map([["hdf5_object", "wormhole"]]) };
    const { root } = open(group({ odd, future, good: array(numbers(1)) }));
    expect(await root.keys()).toEqual(["odd", "future", "good"]);
    const opaque = await root.getArray("odd");
    expect([opaque.shape, opaque.element]).toEqual([[2], { kind: "opaque" }]);
    await expect(opaque.get()).rejects.toMatchObject({ code: "UNSUPPORTED" });
    expect((await root.getArray("good", slice(0, 1))).at(0)).toBe(1);
    for (const map of [new Map(), new Map([["hdf5_object", "group"]]), [] as never]) {
      await expect(open({ kind: "odd", map }).root.keys()).rejects.toMatchObject({ code: "CORRUPT" });
    }
  });

  it("leaves out names that no path leads to, and keeps groups whose members or attributes are broken", async () => {
    const broken = (...entries: [string, unknown][]): MemoryNode => ({ kind: "odd", map: new Map(entries) });
    const inner = group({ real: array(numbers(1)) });
    const { root } = open(
      group({
        "": inner,
        ".": inner,
        "..": inner,
        "a/b": array(numbers(5)),
        a: group({ b: array(numbers(1, 2)) }),
        shapeless: broken(
          ["hdf5_object", "dataset"],
          ["attributes", new Map()],
          ["type", "<f8"],
          ["shape", null],
        ),
        target: broken(["hdf5_object", "soft_link"]),
        bare: broken(["hdf5_object", "group"], ["attributes", null], ["members", new Map()]),
      }),
    );
    expect(await root.keys()).toEqual(["a", "shapeless", "target", "bare"]);
    const walked = [];
    for await (const { path, kind } of root.walk()) walked.push(`${kind} ${path}`);
    expect(walked).toEqual([
      "group /",
      "group /a",
      "array /a/b",
      "unknown /shapeless",
      "unknown /target",
      "group /bare",
    ]);
    expect((await root.getArray("a/b")).length).toBe(2);
  });

  it("ends where it lies in itself, by an error or by a signal", async () => {
    const members: { [name: string]: MemoryNode } = {};
    const a = group(members);
    for (const name of ["one", "two"]) members[name] = a;
    members["small"] = array(numbers(1));
    const { file, root } = open(group({ a }), {}, 1);
    await expect(root.visit(() => undefined)).rejects.toMatchObject({ code: "LIMIT", path: "data.h5" });
    using target = MemmapFile.open(temporary("cycle"), { mode: "w+", durability: "process" });
    await expect(root.copyTo(target)).rejects.toMatchObject({ code: "LIMIT", path: "data.h5" });
    const controller = new AbortController();
    const { signal } = controller;
    const reason = new Error("enough");
    const stop = async (step: () => Promise<unknown>) => {
      await expect(step()).rejects.toBe(reason);
    };
    await stop(() => root.visit((_path) => controller.abort(reason), { signal }));
    const asked = file.asked.length;
    for (const step of [
      () => root.get("a", { signal }),
      () => root.getGroup("a/one", { signal }),
      () => root.getArray("a/small", undefined, { signal }),
      () => root.keys({ signal }),
      () => root.attrs("a", { signal }),
      () => root.table("a", { signal }),
      () => root.entries({ signal }).next(),
      () =>
        root
          .walk({ signal })
          .next()
          .then(() => root.walk({ signal }).return())
          .then(() => root.keys({ signal })),
      () => root.copyTo(target, { signal }),
    ])
      await stop(step);
    expect(file.asked.length).toBe(asked);
    expect((await root.keys()).length).toBe(1);
  });

  it("asks without data for what is too much with them", async () => {
    const { file, root } = open(group({ x: array(numbers(1, 2)) }));
    const whole = openRoot(file, "data.h5", { maxDepth: 5, dataSizeLimit: 100 });
    const requestObject = file.requestObject.bind(file);
    file.requestObject = async (path, object, limits) => {
      if (limits?.dataSizeLimit !== 0) throw new LimitError("the answer is too much");
      return requestObject(path, object, limits);
    };
    expect((await (await whole.getArray("x")).get()).toArray()).toEqual(Float64Array.of(1, 2));
    expect(await root.keys()).toEqual(["x"]);
  });

  it("shows itself without asking", () => {
    const { file, root } = open();
    expect(String(root)).toBe('<RemoteGroup "/" of data.h5>');
    expect(file.asked).toEqual([]);
    expect(root).toBeInstanceOf(RemoteGroup);
  });
});
