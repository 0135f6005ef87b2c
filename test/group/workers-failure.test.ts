import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { CommitOptions, FrameSource, MemmapFile } from "../../src/index.js";
import { openBelow, snapshot } from "../support/snapshot.js";
import { someOf } from "../support/some-of.js";
import { rejection, tasks } from "../workers/support.js";
import {
  BuiltTable,
  clearedPaths,
  errors,
  expectUntouched,
  LEAST,
  newFile,
  pool,
  register,
  shared,
} from "./workers-support.js";

const fresh = clearedPaths();
const GROUPS = 8;
const ROWS = LEAST / 8;
const values = shared.f8(new Float64Array(ROWS));
const keys = shared.i4(Int32Array.from({ length: ROWS }, (_, i) => i % GROUPS));

/** Sources of 16 MiB in 16 files: memory that workers see, and memory that they do not. */
const SOURCES = {
  "seen by workers": () => ({ key: keys, x: values, y: values }),
  "gathered for workers": () => ({ key: keys, x: values.slice(), y: values.slice() }),
};

function begun(source: FrameSource = SOURCES["seen by workers"]()): MemmapFile<"r+"> {
  const file = newFile(fresh("file"));
  file.setArray("/before", [1, 2, 3], { attrs: { unit: "m" } });
  register(file, source, ["x", "y"], "key");
  return file;
}

/** What a commit fails with, of which nothing may come; after that, another one succeeds. */
async function failureOf(
  file: MemmapFile<"r+">,
  options: CommitOptions,
  meanwhile: () => void = () => undefined,
): Promise<unknown> {
  // Workers that have yet to start are done with nothing before the event loop has had its turn.
  await pool().close();
  const before = snapshot(file.root);
  const open = openBelow(file.root);
  const committed = file.commit({ workers: 2, ...options });
  meanwhile();
  const error = await rejection(committed);
  expectUntouched(file, before);
  expect(openBelow(file.root)).toEqual(open);
  register(file, SOURCES["seen by workers"](), ["x"], "key");
  await file.commit({ workers: 2 });
  expect(file.groupNames()).toEqual(Array.from({ length: GROUPS }, (_, i) => i));
  file.close();
  return error;
}

// One of them each time.
describe.each(someOf(Object.entries(SOURCES), 2))("a commit of memory %s", (_, source) => {
  it("ends with the reason of a signal that a timer aborts", async () => {
    const abort = new AbortController();
    const file = begun(source());
    const error = await failureOf(file, { signal: abort.signal }, () =>
      setTimeout(() => abort.abort(new Error("enough")), 1),
    );
    expect(error).toHaveProperty("message", "enough");
  });

  it("ends with the reason of a signal that onProgress aborts", async () => {
    const abort = new AbortController();
    const onProgress = () => abort.abort("enough");
    expect(await failureOf(begun(source()), { signal: abort.signal, onProgress })).toBe("enough");
  });

  it.each([0, 2])("ends with what onProgress throws, of %d workers", async (workers) => {
    let calls = 0;
    const onProgress = () => {
      calls += 1;
      if (calls === 2) throw new RangeError("no more");
    };
    const error = await failureOf(begun(source()), { onProgress, workers });
    expect(error).toBeInstanceOf(RangeError);
    expect(calls).toBe(2);
  });

  it("ends with what onProgress throws at the very end", async () => {
    const onProgress = ({ bytes, total }: { bytes: number; total: number }) => {
      if (bytes === total) throw new RangeError("no more");
    };
    expect(await failureOf(begun(source()), { onProgress })).toBeInstanceOf(RangeError);
  });
});

describe("a commit", () => {
  it("of a signal that is aborted before makes nothing", async () => {
    await pool().close();
    const file = begun();
    const before = snapshot(file.root);
    expect(await rejection(file.commit({ workers: 2, signal: AbortSignal.abort("never") }))).toBe("never");
    expectUntouched(file, before);
    file.close();
  });

  it("leaves alone a signal that is aborted afterwards", async () => {
    const abort = new AbortController();
    const file = begun();
    await file.commit({ workers: 2, signal: abort.signal });
    abort.abort();
    expect(file.getArray("/7/x").length).toBe(ROWS / GROUPS);
    file.close();
  });

  it.each([-1, 1.5, Number.NaN, "2" as unknown as number])("refuses %j workers", async (workers) => {
    const file = begun();
    expect(await rejection(file.commit({ workers }))).toBeInstanceOf(errors.LimitError);
    file.close();
  });

  it("ends with what an encoder throws, and with what it gives that is no array of the frame", async () => {
    const encoders: readonly (readonly [() => unknown, unknown])[] = [
      [
        () => {
          throw new TypeError("bad encoder");
        },
        TypeError,
      ],
      [() => new Float64Array(3), errors.ShapeError],
      [() => 7, errors.CastError],
      [() => Promise.resolve(values), errors.CastError],
    ];
    // Two of them each time.
    for (const [encoder, type] of someOf(encoders, 2)) {
      const file = begun();
      file.registerArray("encoded", ["x"], { encoder });
      expect(await failureOf(file, {})).toBeInstanceOf(type);
    }
  });

  it("ends where an array is in the way, and where a value does not fit", async () => {
    await pool().close();
    const taken = begun();
    taken.setArray("/7/y", 1);
    const before = snapshot(taken.root);
    expect(await rejection(taken.commit({ workers: 2 }))).toBeInstanceOf(errors.ExistsError);
    expectUntouched(taken, before);
    taken.close();
    const narrow = begun();
    narrow.registerArray("narrow", "key", { dtype: "i1" }).registerArray("cast", ["key"], { dtype: "b1" });
    expect(await failureOf(narrow, {})).toBeInstanceOf(errors.CastError);
  });
});

/** Ends the next thread that is given something to do, before it has begun. */
function endNextThread(): void {
  const { postMessage } = Worker.prototype;
  const spy = vi.spyOn(Worker.prototype, "postMessage").mockImplementation(function (this: Worker, ...args) {
    spy.mockRestore();
    postMessage.apply(this, args);
    void this.terminate();
  });
  onTestFinished(() => spy.mockRestore());
}

describe("a worker that dies", () => {
  it("fails the commit that it worked for", async () => {
    const error = await failureOf(begun(), {}, endNextThread);
    expect(error).toBeInstanceOf(errors.WorkerError);
    expect(error).toHaveProperty("message", expect.stringContaining("writeRows"));
  });

  it("of another call fails none but that", async () => {
    const file = begun();
    const other = pool().begin({ workers: 2 });
    const done = file.commit({ workers: 2 });
    for (let i = 0; i < 4; i++) void other.submit({ module: tasks("failing"), name: "exit", input: 1 });
    expect(await rejection(other.finish())).toBeInstanceOf(errors.WorkerError);
    await done;
    expect(file.getArray("/7/x").length).toBe(ROWS / GROUPS);
    file.close();
  });
});

describe("a source whose files change", () => {
  const columns = Array.from({ length: 10 }, (_, i) => `c${i}`);
  // Two units of each column, and more columns than a worker keeps mapped.
  const rows = LEAST / 8 + 1000;

  type Source = ReturnType<typeof source>;

  function source() {
    const table = BuiltTable.create(fresh(), { durability: "process", rows });
    for (const name of columns) table.addColumn(name, "f8");
    return table;
  }

  it("fails the commit, where a file was replaced that it has yet to read", async () => {
    const table = source();
    const file = newFile(fresh("file"));
    register(file, table, columns);
    const before = snapshot(file.root);
    let isReplaced = false;
    const onProgress = () => {
      if (isReplaced) return;
      isReplaced = true;
      for (const name of columns) {
        const path = join(table.root, `${name}.npy`);
        writeFileSync(`${path}x`, Buffer.alloc(8 * rows + 128, 7));
        renameSync(`${path}x`, path);
      }
    };
    const error = await rejection(file.commit({ workers: 1, onProgress }));
    expect(error).toBeInstanceOf(errors.StaleError);
    expectUntouched(file, before);
    file.close();
    table.close();
  });

  const losses: readonly (readonly [name: string, code: string, act: (table: Source) => void])[] = [
    ["is closed", "CLOSED", (table) => table.close()],
    ["loses its columns", "NOT_FOUND", (table) => columns.forEach((name) => table.deleteColumn(name))],
    ["loses rows", "SHAPE", (table) => table.resize(10)],
    [
      "gets others in their place",
      "NOT_FOUND",
      (table) => columns.forEach((name) => void table.addColumn(name, "f8", { fill: 9, overwrite: true })),
    ],
  ];

  // Two of them each time.
  describe.each([0, 1])("read by %d workers", (workers) => {
    it.each(someOf(losses, 2))("fails the commit where the table %s on the way", async (_, code, act) => {
      for (const groupBy of workers === 0 ? [undefined, "c9"] : ["c9"]) {
        const table = source();
        const file = newFile(fresh("file"));
        await pool().close();
        register(file, table, columns.slice(0, 4), groupBy);
        const before = snapshot(file.root);
        let isChanged = false;
        const onProgress = () => {
          if (!isChanged) act(table);
          isChanged = true;
        };
        expect(await rejection(file.commit({ workers, onProgress }))).toMatchObject({ code });
        expectUntouched(file, before);
        file.close();
        table.close();
      }
    });
  });

  it("is the frame itself that is replaced", async () => {
    for (const workers of [0, 2]) {
      const file = newFile(fresh("file"));
      const options = { name: "frame", groupBy: "key", overwrite: true };
      file
        .fromDataFrame({ key: keys, x: values.map((_, i) => i) }, options)
        .registerDataFrame("all", ["key", "x"]);
      await file.commit({ workers });
      const part = file.getDataFrame("/frame/7/all");
      file
        .fromDataFrame({ key: part.column("key"), x: part.column("x") }, options)
        .registerDataFrame("all", ["key", "x"]);
      await file.commit({ workers });
      expect(file.groupItems()).toMatchObject([{ name: 7, size: ROWS / GROUPS }]);
      expect(file.getArray("/frame/7/all/x").at(-1)).toBe(ROWS - 1);
      expect(file.has("/frame/6")).toBe(false);
      file.close();
    }
  });

  it("is read all the same where a column got another name, and its file grew and shrank", async () => {
    const table = source();
    table.column("c0").assign(2.5);
    const file = newFile(fresh("file"));
    register(file, { c0: table.column("c0"), c1: table.column("c1") }, ["c0", "c1"]);
    table.renameColumn("c0", "renamed");
    table.resize(rows + 10_000_000);
    table.resize(rows);
    await file.commit({ workers: 1 });
    expect(file.getArray("/c0").sum()).toBe(2.5 * rows);
    expect(file.getArray("/c1").sum()).toBe(0);
    file.close();
    table.close();
  });
});
