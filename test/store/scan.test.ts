import { mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { saveNpy } from "../../src/array/index.js";
import { CorruptError, FormatError, NameError, ShapeError, UnsupportedError } from "../../src/errors.js";
import { nodeFiles } from "../../src/platform/files.js";
import { identityOf } from "../../src/platform/index.js";
import { formatLast } from "../../src/store/last.js";
import { readLast } from "../../src/store/look.js";
import { StorePaths } from "../../src/store/paths.js";
import { authorityOf } from "../../src/store/read-store.js";
import { scan } from "../../src/store/scan.js";
import { failingFiles } from "../../src/testing/files/index.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();

/** A directory of arrays of these lengths, by name. */
function directory(columns: Record<string, number> = {}, files: Record<string, string> = {}): StorePaths {
  const root = fresh();
  mkdirSync(root);
  const paths = new StorePaths(root);
  for (const [name, rows] of Object.entries(columns)) {
    mkdirSync(join(root, name, ".."), { recursive: true });
    saveNpy(paths.column(name), new Int32Array(rows));
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, name, ".."), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return paths;
}

function record(paths: StorePaths, order: readonly string[], rows: number, generation = 7): void {
  mkdirSync(paths.control, { recursive: true });
  writeFileSync(
    paths.last,
    formatLast({ version: 1, generation, txid: "t", order, rows, durability: "full" }),
  );
}

describe("scan", () => {
  it("finds columns by their headers and sidecars, with the identity of their files", () => {
    const paths = directory({ a: 2, "g/b": 2 }, { "a.attr": '{"attr": 5}', "g/.attr": '{"attr": 6}' });
    const { catalog, last, readOnlyBecause } = scan(paths, nodeFiles);
    expect(last).toBe(undefined);
    expect(readOnlyBecause).toBe(undefined);
    expect(catalog.rows).toBe(2);
    expect(catalog.columns.get("a")).toMatchObject({
      layout: "npy",
      rows: 2,
      itemShape: [],
      fortran: false,
      dataOffset: 128,
      path: paths.column("a"),
      file: identityOf(statSync(paths.column("a"))),
      staged: false,
      attr: 5,
      sidecar: paths.sidecar("a"),
    });
    expect(catalog.columns.get("g/b")).toMatchObject({ attr: null, sidecar: undefined });
    expect([...catalog.groups]).toEqual([["g", 6]]);
  });

  it("keeps the recorded order; what is not recorded comes after, by name", () => {
    const paths = directory({ a: 1, b: 1, c: 1, d: 1 });
    record(paths, ["c", "gone", "a"], 1);
    expect([...scan(paths, nodeFiles).catalog.columns.keys()]).toEqual(["c", "a", "b", "d"]);
  });

  it("believes the columns where the record says other rows, and the record where there are no columns", () => {
    const paths = directory({ a: 3 });
    record(paths, ["a"], 5);
    expect(scan(paths, nodeFiles).catalog.rows).toBe(3);
    const empty = directory();
    record(empty, [], 5);
    expect(scan(empty, nodeFiles).catalog.rows).toBe(5);
    expect(() => scan(directory(), nodeFiles)).toThrow(FormatError);
  });

  it("reads a part of a store in the store's order", () => {
    const outer = directory({ "g/h/a": 1, "g/h/b": 1, "g/c": 1, z: 1 });
    record(outer, ["g/h/b", "z", "g/c", "g/h/a"], 1);
    const inner = new StorePaths(join(outer.root, "g"));
    const { catalog, last } = scan(inner, nodeFiles, authorityOf(inner, nodeFiles));
    expect([...catalog.columns.keys()]).toEqual(["h/b", "c", "h/a"]);
    expect(last?.generation).toBe(7);
    // A store of its own has a record of its own.
    record(inner, ["c"], 1, 2);
    expect(scan(inner, nodeFiles, authorityOf(inner, nodeFiles)).last?.generation).toBe(2);
    expect([...scan(inner, nodeFiles, authorityOf(inner, nodeFiles)).catalog.columns.keys()]).toEqual([
      "c",
      "h/a",
      "h/b",
    ]);
  });

  it("gives each column another identity at each scan", () => {
    const paths = directory({ a: 1, b: 1 });
    const ids = [1, 2].flatMap(() =>
      [...scan(paths, nodeFiles).catalog.columns.values()].map(({ id }) => id),
    );
    expect(new Set(ids).size).toBe(4);
  });

  it("says why a directory may only be read: a table below, then links, then names", () => {
    const paths = directory({ a: 1, A: 1 });
    expect(scan(paths, nodeFiles).readOnlyBecause).toBeInstanceOf(NameError);
    symlinkSync("a.npy", join(paths.root, "link.txt"));
    expect(scan(paths, nodeFiles).readOnlyBecause).toBeInstanceOf(UnsupportedError);
    expect(scan(paths, nodeFiles).readOnlyBecause?.message).toMatch(/link/);
    mkdirSync(join(paths.root, "inner", ".memmap"), { recursive: true });
    expect(scan(paths, nodeFiles).readOnlyBecause?.message).toMatch(/below, .*inner/);
  });

  it("reads one block of each array, and whole sidecars", () => {
    const paths = directory({ a: 100_000, b: 100_000 }, { "b.attr": '{"attr": 1}' });
    const { files, calls } = failingFiles();
    scan(paths, files);
    const reads = calls.filter(({ name }) => name === "read").map(({ path }) => path);
    expect(reads.sort()).toEqual([paths.column("a"), paths.column("b"), paths.sidecar("b")].sort());
  });

  it("names the files whose rows disagree, and those that are too short", () => {
    const paths = directory({ a: 1, b: 2 });
    expect(() => scan(paths, nodeFiles)).toThrow(ShapeError);
    expect(() => scan(paths, nodeFiles)).toThrow(/a\.npy has 1, .*b\.npy has 2/);
    const short = directory({}, { "a.npy": "12345", "a.attr": '{"dtype": "<i4", "shape": [2]}' });
    expect(() => scan(short, nodeFiles)).toThrow(CorruptError);
  });
});

describe("readLast", () => {
  it("is undefined where there is none, and an error where it is damaged", () => {
    const paths = directory();
    expect(readLast(paths, nodeFiles)).toBe(undefined);
    record(paths, ["a"], 1);
    expect(readLast(paths, nodeFiles)?.order).toEqual(["a"]);
    const text = formatLast({
      version: 1,
      generation: 1,
      txid: "t",
      order: ["a"],
      rows: 1,
      durability: "full",
    });
    writeFileSync(paths.last, Buffer.from(text).toString().replace('"rows": 1', '"rows": 2'));
    expect(() => readLast(paths, nodeFiles)).toThrow(CorruptError);
  });
});
