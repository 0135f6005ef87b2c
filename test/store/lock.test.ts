import { execFileSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { DiskError, LockedError, MemmapTable, saveNpy } from "../../src/index.js";
import { nodeFiles } from "../../src/platform/files.js";
import { Hold } from "../../src/store/hold.js";
import { takeKernelLock } from "../../src/store/lock.js";
import { StorePaths } from "../../src/store/paths.js";
import { Store } from "../../src/store/store.js";
import { collectUntil, holders, killLater } from "../support/lock-holder.js";
import { openBelow, refuses, snapshot, thrown } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const holder = holders();
const quick = { durability: "process" } as const;

function sample(): string {
  const path = fresh();
  MemmapTable.create(path, { ...quick, rows: 1, columns: { a: "i4" } }).close();
  return path;
}

const write = (path: string, options: object = {}) =>
  MemmapTable.open(path, { ...quick, mode: "r+", ...options });

const lockOf = (path: string) => join(path, ".memmap", "lock");

/** Makes a lease as old as one whose holder was killed long ago. */
function age(path: string): void {
  const long = new Date(Date.now() - 80_000);
  utimesSync(`${lockOf(path)}.lease`, long, long);
}

describe.each(["kernel", "lease"] as const)("the lock of a table: %s", (locking) => {
  const opened = { locking };

  it("is held by one writer of this process, whom it names", () => {
    const path = sample();
    using _writer = write(path, opened);
    const named = new RegExp(`open for writing by process ${process.pid} on ${hostname()} since 2`);
    for (const mode of ["r+", "a", "w+"] as const) {
      const error = refuses(path, LockedError, named, () =>
        MemmapTable.open(path, { ...quick, ...opened, mode }),
      );
      expect(error).toMatchObject({
        code: "LOCKED",
        path: lockOf(path),
        holder: { pid: process.pid, host: hostname(), since: expect.stringMatching(/^\d{4}-.*Z$/) },
      });
    }
    refuses(path, LockedError, named, () =>
      MemmapTable.create(path, { ...quick, ...opened, overwrite: true }),
    );
    MemmapTable.open(path).close();
  });

  it("is that of the directory, however it is spelled", () => {
    const path = sample();
    const link = fresh("link");
    symlinkSync(path, link);
    const parent = fresh("parent");
    symlinkSync(dirname(path), parent);
    const spellings = [
      `${path}/`,
      `${path}/.`,
      join(path, "..") + path.slice(dirname(path).length),
      relative(process.cwd(), path),
      link,
      join(parent, path.slice(dirname(path).length)),
    ];
    using _writer = write(link, opened);
    for (const spelling of spellings) {
      expect(
        thrown(() => write(spelling, opened)),
        spelling,
      ).toBeInstanceOf(LockedError);
    }
  });

  it("is held by another process, whom it names, and free when that ends", async () => {
    const path = sample();
    const child = await holder(path, locking);
    const named = new RegExp(`process ${child.pid} on elsewhere since then`);
    refuses(path, LockedError, named, () => write(path, opened));
    const error = refuses(path, LockedError, named, () => write(path, { ...opened, timeout: 30 }));
    expect(error).toMatchObject({ holder: { pid: child.pid, host: "elsewhere", since: "then" } });
    MemmapTable.open(path).close();
    child.kill("SIGTERM");
    await once(child, "exit");
    write(path, opened).close();
  });

  it("is free after closing, however that came about", () => {
    const path = sample();
    write(path, opened).close();
    expect(() => MemmapTable.open(path, { ...quick, ...opened, mode: "r+", rows: 7 })).toThrow(/rows/);
    using _table = write(path, opened);
    expect(openBelow(path)).toEqual(locking === "kernel" ? ["fd /.memmap/lock"] : []);
  });

  it("has a file that is never deleted, never renamed, and says who held it last", () => {
    const path = sample();
    const { ino } = statSync(lockOf(path));
    write(path, opened).close();
    MemmapTable.create(path, { ...quick, ...opened, overwrite: true }).close();
    expect(statSync(lockOf(path)).ino).toBe(ino);
    expect(JSON.parse(readFileSync(lockOf(path), "utf8"))).toMatchObject({
      pid: process.pid,
      host: hostname(),
    });
  });

  it("that says nothing sensible is held all the same", () => {
    const texts = ["", "no JSON", "null", "\xff\xfe", '{"pid": "1", "host": "a", "since": "b"}'];
    for (const text of [...texts, `{"pid": ${"9".repeat(2000)}`]) {
      const path = sample();
      using _table = write(path, opened);
      writeFileSync(lockOf(path), text, "latin1");
      const error = refuses(path, LockedError, /open for writing by another writer;/, () =>
        write(path, opened),
      );
      expect(error).not.toHaveProperty("holder");
    }
  });

  it("of a writer that was dropped is free when it is collected", async () => {
    const path = sample();
    (() => {
      const table = write(path, opened);
      table.column("a").set(0, 5);
      table.addColumn("b", "i4").values[0] = 6;
    })();
    const free = await collectUntil(() => {
      try {
        write(path, opened).close();
        return true;
      } catch (error) {
        expect(error).toBeInstanceOf(LockedError);
        return false;
      }
    });
    expect(free).toBe(true);
    expect(MemmapTable.open(path).at(0)).toEqual({ a: 5, b: 6 });
  });

  it("of a writer that is still there is kept, whatever is collected", async () => {
    const path = sample();
    using table = write(path, opened);
    expect(await collectUntil(() => thrown(() => write(path, opened)).name !== "LockedError")).toBe(false);
    table.addColumn("b", "i4");
  });

  it("cannot be had where nothing can be written, and says what to do", () => {
    const path = sample();
    const bare = fresh();
    mkdirSync(bare);
    saveNpy(join(bare, "a.npy"), Int32Array.of(1));
    rmSync(lockOf(path));
    // The superuser may write anywhere: it takes another's part meanwhile.
    const root = process.getuid?.() === 0;
    chmodSync(dirname(path), 0o755);
    for (const each of [join(path, ".memmap"), bare]) chmodSync(each, 0o555);
    if (root) process.seteuid?.(65534);
    try {
      for (const each of [path, bare]) {
        const error = thrown(() => write(each, opened));
        expect(error).toBeInstanceOf(DiskError);
        expect(error.message).toMatch(/cannot be taken where nothing can be written \(EACCES\).*mode "r"/);
        MemmapTable.open(each).close();
      }
    } finally {
      if (root) process.seteuid?.(0);
      for (const each of [join(path, ".memmap"), bare]) chmodSync(each, 0o755);
    }
  });

  it("needs a package, and says what to do where that does not load", () => {
    const path = sample();
    const source = (name: string) => JSON.stringify(new URL(`../../src/${name}`, import.meta.url).href);
    const code = `
      import Module from "node:module";
      import { nodeFiles } from ${source("platform/files.ts")};
      import { Hold } from ${source("store/hold.ts")};
      import { StorePaths } from ${source("store/paths.ts")};
      const load = Module._load;
      Module._load = (name, ...rest) => {
        if (name === "proper-lockfile") throw new Error("not installed");
        return load(name, ...rest);
      };
      try {
        new Hold(new StorePaths(${JSON.stringify(path)}), nodeFiles,
          { locking: ${JSON.stringify(locking)}, durability: "process" });
      } catch (error) { console.log(error.code, error.message); }`;
    const tsx = ["--import", import.meta.resolve("tsx"), "--input-type=module", "--eval", code];
    const said = execFileSync(process.execPath, ["--no-addons", ...tsx], { encoding: "utf8" });
    expect(said).toMatch(
      locking === "kernel"
        ? /^UNSUPPORTED .*fs-native-extensions.*say locking: "lease", or "none"/
        : /^UNSUPPORTED .*proper-lockfile.*say locking: "kernel", or "none"/,
    );
  });
});

describe("a killed writer's lock", () => {
  it("of the kernel is free at once", async () => {
    const path = sample();
    const child = await holder(path, "kernel");
    child.kill("SIGKILL");
    await once(child, "exit");
    write(path).close();
  });

  it("of the kernel is waited for, up to the timeout", async () => {
    const path = sample();
    const worker = await killLater(await holder(path, "kernel"), 100);
    using table = write(path, { timeout: 60_000 });
    expect(table.column("a").length).toBe(1);
    await worker.terminate();
  });

  it("that is a lease is taken over when it is old", async () => {
    const path = sample();
    const child = await holder(path, "lease");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(thrown(() => write(path, { locking: "lease" }))).toBeInstanceOf(LockedError);
    age(path);
    using _table = write(path, { locking: "lease" });
    expect(thrown(() => write(path, { locking: "lease" }))).toMatchObject({ holder: { pid: process.pid } });
  });

  it("that is a lease keeps those out who ask the kernel, as long as it is young", async () => {
    const path = sample();
    await holder(path, "lease");
    expect(thrown(() => write(path))).toMatchObject({ holder: { host: "elsewhere" } });
    age(path);
    write(path).close();
  });
});

describe("no lock", () => {
  it("is asked for where locking is none", () => {
    const path = sample();
    using _one = write(path);
    using other = write(path, { locking: "none" });
    other.column("a").set(0, 5);
    const made = fresh();
    using table = MemmapTable.create(made, { ...quick, locking: "none" });
    table.addColumn("a", "i4");
    expect(readdirSync(join(made, ".memmap"))).toEqual(["last"]);
  });

  it("is a choice of its own", () => {
    const path = sample();
    const message = /locking is one of "kernel", "lease", "none", not "flock"/;
    expect(() => write(path, { locking: "flock" })).toThrow(message);
  });
});

describe("takeKernelLock", () => {
  const now = () => performance.now();

  it("gives up a lock whose file was taken away while it waited", () => {
    const path = sample();
    const lock = lockOf(path);
    let looks = 0;
    const files = {
      ...nodeFiles,
      look(each: string) {
        if (each === lock) looks += 1;
        // The first look is whether to make it, the second whether it is still the one.
        if (looks === 2) rmSync(lock);
        return nodeFiles.look(each);
      },
    };
    expect(takeKernelLock(lock, files, now())).toBe(undefined);
    expect(openBelow(path)).toEqual([]);
    const taken = takeKernelLock(lock, nodeFiles, now());
    taken?.check();
    expect(openBelow(path)).toEqual(["fd /.memmap/lock"]);
    taken?.release();
    taken?.release();
    expect(openBelow(path)).toEqual([]);
  });

  it("holds without a name where there is no room to write it", () => {
    const path = sample();
    const full = {
      ...nodeFiles,
      write(): void {
        throw new Error("ENOSPC");
      },
    };
    const taken = takeKernelLock(lockOf(path), full, now());
    expect(() => takeKernelLock(lockOf(path), nodeFiles, now())).toThrow(LockedError);
    taken?.release();
  });
});

describe("the control directory", () => {
  it("is cleaned of what interrupted writers left, by the next writer alone", () => {
    const path = sample();
    const control = join(path, ".memmap");
    mkdirSync(join(control, "stage-2"));
    writeFileSync(join(control, "stage-2", "0000"), "half a column");
    mkdirSync(join(control, "stage-17"));
    writeFileSync(join(control, "commit-2"), "half a record");
    writeFileSync(join(control, "notes"), "nobody's");
    MemmapTable.open(path).close();
    expect(readdirSync(control)).toHaveLength(6);
    using _first = write(path);
    mkdirSync(join(control, "stage-2"));
    expect(() => write(path)).toThrow(LockedError);
    expect(readdirSync(control).sort()).toEqual(["last", "lock", "notes", "stage-2"]);
    // One that lies where the next change is staged is no obstacle either.
    using table = write(path, { locking: "none" });
    mkdirSync(join(control, "stage-2"), { recursive: true });
    writeFileSync(join(control, "stage-2", "0000"), "half a column");
    table.addColumn("b", "i4");
    expect(readdirSync(control).sort()).toEqual(["last", "lock", "notes", "stage-2"]);
    write(path, { locking: "none" }).close();
    expect(readdirSync(control).sort()).toEqual(["last", "lock", "notes"]);
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

  it("with a lease in it is taken back, or stays where another writer was quick", () => {
    const path = fresh();
    mkdirSync(path);
    const paths = new StorePaths(path);
    const lease = { ...quick, locking: "lease" } as const;
    new Hold(paths, nodeFiles, lease).abandon();
    expect(snapshot(path)).toEqual({ ".": "directory" });
    let other: Hold | undefined;
    const files = {
      ...nodeFiles,
      rmdir(each: string) {
        nodeFiles.rmdir(each);
        if (each.endsWith(".lease")) other = new Hold(paths, nodeFiles, lease);
      },
    };
    new Hold(paths, files, lease).abandon();
    expect(readdirSync(paths.control).sort()).toEqual(["lock", "lock.lease"]);
    other?.check();
    other?.release();
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
