import { describe, expect, it } from "vitest";
import type { ArrayView } from "../../src/array/index.js";
import { importHdf5 } from "../../src/hdf5/index.js";
import { Reader, Streamer } from "../../src/stream/index.js";
import { askScript, QUICK, scratchDirectory } from "./support.js";

const directory = scratchDirectory();
const { path } = askScript("hdf5_large.py", "make", { directory }) as { path: string };

describe("an HDF5 file of more bytes than one map of Node 20 has", () => {
  it("is streamed, wherever its datasets lie", async () => {
    for (const name of ["small", "chunks", "gzip"]) {
      const streamer = await Streamer.open(path, name);
      const blocks: number[][] = [];
      for await (const { data } of streamer.asArray().blocks({ blockSize: 7, to: 21, workers: 0 })) {
        blocks.push(Array.from(data.values as Float64Array));
      }
      const length = Math.min(21, streamer.source.length);
      expect(blocks.flat()).toEqual(Array.from({ length }, (_, i) => i));
      streamer.close();
    }
  });

  it("is streamed across the parts that are mapped, and to its end", async () => {
    using streamer = (await Streamer.open(path, "large")).asArray();
    const [from, to] = [134_217_720, 134_217_735];
    const rows: unknown[] = [];
    for await (const row of streamer.rows({ from, to, blockSize: 4, workers: 0 })) rows.push(row);
    expect(rows).toEqual([0, 0, 0, 0, 0, 0, 4, 5, 6, 7, 0, 0, 0, 0, 0]);
    expect(Array.from((await streamer.remainder(699_999_997)).values as Float64Array)).toEqual([1, 2, 3]);
  });

  it("is read at random", async () => {
    await using reader = await Reader.open(path, { workers: 0 });
    const large = await reader.dataset<ArrayView>("large");
    using pool = large.createStagePool(10, 2);
    expect(await reader.request(large.at(-1), pool).get()).toBe(3);
    const rows = await reader.request(large.slice(134_217_725, 134_217_731), pool).get();
    expect(Array.from(rows)).toEqual([0, 4, 5, 6, 7, 0]);
  });

  it("is imported, as far as it is wanted", async () => {
    using file = await importHdf5(path, `${directory}/imported`, {
      only: ["/small", "/chunks"],
      workers: 0,
      ...QUICK,
    });
    expect(file.getArray("/small").sum()).toBe(45);
    expect(file.getArray("/chunks").sum()).toBe(499_500);
  });
});
