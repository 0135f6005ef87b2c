import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  CorruptError,
  DiskError,
  DTypeError,
  ExistsError,
  FormatError,
  LimitError,
  NameError,
  NotFoundError,
  ReadOnlyError,
  UnsupportedError,
} from "../../../src/errors.js";
import { MemmapFile } from "../../../src/group/index.js";
import { MemmapTable, openNpy, parseDType } from "../../../src/index.js";
import { nodeFiles, overFiles, withFiles } from "../../../src/platform/files.js";
import { openBelow, snapshot, thrown } from "../../support/snapshot.js";
import { temporaryPaths } from "../../support/temporary.js";
import { HmfDirectory } from "./hmf-directory.js";
import { importHmf } from "./import.js";
import { Called, Name } from "./pickle-writer.js";

const path = temporaryPaths();
const directory = () => new HmfDirectory(path("hmf"));

/** Checks that an import fails so, leaves nothing at its root and nothing open, and does not touch the directory. */
function expectRefusal(
  source: string,
  kind: new (...args: never[]) => Error,
  message: string | RegExp,
): void {
  const before = snapshot(source);
  const root = path("file");
  const error = thrown(() => importHmf(source, root));
  expect(error).toBeInstanceOf(kind);
  expect(error.message).toMatch(message);
  expect(existsSync(root)).toBe(false);
  expect(openBelow(source)).toEqual([]);
  expect(snapshot(source)).toEqual(before);
}

describe("a directory of HMF", () => {
  it("becomes groups, arrays and attributes", () => {
    const source = directory()
      .group(["groupA"], { someAttribute: "some value" })
      .group(["group1", "groupA", "groupZ"])
      .doubles(["groupA", "array1"], [3, 3], [0, 1, 2, 3, 4, 5, 6, 7, 8])
      .array(["at root"], "int64", [3], { bytes: Buffer.from(BigInt64Array.of(1n, 2n, 3n).buffer) })
      .array(["groupA", "noted"], "bool", [2], { bytes: Buffer.of(1, 0), attributes: { unit: "m" } })
      .group([], { of: "the root" })
      .close();
    const root = path("file");
    const before = snapshot(source);
    using file = importHmf(source, root);
    expect(file.mode).toBe("r");
    expect([...file.walk()].map((node) => node.path)).toEqual([
      "/",
      "/at root",
      "/group1",
      "/group1/groupA",
      "/group1/groupA/groupZ",
      "/groupA",
      "/groupA/array1",
      "/groupA/noted",
    ]);
    expect(file.getArray("/groupA/array1").shape).toEqual([3, 3]);
    expect(file.getArray("/groupA/array1").at(2, 1)).toBe(7);
    expect(file.getArray("/at root").toArray()).toEqual(BigInt64Array.of(1n, 2n, 3n));
    expect(file.getNodeAttr("/groupA", "someAttribute")).toBe("some value");
    expect(file.getNodeAttr("/groupA/noted", "unit")).toBe("m");
    expect(file.getNodeAttr("/", "of")).toBe("the root");
    expect(file.getArray("/groupA/noted").toArray()).toEqual([true, false]);
    expect(() => file.setGroup("/more")).toThrow(ReadOnlyError);
    expect(snapshot(source)).toEqual(before);
    expect(openBelow(source)).toEqual([]);
    using array = openNpy(join(root, "groupA", "array1.npy"));
    expect(array.at(1, 1)).toBe(4);
  });

  it("is one change, and the file goes on from there", () => {
    const root = path("file");
    importHmf(directory().doubles(["g", "a"], [2], [1, 2]).close(), root).close();
    using file = MemmapFile.open(root, { mode: "r+" });
    expect(file.generation).toBe(1);
    file.setArray("/g/b", Int32Array.of(1, 2));
    expect(file.getGroup("/g").table().columnNames).toEqual(["a", "b"]);
  });

  it("is written without headers where that is wanted", () => {
    const source = directory().doubles(["g", "a"], [2, 1], [1, 2]).doubles(["one"], [], [3]).close();
    const root = path("file");
    using file = importHmf(source, root, { layout: "raw" });
    expect(file.getArray("/g/a").values).toEqual(Float64Array.of(1, 2));
    expect(file.getArray("/one").at()).toBe(3);
    expect(statSync(join(root, "g", "a.npy")).size).toBe(16);
  });

  it("may be empty", () => {
    using file = importHmf(directory().close(), path("file"));
    expect([...file.keys()]).toEqual([]);
  });

  it("opens wherever it was moved to, and through a link", () => {
    const source = directory().doubles(["a"], [1], [5]).close();
    const moved = path("moved");
    renameSync(source, moved);
    const link = path("link");
    symlinkSync(moved, link);
    for (const place of [moved, link]) {
      using file = importHmf(place, path("file"));
      expect(file.getArray("/a").at(0)).toBe(5);
    }
  });

  it("goes by the map, not by the names of its files", () => {
    const source = directory()
      // As HMF names levels that are made in one call.
      .array(["n1", "n2", "n3", "a"], "uint8", [2], { file: "n1__n3__a", bytes: Buffer.of(1, 2) })
      // Two that HMF puts into one file, where the later is.
      .array(["a__b"], "uint8", [2], { file: "a__b", bytes: Buffer.of(3, 4) })
      .array(["a", "b"], "uint8", [2], { file: "a__b", bytes: Buffer.of(5, 6) })
      .close();
    using file = importHmf(source, path("file"));
    expect(file.getArray("/n1/n2/n3/a").toArray()).toEqual(Uint8Array.of(1, 2));
    expect(file.getArray("/a__b").toArray()).toEqual(Uint8Array.of(5, 6));
    expect(file.getArray("/a/b").toArray()).toEqual(Uint8Array.of(5, 6));
  });

  it("keeps every dtype and byte order, bit for bit", () => {
    const said: [said: string, dtype: string][] = [
      ["bool", "|b1"],
      ["int8", "|i1"],
      ["uint8", "|u1"],
      ...["i2", "i4", "i8", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"].flatMap(
        (code): [string, string][] => [
          [`<${code}`, `<${code}`],
          [`>${code}`, `>${code}`],
        ],
      ),
      ["int16", "<i2"],
      ["uint64", "<u8"],
      ["float16", "<f2"],
      ["complex64", "<c8"],
      ["|S3", "|S3"],
      ["<U2", "<U2"],
      [">U2", ">U2"],
      ["|V5", "|V5"],
      ["datetime64[ns]", "<M8[ns]"],
      ["datetime64[25s]", "<M8[25s]"],
      ["datetime64", "<M8"],
      [">M8[D]", ">M8[D]"],
      ["timedelta64[ms]", "<m8[ms]"],
    ];
    const source = directory();
    for (const [i, [text, dtype]] of said.entries()) {
      const bytes = Buffer.alloc(6 * parseDType(dtype).itemsize, i + 1);
      source
        .array(["g", `flat${i}`], text, [6], { bytes })
        .array(["g", `cells${i}`], text, [3, 1, 2], { bytes });
      source.array(["g", `one${i}`], text, [], { bytes: bytes.subarray(0, bytes.length / 6) });
      source.array(["g", `none${i}`], text, [2, 0]);
    }
    using file = importHmf(source.close(), path("file"));
    for (const [i, [, dtype]] of said.entries()) {
      const [flat, cells, one, none] = ["flat", "cells", "one", "none"].map((name) =>
        file.getArray(`/g/${name}${i}`),
      );
      expect([flat, cells, one, none].map((array) => array?.dtype.str)).toEqual([dtype, dtype, dtype, dtype]);
      expect([flat, cells, one, none].map((array) => array?.shape)).toEqual([[6], [3, 1, 2], [], [2, 0]]);
      expect(flat?.bytes(5)).toEqual(new Uint8Array(parseDType(dtype).itemsize).fill(i + 1));
      expect(cells?.bytes(2)).toEqual(new Uint8Array(2 * parseDType(dtype).itemsize).fill(i + 1));
    }
  });

  it("is copied whole where it is larger than a block", () => {
    const values = Float64Array.from({ length: 3 * 100_001 }, (_, i) => i);
    const source = directory()
      .doubles(["a"], [100_001, 3], [...values])
      .doubles(["D"], [100_001, 3], [...values])
      .frame("__specialHMF__dataFrameNumber_0", {
        grouped: false,
        groups: [["__specialHMF__groupbyDummyName", 100_001]],
        columns: { D: ["x", "y", "z"] },
      });
    using file = importHmf(source.close(), path("file"));
    // Not by toEqual, which takes seconds.
    const isSame = (found: unknown, expected: Float64Array) =>
      found instanceof Float64Array &&
      Buffer.from(found.buffer, found.byteOffset, found.byteLength).equals(Buffer.from(expected.buffer));
    expect(isSame(file.getArray("/a").values, values)).toBe(true);
    const column = values.filter((_, i) => i % 3 === 1);
    expect(isSame(file.getArray("/D/y").values, column)).toBe(true);
    expect(file.getArray("/D").shape).toEqual([100_001, 3]);
    expect(isSame(file.getArray("/D").values, values)).toBe(true);
  });
});

describe("a map that means harm", () => {
  it.each([
    ["os", "system"],
    ["posix", "system"],
    ["builtins", "exec"],
    ["builtins", "getattr"],
  ])("%s.%s is not run, and named", (module, name) => {
    const marker = path("marker");
    const trap = new Called(new Name(module, name), [`touch ${marker}`]);
    const source = directory().group(["g"], { trap });
    expectRefusal(source.close(), FormatError, `would run ${module}.${name}`);
    expect(existsSync(marker)).toBe(false);
  });

  it.each([
    ["/etc/passwd"],
    ["../outside"],
    [".."],
    ["."],
    [""],
    ["sub/file"],
    ["sub/../../outside"],
    ["file\0"],
  ])("the file %j is refused", (file) => {
    const source = directory();
    mkdirSync(join(source.root, "sub"));
    writeFileSync(join(source.root, "sub", "file"), Buffer.alloc(8));
    writeFileSync(join(source.root, "..", "outside"), Buffer.alloc(8));
    source.array(["g", "a"], "uint8", [8], { file, bytes: null });
    expectRefusal(source.close(), FormatError, /the array "\/g\/a" is said to be in ".*": refused/);
  });

  it("a link that leads out is refused, one that stays inside is followed", () => {
    const outside = path("outside");
    writeFileSync(outside, Buffer.alloc(8));
    const source = directory().array(["a"], "uint8", [8], { bytes: null }).close();
    symlinkSync(outside, join(source, "a"));
    expectRefusal(source, FormatError, 'the array "/a" is refused: a link leads out');
    rmSync(join(source, "a"));
    writeFileSync(join(source, "b"), Buffer.alloc(8, 7));
    symlinkSync("b", join(source, "a"));
    using file = importHmf(source, path("file"));
    expect(file.getArray("/a").at(7)).toBe(7);
  });

  it("a directory in place of a file is refused", () => {
    const source = directory().array(["a"], "uint8", [1], { bytes: null }).close();
    mkdirSync(join(source, "a"));
    expectRefusal(source, FormatError, "this is a directory");
  });

  it("an array of all memory is refused before anything is read", () => {
    const source = directory()
      .array(["a"], "float64", [2 ** 40, 2 ** 40])
      .close();
    expectRefusal(source, LimitError, '"/a": the shape');
    expectRefusal(
      directory()
        .array(["a"], "float64", [2 ** 40])
        .close(),
      CorruptError,
      "needs 8796093022208 bytes",
    );
  });
});

describe("arrays that cannot be", () => {
  it("objects are refused by name", () => {
    const source = directory().array(["g", "names"], "object", [2], { bytes: Buffer.alloc(16) });
    expectRefusal(
      source.close(),
      DTypeError,
      'the array "/g/names" is of dtype "object": HMF has stored addresses',
    );
  });

  it.each(["float128", "[('a', '<i4')]", "StringDType()", "no dtype", "<U0"])("of dtype %s", (dtype) => {
    expectRefusal(directory().array(["a"], dtype, [1]).close(), DTypeError, /the array "\/a": dtype/);
  });

  it("shorter than they should be, by one byte", () => {
    const source = directory().array(["g", "a"], "int32", [2, 3], { bytes: Buffer.alloc(23) });
    expectRefusal(
      source.close(),
      CorruptError,
      'the array "/g/a" needs 24 bytes for <i4 of shape (2, 3), but its file has 23',
    );
  });

  it("longer ones are read as far as they go", () => {
    const source = directory().array(["a"], "uint8", [2], { bytes: Buffer.of(1, 2, 3) });
    using file = importHmf(source.close(), path("file"));
    expect(file.getArray("/a").toArray()).toEqual(Uint8Array.of(1, 2));
  });

  it("empty ones have a byte, or none", () => {
    const source = directory()
      .array(["a"], "float64", [0], { bytes: Buffer.of(0) })
      .array(["b"], "float64", [0, 3]);
    using file = importHmf(source.close(), path("file"));
    expect([file.getArray("/a").shape, file.getArray("/b").shape]).toEqual([[0], [0, 3]]);
  });

  it("without their file", () => {
    const source = directory().array(["g", "a"], "uint8", [1], { bytes: null });
    expectRefusal(source.close(), NotFoundError, 'the array "/g/a" is missing');
  });
});

describe("names", () => {
  const names = ["", "a/b", "..", "CON", ".hidden", "x.npy", "tail.", "a\\b", "A", "a"];
  const odd = () => {
    const source = directory();
    for (const [i, name] of names.entries()) {
      source.array(["g", name], "uint8", [1], { file: `f${i}`, bytes: Buffer.of(i) });
    }
    return source.group(["", ".."], { unit: "m" });
  };

  it.each(names.slice(0, -2))("%j is refused, with what would help", (name) => {
    const source = directory().array(["g", name], "uint8", [1], { file: "f", bytes: Buffer.of(1) });
    expectRefusal(source.close(), NameError, /in \/g of the directory of HMF; names: "encode"/);
  });

  it("of groups, too, and those that only case tells apart", () => {
    expectRefusal(directory().group(["g", ".."]).close(), NameError, '".."');
    expectRefusal(
      directory().group(["g"]).group(["G"]).close(),
      NameError,
      "would be one file on some systems",
    );
  });

  it("are encoded where that is wanted, and kept as attributes", () => {
    using file = importHmf(odd().close(), path("file"), { names: "encode" });
    const group = file.getGroup("/g");
    const found = new Map([...group.keys()].map((key) => [group.getNodeAttr(key, "name", key), key]));
    expect([...found.keys()].sort()).toEqual([...names].sort());
    for (const [i, name] of names.entries()) expect(group.getArray(found.get(name) ?? "").at(0)).toBe(i);
    expect(found.get("A")).toBe("A");
    const [empty = ""] = [...file.keys()].filter((key) => key !== "g");
    const [above = ""] = file.getGroup(empty).keys();
    expect(file.getGroup(empty).attr).toEqual({ name: "" });
    expect(file.getGroup(`/${empty}/${above}`).attr).toEqual({ unit: "m", name: ".." });
  });

  it("have no place where the attribute has one already", () => {
    const source = directory().group([".."], { name: "mine" }).close();
    const error = thrown(() => importHmf(source, path("file"), { names: "encode" }));
    expect(error).toBeInstanceOf(NameError);
    expect(error.message).toContain('has an attribute "name" already');
  });
});

function readFile(root: string): unknown {
  using file = MemmapFile.open(root, { mode: "r+" });
  return file.getArray("/g/a").at(1);
}

describe("what an import needs", () => {
  const source = () => directory().doubles(["a"], [1], [5]).close();

  it("is a directory of HMF", () => {
    expect(() => importHmf(path("none"), path("file"))).toThrow(NotFoundError);
    const plain = path("plain");
    writeFileSync(plain, "");
    expect(() => importHmf(plain, path("file"))).toThrow("this is no directory");
    mkdirSync(path("empty"));
    const table = path("table");
    MemmapTable.create(table, { rows: 1 }).close();
    expectRefusal(table, NotFoundError, "this is no directory of HMF");
  });

  it("is a root without anything in it", () => {
    const root = path("file");
    mkdirSync(root);
    importHmf(source(), root).close();
    expect(() => importHmf(source(), root)).toThrow(ExistsError);
    const full = path("full");
    mkdirSync(full);
    writeFileSync(join(full, "mine"), "");
    expect(() => importHmf(source(), full)).toThrow(ExistsError);
    expect(readdirSync(full)).toEqual(["mine"]);
    expect(() => importHmf(source(), join(full, "mine"))).toThrow(ExistsError);
  });

  it("is a root in a directory", () => {
    expect(() => importHmf(source(), join(path("none"), "file"))).toThrow(NotFoundError);
  });

  it("an empty directory is empty after a failure, and can be imported into", () => {
    const root = path("file");
    mkdirSync(root);
    const short = directory().doubles(["g", "a"], [2], [1, 2]).array(["z"], "uint8", [1]).close();
    expect(() => importHmf(short, root)).toThrow(CorruptError);
    expect(readdirSync(root)).toEqual([]);
    using file = importHmf(source(), root);
    expect(file.getArray("/a").at(0)).toBe(5);
  });

  it.each(["create", "write", "mkdir"] as const)("is a disk with room: any %s may fail", (call) => {
    const source = directory().doubles(["g", "a"], [2], [1, 2]).group(["g"], { unit: "m" }).close();
    for (let failing = 1, calls = 1; calls >= 0; failing++) {
      calls = -failing;
      const files = overFiles(nodeFiles, {
        [call]: (...args: never[]) => {
          calls += 1;
          if (calls === 0) throw new DiskError("the disk is full (ENOSPC)");
          return (nodeFiles[call] as (...args: never[]) => unknown)(...args);
        },
      });
      const root = path("file");
      try {
        withFiles(files, () => importHmf(source, root)).close();
      } catch (error) {
        // Once it is committed, whoever opens it next finishes it.
        const isCommitted = existsSync(root);
        expect(error).toBeInstanceOf(isCommitted ? CorruptError : DiskError);
        if (isCommitted) expect(readFile(root)).toBe(2);
      }
      expect([...openBelow(source), ...openBelow(root)]).toEqual([]);
    }
  });

  it("is an option that is known", () => {
    expect(() => importHmf(source(), path("file"), { names: "skip" as never })).toThrow(UnsupportedError);
  });
});
