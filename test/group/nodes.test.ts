import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import {
  IndexError,
  MemmapColumn,
  MemmapGroup,
  NameError,
  NotFoundError,
  slice,
  UnsupportedError,
} from "../../src/index.js";
import { counting, nested } from "../array/support.js";
import { refuses, snapshot } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";
import { contents, openQuick, stored, values } from "./support.js";

const fresh = temporaryPaths();

/** `/a/b/x`, `/a/y`, `/a/empty`, `/z`, of which some have attributes. */
function sample() {
  const file = openQuick(fresh());
  file.transaction(() => {
    file.setArray("/a/b/x", [1, 2], { attrs: { unit: "m" } });
    file.setArray("/a/y", [[1.5]]);
    file.setGroup("/a/empty");
    file.setNodeAttr("/a", "about", "a");
    file.setArray("/z", 7);
  });
  return file;
}

const paths = (group: MemmapGroup) => [...group.walk()].map(({ path }) => path);

describe("setGroup", () => {
  it("makes a group and its parents, which stay without anything in them", () => {
    using file = openQuick(fresh());
    const group = file.setGroup("/a/b/c");
    expect(group).toBeInstanceOf(MemmapGroup);
    expect(Object.keys(stored(file))).toEqual(["/", "/a", "/a/b", "/a/b/c"]);
    expect(existsSync(join(file.root, "a", "b", "c", ".attr"))).toBe(true);
    const { generation } = file;
    expect(file.setGroup("/a/b/c").path).toBe("/a/b/c");
    expect(file.setGroup("/").path).toBe("/");
    expect(file.generation).toBe(generation);
  });

  it("makes a group stay that is there by what is in it", () => {
    using file = openQuick(fresh());
    file.setArray("/a/x", 1);
    file.setGroup("/a");
    file.renameNode("/a/x", "/x");
    expect(file.has("/a")).toBe(true);
  });

  it("leaves attributes alone", () => {
    using file = sample();
    file.setGroup("/a");
    expect(file.getNodeAttr("/a", "about")).toBe("a");
  });
});

describe("getGroup and getArray", () => {
  it("refuse what is not there, with a guess at what was meant, and make nothing", () => {
    using file = sample();
    for (const [act, message] of [
      [() => file.getArray("/a/b/xx"), /there is no array \/a\/b\/xx in .*did you mean "\/a\/b\/x"/],
      [() => file.getArray("/q/x"), /there is no array \/q\/x/],
      [() => file.getGroup("/a/c"), /there is no group \/a\/c/],
      [() => file.getGroup("/emty"), /there is no group \/emty/],
      [() => file.getGroup("/a").getGroup("emty"), /did you mean "\/a\/empty"/],
    ] as const) {
      refuses(file.root, NotFoundError, message, act);
    }
    expect(file.has("/q")).toBe(false);
    expect(file.has("/a/c")).toBe(false);
  });

  it("say what it is, where it is the other", () => {
    using file = sample();
    refuses(file.root, UnsupportedError, /\/z is an array, not a group; getArray\(\)/, () =>
      file.getGroup("/z"),
    );
    refuses(file.root, UnsupportedError, /\/a is a group, not an array; getGroup\(\)/, () =>
      file.getArray("/a"),
    );
    refuses(file.root, UnsupportedError, /\/ is a group/, () => file.getArray("/"));
  });

  it("give one object for one array, however it was reached", () => {
    using file = sample();
    const array = file.getArray("/a/b/x");
    expect(array).toBeInstanceOf(MemmapColumn);
    expect(file.getGroup("/a/b").getArray("x")).toBe(array);
    expect((array as MemmapColumn).name).toBe("a/b/x");
  });
});

describe("a selection", () => {
  it("is a view where it is basic, and a read-only copy where it is not", () => {
    using file = openQuick(fresh());
    file.setArray("x", counting("i4", [3, 3]));
    const view = file.getArray("x", slice(0, 2));
    expect(nested(view)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    view.set(0, 9 as never);
    expect(values(file, "x")).toEqual([
      [9, 9, 9],
      [3, 4, 5],
      [6, 7, 8],
    ]);
    const copy = file.getArray("x", [0, 2]);
    expect([copy.readonly, nested(copy)]).toEqual([
      true,
      [
        [9, 9, 9],
        [6, 7, 8],
      ],
    ]);
    file.getArray("x").fill(0 as never);
    expect(copy.at(0, 0)).toBe(9);
  });

  it.each([
    ["a position", 1, [3, 4, 5]],
    ["a position from the end", -1, [6, 7, 8]],
    [
      "all",
      "...",
      [
        [0, 1, 2],
        [3, 4, 5],
        [6, 7, 8],
      ],
    ],
    ["a position on each axis", [slice(), 1], [1, 4, 7]],
    ["one element", [slice(1, 2), slice(1, 2)], [[4]]],
    [
      "rows",
      [2, 0],
      [
        [6, 7, 8],
        [0, 1, 2],
      ],
    ],
    ["a typed array of rows", Int32Array.of(-1), [[6, 7, 8]]],
    [
      "booleans",
      [true, false, true],
      [
        [0, 1, 2],
        [6, 7, 8],
      ],
    ],
    [
      "a list for each axis",
      [
        [0, 1],
        [0, 2],
      ],
      [0, 5],
    ],
    ["a new axis", [null, 0], [[0, 1, 2]]],
    ["no rows", [], []],
  ] as const)("%s is NumPy's", (_, selection, expected) => {
    using file = openQuick(fresh());
    file.setArray("/g/x", counting("i4", [3, 3]));
    expect(nested(file.getGroup("g").getArray("x", selection as never))).toEqual(expected);
  });

  it("outside of the array is refused", () => {
    using file = openQuick(fresh());
    file.setArray("x", [1, 2]);
    file.setArray("s", 5);
    for (const selection of [2, -3, [2], [0, 0, 0, 2], [slice(), 0]]) {
      expect(() => file.getArray("x", selection as never)).toThrow(IndexError);
    }
    expect(() => file.getArray("s", 0)).toThrow(IndexError);
    expect(file.getArray("s").at()).toBe(5);
  });
});

describe("has", () => {
  it("tells of groups and arrays, by each way there", () => {
    using file = sample();
    const found = ["/", "/a", "a/b", "/a/b/x", "/a/empty", "z"].map((path) => file.has(path));
    expect(found).toEqual(new Array(6).fill(true));
    expect(["/x", "/a/x", "/a/b/x/y", "empty"].map((path) => file.has(path))).toEqual(
      new Array(4).fill(false),
    );
    expect(file.getGroup("/a/b").has("x")).toBe(true);
    expect(file.getGroup("/a/b").has("y")).toBe(false);
  });
});

describe("deleteNode", () => {
  it("deletes an array with its attributes, and no group that it was in", () => {
    using file = sample();
    file.deleteNode("/a/b/x");
    expect(Object.keys(stored(file))).toEqual(["/", "/a", "/a/b", "/a/empty", "/a/y", "/z"]);
    expect(file.setArray("/a/b/x", 1).attr).toBe(null);
  });

  it("deletes a group of something on request only", () => {
    using file = sample();
    refuses(file.root, UnsupportedError, /\/a is a group of 3 nodes; say recursive: true/, () =>
      file.deleteNode("/a"),
    );
    refuses(file.root, UnsupportedError, /\/a\/b is a group of 1 node;/, () => file.deleteNode("/a/b"));
    file.deleteNode("/a/empty");
    file.deleteNode("/a", { recursive: true });
    expect(stored(file)).toEqual({
      "/": { group: null },
      "/z": { dtype: "<i4", shape: [], values: 7, attr: null },
    });
    expect(existsSync(join(file.root, "a"))).toBe(false);
  });

  it("never deletes parents, though nothing said that they should stay", () => {
    using file = openQuick(fresh());
    file.setArray("/p/q/r/x", 1);
    file.deleteNode("/p/q/r", { recursive: true });
    expect(Object.keys(stored(file))).toEqual(["/", "/p", "/p/q"]);
    file.deleteNode("/p/q");
    file.deleteNode("/p");
    expect(Object.keys(stored(file))).toEqual(["/"]);
  });

  it("of neighbours that begin alike deletes one", () => {
    using file = openQuick(fresh());
    for (const path of ["/a/x", "/ab/x", "/a.b/x", "/a b/x"]) file.setArray(path, 1);
    file.deleteNode("/a", { recursive: true });
    expect([...file.keys()]).toEqual(["a b", "a.b", "ab"]);
  });

  it("leaves views that say so, and typed arrays without elements", () => {
    using file = sample();
    const held = file.getArray<"i4">("/a/b/x");
    const typed = held.values;
    const group = file.getGroup("/a/b");
    file.deleteNode("/a", { recursive: true });
    expect(typed).toHaveLength(0);
    expect(() => held.at(0)).toThrow(NotFoundError);
    expect(() => group.keys()).toThrow(NotFoundError);
    expect(() => group.setArray("x", 1).name).not.toThrow();
    expect(group.has("x")).toBe(true);
  });

  it("refuses the root, and what is not there", () => {
    using file = sample();
    refuses(file.root, NameError, /the root cannot be deleted/, () =>
      file.deleteNode("/", { recursive: true }),
    );
    refuses(file.root, NotFoundError, /there is no node \/q/, () =>
      file.deleteNode("/q", { recursive: true }),
    );
    refuses(file.root, NotFoundError, /there is no node \/z\/z/, () => file.deleteNode("/z/z"));
  });
});

describe("renameNode", () => {
  it("renames an array, which goes on with its attributes and its views", () => {
    using file = sample();
    const held = file.getArray<"i4">("/a/b/x") as MemmapColumn<"i4", "r+">;
    const view = held.slice(1);
    const typed = held.values;
    const { ino } = statSync(join(file.root, "a", "b", "x.npy"));
    file.renameNode("/a/b/x", "/new/group/x2");
    expect(statSync(join(file.root, "new", "group", "x2.npy")).ino).toBe(ino);
    expect(held.name).toBe("new/group/x2");
    expect(held.attr).toEqual({ unit: "m" });
    typed[0] = 5;
    view.set(0, 6);
    expect(values(file, "/new/group/x2")).toEqual([5, 6]);
    expect(file.getArray("/new/group/x2")).toBe(held);
    expect(Object.keys(stored(file))).toEqual([
      "/",
      "/a",
      "/a/b",
      "/a/empty",
      "/a/y",
      "/new",
      "/new/group",
      "/new/group/x2",
      "/z",
    ]);
  });

  it("renames a group with all that is in it, attributes and views included", () => {
    using file = sample();
    const held = file.getArray<"i4">("/a/b/x") as MemmapColumn<"i4", "r+">;
    const typed = held.values;
    const before = contents(file.getGroup("a"));
    file.renameNode("/a", "/deep/er/a2");
    const moved = Object.entries(before).map(([path, node]) => [path.replace(/^\/a/, "/deep/er/a2"), node]);
    expect(contents(file.getGroup("/deep/er/a2"))).toEqual(Object.fromEntries(moved));
    expect(file.has("/a")).toBe(false);
    expect(existsSync(join(file.root, "a"))).toBe(false);
    typed[1] = 9;
    expect(held.name).toBe("deep/er/a2/b/x");
    expect(values(file, "/deep/er/a2/b/x")).toEqual([1, 9]);
    stored(file);
  });

  it("takes names from the group that it is asked of", () => {
    using file = sample();
    const group = file.getGroup("/a");
    group.renameNode("b/x", "x");
    group.renameNode("/z", "b/z");
    expect(paths(file)).toEqual(["/", "/a", "/a/b", "/a/b/z", "/a/empty", "/a/x", "/a/y"]);
    expect(String(group.getGroup("b"))).not.toContain("deleted");
  });

  it("changes case, and swaps in three steps", () => {
    using file = openQuick(fresh());
    file.setArray("a", 1);
    file.setArray("b", 2);
    file.renameNode("a", "A");
    file.transaction(() => {
      file.renameNode("A", "c");
      file.renameNode("b", "A");
      file.renameNode("c", "b");
    });
    expect([values(file, "A"), values(file, "b")]).toEqual([2, 1]);
    stored(file);
  });

  it("changes the case of a group with all that is in it", () => {
    using file = openQuick(fresh());
    file.setArray("/ca/x", 1);
    file.setArray("/ca/y/z", 2);
    file.setGroup("/cb/empty").attr = "kept";
    file.setArray("/cb/x", 3);
    file.renameNode("/ca", "/CA");
    file.renameNode("/cb", "/Cb");
    expect(Object.keys(stored(file))).toEqual([
      "/",
      "/CA",
      "/CA/x",
      "/CA/y",
      "/CA/y/z",
      "/Cb",
      "/Cb/empty",
      "/Cb/x",
    ]);
    expect(file.getGroup("/Cb/empty").attr).toBe("kept");
    expect(values(file, "/CA/y/z")).toBe(2);
  });

  it("to the same name does nothing", () => {
    using file = sample();
    const { generation } = file;
    file.renameNode("/a", "/a");
    file.renameNode("/z", "z");
    expect(file.generation).toBe(generation);
  });

  it("refuses what is taken, the root, and a place within itself", () => {
    using file = sample();
    for (const [from, to, type, message] of [
      ["/q", "/r", NotFoundError, /there is no node \/q/],
      ["/a", "/", NameError, /the root has no other name/],
      ["/", "/q", NameError, /the root has no other name/],
      ["/a", "/a/b/c", NameError, /\/a\/b\/c lies below \/a/],
    ] as const) {
      refuses(file.root, type, message, () => file.renameNode(from, to));
    }
    for (const [from, to] of [
      ["/z", "/a/y"],
      ["/z", "/a"],
      ["/a", "/z"],
      ["/a/b", "/a/empty"],
    ] as const) {
      const message = new RegExp(`there is a node ${to} already; delete it first`);
      expect(() => file.renameNode(from, to)).toThrow(message);
      expect(() => file.copyNode(from, to)).toThrow(message);
    }
    expect(Object.keys(stored(file))).toHaveLength(7);
  });
});

describe("copyNode", () => {
  it("copies an array with its attributes, which are two from then on", () => {
    using file = sample();
    file.copyNode("/a/b/x", "/a/b/copy");
    file.getArray<"i4">("/a/b/copy").values.set([8, 9]);
    file.setNodeAttr("/a/b/copy", "unit", "ft");
    expect(stored(file)).toMatchObject({
      "/a/b/x": { values: [1, 2], attr: { unit: "m" } },
      "/a/b/copy": { values: [8, 9], attr: { unit: "ft" } },
    });
    file.copyNode("/z", "/scalar");
    expect(values(file, "/scalar")).toBe(7);
  });

  it("copies a group with all that is in it, of every layout and order", () => {
    using file = sample();
    file.copyNode("/a", "/c/d");
    const copy = Object.entries(contents(file.getGroup("/c/d")));
    expect(copy.map(([path, node]) => [path.replace("/c/d", "/a"), node])).toEqual(
      Object.entries(contents(file.getGroup("/a"))),
    );
    file.deleteNode("/a", { recursive: true });
    expect(values(file, "/c/d/b/x")).toEqual([1, 2]);
    stored(file);
  });

  it("refuses the root, and a place within itself", () => {
    using file = sample();
    refuses(file.root, NameError, /lies below \/a/, () => file.copyNode("/a", "/a/c"));
    refuses(file.root, NameError, /the root/, () => file.copyNode("/", "/c"));
    refuses(file.root, NotFoundError, /no node/, () => file.copyNode("/q", "/c"));
  });
});

describe("what is in a group", () => {
  it("is listed by name, in the order of code points", () => {
    using file = openQuick(fresh());
    for (const name of ["b", "B1", "a", "\u{1f600}", "\uffff", "é", "10", "9"]) file.setArray(name, 1);
    expect([...file.keys()]).toEqual(["10", "9", "B1", "a", "b", "é", "\uffff", "\u{1f600}"]);
    expect(paths(file).slice(-2)).toEqual(["/\uffff", "/\u{1f600}"]);
  });

  it("is iterated with its names", () => {
    using file = sample();
    const group = file.getGroup("/a");
    expect([...group.keys()]).toEqual(["b", "empty", "y"]);
    const nodes = new Map(group);
    expect([...nodes.keys()]).toEqual(["b", "empty", "y"]);
    expect(nodes.get("b")).toBeInstanceOf(MemmapGroup);
    expect(nodes.get("y")).toBe(file.getArray("/a/y"));
    expect([...group.entries()].map(([name]) => name)).toEqual([...group.keys()]);
    expect([...file.getGroup("/a/empty")]).toEqual([]);
  });

  it("is walked to the ground, each group before what is in it", () => {
    using file = sample();
    expect([...file.getGroup("/a").walk()]).toEqual([
      { kind: "group", path: "/a" },
      { kind: "group", path: "/a/b" },
      expect.objectContaining({ kind: "array", path: "/a/b/x", shape: [2], nbytes: 8 }),
      { kind: "group", path: "/a/empty" },
      expect.objectContaining({ kind: "array", path: "/a/y", shape: [1, 1], nbytes: 8 }),
    ]);
    expect([...file.walk()].at(-1)).toMatchObject({ path: "/z", shape: [], nbytes: 4 });
  });

  it("may change while it is walked", () => {
    using file = sample();
    for (const { kind, path } of file.walk()) if (kind === "array") file.deleteNode(path);
    expect(paths(file)).toEqual(["/", "/a", "/a/b", "/a/empty"]);
  });

  it("is printed as a tree with shapes, dtypes and sizes", () => {
    using file = sample();
    file.setArray("/records", [{ a: 1, b: "x" }], {
      dtype: [
        ["a", "i4"],
        ["b", "U2"],
      ],
    });
    file.createArray("/a/b/large", "f8", [1000, 200]);
    expect(String(file)).toMatchInlineSnapshot(`
      "/           Group
      /a          Group
      /a/b        Group
      /a/b/large  Array  <f8                        [1000, 200]  1.5 MiB
      /a/b/x      Array  <i4                        [2]          8 B
      /a/empty    Group
      /a/y        Array  <f8                        [1, 1]       8 B
      /records    Array  [["a","<i4"],["b","<U2"]]  [1]          12 B
      /z          Array  <i4                        []           4 B"
    `);
    expect(inspect(file)).toBe(String(file));
    expect(String(file.getGroup("/a/empty"))).toBe("/a/empty  Group");
    expect(inspect({ group: file.getGroup("/a/empty") })).toContain("/a/empty  Group");
  });

  it("is printed in part, where there is much", () => {
    using file = openQuick(fresh());
    file.transaction(() => {
      for (let i = 0; i < 101; i++) file.setGroup(`g${String(i).padStart(3, "0")}`);
    });
    const lines = String(file).split("\n");
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)).toBe("… and 2 more");
  });

  it("is nothing once the group is gone, or the file closed", () => {
    using file = sample();
    const group = file.getGroup("/a/b");
    file.renameNode("/a", "/c");
    expect(String(group)).toBe("<deleted MemmapGroup /a/b>");
    file.close();
    expect(String(group)).toBe("<closed MemmapGroup /a/b>");
    expect(String(file)).toBe("<closed MemmapFile />");
  });
});

describe("many nodes", () => {
  it("are made and looked at in one change", () => {
    using file = openQuick(fresh());
    let looks = 0;
    file.transaction(() => {
      for (let i = 0; i < 100; i++) {
        file.setArray(`/g${i}/x`, 1);
        looks += Number(file.has(`/g${i}/x`));
      }
    });
    expect(looks).toBe(100);
    expect(file.generation).toBe(2);
    expect(paths(file)).toHaveLength(201);
  });
});

describe("a tree", () => {
  it("leaves nothing of its changes behind", () => {
    using file = sample();
    file.copyNode("/a", "/c");
    file.deleteNode("/a", { recursive: true });
    file.renameNode("/c", "/a");
    const left = Object.keys(snapshot(file.root)).filter((name) => /stage|commit/.test(name));
    expect(left).toEqual([]);
  });
});
