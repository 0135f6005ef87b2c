import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import h5wasm from "h5wasm/node";
import { beforeAll, describe, expect, it } from "vitest";
import type { Source } from "../../src/stream/index.js";
import { openBelow } from "../support/snapshot.js";
import { rejection } from "../workers/support.js";
import { core, errors, hdf5, streamPaths, streams } from "./support.js";

const fresh = streamPaths();
const { openSource } = streams;
const path = {
  store: fresh("store"),
  h5: `${fresh("file")}.h5`,
  gzip: `${fresh("file")}.h5`,
  text: fresh("text"),
};
const RECORDS = core.RecordArray.from(
  [0, 1, 2].map((id) => ({ id, name: `n${id}` })),
  [
    ["id", "i4"],
    ["name", "S4"],
  ],
);

beforeAll(async () => {
  using file = core.MemmapFile.open(path.store, { mode: "w+", durability: "process" });
  file.setArray("/grid", new Float64Array(12), { shape: [3, 4] });
  file.setArray("/records", RECORDS);
  file.setArray("/run/a", [1, 2, 3]);
  file.setArray("/run/b", [4, 5, 6]);
  file.setArray("/one", 42);
  await hdf5.exportHdf5(file, path.h5, { workers: 0 });
  await hdf5.exportHdf5(file, path.gzip, { workers: 0, gzip: 1, chunks: 2 });
  file.setArray("/uneven/a", [1, 2]);
  file.setArray("/uneven/b", [1, 2, 3]);
  writeFileSync(path.text, "this is no HDF5 file, however long it may be");
  await h5wasm.ready;
  const h5 = new h5wasm.File(`${path.h5}-text`, "w");
  h5.create_dataset({ name: "words", data: ["one", "three"] });
  h5.create_group("group");
  h5.create_dataset({ name: "empty", data: new Float64Array(0), shape: [0, 3] });
  h5.close();
});

/** What there is to see of a source. */
const shown = ({ dtype, shape, length, fields, rowBytes }: Source) => [
  String(dtype),
  shape,
  length,
  fields,
  rowBytes,
];

const GRID = ["<f8", [3, 4], 3, undefined, 32];
const TABLE = ['[["id","<i4"],["name","|S4"]]', [3], 3, ["id", "name"], 8];

describe("openSource()", () => {
  it("of tables and views, and their columns", async () => {
    using table = core.MemmapTable.create(fresh("table"), { rows: 5, columns: { x: "f8", n: "S3" } });
    const fields = '[["x","<f8"],["n","|S3"]]';
    expect(shown(await openSource(table))).toEqual([fields, [5], 5, ["x", "n"], 11]);
    expect(shown(await openSource(table.slice(1, 3)))).toEqual([fields, [2], 2, ["x", "n"], 11]);
    const chosen = await openSource(table.select(["n"]));
    expect(chosen.fields).toEqual(["n"]);
    expect(shown(await openSource(table, "x"))).toEqual(["<f8", [5], 5, undefined, 8]);
    expect(shown(await openSource(table.column("n")))).toEqual(["|S3", [5], 5, undefined, 3]);
  });

  it("of arrays: those of records are tables", async () => {
    using file = core.MemmapFile.open(path.store);
    expect(shown(await openSource(file.getArray("/grid")))).toEqual(GRID);
    expect(shown(await openSource(file, "/grid"))).toEqual(GRID);
    expect(shown(await openSource(file.getGroup("/run"), "a"))).toEqual(["<i4", [3], 3, undefined, 4]);
    expect(shown(await openSource(file, "/records"))).toEqual(TABLE);
    expect(shown(await openSource(RECORDS.slice(0, 3)))).toEqual(TABLE);
  });

  it("of groups whose arrays are as long as each other", async () => {
    using file = core.MemmapFile.open(path.store);
    const expected = ['[["a","<i4"],["b","<i4"]]', [3], 3, ["a", "b"], 8];
    expect(shown(await openSource(file, "/run"))).toEqual(expected);
    expect(shown(await openSource(file.getGroup("/run")))).toEqual(expected);
    expect(await rejection(openSource(file, "/uneven"))).toBeInstanceOf(errors.ShapeError);
  });

  it("of HDF5 files and datasets: compound ones are tables", async () => {
    for (const name of [path.h5, path.gzip]) {
      using file = await hdf5.openHdf5(name);
      expect(shown(await openSource(file, "/grid"))).toEqual(GRID);
      expect(shown(await openSource(file.dataset("/records")))).toEqual(TABLE);
    }
    using empty = await openSource(`${path.h5}-text`, "/empty");
    expect(shown(empty)).toEqual(["<f8", [0, 3], 0, undefined, 24]);
  });

  it("of paths, which are closed with the source", async () => {
    const before = openBelow(dirname(path.h5));
    for (const name of [path.store, path.h5, path.gzip]) {
      using source = await openSource(name, "/grid");
      expect(shown(source)).toEqual(GRID);
      expect(String(source)).toMatch(/^<Source .*\/grid.*: <f8, shape \[3, 4\]>$/);
    }
    expect(openBelow(dirname(path.h5))).toEqual(before);
  });

  it("is a table or an array, and says which", async () => {
    using table = await openSource(path.h5, "/records");
    using array = await openSource(path.h5, "/grid");
    expect(table.asTable()).toBe(table);
    expect(array.asArray()).toBe(array);
    expect(() => table.asArray()).toThrow(/columns id, name: name one/);
    expect(() => array.asTable()).toThrow(errors.DTypeError);
  });

  it("closes nothing that it did not open", async () => {
    using file = await hdf5.openHdf5(path.h5);
    (await openSource(file, "/grid")).close();
    expect(file.closed).toBe(false);
    using store = core.MemmapFile.open(path.store);
    (await openSource(store, "/grid")).close();
    expect(store.getArray("/grid").at(0, 0)).toBe(0);
  });
});

describe("openSource() refuses", () => {
  const cases: [what: string, open: () => Promise<unknown>, error: keyof typeof errors, why: RegExp][] = [
    ["a path of nothing", () => openSource(fresh("none")), "NotFoundError", /no such file or directory/],
    ["a file without a dataset", () => openSource(path.h5), "NotFoundError", /name a dataset/],
    ["a dataset that is not there", () => openSource(path.h5, "/gird"), "NotFoundError", /grid/],
    ["an array that is not there", () => openSource(path.store, "/gird"), "NotFoundError", /gird/],
    ["what is no HDF5 file", () => openSource(path.text, "/x"), "FormatError", /HDF5/],
    ["one element", () => openSource(path.h5, "/one"), "ShapeError", /no rows/],
    ["one element of a store", () => openSource(path.store, "/one"), "ShapeError", /no rows/],
    ["strings of any length", () => openSource(`${path.h5}-text`, "/words"), "DTypeError", /importHdf5/],
    ["a group of an HDF5 file", () => openSource(path.h5, "/run"), "UnsupportedError", /\/run/],
    ["a number", () => openSource(1 as never), "UnsupportedError", /not from 1/],
    ["nothing", () => openSource(undefined as never), "UnsupportedError", /not from undefined/],
    [
      "a path in an array",
      () => openSource(RECORDS.field("id") as never, "x"),
      "UnsupportedError",
      /leave the path out/,
    ],
  ];
  it.each(cases)("%s", async (_, open, name, why) => {
    const before = openBelow(dirname(path.h5));
    const error = await rejection(open());
    expect(String(error)).toMatch(why);
    expect(error).toBeInstanceOf(errors[name]);
    expect(openBelow(dirname(path.h5))).toEqual(before);
  });

  it("a column that is not there, with a guess", async () => {
    using table = core.MemmapTable.create(fresh("table"), { rows: 1, columns: { delay: "f8" } });
    expect(String(await rejection(openSource(table, "dealy")))).toMatch(/delay/);
  });

  it("a dataset with a path in it, and a closed file", async () => {
    const file = await hdf5.openHdf5(path.h5);
    const dataset = file.dataset("/grid");
    expect(await rejection(openSource(dataset, "/x"))).toBeInstanceOf(errors.UnsupportedError);
    file.close();
    expect(await rejection(openSource(file, "/grid"))).toBeInstanceOf(errors.ClosedError);
    expect(await rejection(openSource(dataset))).toBeInstanceOf(errors.ClosedError);
  });

  it("an empty directory, which is no store", async () => {
    const empty = fresh("empty");
    mkdirSync(empty);
    expect(await rejection(openSource(empty, "/x"))).toHaveProperty("code");
  });
});
