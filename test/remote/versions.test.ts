import { describe, expect, it, onTestFinished } from "vitest";
import { MemmapFile, slice } from "../../src/index.js";
import { type ConnectOptions, connect } from "../../src/remote/index.js";
import { serve } from "../../src/server/index.js";
import { temporaryPaths } from "../support/temporary.js";

const QUICK = { mode: "w+", durability: "process" } as const;
const path = temporaryPaths();

/** A file that is written to while it is served. */
async function setting(options: ConnectOptions = {}) {
  const root = path("store");
  const writer = MemmapFile.open(root, QUICK);
  const fill = (value: number, rows = 2000) =>
    writer.transaction(() => {
      for (const [name, length] of [
        ["small", 10],
        ["big", rows],
        ["t/p", 10],
      ] as const) {
        writer.setArray(name, new Float64Array(length).fill(value), { overwrite: true });
      }
      writer.setArray("t/q", new Float64Array(20).fill(value), { shape: [10, 2], overwrite: true });
    });
  fill(1);
  const server = await serve({ store: root }, { port: 0, limits: { closeTimeout: 0.1 } });
  let before = (_body: string): void => undefined;
  const remote = await connect(server.url, {
    dataSizeLimit: 1000,
    progress: false,
    fetch: (url, init) => {
      before(Buffer.from((init?.body ?? "") as Uint8Array).toString("latin1"));
      return fetch(url, init);
    },
    ...options,
  });
  onTestFinished(async () => {
    remote.close();
    await server.close();
    writer.close();
  });
  const onSlice = (step: () => void) => {
    let isDone = false;
    before = (body) => {
      if (isDone || !body.includes("slice")) return;
      isDone = true;
      step();
    };
  };
  return { remote, file: await remote.file("store"), fill, onSlice, writer };
}

describe("a file that is written to", () => {
  it("is copied as one version, what came with its groups included", async () => {
    const { file, fill, onSlice } = await setting();
    onSlice(() => fill(2));
    using target = MemmapFile.open(path("copy"), QUICK);
    await file.copyTo(target);
    const values = ["small", "big", "t/p"].map((name) => target.getArray(name).at(0));
    expect(values).toEqual([2, 2, 2]);
  });

  it("is read in one version by each reading, and is known anew after it was refreshed", async () => {
    const { file, remote, fill, writer } = await setting({ maxRequestBytes: 4000 });
    const [small, big] = [await file.getArray("small"), await file.getArray("big")];
    fill(2, 2500);
    expect(new Set(await big.toArray())).toEqual(new Set([2]));
    expect([big.length, (await big.get()).length]).toEqual([2000, 2000]);
    // What came with its group is that of the group, as it was.
    expect(await small.at(0)).toBe(1);
    file.refresh();
    expect((await file.getArray("small", [slice(0, 1)])).at(0)).toBe(2);
    expect((await file.getArray("big")).length).toBe(2500);
    writer.transaction(() => writer.setArray("big", Int32Array.of(1, 2), { overwrite: true }));
    await expect(big.get()).rejects.toMatchObject({ code: "STALE" });
    await expect((await file.getArray("big")).get()).rejects.toMatchObject({ code: "STALE" });
    // Found out by that reading.
    expect(await (await file.getArray("big")).toArray()).toEqual(Int32Array.of(1, 2));
    remote.refresh();
    expect(await (await (await remote.file("store")).getArray("big")).toArray()).toEqual(Int32Array.of(1, 2));
  });

  it("is a table whose columns are of one version, whether they came with it or not", async () => {
    const { file, fill, onSlice, remote } = await setting({ dataSizeLimit: 100 });
    const table = await file.table("t");
    onSlice(() => fill(3));
    const rows = await table.get();
    expect([rows.column("p").at(0), rows.column("q").at(9, 1)]).toEqual([3, 3]);
    expect(remote.closed).toBe(false);
  });
});

describe("a condition", () => {
  it("says what is wrong with it", async () => {
    const { file } = await setting();
    const table = await file.table("t");
    await expect(table.filter("p >")).rejects.toMatchObject({ code: "FORMAT" });
    await expect(table.filter("nothing > 3")).rejects.toThrow(/nothing/);
  });
});

describe("progress", () => {
  it("is of what was called, not of its requests", async () => {
    const told: { bytes: number; total: number | undefined }[] = [];
    const { file } = await setting({ maxRequestBytes: 3000, onProgress: (now) => void told.push(now) });
    const big = await file.getArray("big");
    const own: unknown[] = [];
    for (const step of [
      () => big.read(undefined, { onProgress: (now) => void own.push(now) }),
      () => big.readInto(new Float32Array(2000), { casting: "unsafe" }),
      () => big.take(Array.from({ length: 2000 }, (_, i) => 1999 - i)),
    ]) {
      told.length = 0;
      await step();
      const bytes = told.map((now) => now.bytes);
      expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
      expect(told.at(-1)).toEqual({ bytes: 16_000, total: 16_000 });
    }
    expect(own.at(-1)).toEqual({ bytes: 16_000, total: 16_000 });
    told.length = 0;
    using target = MemmapFile.open(path("copy"), QUICK);
    await file.copyTo(target, { blockBytes: 4000 });
    expect(told.at(-1)?.bytes).toBe(16_000);
  });
});
