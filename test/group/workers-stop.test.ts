import { describe, expect, it } from "vitest";
import type { FrameSource, MemmapFile } from "../../src/index.js";
import { openBelow, snapshot } from "../support/snapshot.js";
import { pause, rejection } from "../workers/support.js";
import {
  BuiltFile,
  checkTree,
  clearedPaths,
  errors,
  LEAST,
  newFile,
  pool,
  register,
  shared,
} from "./workers-support.js";

const fresh = clearedPaths();
const ROWS = LEAST / 8;
const GROUPS = 40;
const values = shared.f8(Float64Array.from({ length: ROWS }, (_, i) => i));
const keys = shared.i4(Int32Array.from({ length: ROWS }, (_, i) => i % GROUPS));
const list = Float64Array.from(values);

const SOURCES = {
  "seen by workers": { key: keys, w: values, x: values, y: values, z: values },
  "gathered for workers": { key: keys, w: list, x: list, y: list, z: list },
};

/** A file of one array, and a frame that waits: in this many groups, or in one. */
function begun(source: FrameSource = SOURCES["seen by workers"], groupBy?: string): MemmapFile<"r+"> {
  const file = newFile(fresh("file"));
  file.setArray("/before", [1, 2, 3]);
  register(file, source, ["w", "x", "y", "z"], groupBy);
  return file;
}

/** What is there once the next writer has made use of the root: nothing but his. */
async function expectNextWriterAlone(root: string): Promise<void> {
  expect(openBelow(root)).toEqual([]);
  const next = BuiltFile.open(root, { mode: "r+", durability: "process" });
  next.fromDataFrame({ x: shared.f8(new Float64Array(2 * ROWS).fill(7)) }).registerArray("mine", "x");
  const committed = next.commit({ workers: 2 });
  // Whoever came too late would write by now.
  await pause(30);
  await committed;
  expect([...next.keys()]).toEqual(["before", "mine"]);
  const { min, max } = { min: next.getArray("/mine").min(), max: next.getArray("/mine").max() };
  expect({ min, max }).toEqual({ min: 7, max: 7 });
  next.close();
  checkTree(root);
}

/** Commits, closes the file meanwhile, and expects nothing to have come of it. */
async function closedMeanwhile(
  file: MemmapFile<"r+">,
  workers: number,
  close: (close: () => void) => { onProgress?: () => void } | undefined,
): Promise<void> {
  await pool().close();
  const before = snapshot(file.root);
  const options = close(() => {
    file.close();
    expect(snapshot(file.root)).toEqual(before);
  });
  const error = await rejection(file.commit({ workers, ...options }));
  expect(error).toBeInstanceOf(errors.ClosedError);
  expect(snapshot(file.root)).toEqual(before);
  expect(pool().size).toBe(0);
  await expectNextWriterAlone(file.root);
}

describe.each(Object.entries(SOURCES))(
  "a file that is closed during its commit of memory %s",
  (_, source) => {
    it.each([0, 2])("by a timer, with %d workers, ends it and has nothing of it", async (workers) => {
      await closedMeanwhile(begun(source, "key"), workers, (close) => {
        setTimeout(close, 1);
        return undefined;
      });
    });

    it.each([0, 1, 2])("by onProgress, with %d workers, ends it and has nothing of it", async (workers) => {
      await closedMeanwhile(begun(source, "key"), workers, (close) => ({ onProgress: close }));
    });
  },
);

it.each([0, 2])("a file that an encoder closes has nothing of its commit by %d workers", async (workers) => {
  const file = begun();
  file.registerArray("encoded", ["x"], {
    encoder: (view) => {
      file.close();
      return view.column("x");
    },
  });
  await closedMeanwhile(file, workers, () => undefined);
});

describe("while a commit goes on", () => {
  it("other changes are refused, and do it no harm", async () => {
    const file = begun();
    const table = file.setGroup("/table").table({ rows: 2 });
    table.addColumn("a", "i4");
    const committed = file.commit({ workers: 2 });
    const refused: readonly (() => unknown)[] = [
      () => file.setArray("/other", 1),
      () => file.createArray("/other", "f8", [2]),
      () => file.setGroup("/other"),
      () => file.deleteNode("/before"),
      () => file.renameNode("/before", "/after"),
      () => file.copyNode("/before", "/after"),
      () => file.setNodeAttr("/before", "a", 1),
      () => file.transaction(() => 1),
      () => table.append([{ a: 1 }]),
      () => table.resize(9),
      () => file.refresh(),
    ];
    for (const change of refused) expect(change).toThrow(errors.UnsupportedError);
    register(file, { x: values }, ["x"]);
    expect(await rejection(file.commit({ workers: 2 }))).toBeInstanceOf(errors.UnsupportedError);
    await committed;
    expect([...file.keys()]).toEqual(["before", "table", "w", "x", "y", "z"]);
    expect(table.column("a").values).toEqual(new Int32Array(2));
    file.close();
  });

  it("it is read as it was, and elements are assigned", async () => {
    const file = begun();
    const before = file.getArray<"i4">("/before");
    const { generation } = file;
    const states = new Set<string>();
    const onProgress = () => {
      states.add([...file.keys()].join());
      before.set(0, 7);
      expect([...file.getArray("/before")]).toEqual([7, 2, 3]);
      using reader = BuiltFile.open(file.root);
      expect([...reader.keys()]).toEqual(["before"]);
      expect(file.frames.size).toBe(0);
    };
    await file.commit({ workers: 2, onProgress });
    expect([...states]).toEqual(["before"]);
    expect(file.generation).toBe(generation + 1);
    expect(before.at(0)).toBe(7);
    expect(file.getArray("/z").at(-1)).toBe(ROWS - 1);
    file.close();
    checkTree(file.root);
  });

  it("rows of an appender wait: those of before are committed first, those that come meanwhile afterwards", async () => {
    const file = begun();
    const table = file.setGroup("/log").table({ rows: 0 });
    table.addColumn("n", "i4");
    const log = table.appender({ rows: 1000, ms: 0 });
    log.append({ n: 1 });
    const committed = file.commit({ workers: 2 });
    expect(log.pending).toBe(0);
    expect(table.length).toBe(1);
    log.append({ n: 2 });
    expect(() => log.flush()).toThrow(errors.UnsupportedError);
    expect(log.pending).toBe(1);
    await committed;
    expect(log.pending).toBe(1);
    log.flush();
    expect([...table.column("n")]).toEqual([1, 2]);
    log.append({ n: 3 });
    register(file, { v: values, u: values }, ["v", "u"]);
    const closed = rejection(file.commit({ workers: 2 }).then(() => file.commit()));
    log.append({ n: 4 });
    file.close();
    expect(await closed).toBeInstanceOf(errors.ClosedError);
    using again = BuiltFile.open(file.root);
    expect([...again.getArray("/log/n")]).toEqual([1, 2, 3, 4]);
    expect([...again.keys()]).toEqual(["before", "log", "w", "x", "y", "z"]);
  });
});

it("the next commit, of workers that are there, writes into the same names", async () => {
  const file = begun();
  await file.commit({ workers: 2 });
  const { size } = pool();
  file.fromDataFrame(SOURCES["seen by workers"], { name: "again", groupBy: "key" }).registerArray("x", "x");
  await file.commit({ workers: 2 });
  expect(pool().size).toBe(size);
  expect(file.getArray("/again/39/x").at(0)).toBe(39);
  file.close();
  checkTree(file.root);
});

it("commits of two files at a time share the workers, and one that fails harms the other in nothing", async () => {
  const [one, other, third] = [begun(), begun(SOURCES["gathered for workers"]), begun()];
  const fail = () => {
    throw new RangeError("no more");
  };
  const failed = rejection(third.commit({ workers: 2, onProgress: fail }));
  await Promise.all([one.commit({ workers: 2 }), other.commit({ workers: 1 })]);
  expect(await failed).toBeInstanceOf(RangeError);
  for (const file of [one, other]) expect(file.getArray("/z").at(-1)).toBe(ROWS - 1);
  expect([...third.keys()]).toEqual(["before"]);
  for (const { root } of [one, other, third]) checkTree(root);
  for (const file of [one, other, third]) file.close();
});

it("a file that is closed in its own time writes what waits by workers, and is closed all the same where that fails", async () => {
  const file = begun();
  await file.closeAsync({ workers: 2 });
  expect(file.closed).toBe(true);
  using again = BuiltFile.open(file.root);
  expect(again.getArray("/z").at(-1)).toBe(ROWS - 1);
  const failing = begun();
  const aborted = failing.closeAsync({ workers: 2, signal: AbortSignal.abort("never") });
  expect(await rejection(aborted)).toBe("never");
  expect(failing.closed).toBe(true);
  expect(openBelow(failing.root)).toEqual([]);
});
