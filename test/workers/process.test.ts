import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { temporaryPaths } from "../support/temporary.js";
import { built, tasks } from "./support.js";

const fresh = temporaryPaths();

const head = `
  import { readdirSync } from "node:fs";
  import { stat } from "node:fs/promises";
  import { WorkerPool, workerPool } from ${JSON.stringify(built("workers/index.js"))};
  const plain = ${JSON.stringify(tasks("plain"))};
  const failing = ${JSON.stringify(tasks("failing"))};
  const stopping = ${JSON.stringify(tasks("stopping"))};
  process.on("unhandledRejection", (error) => { console.log("unhandled", error); process.exit(9); });
`;

interface Started {
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program in a process of its own, which has to end by itself, and gives what it printed. */
function printed(program: string, { flags = ["--input-type=module", "-e"], env = {} }: Started = {}): string {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [...flags, head + program], {
    encoding: "utf8",
    env: { ...process.env, ...env },
    timeout: 60_000,
  });
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: "" });
  return stdout.trim();
}

/** The same with the program in a file, of which Node 20 is told nothing by flags. */
function printedByFile(program: string, { flags = [], env = {} }: Started = {}): string {
  const path = `${fresh("program")}.mjs`;
  writeFileSync(path, head + program);
  return printed("", { flags: [...flags, path], env });
}

const double = `
  const run = workerPool().begin({ workers: 2 });
  const done = run.submit({ module: plain, name: "double", input: 21 });
  await run.finish();
  console.log(await done, workerPool().size);
`;

describe("a process", () => {
  it("ends by itself while workers are idle", () => {
    const program = `${double} console.log(process.getActiveResourcesInfo().includes("MessagePort"));`;
    expect(printed(program)).toBe("42 1\nfalse");
  });

  it("ends at once, not when the workers would end", () => {
    const program = `
      const run = new WorkerPool({ idle: 3_600_000 }).begin({ workers: 1 });
      console.log(await run.submit({ module: plain, name: "double", input: 21 }));
      await run.finish();`;
    expect(printed(program)).toBe("42");
  });

  it("that is told to end tells its tasks to stop first, and waits for them a moment", () => {
    const program = `
      const seen = new Int32Array(new SharedArrayBuffer(12));
      const run = workerPool().begin({ workers: 1 });
      run.submit({ module: stopping, name: "obedient", input: seen });
      while (Atomics.load(seen, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      process.on("exit", () => console.log(Atomics.load(seen, 2)));
      process.exit(0);`;
    expect(printed(program)).toBe("1");
  });

  it("lives until unfinished tasks are done, though nothing else keeps it", () => {
    const program = `
      const run = workerPool().begin({ workers: 1 });
      for (let i = 0; i < 3; i++) run.submit({ module: plain, name: "rest", input: 30 });
      run.finish().then(() => console.log("finished"));`;
    expect(printed(program)).toBe("finished");
  });

  it("lives until a run that fails has failed", () => {
    const program = `
      const pool = new WorkerPool({ patience: 100 });
      const run = pool.begin({ workers: 2 });
      const shared = new Int32Array(new SharedArrayBuffer(12));
      run.submit({ module: stopping, name: "stubborn", input: shared });
      run.submit({ module: failing, name: "throwValue", input: "bad" });
      await run.finish().catch((error) => console.log(error, pool.size));`;
    expect(printed(program)).toBe("bad 0");
  });

  it("is left alone by promises that nobody awaits", () => {
    const program = `
      const run = workerPool().begin({ workers: 1, signal: AbortSignal.abort("no") });
      run.submit({ module: plain, name: "double", input: 1 });
      run.whenRoom();
      run.finish();
      for (const name of ["throwTypeError", "exit", "throwLater"]) {
        const bad = workerPool().begin({ workers: 1 });
        for (let i = 0; i < 3; i++) bad.submit({ module: failing, name, input: 1 });
        bad.whenRoom();
        bad.whenRoom();
        bad.finish();
        bad.submit({ module: plain, name: "double", input: 1 });
      }
      const stopped = workerPool().begin({ workers: 1 });
      stopped.submit({ module: stopping, name: "obedient", input: new Int32Array(new SharedArrayBuffer(12)) });
      stopped.stop(new Error("stopped"));
      process.on("exit", () => console.log("end"));`;
    expect(printed(program)).toBe("end");
  });

  it("has no threads left after a failure", () => {
    const program = `
      const count = () => process.platform === "linux" ? readdirSync("/proc/self/task").length : 0;
      const turn = new Int32Array(new SharedArrayBuffer(4));
      await stat(".");
      const before = count();
      for (let i = 0; i < 5; i++) {
        const run = workerPool().begin({ workers: 3 });
        for (let j = 0; j < 6; j++) run.submit({ module: plain, name: "double", input: j });
        run.submit({ module: failing, name: "throwTypeError", input: 1 });
        await run.finish().catch(() => undefined);
        // The system lists a thread for a moment more after its end was waited for.
        for (let left = 5000; count() > before && left > 0; left--) Atomics.wait(turn, 0, 0, 1);
        if (workerPool().size !== 0 || count() > before) console.log("left", workerPool().size, count() - before);
      }
      console.log(process.getActiveResourcesInfo().includes("MessagePort"));`;
    expect(printed(program)).toBe("false");
  });

  it("prints nothing of what workers print", () => {
    const program = `
      const run = workerPool().begin({ workers: 1 });
      console.log(await run.submit({ module: plain, name: "chatter", input: 1 }));
      await run.finish();`;
    expect(printed(program)).toBe("done");
  });

  it.runIf(process.platform === "linux")(
    "is not held by stop() for a worker that died without a word",
    () => {
      // Such a task never looks at the flag, and the worker would be given an hour.
      const program = `
      const resourceLimits = { maxOldGenerationSizeMb: 16 };
      const run = new WorkerPool({ patience: 3_600_000, resourceLimits }).begin({ workers: 1 });
      await run.submit({ module: plain, name: "double", input: 1 });
      run.submit({ module: failing, name: "exhaust", input: 1 });
      await new Promise((resolve) => setImmediate(resolve));
      run.stop("enough");
      await run.finish().catch((error) => console.log(error));`;
      expect(printed(program)).toBe("enough");
    },
  );

  it("may end in the middle of tasks", () => {
    const program = `
      const run = workerPool().begin({ workers: 2 });
      const shared = new Int32Array(new SharedArrayBuffer(12));
      for (let i = 0; i < 4; i++) run.submit({ module: stopping, name: "obedientAsync", input: shared });
      while (Atomics.load(shared, 0) < 2) await new Promise((resolve) => setTimeout(resolve, 2));
      console.log("leaves");
      process.exit(0);`;
    expect(printed(program)).toBe("leaves");
  });
});

describe("workers start", () => {
  const tsx = import.meta.resolve("tsx");
  const environment = `
    const run = workerPool().begin({ workers: 1 });
    const { args, options } = await run.submit({ module: plain, name: "environment", input: 1 });
    console.log(args.length, options);
    await run.finish();`;

  it("from a file", () => {
    expect(printedByFile(double)).toBe("42 1");
  });

  it("under a loader", () => {
    expect(printedByFile(double, { flags: ["--import", tsx] })).toBe("42 1");
  });

  it("with flags and NODE_OPTIONS that are not meant for them", () => {
    const flags = ["--title=odd", "--expose-gc", "--input-type=module", "-e"];
    const env = { NODE_OPTIONS: `--max-old-space-size=512 --import ${tsx}` };
    expect(printed(environment, { flags, env })).toBe("0 undefined");
  });

  it("from a worker, which has a pool of its own", () => {
    const inner = `${head}${double}`;
    const program = `
      import { Worker } from "node:worker_threads";
      const worker = new Worker(new URL("data:text/javascript," + encodeURIComponent(${JSON.stringify(inner)})));
      worker.on("exit", (code) => console.log("ended", code));`;
    expect(printedByFile(program)).toBe("42 1\nended 0");
  });
});
