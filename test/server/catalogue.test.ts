import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { DiskError } from "../../src/errors.js";
import { MemmapTable } from "../../src/index.js";
import { nodeFiles, overFiles } from "../../src/platform/files.js";
import {
  Catalogue,
  type May,
  type VirtualDirectory,
  type VirtualFile,
} from "../../src/server/catalogue/index.js";
import { trees } from "./download-support.js";

const tree = trees();
const everything: May = () => true;
const nothing: May = () => false;
const HDF5 = Buffer.from("\x89HDF\r\n\x1a\n rest", "latin1");

function find(catalogue: Catalogue, path: string, may = everything): ReturnType<Catalogue["lookup"]> {
  return catalogue.lookup(path === "" ? [] : path.split("/"), may);
}

function fileAt(catalogue: Catalogue, path: string): VirtualFile {
  const found = find(catalogue, path);
  if (found?.kind !== "file") throw new Error(`${path} is no file`);
  return found;
}

function directoryAt(catalogue: Catalogue, path: string): VirtualDirectory {
  const found = find(catalogue, path);
  if (found?.kind !== "directory") throw new Error(`${path} is no directory`);
  return found;
}

/** A map with all maps in it as objects. */
function plain(value: unknown): unknown {
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...value].map(([key, inner]) => [key, plain(inner)]));
}

async function mapOf(catalogue: Catalogue, path: string, depth = 0, may = everything): Promise<unknown> {
  const found = find(catalogue, path, may);
  if (found?.kind !== "directory") throw new Error(`${path} is no directory`);
  return plain(await catalogue.directoryMap(found, depth, may));
}

async function namesOf(catalogue: Catalogue, path: string): Promise<[string[], string[]]> {
  const map = await catalogue.directoryMap(directoryAt(catalogue, path), 0, everything);
  const keys = (key: string) => [...(map.get(key) as Map<string, unknown>).keys()];
  return [keys("files"), keys("directories")];
}

describe("roots", () => {
  it("stand where their names say, in the order given", async () => {
    const root = tree({ "a.txt": "12345" });
    const catalogue = new Catalogue({ "Tests/SWIFT": root, EAGLE: root, "Tests/B": join(root, "a.txt") });
    expect(await mapOf(catalogue, "", 0)).toEqual({
      type: "directory",
      size: 15,
      description: null,
      labels: null,
      files: {},
      directories: { Tests: null, EAGLE: null },
    });
    const map = await catalogue.directoryMap(catalogue.top, 0, everything);
    expect([...map.keys()]).toEqual(["type", "size", "description", "labels", "files", "directories"]);
    expect(await namesOf(catalogue, "")).toEqual([[], ["Tests", "EAGLE"]]);
    expect(await namesOf(catalogue, "Tests")).toEqual([["B"], ["SWIFT"]]);
    expect(fileAt(catalogue, "Tests/SWIFT/a.txt")).toMatchObject({ path: "Tests/SWIFT/a.txt", bytes: 5 });
    expect(fileAt(catalogue, "Tests/B")).toMatchObject({ path: "Tests/B", bytes: 5, format: "other" });
  });

  it("have descriptions and labels, with or without a directory", async () => {
    const root = tree({ x: "1" });
    const catalogue = new Catalogue(
      new Map([
        ["docs", { description: "# All", labels: { inner: "The inner one" } }],
        ["docs/inner", { path: root, description: "inside" }],
      ]),
    );
    expect(await mapOf(catalogue, "docs", 1)).toMatchObject({
      description: "# All",
      labels: { inner: "The inner one" },
      directories: { inner: { description: "inside", files: { x: { size: 1 } }, directories: {} } },
    });
  });

  it("are refused where they cannot be asked for, overlap, or are not there", () => {
    const root = tree({ x: "1" });
    for (const name of ["", "/a", "a/", "a//b", ".", "..", "a/../b", "a\0b", "a\nb", "\ud800"]) {
      expect(() => new Catalogue({ [name]: root })).toThrow(/has no name that can be asked for/);
    }
    expect(() => new Catalogue({ a: root, "a/b": root })).toThrow(/"a\/b" cannot be put into "a"/);
    expect(() => new Catalogue({ a: join(root, "missing") })).toThrow(/nothing to serve as "a"/);
  });

  it("follow the link that a root is once, and none that takes its place", () => {
    const root = tree({ "x.txt": "1", "other/x.txt": "canary" });
    symlinkSync(root, `${root}-link`);
    const catalogue = new Catalogue({ data: `${root}-link` });
    expect(fileAt(catalogue, "data/x.txt").realPath).toBe(join(root, "x.txt"));
    renameSync(root, `${root}-moved`);
    expect(find(catalogue, "data")).toBeUndefined();
    symlinkSync(join(`${root}-moved`, "other"), root);
    expect(find(catalogue, "data/x.txt")).toBeUndefined();
  });
});

describe("roles", () => {
  const root = tree({ "x.txt": "123" });
  const catalogue = new Catalogue({
    open: root,
    secret: { path: root, roles: ["a"] },
    known: { path: root, roles: ["a"], hidden: false },
    "inner/deep": { path: root, roles: ["b"] },
    inner: { roles: ["a"] },
  });
  const withRoles =
    (...own: string[]): May =>
    (roles) =>
      roles.every((role) => own.includes(role));

  it("hide directories, from listings and sizes, too", async () => {
    expect(await mapOf(catalogue, "", 0, nothing)).toMatchObject({ size: 3, directories: { open: null } });
    expect(await mapOf(catalogue, "", 0, withRoles("a"))).toMatchObject({ size: 9 });
    expect(await mapOf(catalogue, "", 1, withRoles("a", "b"))).toMatchObject({
      size: 12,
      directories: { inner: { directories: { deep: null } } },
    });
    expect(find(catalogue, "secret/x.txt", nothing)).toBeUndefined();
    expect(find(catalogue, "secret", nothing)).toBeUndefined();
    expect(find(catalogue, "secret/x.txt", withRoles("a"))).toMatchObject({ kind: "file" });
  });

  it("hide labels of what is hidden, and directories that hold nothing else", async () => {
    const hiding = new Catalogue({
      top: { labels: { secret: "The secret one", open: "The open one" } },
      "top/open": root,
      "top/secret": { path: root, roles: ["a"] },
      "way/to/secret": { path: root, roles: ["a"] },
      "path/known": { path: root, roles: ["a"], hidden: false },
    });
    const names = Array.from(hiding.children(hiding.top, nothing), ({ name }) => name);
    expect(names).toEqual(["top", "path"]);
    const labels = { open: "The open one" };
    expect(await mapOf(hiding, "top", 0, nothing)).toHaveProperty("labels", labels);
    const all = { secret: "The secret one", ...labels };
    expect(await mapOf(hiding, "top", 0, withRoles("a"))).toHaveProperty("labels", all);
    for (const path of ["way", "way/to"]) {
      expect(find(hiding, path, nothing)).toBeUndefined();
      expect(find(hiding, path, withRoles("a"))).toMatchObject({ kind: "directory" });
    }
    expect(find(hiding, "path/known", nothing)).toMatchObject({ kind: "denied" });
  });

  it("are all needed, and go down", () => {
    expect(find(catalogue, "inner", withRoles("b"))).toBeUndefined();
    expect(find(catalogue, "inner/deep", withRoles("a"))).toBeUndefined();
    expect(find(catalogue, "inner/deep/x.txt", withRoles("b"))).toBeUndefined();
    expect(find(catalogue, "inner/deep/x.txt", withRoles("a", "b"))).toMatchObject({ kind: "file" });
  });

  it("deny, where the directory is not hidden, whatever is asked for below", () => {
    for (const path of ["known", "known/x.txt", "known/not/there"]) {
      expect(find(catalogue, path, nothing)).toEqual({ kind: "denied", path: "known", roles: ["a"] });
    }
    expect(find(catalogue, "known/not/there", withRoles("a"))).toBeUndefined();
  });
});

describe("what is in it", () => {
  it("is files and directories by code points, without dots, links, sockets and pipes", async () => {
    const root = tree({
      "b/c": "",
      ä: "",
      "\u{10000}": "",
      "\uffee": "",
      B: "",
      a: "",
      ".hidden/x": "",
      ".dot": "",
    });
    symlinkSync(join(root, "b"), join(root, "link"));
    symlinkSync(join(root, "a"), join(root, "b", "link"));
    execFileSync("mkfifo", [join(root, "pipe")]);
    const socket = createServer().listen(join(root, "socket"));
    const catalogue = new Catalogue({ data: root });
    expect(await namesOf(catalogue, "data")).toEqual([["B", "a", "ä", "\uffee", "\u{10000}"], ["b"]]);
    expect(await namesOf(catalogue, "data/b")).toEqual([["c"], []]);
    for (const name of [
      "link",
      "link/c",
      "b/link",
      "pipe",
      "socket",
      ".hidden",
      ".hidden/x",
      ".dot",
      "a/b",
    ]) {
      expect(find(catalogue, `data/${name}`), name).toBeUndefined();
    }
    socket.close();
  });

  it("is shown with its size, time and media type", async () => {
    const root = tree({
      "a.h5": HDF5,
      "b.hdf5": Buffer.concat([Buffer.alloc(1024), HDF5]),
      "broken.h5": "no signature",
      "short.he5": "x",
      "classic.nc": "CDF\x01",
      "c.yml": "a: 1",
      "d.TXT": "x",
      "e.md": "x",
      "f.html": "x",
      "g.npy": "x",
      "h.csv": "x",
      "i.json": "{}",
      none: "x",
    });
    utimesSync(join(root, "a.h5"), 1.5, 1234.5678);
    const catalogue = new Catalogue({ data: root });
    const { files } = (await mapOf(catalogue, "data")) as { files: Record<string, { type: string }> };
    expect(Object.entries(files).map(([name, { type }]) => [name, type])).toEqual([
      ["a.h5", "application/x-hdf5"],
      ["b.hdf5", "application/x-hdf5"],
      ["broken.h5", "application/octet-stream"],
      ["c.yml", "application/yaml"],
      ["classic.nc", "application/octet-stream"],
      ["d.TXT", "text/plain;charset=UTF-8"],
      ["e.md", "text/markdown;charset=UTF-8"],
      ["f.html", "text/html;charset=UTF-8"],
      ["g.npy", "application/octet-stream"],
      ["h.csv", "text/csv;charset=UTF-8"],
      ["i.json", "application/json"],
      ["none", "application/octet-stream"],
      ["short.he5", "application/octet-stream"],
    ]);
    const map = await catalogue.fileMap(fileAt(catalogue, "data/a.h5"));
    expect([...map]).toEqual([
      ["type", "application/x-hdf5"],
      ["size", HDF5.length],
      ["last_modified", 1234567],
    ]);
    // A root that is a file is judged by its bytes, whatever it is called.
    renameSync(join(root, "a.h5"), join(root, "plainly"));
    expect(fileAt(new Catalogue({ one: join(root, "plainly") }), "one").format).toBe("hdf5");
    expect(fileAt(catalogue, "data/plainly").format).toBe("other");
  });

  it("has a table as one file, whose parts are not shown", async () => {
    const root = tree({ "note.txt": "12", "plain/x.npy": "not a table" });
    MemmapTable.create(join(root, "flights"), { rows: 3, columns: { "a/delay": "f8" } }).close();
    writeFileSync(join(root, "flights", "foreign.txt"), "12345");
    const catalogue = new Catalogue({ data: root, table: join(root, "flights") });
    for (const path of ["data/flights", "table"]) {
      const file = fileAt(catalogue, path);
      expect(file).toMatchObject({ format: "store", mediaType: "application/x-hdf5", path });
      expect(find(catalogue, `${path}/a`)).toBeUndefined();
      const last = nodeFiles.look(join(root, "flights", ".memmap", "last"));
      const column = nodeFiles.look(join(root, "flights", "a", "delay.npy"));
      const size = (await catalogue.fileMap(file)).get("size");
      expect(size).toBeGreaterThanOrEqual((last?.size ?? 0) + (column?.size ?? 0));
      expect(size).toBeLessThan((last?.size ?? 0) + (column?.size ?? 0) + 200);
      expect(file.lastModified).toBe(Math.floor(last?.mtimeMs ?? 0));
    }
    expect(await namesOf(catalogue, "data")).toEqual([["flights", "note.txt"], ["plain"]]);
    expect(await namesOf(catalogue, "data/plain")).toEqual([["x.npy"], []]);
    const arrays = new Catalogue({ arrays: { path: join(root, "plain"), type: "table" } });
    expect(fileAt(arrays, "arrays")).toMatchObject({ format: "store" });
  });

  it("is as it is now", async () => {
    const root = tree({ "a/x.txt": "1" });
    const catalogue = new Catalogue({ data: root });
    expect(await namesOf(catalogue, "data/a")).toEqual([["x.txt"], []]);
    for (let round = 0; round < 20; round += 1) {
      const path = join(root, "a", `new-${round}`);
      expect(find(catalogue, `data/a/new-${round}`)).toBeUndefined();
      writeFileSync(path, "12");
      expect(fileAt(catalogue, `data/a/new-${round}`).bytes).toBe(2);
      writeFileSync(path, "12345");
      expect(fileAt(catalogue, `data/a/new-${round}`).bytes).toBe(5);
      rmSync(path);
      expect(find(catalogue, `data/a/new-${round}`)).toBeUndefined();
    }
    rmSync(join(root, "a"), { recursive: true });
    expect(find(catalogue, "data/a/x.txt")).toBeUndefined();
    mkdirSync(join(root, "a"));
    writeFileSync(join(root, "a", "y.txt"), "1234");
    expect(fileAt(catalogue, "data/a/y.txt").bytes).toBe(4);
    expect(await mapOf(catalogue, "data")).toMatchObject({ size: 4 });
  });

  it("is described as deep as was asked", async () => {
    const root = tree({ "1/2/3/x": "12345", "1/y": "1" });
    const catalogue = new Catalogue({ data: root });
    const at = (depth: number) => mapOf(catalogue, "data", depth);
    expect(await at(0)).toMatchObject({ size: 6, directories: { 1: null } });
    expect(await at(1)).toMatchObject({
      directories: { 1: { size: 6, files: { y: { size: 1 } }, directories: { 2: null } } },
    });
    expect(await at(2 ** 31)).toEqual(await at(3));
    expect(await at(3)).toMatchObject({
      directories: { 1: { directories: { 2: { directories: { 3: { files: { x: { size: 5 } } } } } } } },
    });
    const deep = tree({ [`${Array.from({ length: 40 }, () => "d").join("/")}/x`]: "1" });
    const text = JSON.stringify(await mapOf(new Catalogue({ deep }), "deep", 1000));
    expect(text.split('"directories"')).toHaveLength(18);
    expect(text).toContain('"size":1');
  });

  it("takes a look or two for each name on the way", () => {
    const root = tree({ "a/b/x.txt": "1" });
    MemmapTable.create(join(root, "a/b/table"), { rows: 1, columns: { x: "f8" } }).close();
    for (const path of [root, join(root, "a"), join(root, "a/b")]) utimesSync(path, 1, 1);
    const calls: string[] = [];
    const files = overFiles(nodeFiles, {
      look: (path) => {
        calls.push("look");
        return nodeFiles.look(path);
      },
      list: (path) => {
        calls.push("list");
        return nodeFiles.list(path);
      },
    });
    const catalogue = new Catalogue({ data: root }, files);
    for (const name of ["x.txt", "table"]) fileAt(catalogue, `data/a/b/${name}`);
    for (const name of ["x.txt", "table"]) {
      calls.length = 0;
      fileAt(catalogue, `data/a/b/${name}`);
      expect(calls.length).toBeLessThanOrEqual(10);
      expect(calls).not.toContain("list");
    }
  });

  it("leaves out what cannot be read, and says so to who asks for it", async () => {
    const root = tree({ "shut/x": "12345", y: "1" });
    const shut = join(root, "shut");
    const files = overFiles(nodeFiles, {
      list: (path) => {
        if (path === shut) throw new DiskError("EACCES", { path });
        return nodeFiles.list(path);
      },
    });
    const catalogue = new Catalogue({ data: root }, files);
    expect(await mapOf(catalogue, "data", 5)).toMatchObject({ size: 1, directories: { shut: null } });
    expect(() => find(catalogue, "data/shut/x")).toThrow(DiskError);
    await expect(mapOf(catalogue, "data/shut")).rejects.toThrow(DiskError);
  });
});

describe("names that are none", () => {
  const names = [
    "..",
    "../canary",
    "a/../../canary",
    "a/..",
    ".",
    "./x",
    "",
    "/",
    "//x",
    "/etc/passwd",
    "%2e%2e",
    "%2e%2e%2fcanary",
    "..%c0%af..%c0%afcanary",
    "\u2025",
    "\uff0e\uff0e/canary",
    "..\\canary",
    "a\\..\\..\\canary",
    "x\0",
    "\0",
    "x\0.txt",
    "\ud800",
    "con",
    "NUL",
    "aux.txt",
    "COM1",
    "\\\\server\\share",
    "C:\\",
    "c:",
    "file:///etc/passwd",
    "x.txt::$DATA",
    "x.txt/",
    "x.txt/.",
    "X.TXT",
    "x.txt ",
    "x.txt.",
    "~",
    "~root",
    "$HOME",
    "`id`",
    "\n",
    "a\r\nb",
    "proc/self/environ",
    "dev/null",
    "__proto__",
    "constructor",
    "toString",
    "x".repeat(300),
    "x".repeat(100_000),
    `${"a/".repeat(5000)}x`,
  ];

  it("lead nowhere, and nothing outside the roots is looked at", () => {
    const outer = tree({ canary: "canary", "root/x.txt": "1", "root/a/y.txt": "2", "root/a/back/z": "3" });
    const root = join(outer, "root");
    const touched: string[] = [];
    const files = overFiles(nodeFiles, {
      open: (path, flags) => touched.push(path) && nodeFiles.open(path, flags),
      look: (path) => touched.push(path) && nodeFiles.look(path),
      list: (path) => touched.push(path) && nodeFiles.list(path),
    } as Parameters<typeof overFiles>[1]);
    const catalogue = new Catalogue({ data: root }, files);
    for (const name of names) {
      // As one name, and as many; below the root, below a directory, in the place of the root.
      for (const parts of [[name], name.split("/"), [...name.split("/"), "canary"]]) {
        for (const before of [[], ["data"], ["data", "a"], ["data", "x.txt"], ["data", "a", "back"]]) {
          const found = catalogue.lookup([...before, ...parts], everything);
          expect(found, JSON.stringify([...before, ...parts]).slice(0, 200)).toBeUndefined();
        }
      }
    }
    const outside = touched.filter((path) => path !== root && !path.startsWith(root + sep));
    expect(outside).toEqual([]);
    expect(touched.length).toBeGreaterThan(100);
    expect(touched.some((path) => path.includes("..") || path.includes("\0"))).toBe(false);
  });
});

describe("what is swapped for a link", () => {
  it("is not opened, be it the file", () => {
    const outer = tree({ canary: "canary", "root/x.txt": "1" });
    const catalogue = new Catalogue({ data: join(outer, "root") });
    const file = fileAt(catalogue, "data/x.txt");
    rmSync(join(outer, "root", "x.txt"));
    symlinkSync(join(outer, "canary"), join(outer, "root", "x.txt"));
    expect(() => catalogue.openEntry(file)).toThrow();
    expect(() => catalogue.requireInPlace(file)).toThrow(/replaced/);
    expect(find(catalogue, "data/x.txt")).toBeUndefined();
  });

  it("is not opened, be it a file with the same inode elsewhere, or a directory on the way", () => {
    const outer = tree({ "other/x.txt": "canary", "root/a/b/x.txt": "1" });
    const root = join(outer, "root");
    const catalogue = new Catalogue({ data: root });
    const file = fileAt(catalogue, "data/a/b/x.txt");
    for (const parts of [["a"], ["a", "b"]]) {
      const directory = join(root, ...parts);
      renameSync(directory, join(outer, "aside"));
      symlinkSync(join(outer, "aside"), directory);
      expect(() => catalogue.openEntry(file), parts.join("/")).toThrow(/replaced/);
      expect(() => catalogue.requireInPlace(file)).toThrow(/replaced/);
      expect(find(catalogue, "data/a/b/x.txt")).toBeUndefined();
      rmSync(directory);
      renameSync(join(outer, "aside"), directory);
    }
    catalogue.requireInPlace(file);
    const { fd } = catalogue.openEntry(file);
    nodeFiles.close(fd);
    expect(fileAt(catalogue, "data/a/b/x.txt").bytes).toBe(1);
  });

  it.runIf(process.platform === "linux")(
    "is not opened though a link stands there for two moments only",
    () => {
      const outer = tree({ "other/x.txt": "canary", "root/a/x.txt": "1" });
      const inner = join(outer, "root", "a");
      const path = join(inner, "x.txt");
      const swapped = <T>(work: () => T): T => {
        renameSync(inner, join(outer, "aside"));
        symlinkSync(join(outer, "other"), inner);
        try {
          return work();
        } finally {
          rmSync(inner);
          renameSync(join(outer, "aside"), inner);
        }
      };
      const isIt = (asked: string) => asked === path;
      const files = overFiles(nodeFiles, {
        look: (asked) => (isIt(asked) ? swapped(() => nodeFiles.look(asked)) : nodeFiles.look(asked)),
        open: (asked, flags) =>
          isIt(asked) ? swapped(() => nodeFiles.open(asked, flags)) : nodeFiles.open(asked, flags),
      });
      const catalogue = new Catalogue({ data: join(outer, "root") }, files);
      const file = fileAt(catalogue, "data/a/x.txt");
      expect(file.bytes).toBe("canary".length);
      expect(() => catalogue.openEntry(file)).toThrow(/replaced/);
    },
  );

  it("is not listed, though it is a link for just that moment", async () => {
    const outer = tree({ "other/canary.txt": "canary", "root/a/x.txt": "1" });
    const root = join(outer, "root");
    const inner = join(root, "a");
    let isArmed = true;
    const files = overFiles(nodeFiles, {
      list: (path) => {
        if (path !== inner || !isArmed) return nodeFiles.list(path);
        renameSync(inner, `${inner}-aside`);
        symlinkSync(join(outer, "other"), inner);
        return nodeFiles.list(path);
      },
    });
    const catalogue = new Catalogue({ data: root }, files);
    expect(find(catalogue, "data/a/canary.txt")).toBeUndefined();
    expect(find(catalogue, "data/a")).toBeUndefined();
    isArmed = false;
    rmSync(inner);
    renameSync(`${inner}-aside`, inner);
    expect(await namesOf(catalogue, "data/a")).toEqual([["x.txt"], []]);
  });
});
