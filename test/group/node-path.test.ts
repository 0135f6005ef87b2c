import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ExistsError, NameError } from "../../src/index.js";
import { refuses, snapshot, thrown } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";
import { openQuick } from "./support.js";

const fresh = temporaryPaths();

describe("a path", () => {
  it("that begins with a slash starts at the root, any other at the group", () => {
    using file = openQuick(fresh());
    const group = file.setGroup("a/b");
    expect([group.path, group.name]).toEqual(["/a/b", "b"]);
    expect([file.path, file.name]).toEqual(["/", ""]);
    group.setArray("x", [1]);
    group.setArray("c/x", [2]);
    group.setArray("/x", [3]);
    expect(group.getArray("x").at(0)).toBe(1);
    expect(group.getGroup("c").getArray("x").at(0)).toBe(2);
    expect(file.getArray("/a/b/c/x").at(0)).toBe(2);
    expect(file.getArray("a/b/c/x").at(0)).toBe(2);
    expect(group.getArray("/x").at(0)).toBe(3);
    expect(group.getGroup("/").path).toBe("/");
    expect(group.has("/a")).toBe(true);
    expect(group.has("a")).toBe(false);
    // A path of three parts without a slash is as good as one of two.
    expect(file.setArray("p/q/r", 1).name).toBe("p/q/r");
  });

  it.each<[string, string, RegExp]>([
    ["of nothing", "", /it is empty/],
    ["of slashes", "//", /absolute/],
    ["that begins with two slashes", "//a", /absolute/],
    ["that ends in a slash", "/a/", /its part "" is empty/],
    ["with an empty part", "a//b", /its part "" is empty/],
    ["of a dot", ".", /leads nowhere/],
    ["with a dot", "/a/./b", /leads nowhere/],
    ["of two dots", "..", /leads out of its directory/],
    ["that goes up and down", "/a/../b", /leads out of its directory/],
    ["that leaves the root", "/../b", /leads out of its directory/],
    ["with a backslash", "a\\b", /backslash; slashes separate parts: "a\/b"/],
    ["with a drive", "C:/x", /drive of Windows/],
    ["with a NUL", "a\0b", /control character/],
    ["with a line end", "a\nb", /control character/],
    ["with half of a surrogate pair", "a\ud800", /surrogate/],
    ["of a device", "/a/CON", /is the device CON on Windows/],
    ["of a device with an extension", "nul.txt", /is the device NUL on Windows/],
    ["of a hidden file", "/a/.x", /begins with a dot/],
    ["of the control directory", "/.memmap", /begins with a dot/],
    ["that ends in a space", "a ", /dot or space/],
    ["that ends in a dot", "a./b", /dot or space/],
    ["that ends like the file of an array", "x.npy", /ends in ".npy"/],
    ["that ends like a sidecar", "x.ATTR/y", /ends in ".attr"/],
    ["of 256 bytes", "é".repeat(128), /has 256 bytes in UTF-8/],
  ])("%s is refused, whatever is done with it", (_, path, message) => {
    using file = openQuick(fresh());
    const group = file.setGroup("g");
    file.setArray("x", [1]);
    const before = snapshot(file.root);
    for (const node of [file, group]) {
      for (const act of [
        () => node.setGroup(path),
        () => node.getGroup(path),
        () => node.setArray(path, [1]),
        () => node.createArray(path, "f8", [1]),
        () => node.getArray(path),
        () => node.has(path),
        () => node.deleteNode(path),
        () => node.renameNode("/x", path),
        () => node.renameNode(path, "/y"),
        () => node.copyNode("/x", path),
        () => node.copyNode(path, "/y"),
        () => node.attrs(path),
        () => node.setNodeAttr(path, "key", 1),
        () => node.getNodeAttr(path, "key"),
      ]) {
        const error = thrown(act);
        expect(error).toBeInstanceOf(NameError);
        expect(error.message).toMatch(message);
      }
    }
    expect(snapshot(file.root)).toEqual(before);
  });

  it("is a string", () => {
    using file = openQuick(fresh());
    refuses(file.root, NameError, /a path is a string, not 5/, () => file.has(5 as never));
    refuses(file.root, NameError, /a path is a string, not undefined/, () =>
      file.setGroup(undefined as never),
    );
  });

  it("of a group is longer than that of an array may be, whose files have an ending", () => {
    using file = openQuick(fresh());
    expect(file.setGroup("g".repeat(255)).name).toHaveLength(255);
    file.setArray("a".repeat(250), 1);
    refuses(file.root, NameError, /has 251 bytes in UTF-8, where 250 are the most/, () =>
      file.setArray("b".repeat(251), 1),
    );
  });
});

describe("names in one directory", () => {
  it("are different on every system: case and normal form do not tell them apart", () => {
    using file = openQuick(fresh());
    file.setArray("/g/x", [1]);
    file.setArray("/\u00e9", [1]);
    for (const act of [
      () => file.setArray("/g/X", [1]),
      () => file.setArray("/G/y", [1]),
      () => file.setGroup("/G"),
      () => file.setGroup("/G/h"),
      () => file.createArray("/e\u0301", "f8", [1]),
      () => file.renameNode("/g/x", "/E\u0301"),
      () => file.copyNode("/g", "/G"),
      () => file.copyNode("/g/x", "/g/X"),
    ]) {
      refuses(file.root, NameError, /cannot stand beside/, act);
    }
    expect([...file.keys()]).toEqual(["g", "\u00e9"]);
    expect(file.has("/G")).toBe(false);
  });

  it("are of an array or of a group, not of both", () => {
    using file = openQuick(fresh());
    file.setArray("/x", [1]);
    file.setArray("/g/y", [1]);
    for (const path of ["/x", "/x/y", "/x/y/z"]) {
      refuses(file.root, NameError, /cannot (stand beside|lie in) "x"/, () => file.setGroup(path));
    }
    for (const act of [
      () => file.setArray("/x/y", [1]),
      () => file.createArray("/x/y", "i4", [1]),
      () => file.renameNode("/g", "/x/y"),
      () => file.copyNode("/g", "/x/y"),
    ]) {
      refuses(file.root, NameError, /cannot (stand beside|lie in) "x"/, act);
    }
    for (const act of [() => file.setArray("/g", [1]), () => file.createArray("/g", "f8", [1])]) {
      const error = refuses(file.root, ExistsError, /\/g is a group; delete it first/, act);
      expect(error).toMatchObject({ code: "EXISTS", path: join(file.root, "g") });
    }
    refuses(file.root, NameError, /\/ is the root, which is a group/, () => file.setArray("/", [1]));
    expect(existsSync(join(file.root, "x"))).toBe(false);
  });

  it("called __proto__ and constructor are names like others", () => {
    using file = openQuick(fresh());
    for (const name of ["__proto__", "constructor", "toString"]) {
      file.setArray(`${name}/${name}`, [1], { attrs: { name } });
    }
    expect([...file.keys()]).toEqual(["__proto__", "constructor", "toString"]);
    expect(file.getNodeAttr("/__proto__/__proto__", "name")).toBe("__proto__");
    expect(file.has("/hasOwnProperty")).toBe(false);
  });
});
