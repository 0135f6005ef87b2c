import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import {
  CastError,
  LimitError,
  type MemmapColumn,
  MemmapFile,
  MemmapTable,
  NameError,
  NotFoundError,
  ShapeError,
} from "../../src/index.js";
import { refuses, thrown } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";
import { openQuick, quick } from "./support.js";

const fresh = temporaryPaths();

function sample() {
  const file = openQuick(fresh());
  file.setArray("/g/x", [1, 2]);
  return file;
}

/** What the sidecar of a node says. */
const sidecar = (file: MemmapFile, name: string): unknown =>
  JSON.parse(readFileSync(join(file.root, name), "utf8"));

const everything = {
  null: null,
  boolean: true,
  number: -0.5,
  nan: NaN,
  infinity: -Infinity,
  bigint: 2n ** 80n,
  string: "日本",
  date: new Date(5),
  bytes: Uint8Array.of(1, 2),
  floats: Float64Array.of(NaN, -0),
  list: [1, [2n, "three"], { four: new Date(4) }],
  object: { inner: { $date: "not a date" } },
} as const;

describe("an attribute", () => {
  it.each(["/", "/g", "/g/x"])("of %s has every value that tables and columns have", (path) => {
    using file = sample();
    for (const [key, value] of Object.entries(everything)) file.setNodeAttr(path, key, value);
    const check = (other: MemmapFile) => {
      for (const [key, value] of Object.entries(everything)) {
        expect(other.getNodeAttr(path, key)).toEqual(value);
      }
      expect(Object.fromEntries(other.attrs(path))).toEqual(everything);
    };
    check(file);
    using reader = MemmapFile.open(file.root);
    check(reader);
    const name = path === "/" ? ".attr" : path === "/g" ? "g/.attr" : "g/x.attr";
    expect(sidecar(file, name)).toMatchObject({ attr: { bigint: { $bigint: String(2n ** 80n) } } });
  });

  it("is that of tables and columns", () => {
    using file = sample();
    file.setNodeAttr("/g", "title", "group");
    file.setNodeAttr("/g/x", "unit", "m");
    const table = file.getGroup("g").table();
    expect(table.attr).toEqual({ title: "group" });
    expect(table.column("x").attr).toEqual({ unit: "m" });
    table.attr = { title: "table" };
    table.column("x").attr = { unit: "ft" };
    expect(file.getNodeAttr("/g", "title")).toBe("table");
    expect(file.getNodeAttr("/g/x", "unit")).toBe("ft");
    file.close();
    using whole = MemmapTable.open(file.root, { mode: "r+", ...quick });
    expect(whole.groupAttr("g")).toEqual({ title: "table" });
    expect(whole.column("g/x").attr).toEqual({ unit: "ft" });
  });

  it("can be had and set as a whole", () => {
    using file = sample();
    const group = file.getGroup("g");
    expect([file.attr, group.attr]).toEqual([null, null]);
    group.attr = ["any", "value"];
    expect(file.getGroup("g").attr).toEqual(["any", "value"]);
    file.attr = 5;
    expect(file.attr).toBe(5);
    group.attr = null;
    expect(group.attr).toBe(null);
    expect(file.has("/g")).toBe(true);
  });

  it("comes back frozen", () => {
    using file = sample();
    file.setNodeAttr("/g", "list", [{ a: 1 }]);
    const list = file.getNodeAttr("/g", "list") as unknown as { a: number }[];
    expect(() => list.push({ a: 2 })).toThrow(TypeError);
    expect(() => Object.assign(list[0] ?? {}, { a: 2 })).toThrow(TypeError);
    expect(file.getNodeAttr("/g", "list")).toEqual([{ a: 1 }]);
  });

  it("is replaced by its key alone", () => {
    using file = sample();
    file.setNodeAttr("/g/x", "a", 1);
    file.setNodeAttr("/g/x", "b", 2);
    file.setNodeAttr("/g/x", "a", [3]);
    expect([...file.attrs("/g/x")]).toEqual([
      ["a", [3]],
      ["b", 2],
    ]);
  });

  it("that is not there is refused with a guess, or is what the caller says", () => {
    using file = sample();
    file.setNodeAttr("/g/x", "unit", "m");
    refuses(file.root, NotFoundError, /\/g\/x has no attribute "unti"; did you mean "unit"/, () =>
      file.getNodeAttr("/g/x", "unti"),
    );
    expect(file.getNodeAttr("/g/x", "unti", "none")).toBe("none");
    expect(file.getNodeAttr("/g/x", "unti", undefined)).toBe(undefined);
    expect(file.getNodeAttr("/g/x", "unit", "none")).toBe("m");
    expect(file.getNodeAttr("/", "unit", 0)).toBe(0);
  });

  it("that is null, false or empty is there", () => {
    using file = sample();
    for (const value of [null, false, 0, "", NaN, []]) {
      file.setNodeAttr("/g/x", "value", value);
      expect(file.getNodeAttr("/g/x", "value", "none")).toEqual(value);
      expect(file.getNodeAttr("/g/x", "value")).toEqual(value);
      expect(file.attrs("/g/x").has("value")).toBe(true);
    }
  });

  it("of a node that is not there is refused, and makes none", () => {
    using file = sample();
    for (const act of [
      () => file.setNodeAttr("/g/y", "a", 1),
      () => file.setNodeAttr("/h", "a", 1),
      () => file.getNodeAttr("/h", "a", 1),
      () => file.attrs("/h"),
    ]) {
      refuses(file.root, NotFoundError, /there is no node \/(g\/y|h)/, act);
    }
    const attrs = file.attrs("/g/x");
    file.deleteNode("/g/x");
    expect(() => attrs.size).toThrow(NotFoundError);
    expect(() => attrs.set("a", 1)).toThrow(NotFoundError);
  });

  it("that is no object has no keys", () => {
    using file = sample();
    const array = file.getArray("/g/x") as MemmapColumn;
    for (const attr of [5, "text", [1, 2], new Date(0), Uint8Array.of(1), 5n, true, NaN]) {
      array.attr = attr;
      const attrs = file.attrs("/g/x");
      for (const act of [
        () => attrs.size,
        () => attrs.get("a"),
        () => attrs.has("a"),
        () => attrs.set("a", 1),
        () => attrs.delete("a"),
        () => attrs.clear(),
        () => [...attrs],
        () => file.setNodeAttr("/g/x", "a", 1),
        () => file.getNodeAttr("/g/x", "a", 1),
      ]) {
        const error = thrown(act);
        expect(error).toBeInstanceOf(ShapeError);
        expect(error.message).toMatch(/the attribute of \/g\/x is .* as a whole, and has no keys/);
      }
      expect(array.attr).toEqual(attr);
    }
    array.attr = {};
    file.setNodeAttr("/g/x", "a", 1);
    expect(array.attr).toEqual({ a: 1 });
  });

  it("takes what is an attribute, and nothing else", () => {
    using file = sample();
    file.setNodeAttr("/g/x", "a", 1);
    for (const value of [() => 1, Symbol("s"), new Map(), new Date(NaN)]) {
      refuses(file.root, CastError, /attr|"a"|a/, () => file.setNodeAttr("/g/x", "a", value as never));
    }
    let deep: unknown = 1;
    for (let i = 0; i < 200; i++) deep = [deep];
    refuses(file.root, LimitError, /nested too deep/, () => file.setNodeAttr("/g/x", "a", deep as never));
    refuses(file.root, NameError, /the key of an attribute is a string, not 5/, () =>
      file.setNodeAttr("/g/x", 5 as never, 1),
    );
    expect(file.getNodeAttr("/g/x", "a")).toBe(1);
  });
});

describe("the attributes of a node", () => {
  it("are like a Map", () => {
    using file = sample();
    const attrs = file.attrs("/g/x");
    expect(attrs.size).toBe(0);
    expect(attrs.set("a", 1).set("b", [2])).toBe(attrs);
    expect([attrs.get("a"), attrs.get("c"), attrs.has("b"), attrs.has("c")]).toEqual([
      1,
      undefined,
      true,
      false,
    ]);
    expect([...attrs.keys()]).toEqual(["a", "b"]);
    expect([...attrs.values()]).toEqual([1, [2]]);
    expect([...attrs.entries()]).toEqual([...attrs]);
    expect(new Map(attrs)).toEqual(
      new Map<string, unknown>([
        ["a", 1],
        ["b", [2]],
      ]),
    );
    const seen: unknown[] = [];
    attrs.forEach((value, key) => seen.push(key, value));
    expect(seen).toEqual(["a", 1, "b", [2]]);
    expect(attrs.delete("a")).toBe(true);
    expect(attrs.delete("a")).toBe(false);
    expect(attrs.size).toBe(1);
    expect(String(attrs)).toBe("NodeAttributes /g/x { b }");
    expect(inspect(attrs)).toContain("b");
    attrs.clear();
    expect([...attrs]).toEqual([]);
  });

  it("are those of now, whoever set them", () => {
    using file = sample();
    const attrs = file.attrs("/g");
    file.setNodeAttr("/g", "a", 1);
    expect(attrs.get("a")).toBe(1);
    expect(file.getGroup("g").attrs().get("a")).toBe(1);
    expect(file.attrs().size).toBe(0);
  });

  it("change by one transaction each, and not at all where there is nothing to change", () => {
    using file = sample();
    const attrs = file.attrs("/g");
    const { generation } = file;
    attrs.set("a", 1);
    attrs.delete("b");
    attrs.delete("a");
    attrs.clear();
    expect(file.generation).toBe(generation + 2);
    file.transaction(() => attrs.set("a", 1).set("b", 2));
    expect(file.generation).toBe(generation + 3);
  });

  it("may be called as what every object has", () => {
    using file = sample();
    const attrs = file.attrs("/g/x");
    expect(attrs.get("constructor")).toBe(undefined);
    expect(attrs.has("toString")).toBe(false);
    attrs.set("__proto__", { polluted: 1 }).set("constructor", 2).set("", 3).set("a/b", 4);
    using reader = MemmapFile.open(file.root);
    expect([...reader.attrs("/g/x")]).toEqual([
      ["__proto__", { polluted: 1 }],
      ["constructor", 2],
      ["", 3],
      ["a/b", 4],
    ]);
    expect(({} as { polluted?: number }).polluted).toBe(undefined);
    expect(attrs.delete("__proto__")).toBe(true);
    expect(attrs.has("__proto__")).toBe(false);
    file.setArray("y", 1, { attrs: JSON.parse('{"__proto__": 1}') });
    expect(file.getNodeAttr("y", "__proto__")).toBe(1);
  });

  it("stay with what is renamed, and are copied with what is copied", () => {
    using file = sample();
    file.attrs("/g").set("a", 1);
    file.attrs("/g/x").set("b", 2);
    file.renameNode("/g", "/h");
    file.copyNode("/h", "/i");
    expect([file.getNodeAttr("/h", "a"), file.getNodeAttr("/i/x", "b")]).toEqual([1, 2]);
    expect(() => file.attrs("/g")).toThrow(NotFoundError);
  });

  it("are read from what other software wrote, digits and all", () => {
    using file = sample();
    file.close();
    const text = '{"attr": {"long": 123456789012345678901234567890, "nan": NaN, "list": [1.0]}, "more": 1}';
    writeFileSync(join(file.root, "g", "x.attr"), text);
    using again = openQuick(file.root);
    expect(Object.fromEntries(again.attrs("/g/x"))).toEqual({
      long: 123456789012345678901234567890n,
      nan: NaN,
      list: [1],
    });
    again.setNodeAttr("/g", "a", 1);
    expect(readFileSync(join(file.root, "g", "x.attr"), "utf8")).toBe(text);
  });
});
