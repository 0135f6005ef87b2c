import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  CastError,
  ExistsError,
  FormatError,
  MemmapFile,
  MemmapTable,
  NameError,
  ShapeError,
  saveNpy,
  UnsupportedError,
} from "../../src/index.js";
import { arrayOf, counting } from "../array/support.js";
import { refuses, snapshot } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";
import { openQuick, stored, values } from "./support.js";

const fresh = temporaryPaths();

/** A directory of arrays, by the names of their files. */
function directory(arrays: Record<string, Parameters<typeof saveNpy>[1]>): string {
  const root = fresh("foreign");
  mkdirSync(root);
  for (const [name, array] of Object.entries(arrays)) {
    mkdirSync(join(root, name, ".."), { recursive: true });
    saveNpy(join(root, `${name}.npy`), array);
  }
  return root;
}

describe("a directory of other software", () => {
  it("may have arrays of every shape, those without axes included", () => {
    const root = directory({
      one: arrayOf(">f8", [], [1.5]),
      "g/two": counting("i4", [2, 3, 1]),
      "g/none": counting("i4", [0]),
    });
    using file = MemmapFile.open(root);
    expect(stored(file)).toEqual({
      "/": { group: null },
      "/g": { group: null },
      "/g/none": { dtype: "<i4", shape: [0], values: [], attr: null },
      "/g/two": {
        dtype: "<i4",
        shape: [2, 3, 1],
        values: [
          [[0], [1], [2]],
          [[3], [4], [5]],
        ],
        attr: null,
      },
      "/one": { dtype: ">f8", shape: [], values: 1.5, attr: null },
    });
    refuses(root, ShapeError, /one|none|two/, () => MemmapTable.open(root));
    const scalar = directory({ one: arrayOf("f8", [], [1.5]) });
    refuses(scalar, ShapeError, /one/, () => MemmapTable.open(scalar));
    using alone = MemmapFile.open(scalar);
    expect(values(alone, "one")).toBe(1.5);
  });

  it("may have arrays in Fortran order, which stay as they are", () => {
    const root = directory({ "g/x": counting("f8", [3, 2]) });
    const path = join(root, "g", "x.npy");
    const text = readFileSync(path, "latin1");
    writeFileSync(path, text.replace("False, 'shape': (3, 2)", "True,  'shape': (2, 3)"), "latin1");
    using file = openQuick(root, { mode: "r+" });
    const expected = [
      [0, 2, 4],
      [1, 3, 5],
    ];
    expect(values(file, "/g/x")).toEqual(expected);
    file.renameNode("/g/x", "/h/x");
    file.copyNode("/h", "/i");
    file.setArray("/c", file.getArray("/h/x"));
    file
      .getArray("/i/x")
      .view(0)
      .set(1, 9 as never);
    expect(stored(file)).toMatchObject({
      "/h/x": { values: expected },
      "/i/x": {
        values: [
          [0, 9, 4],
          [1, 3, 5],
        ],
      },
      "/c": { values: expected },
    });
    expect(file.getGroup("h").table().at(1)).toEqual({ x: Float64Array.of(1, 3, 5) });
  });

  it("may have files that are no arrays, which are nobody's business but in the way", () => {
    const root = directory({ x: counting("i4", [2]) });
    writeFileSync(join(root, "y.npy"), "no header");
    writeFileSync(join(root, "notes.txt"), "mine");
    mkdirSync(join(root, "empty"));
    using file = openQuick(root, { mode: "r+" });
    expect([...file.keys()]).toEqual(["x"]);
    refuses(root, ExistsError, /y.npy: a file that is no column/, () => file.setArray("/y", [1]));
    refuses(root, ExistsError, /y.npy/, () => file.renameNode("/x", "/y"));
    refuses(root, ExistsError, /notes.txt: something that is no directory/, () =>
      file.setGroup("/notes.txt"),
    );
    refuses(root, ExistsError, /notes.txt/, () => file.setArray("/notes.txt/x", [1]));
    file.setArray("/empty/z", [1]);
    file.deleteNode("/x");
    file.deleteNode("/empty", { recursive: true });
    expect(
      readdirSync(root)
        .filter((name) => !name.startsWith("."))
        .sort(),
    ).toEqual(expect.arrayContaining(["notes.txt", "y.npy"]));
    expect(readFileSync(join(root, "y.npy"), "utf8")).toBe("no header");
  });

  it("whose names are not told apart everywhere is read, and not written", () => {
    const root = directory({ "g/x": counting("i4", [1]), "g/X": counting("i4", [2]) });
    // Some systems have made one file of them.
    if (readdirSync(join(root, "g")).length < 2) return;
    using file = MemmapFile.open(root);
    expect([...file.getGroup("g").keys()]).toEqual(["X", "x"]);
    expect([values(file, "/g/x"), values(file, "/g/X")]).toEqual([[0], [0, 1]]);
    for (const mode of ["r+", "a"] as const) refuses(root, NameError, /./, () => openQuick(root, { mode }));
  });

  it("whose links lead out of it is not opened", () => {
    const outside = directory({ secret: counting("i4", [1]) });
    const root = directory({ x: counting("i4", [2]) });
    symlinkSync(outside, join(root, "out"));
    const before = snapshot(outside);
    for (const mode of ["r", "r+", "a"] as const) {
      refuses(root, UnsupportedError, /out: this symbolic link leads outside/, () =>
        openQuick(root, { mode }),
      );
    }
    expect(snapshot(outside)).toEqual(before);
  });

  it("with sidecars that are none says which", () => {
    const root = directory({ "g/x": counting("i4", [2]) });
    for (const [name, text] of [
      ["g/x.attr", "{"],
      ["g/.attr", '["no object"]'],
      [".attr", "\x80\x05]."],
    ] as const) {
      writeFileSync(join(root, name), text, "latin1");
      const error = refuses(root, FormatError, /\.attr/, () => MemmapFile.open(root));
      expect(error).toMatchObject({ path: join(root, name) });
      writeFileSync(join(root, name), '{"attr": null}');
    }
    using file = MemmapFile.open(root);
    expect([...file.getGroup("g").keys()]).toEqual(["x"]);
  });
});

describe("attributes that come with an array", () => {
  it("are judged before anything is written", () => {
    using file = openQuick(fresh());
    file.setArray("x", [1], { attrs: { a: 1 } });
    for (const act of [
      () => file.setArray("x", [2], { attrs: { a: (() => 1) as never } }),
      () => file.setArray("y", [2], { attrs: { a: Symbol("s") as never } }),
      () => file.createArray("y", "i4", [1], { attrs: { a: new Map() as never } }),
    ]) {
      refuses(file.root, CastError, /a/, act);
    }
    expect(stored(file)).toEqual({
      "/": { group: null },
      "/x": { dtype: "<i4", shape: [1], values: [1], attr: { a: 1 } },
    });
  });
});

describe("a frame that is renamed or copied as a group", () => {
  it("is a frame by its new name", async () => {
    await using file = openQuick(fresh());
    file.fromDataFrame({ k: ["a", "b"], v: [1, 2] }, { name: "f", groupBy: "k" });
    file.registerDataFrame("d", ["v"]).registerArray("x", "v");
    await file.commit();
    file.copyNode("/f", "/copy");
    file.renameNode("/f", "/renamed");
    expect([...file.frames.keys()].sort()).toEqual(["copy", "renamed"]);
    for (const name of ["copy", "renamed"]) {
      expect(file.groupItems(name).map(({ path }) => path)).toEqual([`/${name}/a`, `/${name}/b`]);
      expect(values(file, `/${name}/b/d`)).toEqual([[2]]);
      expect(values(file, `/${name}/b/x`)).toEqual([2]);
    }
    file.deleteNode("/copy", { recursive: true });
    expect(file.groupNames()).toEqual(["a", "b"]);
    file.fromDataFrame({ v: [1] }, { name: "f" });
    expect([...file.frames.keys()].sort()).toEqual(["f", "renamed"]);
  });
});
