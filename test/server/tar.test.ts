import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { extract, type Header } from "tar-stream";
import { describe, expect, it } from "vitest";
import { MemmapTable } from "../../src/index.js";
import { nodeFiles, overFiles } from "../../src/platform/files.js";
import { Catalogue, type May } from "../../src/server/catalogue/index.js";
import { type Download, directoryDownload } from "../../src/server/download/index.js";
import { descriptorsIn, trees, whole } from "./download-support.js";

const tree = trees();
const everything: May = () => true;

async function tarOf(catalogue: Catalogue, path: string, may = everything): Promise<Download> {
  const found = catalogue.lookup(path === "" ? [] : path.split("/"), may);
  if (found === undefined || found.kind === "denied") throw new Error(`${path} is not there`);
  return directoryDownload(catalogue, found, may);
}

interface Extracted {
  readonly header: Header;
  readonly bytes: Buffer;
}

/** What a tar holds, in its order. */
async function extracted(bytes: Buffer): Promise<Map<string, Extracted>> {
  const found = new Map<string, Extracted>();
  for await (const entry of Readable.from([bytes]).pipe(extract())) {
    const parts: Buffer[] = [];
    for await (const part of entry) parts.push(part as Buffer);
    found.set(entry.header.name, { header: entry.header, bytes: Buffer.concat(parts) });
  }
  return found;
}

const LONG = "l".repeat(200);
const FILES = {
  "z.txt": "last of the files",
  "a.bin": Buffer.alloc(512, 1),
  empty: "",
  [`${"x".repeat(99)}y`]: "a name of 100 bytes with its root",
  größe: "not ASCII",
  [`inner/${LONG}/${LONG}/file`]: Buffer.alloc(300_000, 2),
  [`inner/${"d/".repeat(60)}e`]: "deep",
  "inner/b": Buffer.alloc(513, 3),
  "inner/new\nline": "1",
  "other/.hidden": "canary",
};

describe("the tar of a directory", () => {
  it("holds its files as they are, by their whole paths, and is exactly as long as was said", async () => {
    const root = tree(FILES);
    utimesSync(join(root, "z.txt"), 1, 1_600_000_000.75);
    const catalogue = new Catalogue({ "top/data": root });
    const download = await tarOf(catalogue, "top/data");
    expect(download).toMatchObject({ contentType: "application/x-tar", filename: "top_data.tar" });
    const bytes = await whole(download.open());
    expect(bytes.length).toBe(download.length);
    expect(bytes.length % 10_240).toBe(0);
    const found = await extracted(bytes);
    const shown = Object.keys(FILES).filter((name) => !name.includes("hidden"));
    expect([...found.keys()].sort()).toEqual(shown.map((name) => `top/data/${name}`).sort());
    // Files of a directory come before those of the directories in it.
    expect([...found.keys()].map((name) => name.split("/").length)).toEqual([3, 3, 3, 3, 3, 4, 4, 64, 6]);
    for (const name of shown) {
      expect(found.get(`top/data/${name}`)?.bytes.equals(readFileSync(join(root, name))), name).toBe(true);
    }
    const { header } = found.get("top/data/z.txt") ?? {};
    expect(header).toMatchObject({ type: "file", mode: 0o644, uid: 0, gid: 0 });
    expect(header?.mtime?.getTime()).toBe(1_600_000_000_000);
  });

  it("is what the system's tar takes out of it", async () => {
    const root = tree(FILES);
    const bytes = await whole((await tarOf(new Catalogue({ data: root }), "data")).open());
    const target = tree({});
    execFileSync("tar", ["-x", "-C", target], { input: bytes });
    for (const [name, content] of Object.entries(FILES)) {
      if (name.includes("hidden")) continue;
      expect(readFileSync(join(target, "data", name)).equals(Buffer.from(content)), name).toBe(true);
    }
  });

  it("can be read from any byte to any other", async () => {
    const root = tree({
      "a.bin": Buffer.alloc(700, 1),
      [LONG]: "x",
      "e/f": "",
      "e/g": Buffer.alloc(300_000, 2),
    });
    const download = await tarOf(new Catalogue({ data: root }), "data");
    const bytes = await whole(download.open());
    const places = [0, 1, 100, 511, 512, 513, 1211, 1212, 1213, 1536, 2000, 3000, 4096, 302_000, 304_128];
    places.push(bytes.length - 10_240, bytes.length - 1025, bytes.length - 1, bytes.length);
    for (const start of places) {
      for (const end of places.filter((place) => place >= start)) {
        const part = await whole(download.open(start, end));
        expect(part.equals(bytes.subarray(start, end)), `${start}-${end}`).toBe(true);
      }
    }
    expect(descriptorsIn(root)).toBe(0);
  });

  it("holds nothing where there is nothing", async () => {
    const catalogue = new Catalogue({ data: tree({}) });
    const bytes = await whole((await tarOf(catalogue, "data")).open());
    expect(bytes.equals(Buffer.alloc(10_240))).toBe(true);
  });

  it("says sizes that the plain header cannot hold", async () => {
    const root = tree({ huge: "", z: "1" });
    const size = 9 * 2 ** 30 + 5;
    truncateSync(join(root, "huge"), size);
    const download = await tarOf(new Catalogue({ data: root }), "data");
    const header = await whole(download.open(0, 1536));
    const names: (number | undefined)[] = [];
    const reading = extract();
    reading.on("entry", ({ size: found }: Header) => names.push(found));
    reading.write(header);
    await new Promise((resolve) => setImmediate(resolve));
    expect(names).toEqual([size]);
    reading.destroy();
    const after = 1536 + Math.ceil(size / 512) * 512;
    expect(download.length).toBe(Math.ceil((after + 1024 + 1024) / 10_240) * 10_240);
    const found = await extracted(await whole(download.open(after)));
    expect(found.get("data/z")?.bytes.toString()).toBe("1");
    expect(await whole(download.open(after - 600, after))).toEqual(Buffer.alloc(600));
  });

  it("leaves out what the one who asks may not see, and is not made of the top", async () => {
    const root = tree({ x: "1" });
    const catalogue = new Catalogue({ "all/open": root, "all/secret": { path: root, roles: ["a"] } });
    const names = async (may: May) => [
      ...(await extracted(await whole((await tarOf(catalogue, "all", may)).open()))).keys(),
    ];
    expect(await names(() => false)).toEqual(["all/open/x"]);
    expect(await names(everything)).toEqual(["all/open/x", "all/secret/x"]);
    await expect(tarOf(catalogue, "")).rejects.toMatchObject({
      code: "FORMAT",
      message: "No file path was specified",
    });
  });

  it("is refused for more files than one download holds, of which sizes count as many", async () => {
    const root = tree({ "many/x": "123" });
    const many = join(root, "many");
    const names = Array.from({ length: 100_001 }, (_, at) => `f${at}`);
    const stat = nodeFiles.look(join(many, "x"));
    const files = overFiles(nodeFiles, {
      list: (path) => (path === many ? names.map((name) => ({ name, kind: "file" })) : nodeFiles.list(path)),
      look: (path) => (path.startsWith(join(many, "f")) ? stat : nodeFiles.look(path)),
    });
    const catalogue = new Catalogue({ data: root }, files);
    await expect(tarOf(catalogue, "data/many")).rejects.toMatchObject({ code: "LIMIT" });
    const map = await catalogue.directoryMap(catalogue.top, 5, everything);
    expect(map.get("size")).toBe(3 * 100_000);
  });

  it("fails where a file is another by the time that its turn comes", async () => {
    const root = tree({ a: Buffer.alloc(600_000), b: "12345" });
    const catalogue = new Catalogue({ data: root });
    for (const [change, code] of [
      [() => writeFileSync(join(root, "b"), "123456"), "STALE"],
      [() => truncateSync(join(root, "b"), 2), "CORRUPT"],
      [() => rmSync(join(root, "b")), "NOT_FOUND"],
    ] as const) {
      writeFileSync(join(root, "b"), "12345");
      const download = await tarOf(catalogue, "data");
      const iterator = download.open()[Symbol.asyncIterator]();
      await iterator.next();
      change();
      const rest = async () => {
        while ((await iterator.next()).done !== true);
      };
      await expect(rest()).rejects.toMatchObject({ code });
    }
    const written = (await tarOf(catalogue, "data")).open()[Symbol.asyncIterator]();
    await written.next();
    // In place: of a file that is emptied first, what is read ahead may find nothing.
    writeFileSync(join(root, "a"), Buffer.alloc(600_000, 1), { flag: "r+" });
    await written.next();
    await expect(written.next()).rejects.toMatchObject({ code: "STALE" });
    const left = (await tarOf(catalogue, "data")).open()[Symbol.asyncIterator]();
    await left.next();
    await left.return?.();
    expect(descriptorsIn(root)).toBe(0);
  });
});

describe("the tar of a table", () => {
  function flights() {
    const root = tree({ note: "1" });
    const table = MemmapTable.create(join(root, "flights"), {
      rows: 100_000,
      columns: { delay: "f8", "a/name": "U4" },
      attr: { unit: "min" },
    });
    table.column("delay").set(7, 1.5);
    return { root, catalogue: new Catalogue({ data: root }), table };
  }

  it("is a table again, without what belongs to its writer", async () => {
    const { root, catalogue, table } = flights();
    writeFileSync(join(root, "flights", "foreign.txt"), "canary");
    mkdirSync(join(root, "flights", ".memmap", "stage-9"));
    writeFileSync(join(root, "flights", ".memmap", "commit-2"), "its writer died over it");
    for (const path of ["data/flights", "data"]) {
      const bytes = await whole((await tarOf(catalogue, path)).open());
      const target = tree({});
      execFileSync("tar", ["-x", "-C", target], { input: bytes });
      const copy = join(target, "data", "flights");
      expect(readdirSync(join(copy, ".memmap"))).toEqual(["last"]);
      expect(readdirSync(copy).sort()).toEqual([".attr", ".memmap", "a", "delay.npy"]);
      using again = MemmapTable.open(copy);
      expect(again.column("delay").at(7)).toBe(1.5);
      expect(again.attr).toEqual({ unit: "min" });
      expect(again.generation).toBe(table.generation);
    }
    table.close();
  });

  it("is of one generation, or fails", async () => {
    const { root, catalogue, table } = flights();
    const before = await tarOf(catalogue, "data/flights");
    table.append([{ delay: 1, "a/name": "x" }]);
    await expect(whole(before.open())).rejects.toMatchObject({ code: "STALE" });
    const download = await tarOf(catalogue, "data/flights");
    expect(download.pin).not.toBe(before.pin);
    const parts: Buffer[] = [];
    const reading = async () => {
      for await (const piece of download.open()) {
        if (parts.length === 0) table.resize(10);
        parts.push(Buffer.from(piece));
      }
    };
    await expect(reading()).rejects.toMatchObject({ code: "STALE" });
    expect(parts.length).toBeGreaterThan(0);
    // Elements that are assigned to are no change of generation.
    const last = await tarOf(catalogue, "data/flights");
    table.column("delay").set(1, 2);
    expect((await whole(last.open())).length).toBe(last.length);
    expect(descriptorsIn(join(root, "flights"))).toBeGreaterThanOrEqual(0);
    table.close();
  });

  it("fails while a change is being applied", async () => {
    const { root, table } = flights();
    table.close();
    // A writer that dies between its record and what that says.
    const failing = overFiles(nodeFiles, {
      rename: (from, to) => {
        if (to.endsWith("last")) throw new Error("killed");
        nodeFiles.rename(from, to);
      },
    });
    const { withFiles } = await import("../../src/platform/files.js");
    const writer = withFiles(failing, () => MemmapTable.open(join(root, "flights"), { mode: "r+" }));
    expect(() => writer.addColumn("late", "i4")).toThrow();
    const catalogue = new Catalogue({ data: root });
    await expect(tarOf(catalogue, "data/flights")).rejects.toMatchObject({ code: "STALE" });
    try {
      writer.close();
    } catch {
      // It is beyond use.
    }
    MemmapTable.open(join(root, "flights"), { mode: "r+" }).close();
    expect((await tarOf(catalogue, "data/flights")).length).toBeGreaterThan(0);
  });
});
