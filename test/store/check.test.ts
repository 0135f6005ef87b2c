import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { check, MemmapTable, NotFoundError, repair, saveNpy } from "../../src/index.js";
import { nodeFiles, overFiles, withFiles } from "../../src/platform/files.js";
import { failure } from "../../src/testing/files/failure.js";
import { interceptFiles, isChanging } from "../../src/testing/files/index.js";
import { holders } from "../support/lock-holder.js";
import { openBelow, snapshot, thrown } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";
import { type Change, crash, everything, expectOne, sample, shown } from "./check-stores.js";

const fresh = temporaryPaths();
const hold = holders();

describe("a healthy store", () => {
  const CHANGES: Record<string, Change> = {
    "as it is made": () => {},
    "with a new column": (table) => table.addColumn("new", "i4", { attr: 1 }),
    "with columns in new groups": (table) => table.addColumn("x/y/new", "U5", { itemShape: [2] }),
    "with a replaced column": (table) => table.addColumn("a", "f8", { overwrite: true }),
    "with a copied column": (table) => table.copyColumn("a", "g/c"),
    "with a renamed column": (table) => table.renameColumn("a", "h/a"),
    "without a column and its group": (table) => table.deleteColumn("g/b"),
    "without columns": (table) => {
      for (const name of table.columnNames) table.deleteColumn(name);
    },
    "that grew": (table) => table.resize(100),
    "that shrank": (table) => table.resize(1),
    "with no rows": (table) => table.resize(0),
    "with more rows": (table) => table.append([{ a: 1, "g/b": 2, r: 3 }]),
    "with attributes": (table) =>
      table.transaction(() => {
        table.attr = { unit: "m" };
        table.setGroupAttr("g", 2);
        table.column("r").attr = [1];
      }),
    "after everything at once": everything,
  };

  it.each(Object.entries(CHANGES))("%s", (_, change) => {
    const path = sample(fresh());
    {
      using table = MemmapTable.open(path, { mode: "r+" });
      change(table);
      expect(check(path)).toEqual([]);
    }
    expect(check(path)).toEqual([]);
    expect(repair(path)).toEqual([]);
  });

  it("without sidecars, or with files of other programs beside", () => {
    const path = sample(fresh());
    for (const name of [".attr", "a.attr"]) rmSync(join(path, name));
    writeFileSync(join(path, "notes.txt"), "ours");
    mkdirSync(join(path, ".git", "objects"), { recursive: true });
    mkdirSync(join(path, "pictures"));
    writeFileSync(join(path, "pictures", "a.png"), "");
    expect(check(path)).toEqual([]);
  });

  it("that is a plain directory of arrays, and is never touched", () => {
    const path = fresh();
    mkdirSync(path);
    saveNpy(join(path, "x.npy"), Int32Array.of(1, 2));
    saveNpy(join(path, "y.npy"), Float64Array.of(1, 2));
    const files = snapshot(path);
    expect(check(path)).toEqual([]);
    expect(repair(path)).toEqual([]);
    expect(snapshot(path)).toEqual(files);
    using table = MemmapTable.open(path, { mode: "r+" });
    expect(check(path)).toEqual([]);
    table.resize(3);
    expect(check(path)).toEqual([]);
  });

  it("within a transaction of its writer, and while one is being made", () => {
    const path = sample(fresh());
    using table = MemmapTable.open(path, { mode: "r+", durability: "process" });
    table.transaction(() => {
      table.addColumn("new", "i4");
      table.resize(7);
      expect(check(path)).toEqual([]);
    });
    expect(check(path)).toEqual([]);
  });

  it("as a part of a store", () => {
    const path = sample(fresh());
    expect(check(join(path, "g"))).toEqual([]);
    crash(path, everything);
    // The group is about to go, with its column.
    expect(check(join(path, "g")).map(({ code }) => code)).toEqual(["no-table"]);
  });
});

describe("check", () => {
  it("refuses what is no directory", () => {
    const path = sample(fresh());
    for (const root of [fresh(), join(path, "a.npy"), join(path, "a.npy", "x")]) {
      for (const act of [check, repair]) {
        const error = thrown(() => act(root));
        expect(error).toBeInstanceOf(NotFoundError);
        expect(error.message).toContain(root);
      }
    }
  });

  it("makes no call that changes or locks anything, and reads no data", () => {
    const path = sample(fresh());
    crash(path, everything);
    const seen = new Set<string>();
    let read = 0;
    const files = interceptFiles(nodeFiles, (call, proceed) => {
      seen.add(call.name);
      const result = proceed();
      if (call.name === "read" && !call.path.includes("proc")) read += Number(result);
      return result;
    });
    expect(withFiles(files, () => check(path))).toHaveLength(1);
    expect([...seen].filter((name) => isChanging(name as "write") || name === "lock")).toEqual([]);
    const big = fresh();
    MemmapTable.create(big, { rows: 1_000_000, columns: { x: "f8" } }).close();
    read = 0;
    expect(withFiles(files, () => check(big))).toEqual([]);
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(100_000);
  });

  it("works where nothing can be written", () => {
    const path = sample(fresh());
    const files = overFiles(nodeFiles, {
      open(at, flags) {
        if (flags === "r+") throw failure("open", at, "EROFS");
        return nodeFiles.open(at, flags);
      },
    });
    chmodSync(path, 0o555);
    try {
      expect(withFiles(files, () => check(path))).toEqual([]);
    } finally {
      chmodSync(path, 0o755);
    }
  });

  it("gives findings in the order of the paths, each frozen", () => {
    const path = sample(fresh());
    writeFileSync(join(path, "z.npy"), "no header");
    writeFileSync(join(path, "b.attr"), "{}");
    writeFileSync(join(path, ".memmap", "notes"), "");
    const found = check(path);
    expect(found.map(({ code }) => code)).toEqual(["foreign-file", "orphan-sidecar", "headerless"]);
    expect(check(path)).toEqual(found);
    for (const one of found) expect(Object.isFrozen(one)).toBe(true);
    expect(openBelow(path)).toEqual([]);
  });
});

describe("while another process has the store", () => {
  it.each(["kernel", "lease"] as const)("stages and records are its own: %s", async (locking) => {
    const path = sample(fresh());
    crash(path, everything);
    mkdirSync(join(path, ".memmap", "stage-99"));
    writeFileSync(join(path, ".memmap", "commit-99"), "half");
    expect(check(path)).toHaveLength(3);
    const holder = await hold(path, locking);
    expect(check(path)).toEqual([]);
    expect(thrown(() => repair(path)).name).toBe("LockedError");
    expect(() => repair(path, { timeout: 10 })).toThrow(/open for writing by process/);
    // What is wrong with columns is wrong all the same.
    writeFileSync(join(path, "x.attr"), "{}");
    expectOne(path, "orphan-sidecar", "x.attr", /x\.npy, which is not there/);
    holder.kill("SIGKILL");
  });

  it("where the system does not list its locks, it is its process that counts", async () => {
    const path = sample(fresh());
    mkdirSync(join(path, ".memmap", "stage-99"));
    const files = overFiles(nodeFiles, {
      open(at, flags) {
        if (at.startsWith("/proc/")) throw failure("open", at, "ENOENT");
        return nodeFiles.open(at, flags);
      },
    });
    const seen = () => withFiles(files, () => check(path).map(({ code }) => code));
    const ended = spawn(process.execPath, ["-e", ""]);
    await once(ended, "exit");
    const sign = (pid: number | undefined, host: string) =>
      writeFileSync(join(path, ".memmap", "lock"), JSON.stringify({ pid, host, since: "then" }));
    sign(process.pid, hostname());
    expect(seen()).toEqual([]);
    for (const [pid, host] of [
      [process.pid, "elsewhere"],
      [ended.pid, hostname()],
      [-1, hostname()],
    ] as const) {
      sign(pid, host);
      expect(seen()).toEqual(["leftover-stage"]);
    }
    writeFileSync(join(path, ".memmap", "lock"), "");
    expect(seen()).toEqual(["leftover-stage"]);
    rmSync(join(path, ".memmap", "lock"));
    expect(seen()).toEqual(["leftover-stage"]);
  });

  describe("that is being made", () => {
    let path: string;
    beforeAll(() => {
      path = fresh();
      mkdirSync(join(path, ".memmap"), { recursive: true });
      writeFileSync(join(path, ".memmap", "lock"), "");
    });

    it("nothing is amiss until its writer is gone", async () => {
      const holder = await hold(path, "kernel");
      expect(check(path)).toEqual([]);
      const gone = new Promise((resolve) => holder.on("exit", resolve));
      holder.kill("SIGKILL");
      await gone;
      expectOne(path, "no-table", ".memmap", /never came to be/);
    });
  });

  it("that is changed all the time, each look is of one moment", () => {
    const path = sample(fresh());
    using table = MemmapTable.open(path, { mode: "r+", durability: "process" });
    let looks = 0;
    // A writer that makes a change in the midst of the first looks.
    const files = overFiles(nodeFiles, {
      list(at) {
        looks += 1;
        const listed = nodeFiles.list(at);
        if (looks === 2) table.addColumn("late", "i4");
        if (looks === 5) table.resize(50);
        if (looks === 8) table.deleteColumn("g/b");
        return listed;
      },
    });
    expect(withFiles(files, () => check(path))).toEqual([]);
    expect(looks).toBeGreaterThan(8);
    expect(shown(path).rows).toBe(50);
  });
});
