import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { openBelow } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";
import { built, errors, rejection, workers } from "../workers/support.js";
import { clearedPaths, makeHdf5 } from "./import-support.js";

/** The package as it is built, in which alone there are workers. */
const { importHdf5, openHdf5 }: typeof import("../../src/hdf5/index.js") = await import(
  built("hdf5/index.js")
);

const fresh = clearedPaths();
afterAll(() => workers.workerPool().close());
const QUICK = { durability: "process", workers: 2 } as const;
const ROWS = 600_000;

/** Datasets of 17 MiB: in place, in chunks, compound, and text. */
const source = makeHdf5(temporaryPaths()("source.h5"), (h5) => {
  const walk = Float64Array.from({ length: ROWS }, (_, i) => Math.round(1000 * Math.sin(i / 100)));
  h5.create_dataset({ name: "plain", data: walk });
  h5.create_dataset({ name: "packed", data: walk, chunks: [16_384], compression: 1 });
  const columns = new Map<string, unknown>([
    ["a", walk.slice(0, ROWS / 2)],
    ["b", Int32Array.from({ length: ROWS / 2 }, (_, i) => i)],
  ]);
  const dtype: [string, string][] = [
    ["a", "<d"],
    ["b", "<i"],
  ];
  h5.create_dataset({
    name: "table",
    data: columns as never,
    shape: [ROWS / 2],
    dtype,
    chunks: [10_000],
    compression: 1,
  });
  h5.create_dataset({ name: "words", data: ["a", "bc"], dtype: "S" });
});

describe("an import by workers", () => {
  it("is the same as one in this thread", async () => {
    const told: number[] = [];
    const total = ROWS * 16 + (ROWS / 2) * 12 + 8;
    const ours = await importHdf5(await source, fresh("workers"), {
      ...QUICK,
      onProgress: (progress) => {
        expect(progress.total).toBe(total);
        told.push(progress.bytes);
      },
    });
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBe(total);
    const other = await importHdf5(await source, fresh("here"), { ...QUICK, workers: 0 });
    expect(String(ours)).toBe(String(other));
    for (const path of ["plain", "packed", "table/a", "table/b", "words"]) {
      const [one, two] = [ours, other].map((file) => file.getArray(path).values as Float64Array);
      expect(Buffer.compare(bytesOf(one), bytesOf(two)), path).toBe(0);
    }
    expect(ours.getArray("table/b").at(-1)).toBe(ROWS / 2 - 1);
    ours.close();
    other.close();
  });

  it("leaves nothing where it is cancelled, or a callback throws", async () => {
    const reason = new Error("enough");
    const controller = new AbortController();
    for (const options of [
      { signal: controller.signal, onProgress: () => controller.abort(reason) },
      {
        onProgress: () => {
          throw reason;
        },
      },
    ]) {
      const root = fresh("file");
      expect(await rejection(importHdf5(await source, root, { ...QUICK, ...options }))).toBe(reason);
      expect(existsSync(root)).toBe(false);
      expect(openBelow(root)).toEqual([]);
    }
  });

  it("leaves nothing where a chunk is damaged, and says which", async () => {
    const path = fresh("damaged.h5");
    const bytes = readFileSync(await source);
    const file = await openHdf5(await source);
    const plan = file.dataset("packed").plan([[0, ROWS]]);
    file.close();
    const at = plan.kind === "chunks" ? (plan.chunks[4 * 20 + 1] ?? 0) : 0;
    expect(at).toBeGreaterThan(0);
    writeFileSync(path, bytes.fill(0xff, at + 20, at + 100));
    const root = fresh("file");
    const error = await rejection(importHdf5(path, root, QUICK));
    expect(error).toBeInstanceOf(errors.CorruptError);
    expect(String(error)).toMatch(/the chunk of \/packed at \[327680\]/);
    expect(existsSync(root)).toBe(false);
    expect(openBelow(root)).toEqual([]);
  });
});

function bytesOf(values: ArrayBufferView | undefined): Uint8Array {
  return values === undefined
    ? new Uint8Array(0)
    : new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
