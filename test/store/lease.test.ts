import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { DiskError, LockedError, MemmapTable } from "../../src/index.js";
import { nodeFiles } from "../../src/platform/files.js";
import { isLeased, leaseOf, takeLease } from "../../src/store/lease.js";
import type { WriterLock } from "../../src/store/writer-lock.js";
import { stopClock } from "../support/clock.js";
import { holders, killLater } from "../support/lock-holder.js";
import { thrown } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const holder = holders();

/** As short as leases can be. */
const SHORT = { lasts: 1500, stale: 2000, update: 1000 };
/** Renewed as soon, and not lost where this process has to wait. */
const LASTING = { lasts: 60_000, stale: 75_000, update: 1000 };

function lockPath(): string {
  const table = fresh();
  mkdirSync(join(table, ".memmap"), { recursive: true });
  return join(table, ".memmap", "lock");
}

function take(path: string, terms?: typeof SHORT, timeout = 0, files = nodeFiles): WriterLock {
  const lease = takeLease(path, files, performance.now() + timeout, terms);
  if (lease === undefined) throw new Error("there was no control directory");
  return lease;
}

/** Keeps the event loop from turning. */
function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** As if nobody had renewed a lease for so long. */
function age(path: string, milliseconds = 80_000): void {
  const then = new Date(Date.now() - milliseconds);
  utimesSync(leaseOf(path), then, then);
  // The clock of the file system goes by milliseconds: what is made in its place is made at another time.
  block(20);
}

const timeOf = (path: string) => statSync(leaseOf(path)).mtimeMs;

describe("a lease", () => {
  it("is a directory of now, and gone when it is released", () => {
    const path = lockPath();
    const before = Date.now();
    const lease = take(path);
    expect(readdirSync(join(path, "..")).sort()).toEqual(["lock", "lock.lease"]);
    expect(timeOf(path)).toBeGreaterThanOrEqual(before - 1);
    expect(timeOf(path)).toBeLessThanOrEqual(Date.now() + 1);
    expect(isLeased(path, nodeFiles)).toBe(true);
    lease.check();
    lease.release();
    lease.release();
    lease.check();
    expect(isLeased(path, nodeFiles)).toBe(false);
    expect(readdirSync(join(path, ".."))).toEqual(["lock"]);
  });

  it("is made new by a timer, which works with nobody waiting for it", () => {
    const path = lockPath();
    const pass = stopClock("Date", "performance");
    const lease = take(path, SHORT);
    // For longer than it lasts.
    for (let i = 0; i < 3; i += 1) {
      const before = timeOf(path);
      pass(900);
      lease.check();
      expect(timeOf(path)).toBe(before);
      pass(100);
      expect(timeOf(path)).toBeGreaterThan(before);
    }
    lease.check();
    lease.release();
    expect(existsSync(leaseOf(path))).toBe(false);
  });

  it("is made new by work that asks for it, where that gives timers no turn", async () => {
    const path = lockPath();
    const lease = take(path, LASTING);
    const renewed = (before: number) => expect(timeOf(path)).toBeGreaterThan(before);
    const first = timeOf(path);
    for (let i = 0; i < 4; i += 1) {
      block(300);
      lease.check();
    }
    renewed(first);
    // And the timer goes on from there.
    const second = timeOf(path);
    await vi.waitFor(() => renewed(second), { timeout: 60_000 });
    lease.check();
    lease.release();
    expect(existsSync(leaseOf(path))).toBe(false);
  });

  it("is not touched by every question", () => {
    const path = lockPath();
    const lease = take(path);
    const first = timeOf(path);
    block(5);
    for (let i = 0; i < 10; i += 1) lease.check();
    expect(timeOf(path)).toBe(first);
    lease.release();
  });

  it("is waited for, up to the timeout, when its holder was killed", async () => {
    const path = lockPath();
    const worker = await killLater(await holder(join(path, "..", ".."), "lease"), 50);
    const lease = take(path, SHORT, 60_000);
    lease.check();
    lease.release();
    await worker.terminate();
  });

  it("is asked for again where the control directory went away", () => {
    const path = lockPath();
    rmdirSync(join(path, ".."));
    expect(takeLease(path, nodeFiles, performance.now())).toBe(undefined);
  });

  it("is none where a file has its name", () => {
    const path = lockPath();
    writeFileSync(leaseOf(path), "mine");
    expect(isLeased(path, nodeFiles)).toBe(false);
    expect(() => take(path)).toThrow(/lock\.lease: a lease is a directory/);
    expect(existsSync(leaseOf(path))).toBe(true);
  });

  it("leaves nothing where it cannot be dated", () => {
    const path = lockPath();
    const files = {
      ...nodeFiles,
      touch(each: string): void {
        throw new DiskError(`${each}: EIO`, { path: each });
      },
    };
    expect(thrown(() => take(path, SHORT, 0, files))).toMatchObject({ code: "DISK" });
    expect(readdirSync(join(path, ".."))).toEqual([]);
    take(path).release();
  });

  it("is taken by one of two that find it old at a time", () => {
    const path = lockPath();
    take(path);
    age(path);
    let other: WriterLock | undefined;
    const files = {
      ...nodeFiles,
      look(each: string) {
        const found = nodeFiles.look(each);
        // Just after the first has seen how old it is.
        if (each === leaseOf(path) && other === undefined) other = take(path);
        return found;
      },
    };
    expect(thrown(() => take(path, undefined, 0, files))).toBeInstanceOf(LockedError);
    other?.check();
    other?.release();
  });
});

describe("a lease is lost", () => {
  const lost = /lost its lease \(.*\).*close it and open it again/;

  it("when nobody renewed it for too long, and is not taken up again", async () => {
    const path = lockPath();
    const lease = take(path, { ...SHORT, lasts: 300 });
    block(350);
    const error = thrown(() => lease.check());
    expect(error).toBeInstanceOf(LockedError);
    expect(error).toMatchObject({ path, message: expect.stringMatching(/event loop blocked/) });
    const then = timeOf(path);
    await sleep(1100);
    expect(() => lease.check()).toThrow(lost);
    // One that is too old is left to those who may be taking it over.
    lease.release();
    expect(timeOf(path)).toBe(then);
  });

  it("to one that found it old, whose own it then is", async () => {
    const path = lockPath();
    const first = take(path);
    age(path);
    const thief = take(path);
    expect(() => first.check()).toThrow(lost);
    expect(thrown(() => first.check())).toMatchObject({ holder: { pid: process.pid } });
    first.release();
    thief.check();
    thief.release();
    expect(existsSync(leaseOf(path))).toBe(false);
  });

  it("to one that found it old, even where nobody asked before it is released", () => {
    const path = lockPath();
    const first = take(path);
    age(path);
    const thief = take(path);
    first.release();
    thief.check();
    thief.release();
  });

  it("when its directory is removed; the timer that finds this ends nothing else", async () => {
    const path = lockPath();
    const [one, other] = [take(path, SHORT), lockPath()];
    const second = take(other, SHORT);
    rmdirSync(leaseOf(path));
    rmdirSync(leaseOf(other));
    expect(() => one.check()).toThrow(/removed.*close it/);
    await sleep(1100);
    expect(() => second.check()).toThrow(lost);
    for (const lease of [one, second]) lease.release();
  });

  it("for its table, which then commits nothing and leaves the other's alone", async () => {
    const path = fresh();
    const options = { durability: "process", locking: "lease" } as const;
    const table = MemmapTable.create(path, { ...options, rows: 2, columns: { a: "i4" } });
    const lock = join(path, ".memmap", "lock");
    age(lock);
    const child = await holder(path, "lease");
    const changes = [
      () => table.addColumn("b", "i4"),
      () => table.append([{ a: 1 }]),
      () => table.resize(1),
      () => {
        table.attr = 5;
      },
    ];
    for (const change of changes) {
      const error = thrown(change);
      expect(error).toBeInstanceOf(LockedError);
      expect(error).toMatchObject({ holder: { pid: child.pid, host: "elsewhere", since: "then" } });
    }
    table.close();
    expect(existsSync(leaseOf(lock))).toBe(true);
    expect(thrown(() => MemmapTable.open(path, { ...options, mode: "r+" }))).toBeInstanceOf(LockedError);
    using read = MemmapTable.open(path);
    expect([read.length, read.columnNames, read.attr]).toEqual([2, ["a"], null]);
  });

  it("by a change that takes too long to begin with, not half way through it", () => {
    const path = fresh();
    const options = { durability: "process", locking: "lease" } as const;
    using table = MemmapTable.create(path, { ...options, rows: 2, columns: { a: "i4" } });
    const lock = join(path, ".memmap", "lock");
    expect(() =>
      table.transaction(() => {
        table.addColumn("b", "i4");
        age(lock);
        take(lock);
      }),
    ).toThrow(LockedError);
    using read = MemmapTable.open(path);
    expect(read.columnNames).toEqual(["a"]);
  });
});

describe("the end of a process", () => {
  const source = (name: string) => JSON.stringify(new URL(`../../src/${name}`, import.meta.url).href);
  const run = (path: string, then: string) => {
    const code = `
      import { rmdirSync, mkdirSync } from "node:fs";
      import { nodeFiles } from ${source("platform/files.ts")};
      import { takeLease } from ${source("store/lease.ts")};
      const path = ${JSON.stringify(path)};
      const lease = takeLease(path, nodeFiles, performance.now());
      ${then}`;
    const flags = ["--import", import.meta.resolve("tsx"), "--input-type=module", "--eval", code];
    return execFileSync(process.execPath, flags, { encoding: "utf8", timeout: 50_000 });
  };

  it("is not kept waiting by a lease, and ends it", () => {
    const path = lockPath();
    expect(run(path, 'console.log("held");')).toBe("held\n");
    expect(readdirSync(join(path, ".."))).toEqual(["lock"]);
  });

  it("leaves alone what is another's by then", () => {
    const path = lockPath();
    run(path, "rmdirSync(path + '.lease'); mkdirSync(path + '.lease');");
    expect(existsSync(leaseOf(path))).toBe(true);
  });
});
