import { existsSync, readdirSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { BuiltFile, clearedPaths, newFile, pool } from "../group/workers-support.js";
import { built } from "../workers/support.js";

const { exportHdf5, openHdf5, readRows }: typeof import("../../src/hdf5/index.js") = await import(
  built("hdf5/index.js")
);

const fresh = clearedPaths();

/** The bytes of a dataset, by the reader of this package. */
async function bytesOf(path: string, name: string): Promise<Uint8Array> {
  using file = await openHdf5(path);
  const dataset = file.dataset(name);
  const rows = dataset.shape[0] ?? 1;
  const bytes = new Uint8Array(
    dataset.shape.reduce((product, axis) => product * axis, dataset.dtype.itemsize),
  );
  await readRows(dataset.plan([[0, rows]]), bytes);
  return bytes;
}

/** A store of some MiB that compress, strided as seen from its chunks, and text. */
function filled(root: string) {
  const file = newFile(root);
  file.setArray(
    "/walk",
    Float64Array.from({ length: 300_000 }, (_, i) => Math.round(100 * Math.sin(i / 50))),
    {
      shape: [3000, 100],
    },
  );
  const text = file.createArray("/text", "U4", [100_000]);
  const points = text.values as Uint32Array;
  for (let i = 0; i < points.length; i++) points[i] = i % 4 === 3 ? 0x1f600 : 97 + (i % 7);
  return file;
}

describe("exportHdf5 by workers", () => {
  it("writes the same datasets as this thread alone", async () => {
    using file = filled(fresh());
    for (const chunks of [true, 7000, [170, 30]] as const) {
      const paths: string[] = [];
      for (const workers of [0, 2]) {
        const path = fresh("export");
        paths.push(path);
        let told = 0;
        await exportHdf5(file, path, {
          workers,
          chunks,
          gzip: 1,
          shuffle: true,
          onProgress: ({ bytes }) => (told = bytes),
        });
        expect(told).toBe(4_000_000);
      }
      const [one = "", other = ""] = paths;
      for (const name of ["/walk", "/text"]) {
        expect(Buffer.compare(await bytesOf(one, name), await bytesOf(other, name))).toBe(0);
      }
      expect(Buffer.compare(await bytesOf(other, "/walk"), file.getArray("/walk").storage.bytes())).toBe(0);
      expect(Buffer.from((await bytesOf(other, "/text")).subarray(0, 16)).toString()).toBe(
        "abc😀\0\0\0\0\0\0\0\0\0",
      );
    }
    expect(pool().size).toBeGreaterThan(0);
  });

  it("ends where one of them fails, by a signal, and by what onProgress throws, and leaves nothing", async () => {
    using file = filled(fresh());
    const wrong = file.createArray("/wrong", "U4", [100_000]);
    (wrong.values as Uint32Array)[4 * 77_777 + 2] = 0xd800;
    const path = fresh("export");
    const options = { workers: 2, chunks: 1000, gzip: 1 } as const;
    await expect(exportHdf5(file, path, options)).rejects.toMatchObject({
      code: "CAST",
      message: expect.stringContaining("dataset /wrong, row 77777"),
    });
    const controller = new AbortController();
    const abort = () => controller.abort(new Error("enough"));
    const { signal } = controller;
    await expect(exportHdf5(file, path, { ...options, signal, onProgress: abort })).rejects.toThrow("enough");
    const onProgress = () => {
      throw new Error("mine");
    };
    await expect(exportHdf5(file, path, { ...options, onProgress })).rejects.toThrow("mine");
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(dirname(path)).filter((name) => name.startsWith(".memmap-"))).toEqual([]);
  });

  it("is stale where an array is replaced meanwhile", async () => {
    const root = fresh();
    using file = filled(root);
    using reader = BuiltFile.open(root);
    const before = file.getArray("/walk").storage.bytes().slice();
    const path = fresh("export");
    let isReplaced = false;
    const onProgress = () => {
      if (!isReplaced) file.setArray("/walk", new Float64Array(300_000), { shape: [3000, 100] });
      isReplaced = true;
    };
    // What a reader has open stays what it was: it may be exported whole.
    const ended = await exportHdf5(reader, path, { workers: 2, chunks: 100, gzip: 1, onProgress }).then(
      () => "whole",
      (error: unknown) => error,
    );
    if (ended === "whole") expect(Buffer.compare(await bytesOf(path, "/walk"), before)).toBe(0);
    else expect(ended).toMatchObject({ code: "STALE" });
    expect(isReplaced).toBe(true);
    expect(existsSync(path)).toBe(ended === "whole");
  });
});
