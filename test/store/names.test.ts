import { describe, expect, it, vi } from "vitest";
import { NameError } from "../../src/errors.js";
import { checkName, foldPart, groupsOf, isValidName, NameTree } from "../../src/store/names.js";

function refusal(name: unknown, what?: "column" | "group"): NameError {
  try {
    // Names come from programs that are not type checked, too.
    checkName(name as string, what);
  } catch (error) {
    if (error instanceof NameError) return error;
    throw error;
  }
  throw new Error(`${String(name)} was accepted`);
}

describe("checkName", () => {
  it.each([
    "x",
    "coordinates/x",
    "a/b/c/d",
    "__proto__",
    "constructor/__proto__",
    "2020",
    "with space inside",
    " leading space",
    "日本/😀",
    "a.b",
    "x.npy.gz",
    "npy",
    "attr",
    "time:utc",
    "g/c:x",
    "com0",
    "COM10",
    "console",
    "lpt",
    "auxiliary.txt",
    "a~b#c%",
    "n".repeat(250),
    `${"g".repeat(255)}/x`,
    "é".repeat(125),
  ])("accepts %j", (name) => {
    expect(() => checkName(name)).not.toThrow();
    expect(isValidName(name)).toBe(true);
  });

  it.each([
    ["", "it is empty"],
    ["/a", "absolute path"],
    ["/", "absolute path"],
    ["C:/x", "begins with a drive of Windows"],
    ["c:", "begins with a drive of Windows"],
    ["C:x", "begins with a drive of Windows"],
    ["a:b/c", "begins with a drive of Windows"],
    ["a//b", 'part "" is empty'],
    ["a/", 'part "" is empty'],
    [".", "leads nowhere"],
    ["a/./b", 'part "." leads nowhere'],
    ["..", "leads out of its directory"],
    ["a/../b", 'part ".." leads out'],
    [".hidden", 'begins with a dot, as hidden files do; use "hidden"'],
    ["a/.memmap/b", 'part ".memmap" begins with a dot'],
    ["...", "begins with a dot, as hidden files do; use another name"],
    ["a.", 'ends in a dot or space, which Windows drops; use "a"'],
    ["a ", "ends in a dot or space"],
    ["g /x", 'part "g " ends in a dot or space'],
    ["a\\b", 'has a backslash; slashes separate parts: "a/b"'],
    ["a\0b", "has a control character"],
    ["a\nb", "has a control character"],
    ["a\x7f", "has a control character"],
    ["a\x85", "has a control character"],
    ["a\ud800", "half of a surrogate pair"],
    ["\udc00a/x", "half of a surrogate pair"],
    ["x.npy", 'ends in ".npy", which the files of columns do; use "x"'],
    ["x.NPY", 'ends in ".npy"'],
    ["x.Attr", 'ends in ".attr"'],
    ["g.attr/x", 'part "g.attr" ends in ".attr"'],
    ["CON", 'is the device CON on Windows; use "CON_"'],
    ["con", "is the device CON"],
    ["prn/x", 'part "prn" is the device PRN'],
    ["Aux.txt", "is the device AUX"],
    ["nul.tar.gz", "is the device NUL"],
    ["nul .x", "is the device NUL"],
    ["COM1", "is the device COM1"],
    ["lpt9.x", "is the device LPT9"],
    ["com¹", "is the device COM¹"],
    ["LPT³.x", "is the device LPT³"],
    ["CONIN$", "is the device CONIN$"],
    ["n".repeat(251), 'has 251 bytes in UTF-8, where 250 are the most, so that ".attr" still fits behind it'],
    ["é".repeat(126), "has 252 bytes in UTF-8"],
    [`${"g".repeat(256)}/x`, "has 256 bytes in UTF-8, where 255 are the most"],
  ])("refuses %j: %s", (name, rule) => {
    expect(refusal(name).message).toContain(rule);
    expect(refusal(name).message).toMatch(/^".*" is no column name: /);
    expect(isValidName(name)).toBe(false);
  });

  it("refuses what is no string", () => {
    expect(refusal(5).message).toBe("5 is no column name: a name is a string");
    expect(refusal(undefined, "group").message).toBe("undefined is no group name: a name is a string");
    expect(refusal(["a"]).message).toContain("a name is a string");
    expect(refusal(null).code).toBe("NAME");
  });

  it("lets a group's last part be as long as a file name", () => {
    expect(isValidName("g".repeat(255), "group")).toBe(true);
    expect(refusal("g".repeat(256), "group").message).toContain("where 255 are the most");
  });

  it("shows long names and controls in a short message on one line", () => {
    const { message } = refusal(`${"x".repeat(10_000)}/a\n\x1b[31mb`);
    expect(message).not.toMatch(/\p{Cc}/u);
    expect(message.length).toBeLessThan(300);
  });
});

describe("foldPart", () => {
  it.each([
    ["Delay", "delay"],
    ["É", "e\u0301"],
    ["Straße", "STRASSE"],
    ["ΣΑΣ", "σας"],
    ["ſ", "S"],
    ["K", "k"],
    ["ﬀ", "FF"],
    ["ı", "I"],
    // Upper and lower case take this character apart: composed again, both forms are one.
    ["\u0390", "\u03aa\u0301"],
  ])("takes %j and %j for one", (name, other) => {
    expect(foldPart(name)).toBe(foldPart(other));
  });

  it.each([
    ["a", "b"],
    ["e", "é"],
    ["a", "ａ"],
  ])("tells %j from %j", (name, other) => {
    expect(foldPart(name)).not.toBe(foldPart(other));
  });
});

describe("groupsOf", () => {
  it("gives the groups from the outermost on", () => {
    expect(groupsOf("a/b/c")).toEqual(["a", "a/b"]);
    expect(groupsOf("x")).toEqual([]);
  });
});

describe("NameTree", () => {
  it("knows columns and the groups in their names", () => {
    const tree = new NameTree(["coordinates/x", "__proto__", "constructor/__proto__"]);
    expect(tree.has("coordinates/x")).toBe(true);
    expect(tree.has("coordinates")).toBe(false);
    expect(tree.has("toString")).toBe(false);
    expect(tree.has("coordinates/x/y")).toBe(false);
    expect(tree.has("__proto__")).toBe(true);
    expect(tree.hasGroup("coordinates")).toBe(true);
    expect(tree.hasGroup("constructor")).toBe(true);
    expect(tree.hasGroup("coordinates/x")).toBe(false);
    expect(tree.hasGroup("other")).toBe(false);
  });

  it.each([
    ["Delay", "delay"],
    ["cafe\u0301", "café"],
    ["STRASSE", "straße"],
    ["Coordinates/y", "coordinates/"],
    ["coordinates/X", "coordinates/x"],
    ["coordinates/Deep/x", "coordinates/deep/"],
    ["delay/x", "delay"],
    ["delay/x/y", "delay"],
    ["coordinates", "coordinates/"],
    ["coordinates/deep", "coordinates/deep/"],
    ["COORDINATES", "coordinates/"],
  ])("%s collides", (name, other) => {
    const tree = new NameTree(["delay", "café", "straße", "coordinates/x", "coordinates/deep/z"]);
    expect(tree.conflict(name)).toBe(other);
  });

  it.each([
    "delay",
    "coordinates/x",
    "coordinates/y",
    "x",
    "X",
    "other/Delay",
    "__proto__",
    "coordinates/delay",
  ])("%s does not collide", (name) => {
    const tree = new NameTree(["delay", "coordinates/x", "coordinates/deep/z"]);
    expect(tree.conflict(name)).toBeUndefined();
  });

  it("tells what a new group would collide with", () => {
    const tree = new NameTree(["delay", "coordinates/x"]);
    expect(tree.conflict("delay", "group")).toBe("delay");
    expect(tree.conflict("Coordinates", "group")).toBe("coordinates/");
    expect(tree.conflict("coordinates", "group")).toBeUndefined();
    expect(tree.conflict("coordinates/x/y", "group")).toBe("coordinates/x");
    expect(tree.conflict("new/group", "group")).toBeUndefined();
  });

  it("deletes groups that are left empty, and no others", () => {
    const tree = new NameTree(["a/b/c", "a/d"]);
    expect(tree.delete("a/b/c")).toBe(true);
    expect(tree.hasGroup("a/b")).toBe(false);
    expect(tree.hasGroup("a")).toBe(true);
    expect(tree.conflict("a/B")).toBeUndefined();
    expect(tree.delete("a/d")).toBe(true);
    expect(tree.hasGroup("a")).toBe(false);
    expect(tree.conflict("A")).toBeUndefined();
    expect(tree.delete("a/d")).toBe(false);
    expect(tree.delete("a")).toBe(false);
  });

  it("keeps a group that was added as one until it is taken back", () => {
    const tree = new NameTree(["a/b/c"]);
    tree.addGroup("a/b");
    tree.delete("a/b/c");
    expect(tree.hasGroup("a/b")).toBe(true);
    expect(tree.conflict("a/b")).toBe("a/b/");
    expect(tree.deleteGroup("a/b")).toBe(true);
    expect(tree.hasGroup("a")).toBe(false);
    expect(tree.deleteGroup("a/b")).toBe(false);
  });

  it("does not delete a group that has columns", () => {
    const tree = new NameTree(["a/b"]);
    tree.addGroup("a");
    expect(tree.deleteGroup("a")).toBe(true);
    expect(tree.hasGroup("a")).toBe(true);
    expect(tree.has("a/b")).toBe(true);
  });

  it("finds all collisions of a directory that other software made", () => {
    const tree = new NameTree(["delay", "Delay", "DELAY", "x", "x/y", "g/a", "G/a", "g/A", "fine/Delay"]);
    expect(tree.conflicts().sort()).toEqual([
      ["Delay", "DELAY"],
      ["delay", "Delay"],
      ["g/", "G/"],
      ["g/a", "g/A"],
      ["x", "x/"],
    ]);
    for (const name of ["Delay", "DELAY", "x/y", "G/a", "g/A"]) tree.delete(name);
    expect(tree.conflicts()).toEqual([]);
  });

  it("does the same work for the last of ten thousand columns as for the first", () => {
    const fold = vi.spyOn(String.prototype, "normalize");
    const tree = new NameTree();
    const folds = Array.from({ length: 10_000 }, (_, index) => {
      fold.mockClear();
      tree.conflict(`group/column${index}`);
      tree.add(`group/column${index}`);
      return fold.mock.calls.length;
    });
    fold.mockRestore();
    expect(folds[0]).toBeGreaterThan(0);
    expect(Math.max(...folds)).toBeLessThanOrEqual(8);
  });
});
