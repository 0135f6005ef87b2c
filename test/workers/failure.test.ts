import { describe, expect, it } from "vitest";
import type { ErrorCode } from "../../src/errors.js";
import {
  built,
  errors,
  expectThreads,
  open,
  pause,
  pools,
  reaches,
  rejection,
  sharedInts,
  tasks,
  threads,
} from "./support.js";

const newPool = pools();
const failing = tasks("failing");
const stopping = tasks("stopping");

/** What a run of one task fails with, and that it leaves no worker behind. */
async function failureOf(
  name: string,
  input: unknown,
  {
    module = failing,
    ...options
  }: { module?: string; resourceLimits?: { maxOldGenerationSizeMb: number } } = {},
): Promise<unknown> {
  const before = threads();
  const pool = newPool(options);
  const run = pool.begin({ workers: 1 });
  const done = run.submit({ module, name, input });
  const error = await rejection(run.finish());
  expect(await rejection(done)).toBe(error);
  expect(await rejection(run.whenRoom())).toBe(error);
  expect(await rejection(run.submit({ module, name, input }))).toBe(error);
  expect(pool.size).toBe(0);
  expectThreads(before);
  return error;
}

describe("a task that throws", () => {
  const names = Object.keys(errors).filter((name) => /^[A-Z].*Error$/.test(name) && name !== "MemmapError");

  it("fails with an error of each class of the package", () => {
    expect(names).toHaveLength(20);
  });

  it.each(names)("fails its run with that %s", async (name) => {
    const error = await failureOf("throwTagged", { errors: built("errors.js"), name, path: "/a/b" });
    expect(error).toBeInstanceOf(errors[name as "DiskError"]);
    expect(error).toMatchObject({ name, message: `a ${name}`, path: "/a/b" });
    expect((error as { code: ErrorCode }).code).toMatch(/^[A-Z_]+$/);
    expect(error).toHaveProperty("cause.code", "ENOSPC");
    expect(error).toHaveProperty("cause.syscall", "write");
    expect(error).toHaveProperty("stack", expect.stringContaining("throwTagged"));
  });

  it("keeps what a lock's error says of its holder", async () => {
    const holder = { pid: 1, host: "h", since: "2026-01-01T00:00:00Z" };
    const error = await failureOf("throwLocked", { errors: built("errors.js"), holder });
    expect(error).toMatchObject({ code: "LOCKED", holder });
    expect(error).not.toHaveProperty("path");
  });

  it("fails it with JavaScript's own errors as well", async () => {
    const error = await failureOf("throwTypeError", undefined);
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toHaveProperty("message", "no such type");
    expect(error).toHaveProperty("stack", expect.stringContaining("throwTypeError"));
  });

  it.each([undefined, null, "text", 7, { a: [1] }])("may throw any value, such as %j", async (value) => {
    expect(await failureOf("throwValue", value)).toEqual(value);
  });

  it("leaves out of an error what no message can carry", async () => {
    const error = await failureOf("throwUncloneable", undefined);
    expect(error).toMatchObject({ message: "odd", code: "ODD" });
    expect(error).not.toHaveProperty("act");
  });

  it("fails with the first error, and drops what waits", async () => {
    const run = newPool().begin({ workers: 1 });
    const shared = sharedInts(3);
    const first = run.submit({ module: failing, name: "throwValue", input: "first" });
    const second = run.submit({ module: failing, name: "throwValue", input: "second" });
    const third = run.submit({ module: stopping, name: "beginOnly", input: shared });
    expect(await rejection(run.finish())).toBe("first");
    expect(await Promise.all([first, second, third].map(rejection))).toEqual(["first", "first", "first"]);
    expect(shared[0]).toBe(0);
  });

  it("stops the others, which finish() waits for", async () => {
    const pool = newPool();
    const run = pool.begin({ workers: 2 });
    const shared = sharedInts(3);
    void run.submit({ module: stopping, name: "obedientAsync", input: shared });
    await reaches(shared, 0, 1);
    void run.submit({ module: failing, name: "throwValue", input: "failed" });
    expect(await rejection(run.finish())).toBe("failed");
    expect(shared[2]).toBe(1);
    expect(pool.size).toBe(0);
  });
});

describe("a task that cannot be done", () => {
  it.each([
    ["a module that is not there", tasks("nowhere"), "double", /"double" of .*does not load/],
    ["a function that is not there", tasks("plain"), "treble", /"treble" of .*exports no function/],
    ["a name that is none of a function", tasks("plain"), "notAFunction", /exports no function/],
  ])("says so of %s", async (_, module, name, message) => {
    const error = await failureOf(name, 1, { module });
    expect(error).toBeInstanceOf(errors.WorkerError);
    expect(error).toHaveProperty("message", expect.stringMatching(message));
  });

  it("says so of a result that no message can carry", async () => {
    const error = await failureOf("returnUncloneable", undefined);
    expect(error).toBeInstanceOf(errors.WorkerError);
    expect(error).toHaveProperty(
      "message",
      expect.stringContaining('result of the task "returnUncloneable"'),
    );
  });

  it("says so of an input that no message can carry", async () => {
    const pool = newPool();
    const run = pool.begin({ workers: 1 });
    const done = run.submit({ module: tasks("plain"), name: "double", input: () => 1 });
    const error = await rejection(run.finish());
    expect(error).toBeInstanceOf(errors.WorkerError);
    expect(error).toHaveProperty("message", expect.stringContaining('input of the task "double"'));
    expect(await rejection(done)).toBe(error);
  });
});

describe("a worker that dies", () => {
  it.each([0, 3])("by process.exit(%d) fails its run", async (code) => {
    const error = await failureOf("exit", code);
    expect(error).toBeInstanceOf(errors.WorkerError);
    expect(error).toHaveProperty(
      "message",
      `a worker thread ended with exit code ${code} during the task "exit" of ${failing}`,
    );
  });

  it.each([
    ["throwLater", "thrown later"],
    ["rejectLater", "rejected later"],
  ])("by an error that nobody catches (%s) fails its run", async (name, message) => {
    const error = await failureOf(name, undefined);
    expect(error).toBeInstanceOf(errors.WorkerError);
    expect(error).toMatchObject({ message: expect.stringContaining(message), cause: { message } });
  });

  it("for want of memory fails its run", async () => {
    const error = await failureOf("exhaust", undefined, { resourceLimits: { maxOldGenerationSizeMb: 16 } });
    expect(error).toBeInstanceOf(errors.WorkerError);
    expect(error).toMatchObject({
      message: expect.stringContaining("memory"),
      cause: { code: "ERR_WORKER_OUT_OF_MEMORY" },
    });
  });

  it("harms no other run, and is replaced", async () => {
    const pool = newPool();
    const [good, bad] = [pool.begin({ workers: 2 }), pool.begin({ workers: 2 })];
    const done = Array.from({ length: 50 }, (_, input) =>
      good.submit({ module: tasks("plain"), name: "double", input }),
    );
    void bad.submit({ module: failing, name: "exit", input: 1 });
    const more = Array.from({ length: 50 }, (_, input) =>
      good.submit({ module: tasks("plain"), name: "double", input }),
    );
    expect(await rejection(bad.finish())).toHaveProperty("code", "WORKER");
    await good.finish();
    expect(await Promise.all([...done, ...more])).toHaveLength(100);
  });

  it("whose run has failed ends after the task of another that it is doing", async () => {
    const pool = newPool({ patience: 50 });
    const [good, bad] = [pool.begin({ workers: 1 }), pool.begin({ workers: 1 })];
    await bad.submit({ module: tasks("plain"), name: "double", input: 1 });
    const gate = sharedInts(2);
    const done = good.submit({ module: tasks("plain"), name: "waitFor", input: gate });
    await reaches(gate, 1, 1);
    bad.fail("bad");
    expect(await rejection(bad.finish())).toBe("bad");
    expect(pool.size).toBe(1);
    // Longer than a worker of a failed run would have.
    await pause(150);
    open(gate);
    await done;
    await good.finish();
    while (pool.size > 0) await pause(2);
  });
});
