import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it } from "vitest";
import { LockedError, MemmapTable, saveNpy } from "../../src/index.js";
import { nodeFiles } from "../../src/platform/files.js";
import { Hold } from "../../src/store/hold.js";
import { acquireLock } from "../../src/store/lock.js";
import { StorePaths } from "../../src/store/paths.js";
import { Store } from "../../src/store/store.js";
import { openBelow, refuses, snapshot } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const quick = { durability: "process" } as const;
const HOLDER = fileURLToPath(new URL("../support/lock-holder.mjs", import.meta.url));

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill();
});

/** Another process that holds a table's lock. */
async function holder(path: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [HOLDER, join(path, ".memmap", "lock")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  children.push(child);
  await once(child.stdout, "data");
  return child;
}

function sample(): string {
  const path = fresh();
  MemmapTable.create(path, { ...quick, rows: 1, columns: { a: "i4" } }).close();
  return path;
}

const write = (path: string, options: object = {}) =>
  MemmapTable.open(path, { ...quick, mode: "r+", ...options });

describe("the lock of a table", () => {
  it("is held by one writer of this process, whom it names", () => {
    const path = sample();
    using _writer = write(path);
    const named = new RegExp(`open for writing by process ${process.pid} on ${hostname()} since 2`);
    for (const mode of ["r+", "a", "w+"] as const) {
      const error = refuses(path, LockedError, named, () => MemmapTable.open(path, { ...quick, mode }));
      expect(error).toMatchObject({ code: "LOCKED" });
    }
    refuses(path, LockedError, named, () => MemmapTable.create(path, { ...quick, overwrite: true }));
    MemmapTable.open(path).close();
  });

  it("is held by another process, whom it names, and free when that ends", async () => {
    const path = sample();
    const child = await holder(path);
    refuses(path, LockedError, new RegExp(`process ${child.pid} on elsewhere since then`), () => write(path));
    refuses(path, LockedError, /process/, () => write(path, { timeout: 30 }));
    MemmapTable.open(path).close();
    child.kill("SIGKILL");
    await once(child, "exit");
    write(path).close();
  });

  it("is waited for, up to the timeout", async () => {
    const path = sample();
    const child = await holder(path);
    // This thread waits in the kernel: another must let the holder go.
    const worker = new Worker(
      `const { workerData } = require("node:worker_threads");
       setTimeout(() => process.kill(workerData, "SIGKILL"), 100);`,
      { eval: true, workerData: child.pid },
    );
    await once(worker, "online");
    using table = write(path, { timeout: 60_000 });
    expect(table.column("a").length).toBe(1);
    await worker.terminate();
  });

  it("is free after closing, however that came about", () => {
    const path = sample();
    write(path).close();
    expect(() => MemmapTable.open(path, { ...quick, mode: "r+", rows: 7 })).toThrow(/rows/);
    using _table = write(path);
    expect(openBelow(path)).toEqual(["fd /.memmap/lock"]);
  });

  it("is never deleted, never renamed, and says who held it last", () => {
    const path = sample();
    const { ino } = statSync(join(path, ".memmap", "lock"));
    write(path).close();
    MemmapTable.create(path, { ...quick, overwrite: true }).close();
    expect(statSync(join(path, ".memmap", "lock")).ino).toBe(ino);
    expect(JSON.parse(readFileSync(join(path, ".memmap", "lock"), "utf8"))).toMatchObject({
      pid: process.pid,
      host: hostname(),
    });
  });

  it("that says nothing sensible is held all the same", () => {
    for (const text of ["", "no JSON", "null", "\xff\xfe", `{"pid": ${"9".repeat(2000)}`]) {
      const path = sample();
      using _table = write(path);
      writeFileSync(join(path, ".memmap", "lock"), text, "latin1");
      refuses(path, LockedError, /open for writing by another writer/, () => write(path));
    }
  });

  it("is not asked for where locking is none", () => {
    const path = sample();
    using _one = write(path);
    using other = write(path, { locking: "none" });
    other.column("a").set(0, 5);
    const made = fresh();
    using table = MemmapTable.create(made, { ...quick, locking: "none" });
    table.addColumn("a", "i4");
    expect(readdirSync(join(made, ".memmap"))).toEqual(["last"]);
  });

  it("of a writer that was dropped is free when it is collected", async () => {
    const path = sample();
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    (() => {
      const table = write(path);
      table.column("a").set(0, 5);
      table.addColumn("b", "i4").values[0] = 6;
    })();
    let free = false;
    for (let i = 0; i < 50 && !free; i++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 10));
      try {
        write(path).close();
        free = true;
      } catch (error) {
        expect(error).toBeInstanceOf(LockedError);
      }
    }
    expect(free).toBe(true);
    expect(MemmapTable.open(path).at(0)).toEqual({ a: 5, b: 6 });
  });
});

describe("acquireLock", () => {
  const now = () => performance.now();

  it("gives up a lock whose file was taken away while it waited", () => {
    const path = sample();
    const lock = join(path, ".memmap", "lock");
    let looks = 0;
    const files = {
      ...nodeFiles,
      look(each: string) {
        looks += 1;
        // The first look is whether to make it, the second whether it is still the one.
        if (looks === 2) rmSync(lock);
        return nodeFiles.look(each);
      },
    };
    expect(acquireLock(lock, files, now())).toBe(undefined);
    expect(openBelow(path)).toEqual([]);
    const fd = acquireLock(lock, nodeFiles, now());
    expect(fd).toBeTypeOf("number");
    nodeFiles.close(fd ?? -1);
  });

  it("holds without a name where there is no room to write it", () => {
    const path = sample();
    const full = {
      ...nodeFiles,
      write(): void {
        throw new Error("ENOSPC");
      },
    };
    const lock = join(path, ".memmap", "lock");
    const fd = acquireLock(lock, full, now());
    expect(() => acquireLock(lock, nodeFiles, now())).toThrow(LockedError);
    nodeFiles.close(fd ?? -1);
  });
});

describe("the control directory", () => {
  it("is cleaned of what interrupted writers left, by the next writer alone", () => {
    const path = sample();
    const control = join(path, ".memmap");
    mkdirSync(join(control, "stage-2"));
    writeFileSync(join(control, "stage-2", "0000"), "half a column");
    mkdirSync(join(control, "stage-17"));
    writeFileSync(join(control, "last-2"), "half a record");
    writeFileSync(join(control, "commit-2"), "for the future");
    MemmapTable.open(path).close();
    expect(readdirSync(control)).toHaveLength(6);
    using _first = write(path);
    mkdirSync(join(control, "stage-2"));
    expect(() => write(path)).toThrow(LockedError);
    expect(readdirSync(control).sort()).toEqual(["commit-2", "last", "lock", "stage-2"]);
    // One that lies where the next change is staged is no obstacle either.
    using table = write(path, { locking: "none" });
    mkdirSync(join(control, "stage-2"), { recursive: true });
    writeFileSync(join(control, "stage-2", "0000"), "half a column");
    table.addColumn("b", "i4");
    expect(readdirSync(control).sort()).toEqual(["commit-2", "last", "lock"]);
  });

  it("is no file", () => {
    const path = fresh();
    mkdirSync(path);
    saveNpy(join(path, "a.npy"), Int32Array.of(1));
    writeFileSync(join(path, ".memmap"), "mine");
    expect(() => write(path)).toThrow(/control directory/);
    MemmapTable.open(path).close();
  });

  it("that another writer made first stays where this one fails", () => {
    const path = fresh();
    mkdirSync(path);
    const paths = new StorePaths(path);
    const first = new Hold(paths, nodeFiles, quick);
    // As if it had come between the look and the making.
    const files = {
      ...nodeFiles,
      look: (each: string) => (each === paths.control ? undefined : nodeFiles.look(each)),
      mkdir: (each: string) => {
        if (each !== paths.control) nodeFiles.mkdir(each);
      },
    };
    expect(() => new Hold(paths, files, quick)).toThrow(LockedError);
    expect(readdirSync(paths.control)).toEqual(["lock"]);
    first.abandon();
    expect(snapshot(path)).toEqual({ ".": "directory" });
  });

  it("and the root are taken back by a store that never came to be", () => {
    const path = fresh();
    const store = Store.create(path, quick);
    expect(store.isNew).toBe(true);
    store.begin();
    store.abandon();
    expect(snapshot(path)).toEqual({ ".": "absent" });
    expect(store.closed).toBe(true);
    store.abandon();
  });
});
