import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { exportHdf5, importHdf5, openHdf5, readRows, type SkippedNode } from "../../src/hdf5/index.js";
import { clearedPaths, makeHdf5, objectAt, patch } from "./import-support.js";

const fresh = clearedPaths();
const QUICK = { durability: "process" } as const;
const latin = (text: string) => Buffer.from(text, "latin1");

describe("names that are no UTF-8", () => {
  async function source(): Promise<string> {
    const path = await makeHdf5(fresh("latin.h5"), (h5) => {
      h5.create_dataset({ name: "plain", data: Int32Array.of(1) });
      h5.create_dataset({ name: "cafe", data: Int32Array.of(2) });
      objectAt(h5, "plain").create_attribute("unite", 5);
      objectAt(h5, "plain").create_attribute("ok", 6);
    });
    patch(path, latin("cafe"), latin("caf\xe9"));
    patch(path, latin("unite"), latin("unit\xe9"));
    return path;
  }

  it("are left out by those who are told of them only", async () => {
    const path = await source();
    const root = fresh("file");
    await expect(importHdf5(path, root, QUICK)).rejects.toMatchObject({ code: "NAME" });
    expect(existsSync(root)).toBe(false);
    const skipped: SkippedNode[] = [];
    using file = await importHdf5(path, root, { ...QUICK, onSkip: (each) => skipped.push(each) });
    expect(skipped.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/a name in "\/" is no text in UTF-8/),
      expect.stringMatching(/has a name that is no text in UTF-8/),
    ]);
    expect(skipped[1]).toMatchObject({ path: "/plain" });
    expect([...file.keys()]).toEqual(["plain"]);
    expect(Object.fromEntries(file.attrs("/plain"))).toEqual({ ok: 6 });
  });

  it("are no matter where they are not asked for", async () => {
    const skipped: SkippedNode[] = [];
    const onSkip = (each: SkippedNode) => skipped.push(each);
    const path = await makeHdf5(fresh("latin.h5"), (h5) => {
      h5.create_dataset({ name: "plain", data: Int32Array.of(1) });
      h5.create_dataset({ name: "cafe", data: Int32Array.of(2) });
      h5.create_soft_link("/nowhere", "dangling");
    });
    patch(path, latin("cafe"), latin("caf\xe9"));
    for (const only of ["plain", (each: string) => each === "/plain"]) {
      using file = await importHdf5(path, fresh("file"), { ...QUICK, only, onSkip });
      expect([...file.keys()]).toEqual(["plain"]);
    }
    expect(skipped).toEqual([]);
    const promising = (async () => false) as never;
    await expect(importHdf5(path, fresh("file"), { ...QUICK, only: promising })).rejects.toThrow(
      /not with a promise/,
    );
  });

  it("are not among the keys and attributes of a file", async () => {
    using file = await openHdf5(await source());
    expect(file.keys()).toEqual(["plain"]);
    expect([...file.attrs("/plain")]).toEqual([["ok", 6]]);
  });
});

describe("a filter that h5wasm lacks", () => {
  const make = async () => {
    const path = await makeHdf5(fresh("filter.h5"), (h5) => {
      h5.create_dataset({ name: "x", data: Int32Array.of(1, 2, 3) });
      h5.create_dataset({ name: "z", data: new Int32Array(100), chunks: [10], compression: 6 });
    });
    // One filter, deflate: its number becomes one that nobody has.
    patch(path, Uint8Array.of(2, 1, 1, 0), Uint8Array.of(2, 1, 99, 0));
    return path;
  };

  it("is named, and its dataset left out where somebody is told of it", async () => {
    const path = await make();
    await expect(importHdf5(path, fresh("file"), QUICK)).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringMatching(
        /\/z was written with a filter that h5wasm does not have; its filters are 99 \(/,
      ),
    });
    const skipped: SkippedNode[] = [];
    using file = await importHdf5(path, fresh("file"), { ...QUICK, onSkip: (each) => skipped.push(each) });
    expect(skipped).toEqual([expect.objectContaining({ path: "/z", attribute: undefined })]);
    expect([...file.keys()]).toEqual(["x"]);
  });

  it("is named where rows are read", async () => {
    using file = await openHdf5(await make());
    const plan = file.dataset("z").plan([[0, 100]]);
    await expect(readRows(plan, new Uint8Array(400))).rejects.toThrow(/its filters are 99 \(/);
  });
});

it("reads a row of any size piece by piece", async () => {
  const data = Float64Array.from({ length: 600_000 }, (_, i) => i);
  const path = await makeHdf5(fresh("wide.h5"), (h5) => {
    h5.create_dataset({ name: "wide", data, shape: [1, 2, 300_000] });
  });
  let last = 0;
  const steps: number[] = [];
  const onProgress = ({ bytes }: { readonly bytes: number }) => {
    steps.push(bytes - last);
    last = bytes;
  };
  using file = await importHdf5(path, fresh("file"), { ...QUICK, workers: 0, onProgress });
  expect(Math.max(...steps)).toBeLessThanOrEqual(2 << 20);
  expect(last).toBe(data.byteLength);
  const wide = file.getArray("/wide");
  expect(wide.shape).toEqual([1, 2, 300_000]);
  for (const half of [0, 1]) {
    const row = wide.view(0).view(half).toArray();
    if (!(row instanceof Float64Array)) throw new Error("no doubles");
    expect(row.every((value, i) => value === 300_000 * half + i)).toBe(true);
  }
});

describe("options that are none", () => {
  const wrong: readonly [object | null, RegExp][] = [
    [{ chunk: 4 }, /has no option "chunk"/],
    [{ signal: {} }, /signal is an AbortSignal/],
    [{ onProgress: 5 }, /onProgress is a function/],
    [null, /are an object/],
  ];

  it.each(wrong)("are refused before anything is done: %j", async (options, problem) => {
    const path = await makeHdf5(fresh("source.h5"), (h5) => h5.create_dataset({ name: "x", data: [1] }));
    const made = fresh("made");
    for (const work of [importHdf5(path, made, options as never), exportHdf5(path, made, options as never)]) {
      await expect(work).rejects.toMatchObject({
        code: "UNSUPPORTED",
        message: expect.stringMatching(problem),
      });
    }
    expect(existsSync(made)).toBe(false);
  });

  it("and paths that are none", async () => {
    for (const path of [undefined, 5, "", "a\0b"] as never[]) {
      await expect(importHdf5(path, fresh("made"))).rejects.toMatchObject({ code: "UNSUPPORTED" });
      await expect(importHdf5(fresh("nothing"), path)).rejects.toMatchObject({ code: "UNSUPPORTED" });
      await expect(exportHdf5(fresh("nothing"), path)).rejects.toMatchObject({ code: "UNSUPPORTED" });
    }
  });
});
