import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { isMemmapError } from "../../src/errors.js";
import { MemmapFile } from "../../src/group/index.js";
import { importHdf5, openHdf5 } from "../../src/hdf5/index.js";
import { nodeFiles } from "../../src/platform/files.js";
import { failingFiles, withFiles } from "../../src/testing/files/index.js";
import { openBelow } from "../support/snapshot.js";
import { clearedPaths, type H5File, makeHdf5, objectAt, watchErrors } from "./import-support.js";

const fresh = clearedPaths();
const QUICK = { durability: "process" } as const;

function fill(h5: H5File): void {
  h5.create_attribute("title", "all");
  h5.create_dataset({ name: "x", data: Float64Array.from({ length: 1000 }, (_, i) => i) });
  const group = h5.create_group("g");
  group.create_dataset({ name: "words", data: ["a", "bc"], dtype: "S" });
  group.create_dataset({ name: "z", data: new Int32Array(1000).fill(3), chunks: [100], compression: 6 });
  group.create_dataset({ name: "to", data: [objectAt(h5, "x").create_reference()] });
}

/** Where a chunk is in its file. */
async function offsetOfChunk(source: string, dataset: string, number: number): Promise<number> {
  using file = await openHdf5(source);
  const plan = file.dataset(dataset).plan([[0, file.dataset(dataset).length]]);
  if (plan.kind !== "chunks") throw new Error("there are no chunks");
  return plan.chunks[4 * number + 1] ?? 0;
}

const TAKE_ROOM: ReadonlySet<string> = new Set(["create", "write", "extend", "mkdir", "link", "sync"]);

describe("an import on a disk that fails", () => {
  it("leaves nothing where any of its calls fails for want of room", async () => {
    const source = await makeHdf5(fresh("source.h5"), fill);
    const counted = failingFiles(nodeFiles);
    const whole = await withFiles(counted.files, () => importHdf5(source, fresh("file"), QUICK));
    const tree = String(whole);
    whole.close();
    // What takes room can fail for want of it. Each in turn would take long.
    const calls = counted.calls.filter(({ name }) => TAKE_ROOM.has(name)).map(({ number }) => number);
    for (const call of calls.filter((_, i) => i % 3 === 0)) {
      const root = fresh("file");
      const failing = failingFiles(nodeFiles);
      failing.failAt(call, { code: "ENOSPC" });
      const error = await withFiles(failing.files, () => importHdf5(source, root, QUICK)).then(
        (file) => file.close(),
        (thrown: unknown) => thrown,
      );
      expect(failing.hasFailed).toBe(true);
      expect(error === undefined || isMemmapError(error)).toBe(true);
      expect(openBelow(root)).toEqual([]);
      if (!existsSync(root)) continue;
      // What was committed before the failure is whole when it is opened next.
      using file = MemmapFile.open(root, { mode: "r+", ...QUICK });
      expect(String(file)).toBe(tree);
    }
    // Descriptors that are read by are kept a moment for the next read.
    await vi.waitFor(() => expect(openBelow(source)).toEqual([]), { timeout: 60_000 });
  });
});

describe("an import of a damaged file", () => {
  it("names the dataset and the chunk, and leaves nothing", async () => {
    const source = await makeHdf5(fresh("source.h5"), (h5) => {
      h5.create_dataset({ name: "a", data: new Float64Array(1000) });
      const data = Float64Array.from({ length: 5000 }, (_, i) => Math.sin(i));
      h5.create_dataset({ name: "z", data, chunks: [1000], compression: 6 });
    });
    const bytes = readFileSync(source);
    const at = (await offsetOfChunk(source, "z", 2)) + 10;
    bytes.fill(0xff, at, at + 200);
    writeFileSync(source, bytes);
    const printed = watchErrors();
    const root = fresh("file");
    await expect(importHdf5(source, root, QUICK)).rejects.toThrow(
      /the chunk of \/z at \[2000\].* could not be inflated/,
    );
    expect(existsSync(root)).toBe(false);
    expect(openBelow(root)).toEqual([]);
    expect(printed()).toBe("");
  });

  it("throws an error of this package, or imports something, whatever bytes are wrong", async () => {
    const source = await makeHdf5(fresh("source.h5"), fill);
    const bytes = readFileSync(source);
    const printed = watchErrors();
    let state = 7;
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) % below;
    };
    for (let i = 0; i < 30; i++) {
      const damaged = Buffer.from(bytes);
      for (let j = 0; j < 4; j++) damaged[random(damaged.length)] = random(256);
      const path = fresh("damaged.h5");
      writeFileSync(path, damaged);
      try {
        (
          await importHdf5(path, fresh("file"), { ...QUICK, names: "encode", onSkip: () => undefined })
        ).close();
      } catch (error) {
        if (!isMemmapError(error)) throw error;
      }
    }
    expect(printed()).toBe("");
  });
});

it("gives others their turn while it works in this thread", async () => {
  const source = await makeHdf5(fresh("source.h5"), (h5) => {
    for (let i = 0; i < 40; i++)
      h5.create_dataset({ name: `words${i}`, data: Array(2000).fill("word"), dtype: "S" });
  });
  let turns = 0;
  let isDone = false;
  const counting = (async () => {
    while (!isDone) {
      await setImmediate();
      turns += 1;
    }
  })();
  (await importHdf5(source, fresh("file"), { ...QUICK, workers: 0 })).close();
  isDone = true;
  await counting;
  expect(turns).toBeGreaterThan(5);
});
