import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type ExportHdf5Options, exportHdf5 } from "../../src/hdf5/index.js";
import {
  type ArrayView,
  type AttrInput,
  type DTypeLike,
  MemmapFile,
  MemmapTable,
  parseDType,
  TableView,
} from "../../src/index.js";
import { copied } from "../../src/table/index.js";
import { PLAIN, STRUCTURES } from "./dtypes.js";
import { Random } from "./random.js";
import { askScript, QUICK, scratchDirectory } from "./support.js";
import { nestedFromWire } from "./wire.js";

const directory = scratchDirectory();
const python = <T>(call: string, args: object) => askScript("hdf5_exports.py", call, args) as T;

/** Stored as they are, and in every way of chunks. */
const WAYS: readonly ExportHdf5Options[] = [
  {},
  { chunks: 2 },
  { gzip: true },
  { gzip: 9, shuffle: true, chunks: 3 },
  { shuffle: true, chunks: [2, 1] },
];

const SHAPES: readonly (readonly number[])[] = [[7], [0], [], [3, 2], [2, 0, 3], [5, 1, 2]];

function newFile(name: string): MemmapFile<"r+"> {
  return MemmapFile.open(join(directory, name), { mode: "w+", ...QUICK });
}

function fill(
  file: MemmapFile<"r+">,
  path: string,
  spec: DTypeLike,
  shape: readonly number[],
  random: Random,
): void {
  const dtype = parseDType(spec);
  const wires = random.wires(
    dtype,
    shape.reduce((product, axis) => product * axis, 1),
  );
  file.setArray(path, nestedFromWire(dtype, shape, wires), { dtype, shape: [...shape] });
}

/** Judges what is exported of a file, in every way. @returns how many datasets of each PyTables knows */
async function judge(file: MemmapFile, name: string): Promise<number[]> {
  const paths: string[] = [];
  for (const [i, options] of WAYS.entries()) {
    const path = join(directory, `${name}-${i}.h5`);
    await exportHdf5(file, path, options);
    paths.push(path);
  }
  const [problems, counts] = python<[string[], number[]]>("judge", { root: file.root, paths });
  expect(problems).toEqual([]);
  return counts;
}

describe("an exported HDF5 file", () => {
  it("holds every dtype for h5py, and what PyTables knows of them for PyTables", async () => {
    using file = newFile("plain");
    const random = new Random("plain");
    file.transaction(() => {
      for (const [i, spec] of PLAIN.entries()) fill(file, `/g${i % 4}/a${i}`, spec, [5], random);
    });
    const numbers = PLAIN.filter((spec) => "biuf".includes(spec[1] ?? "")).length;
    for (const count of await judge(file, "plain")) expect(count).toBeGreaterThanOrEqual(numbers);
  });

  it("holds structured dtypes", async () => {
    using file = newFile("structures");
    const random = new Random("structures");
    file.transaction(() => {
      for (const [i, { fields }] of STRUCTURES.entries()) fill(file, `/a${i}`, fields, [4], random);
    });
    await judge(file, "structures");
  });

  it("holds arrays of every shape", async () => {
    using file = newFile("shapes");
    const random = new Random("shapes");
    file.transaction(() => {
      for (const [i, shape] of SHAPES.entries()) {
        for (const [k, spec] of (["<f8", ">i2", "|b1", "<U4", "<c16", "M8[us]"] as const).entries()) {
          fill(file, `/s${i}/a${k}`, spec, shape, random);
        }
      }
    });
    await judge(file, "shapes");
  });

  it("carries 5,000 arrays in one group and groups 100 deep, and can be changed by h5py", async () => {
    using file = newFile("many");
    const deep = Array.from({ length: 100 }, (_, i) => `g${i}`).join("/");
    const attrs = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`k${i}`, i]));
    const one = file.setArray("/one", Int32Array.of(7));
    const chunked = file.setArray(
      "/chunked",
      Int16Array.from({ length: 5000 }, (_, i) => i),
      {
        shape: [100, 50],
        attrs,
      },
    );
    const many = Array.from({ length: 5000 }, (_, i) => [`many/n${i}`, one] as const);
    const arrays = new Map<string, ArrayView>([...many, [`${deep}/x`, one], ["chunked", chunked]]);
    for (const libver of ["earliest", "latest"]) {
      const path = join(directory, `many-${libver}.h5`);
      await exportHdf5(new TableView(copied(arrays, 1)), path, { chunks: [1, 1], gzip: 1 });
      if (libver === "earliest") expect(python("leaves", { path })).toEqual([5002, 5002]);
      expect(python("edit", { path, libver: [libver, "latest"] })).toEqual({
        grown: 1 + 1 - 1 - 1,
        visited: 1 + 5000 + 100 + 1 + 1 + 2 + 1 + 1,
        attributes: 30,
        values: [88, 77, 7, 7],
        rest: true,
        added: 4_999_950_000,
      });
    }
  });

  it("keeps its elements where h5py writes again to chunks that are hard to compress", async () => {
    using file = newFile("rewritten");
    file.setArray(
      "/z",
      Float64Array.from({ length: 60_000 }, (_, i) => i),
    );
    const path = join(directory, "rewritten.h5");
    await exportHdf5(file, path, { chunks: 3, gzip: 1 });
    expect(python("rewrite", { path, name: "z", start: 1000, stop: 50_000, step: 7, value: 1.5 })).toBe(0);
  });

  it("holds attributes in types that h5py has", async () => {
    using file = newFile("attributes");
    const attrs: { readonly [key: string]: AttrInput } = {
      z: 5,
      half: 0.5,
      yes: true,
      nothing: null,
      text: "héllo",
      empty: "",
      big: 2n ** 63n,
      list: [1, 2],
      grid: [
        [1.5, 2],
        [3, 4],
      ],
      words: ["a", "é", ""],
      typed: Float32Array.of(1, 2),
      bytes: Uint8Array.of(),
      object: { a: [1, "x"] },
      long: "x".repeat(100_000),
    };
    file.setArray("/x", 1, { attrs });
    const path = join(directory, "attributes.h5");
    await exportHdf5(file, path);
    const told = python<[string, ...unknown[]][]>("attributes", { path, node: "x" });
    expect(told.slice(0, -1)).toEqual([
      ["z", "<i8", [], ["5"]],
      ["half", "<f8", [], ["0.5"]],
      ["yes", "|b1", [], ["True"]],
      ["nothing", "empty", null, null],
      ["text", "str", [], "héllo"],
      ["empty", "str", [], ""],
      ["big", "<u8", [], [String(2n ** 63n)]],
      ["list", "<i8", [2], ["1", "2"]],
      ["grid", "<f8", [2, 2], ["1.5", "2.0", "3.0", "4.0"]],
      ["words", "|O", [3], ["a", "é", ""]],
      ["typed", "<f4", [2], ["1.0", "2.0"]],
      ["bytes", "|u1", [0], []],
      ["object", "str", [], '{"a": [1, "x"]}'],
      ["long", "str", [], "x".repeat(100_000)],
    ]);
    expect(told.at(-1)?.[0]).toBe("memmap_table_attrs");
  });

  it("keeps the order of a table's columns for h5py", async () => {
    using table = MemmapTable.create(join(directory, "table"), { rows: 2, ...QUICK });
    for (const name of ["z", "é", "a/y", "a/b", "m"]) table.addColumn(name, "i4");
    const path = join(directory, "table.h5");
    await exportHdf5(table, path);
    expect(python("names", { path, group: "/" })).toEqual(["z", "é", "a", "m"]);
    expect(python("names", { path, group: "/a" })).toEqual(["y", "b"]);
  });
});
