import { rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeFiles, overFiles } from "../../src/platform/files.js";
import { Catalogue, type VirtualFile } from "../../src/server/catalogue/index.js";
import { contentDisposition, fileDownload, parseRange } from "../../src/server/download/index.js";
import { gathered, readPieces } from "../../src/server/download/pieces.js";
import { descriptorsIn, trees, whole } from "./download-support.js";

const tree = trees();
const BYTES = Buffer.from(Uint32Array.from({ length: 200_000 }, (_, at) => Math.imul(at, 2654435761)).buffer);

function fileAt(catalogue: Catalogue, path: string): VirtualFile {
  const found = catalogue.lookup(path.split("/"), () => true);
  if (found?.kind !== "file") throw new Error(`${path} is no file`);
  return found;
}

describe("the download of a file", () => {
  const root = tree({ "a/x.bin": BYTES, "empty.txt": "", 'größe "1".csv': "a" });
  const catalogue = new Catalogue({ data: root });

  it("says what it is", async () => {
    const download = await fileDownload(catalogue, fileAt(catalogue, "data/a/x.bin"));
    expect(download).toMatchObject({
      length: BYTES.length,
      contentType: "application/octet-stream",
      filename: "x.bin",
    });
    const stat = nodeFiles.look(join(root, "a", "x.bin"));
    expect(download.lastModified).toBe(Math.floor(stat?.mtimeMs ?? 0));
    const other = await fileDownload(catalogue, fileAt(catalogue, "data/empty.txt"));
    expect(other.pin).not.toBe(download.pin);
    expect((await fileDownload(catalogue, fileAt(catalogue, "data/a/x.bin"))).pin).toBe(download.pin);
  });

  it("is all of its bytes, or those of a range, in bounded pieces", async () => {
    const download = await fileDownload(catalogue, fileAt(catalogue, "data/a/x.bin"));
    expect((await whole(download.open())).equals(BYTES)).toBe(true);
    const places = [
      0,
      1,
      512,
      65_536,
      2 ** 18 - 1,
      2 ** 18,
      2 ** 18 + 1,
      2 ** 19,
      BYTES.length - 1,
      BYTES.length,
    ];
    for (const start of places) {
      for (const end of places.filter((place) => place >= start)) {
        expect((await whole(download.open(start, end))).equals(BYTES.subarray(start, end))).toBe(true);
      }
    }
    for await (const piece of download.open()) expect(piece.length).toBeLessThanOrEqual(2 ** 18);
    const empty = await fileDownload(catalogue, fileAt(catalogue, "data/empty.txt"));
    expect(await whole(empty.open())).toHaveLength(0);
  });

  it("opens nothing before it is read, and closes it when its reader goes", async () => {
    const download = await fileDownload(catalogue, fileAt(catalogue, "data/a/x.bin"));
    expect(descriptorsIn(root)).toBe(0);
    const iterator = download.open()[Symbol.asyncIterator]();
    await iterator.next();
    expect(descriptorsIn(root)).toBe(process.platform === "linux" ? 1 : 0);
    await iterator.return?.();
    expect(descriptorsIn(root)).toBe(0);
    await whole(download.open());
    expect(descriptorsIn(root)).toBe(0);
  });

  it("fails before its first byte where the file is another", async () => {
    const path = join(root, "changing.txt");
    const made = async () => {
      writeFileSync(path, "12345");
      return fileDownload(catalogue, fileAt(catalogue, "data/changing.txt"));
    };
    const grown = await made();
    writeFileSync(path, "123456");
    await expect(whole(grown.open())).rejects.toMatchObject({ code: "STALE" });
    const gone = await made();
    rmSync(path);
    await expect(whole(gone.open())).rejects.toMatchObject({ code: "NOT_FOUND" });
    const replaced = await made();
    rmSync(path);
    writeFileSync(`${path}-other`, "12345");
    writeFileSync(path, "12345");
    await expect(whole(replaced.open())).rejects.toMatchObject({ code: "STALE" });
    expect(descriptorsIn(root)).toBe(0);
  });

  it.each([
    ["cut short", (path: string) => truncateSync(path, 10), "CORRUPT"],
    ["made longer", (path: string) => writeFileSync(path, "more", { flag: "a" }), "STALE"],
    ["written to", (path: string) => writeFileSync(path, BYTES.toReversed(), { flag: "r+" }), "STALE"],
  ])("fails where the file is %s meanwhile", async (_how, change, code) => {
    const path = join(root, "log.bin");
    writeFileSync(path, BYTES);
    const download = await fileDownload(catalogue, fileAt(catalogue, "data/log.bin"));
    const iterator = download.open()[Symbol.asyncIterator]();
    await iterator.next();
    change(path);
    const rest = async () => {
      while ((await iterator.next()).done !== true);
    };
    await expect(rest()).rejects.toMatchObject({ code });
    expect(descriptorsIn(root)).toBe(0);
  });

  it("goes on where another file takes its name meanwhile", async () => {
    const path = join(root, "log.bin");
    writeFileSync(path, BYTES);
    const download = await fileDownload(catalogue, fileAt(catalogue, "data/log.bin"));
    const parts: Buffer[] = [];
    for await (const piece of download.open()) {
      parts.push(Buffer.from(piece));
      rmSync(path, { force: true });
      writeFileSync(path, "another");
    }
    expect(Buffer.concat(parts).equals(BYTES)).toBe(true);
  });

  it("fails where the disk does, and leaves nothing open", async () => {
    const failing = overFiles(nodeFiles, {
      stat: (fd, path) => {
        if (path.endsWith("x.bin")) throw new Error("the disk is gone");
        return nodeFiles.stat(fd, path);
      },
    });
    const over = new Catalogue({ data: root }, failing);
    const download = await fileDownload(over, fileAt(over, "data/a/x.bin"));
    await expect(whole(download.open())).rejects.toThrow("the disk is gone");
    expect(descriptorsIn(root)).toBe(0);
  });
});

describe("pieces", () => {
  it("are read ahead into two buffers in turn", async () => {
    const root = tree({ x: Buffer.concat([BYTES, BYTES, BYTES]) });
    const path = join(root, "x");
    const fd = nodeFiles.open(path, "r");
    const buffers = new Set<ArrayBufferLike>();
    let count = 0;
    for await (const piece of readPieces({ fd, path }, 5, 3 * BYTES.length, nodeFiles)) {
      buffers.add(piece.buffer);
      count += 1;
    }
    nodeFiles.close(fd);
    expect(count).toBe(10);
    expect(buffers.size).toBe(2);
  });

  it("are joined when small", async () => {
    const sizes = [0, 1, 512, 2 ** 18, 3, 200_000, 100, 131_072, 131_072, 131_072, 131_073, 7];
    async function* parts(): AsyncGenerator<Uint8Array> {
      for (const [at, size] of sizes.entries()) yield new Uint8Array(size).fill(at);
    }
    const lengths: number[] = [];
    const all: Buffer[] = [];
    for await (const piece of gathered(parts())) {
      lengths.push(piece.length);
      all.push(Buffer.from(piece));
    }
    const wanted = Buffer.concat(sizes.map((size, at) => Buffer.alloc(size, at)));
    expect(Buffer.concat(all).equals(wanted)).toBe(true);
    expect(lengths).toEqual([513, 2 ** 18, 3, 200_000, 131_172, 2 ** 18, 131_073, 7]);
  });
});

describe("ranges", () => {
  it.each([
    ["bytes=0-0", 10, { start: 0, end: 1 }],
    ["bytes=0-9", 10, { start: 0, end: 10 }],
    ["bytes=0-99", 10, { start: 0, end: 10 }],
    ["bytes=3-", 10, { start: 3, end: 10 }],
    ["bytes=9-", 10, { start: 9, end: 10 }],
    ["bytes=-3", 10, { start: 7, end: 10 }],
    ["bytes=-99", 10, { start: 0, end: 10 }],
    ["Bytes= 1-2 ", 10, { start: 1, end: 3 }],
    ["bytes=00001-00002", 10, { start: 1, end: 3 }],
    [`bytes=1-${"9".repeat(400)}`, 10, { start: 1, end: 10 }],
    [`bytes=-${"9".repeat(400)}`, 10, { start: 0, end: 10 }],
    ["bytes=10-", 10, "unsatisfiable"],
    ["bytes=10-20", 10, "unsatisfiable"],
    [`bytes=${"9".repeat(400)}-`, 10, "unsatisfiable"],
    ["bytes=-0", 10, "unsatisfiable"],
    ["bytes=0-", 0, "unsatisfiable"],
    ["bytes=-5", 0, "unsatisfiable"],
    ["bytes=5-4", 10, undefined],
    ["bytes=0-1,3-4", 10, undefined],
    ["bytes=0-1,", 10, undefined],
    ["bytes=-", 10, undefined],
    ["bytes=", 10, undefined],
    ["bytes 0-1", 10, undefined],
    ["rows=0-1", 10, undefined],
    ["bytes=a-b", 10, undefined],
    ["bytes=+1-2", 10, undefined],
    ["bytes=1.5-2", 10, undefined],
    ["bytes=0x1-2", 10, undefined],
    ["bytes=--1", 10, undefined],
    ["", 10, undefined],
    [undefined, 10, undefined],
  ])("%s of so many bytes: %i", (header, length, wanted) => {
    expect(parseRange(header, length)).toEqual(wanted);
  });
});

describe("what a file is saved as", () => {
  it.each([
    ["snap_028.hdf5", 'attachment; filename="snap_028.hdf5"'],
    ["a b.txt", 'attachment; filename="a b.txt"'],
    ['a"b\\c%41.txt', "attachment; filename=\"a_b_c_41.txt\"; filename*=UTF-8''a%22b%5Cc%2541.txt"],
    [
      "größe'(1)*.csv",
      "attachment; filename=\"gr__e'(1)*.csv\"; filename*=UTF-8''gr%C3%B6%C3%9Fe%27%281%29%2A.csv",
    ],
    [
      "a\r\nSet-Cookie: x",
      "attachment; filename=\"a__Set-Cookie: x\"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x",
    ],
    ["\u{1f600}", "attachment; filename=\"_\"; filename*=UTF-8''%F0%9F%98%80"],
  ])("%j", (name, header) => {
    expect(contentDisposition(name)).toBe(header);
  });
});
