import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bytesOf, datasetAt, groupAt, kindsIn, servedFile } from "../server/hdf5-support.js";
import { PLAIN, STRUCTURES } from "./dtypes.js";
import type { Described } from "./peer.js";
import { askScript, scratchDirectory, seed } from "./support.js";

const directory = scratchDirectory();
let count = 0;
const place = (name: string) => join(directory, `${name}-${count++}`);
const STRUCTURED = STRUCTURES.map(({ fields, align }) => (align === true ? { align: fields } : fields));

describe("a file of h5py that is served", () => {
  it.each([
    ["plain dtypes", PLAIN],
    ["structured ones", STRUCTURED],
  ])("has the arrays that h5py wrote, of every shape and layout: %s", async (_, dtypes) => {
    const root = place("arrays.h5");
    const shapes = [[7], [], [0], [3, 2], [2, 0], [2, 1, 3]];
    const args = { root, dtypes, shapes, seed, libver: "latest" };
    const said = askScript("hdf5_imports.py", "arrays", args) as Record<string, Described>;
    const file = await servedFile(root);
    for (const [path, { descr, shape, hex }] of Object.entries(said)) {
      const dataset = datasetAt(file, path);
      expect(dataset.element.kind === "fixed" && dataset.element.dtype.descr, path).toEqual(descr);
      expect(dataset.shape, path).toEqual(shape);
      expect(Buffer.from(await bytesOf(dataset)).toString("hex"), path).toBe(hex);
    }
  });

  it("has its strings of variable length", async () => {
    const root = place("texts.h5");
    const shapes = [[7], [], [0], [3, 2]];
    const said = askScript("hdf5_imports.py", "texts", { root, shapes, seed }) as Record<string, string[]>;
    const file = await servedFile(root);
    for (const [path, texts] of Object.entries(said)) {
      const dataset = datasetAt(file, path);
      const box = { start: dataset.shape.map(() => 0), count: dataset.shape };
      expect((await dataset.readItems(box)).items, path).toEqual(texts);
    }
  });

  it("shows what is elsewhere, or has no dtype, as unknown, and opens no other file", async () => {
    const root = place("odd.h5");
    askScript("hdf5_served.py", "odd", { root, secret: place("secret") });
    const file = await servedFile(root);
    expect(kindsIn(groupAt(file, "/"))).toEqual({
      outside: "unknown",
      view: "unknown",
      own: "dataset",
      "view of own": "dataset",
      raw: "dataset",
      reference: "unknown",
      nothing: "unknown",
      type: "unknown",
      records: "unknown",
      lists: "dataset",
      cells: "dataset",
      "chunked cells": "dataset",
      compact: "dataset",
    });
    await expect(bytesOf(datasetAt(file, "raw"))).rejects.toMatchObject({ code: "CORRUPT" });
    const view = await bytesOf(datasetAt(file, "view of own"));
    expect(new BigInt64Array(view.buffer)).toEqual(BigInt64Array.of(0n, 2n, 4n, 6n, 8n));
    const lists = await datasetAt(file, "lists").readItems({ start: [1], count: [2] });
    expect(lists.items.map((item) => [...item])).toEqual([[0], [0, 1]]);
    const compact = datasetAt(file, "compact");
    const column = new Uint8Array(8);
    await compact.readBox({ start: [0, 1], count: [4, 1] }, column);
    expect([...column]).toEqual([0, 1, 0, 4, 0, 7, 0, 10]);
    for (const name of ["cells", "chunked cells"]) {
      const dataset = datasetAt(file, name);
      expect(dataset.shape).toEqual([50, 2, 3]);
      const part = new Uint8Array(40 * 4);
      await dataset.readBox({ start: [5, 1, 2], count: [40, 1, 1] }, part);
      const expected = Int32Array.from({ length: 40 }, (_, i) => (i + 5) * 6 + 5);
      expect(new Int32Array(part.buffer)).toEqual(expected);
    }
  });
});
