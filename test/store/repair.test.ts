import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { check, DiskError, MemmapTable, repair, saveNpy, UnsupportedError } from "../../src/index.js";
import { nodeFiles, overFiles, withFiles } from "../../src/platform/files.js";
import { type CountedCall, failingFiles, isChanging } from "../../src/testing/files/index.js";
import { openBelow, refuses, snapshot } from "../support/snapshot.js";
import { someOf } from "../support/some-of.js";
import { temporaryPaths } from "../support/temporary.js";
import {
  type Change,
  crash,
  everything,
  expectOne,
  expectRepaired,
  outside,
  sample,
  shown,
} from "./check-stores.js";

const fresh = temporaryPaths();

const last = (path: string) => join(path, ".memmap", "last");
const control = (path: string) => readdirSync(join(path, ".memmap")).sort();

/** A change of all kinds but shrinking: room that cannot be given back stays, which is no failure. */
const most: Change = (table) =>
  table.transaction(() => {
    table.renameColumn("a", "h/a");
    table.addColumn("new", "f8", { fill: 1, attr: "new" });
    table.deleteColumn("g/b");
    table.resize(5);
  });

/** Stores that need all that repair can do. */
const BROKEN: Record<string, (path: string) => void> = {
  "a change that is to be applied, a void record, a stage": (path) => {
    sample(path, "process");
    crash(path, most, "process");
    writeFileSync(join(path, ".memmap", "commit-77"), "{");
    mkdirSync(join(path, ".memmap", "stage-77"));
    writeFileSync(join(path, ".memmap", "stage-77", "0000"), "");
  },
  "a damaged record, with one that follows it": (path) => {
    sample(path);
    crash(path, most);
    writeFileSync(last(path), "");
  },
  "a damaged record and a void one": (path) => {
    sample(path);
    writeFileSync(last(path), "{}");
    writeFileSync(join(path, ".memmap", "commit-5"), "{}");
  },
  "a record that is missing": (path) => {
    sample(path);
    rmSync(last(path));
    mkdirSync(join(path, ".memmap", "stage-9"));
  },
  "a change that did not wait": (path) => {
    sample(path, "process");
  },
  "a table that never came to be": (path) => {
    mkdirSync(join(path, ".memmap", "stage-1"), { recursive: true });
    writeFileSync(join(path, ".memmap", "commit-1"), "");
  },
};

/** Each call that changes something, and of those that do not the first and the last of their kind and path. */
function worthFailing(calls: readonly CountedCall[]): CountedCall[] {
  const key = ({ name, path }: CountedCall): string => `${name} ${path}`;
  const [first, last] = [new Map<string, CountedCall>(), new Map<string, CountedCall>()];
  for (const call of calls) {
    if (!first.has(key(call))) first.set(key(call), call);
    last.set(key(call), call);
  }
  return calls.filter(
    (call) =>
      call.name !== "close" &&
      (isChanging(call.name) || first.get(key(call)) === call || last.get(key(call)) === call),
  );
}

/** The disk is not waited for, which takes long: what comes in which order is the same. */
const unsynced = overFiles(nodeFiles, { sync: () => {}, syncDirectory: () => {}, syncAll: () => true });

describe.each(Object.entries(BROKEN))("the repair of %s", (_, damage) => {
  const template = fresh();
  damage(template);
  const copy = (): string => {
    const path = fresh();
    cpSync(template, path, { recursive: true });
    return path;
  };
  const done = copy();
  const counting = failingFiles(unsynced);
  withFiles(counting.files, () => repair(done));
  const { calls } = counting;
  const isTable = existsSync(last(done));
  const files = isTable ? outside(done) : {};
  // Where its record is lost, a generation is known by what is left beside it, and the first try may remove that.
  const content = isTable ? { ...shown(done), generation: undefined } : undefined;

  function expectDone(path: string): void {
    expect(check(path).filter((one) => one.repair !== undefined)).toEqual([]);
    expect(existsSync(join(path, ".memmap")) ? control(path) : []).toEqual(isTable ? ["last", "lock"] : []);
    expect(isTable ? outside(path) : {}).toEqual(files);
    if (isTable) expect({ ...shown(path), generation: undefined }).toEqual(content);
  }

  it("is done again after an end of the process at any call", () => {
    // After a call that changes nothing, all is as it was after the call before.
    const changing = calls.filter(({ name }) => isChanging(name));
    expect(changing.length).toBeGreaterThan(5);
    // A third of them each time.
    for (const { number } of someOf(changing, 3)) {
      const path = copy();
      const stopping = failingFiles(unsynced);
      stopping.stopAfter(number);
      try {
        withFiles(stopping.files, () => repair(path));
      } catch {
        // The process has ended.
      }
      expect(openBelow(path)).toEqual([]);
      withFiles(unsynced, () => repair(path));
      expectDone(path);
      expect(repair(path)).toEqual([]);
      rmSync(path, { recursive: true });
    }
  });

  it("is done again after a failure of any call", () => {
    // An eighth of them each time.
    for (const { number } of someOf(worthFailing(calls), 8)) {
      const path = copy();
      const failing = failingFiles(unsynced);
      failing.failAt(number, { code: "EIO" });
      try {
        withFiles(failing.files, () => repair(path));
      } catch (error) {
        expect(error).toBeInstanceOf(DiskError);
      }
      expect(openBelow(path)).toEqual([]);
      withFiles(unsynced, () => repair(path));
      expectDone(path);
      rmSync(path, { recursive: true });
    }
  });
});

describe("repair", () => {
  it("syncs what it writes before it takes the place of what was there", () => {
    const path = sample(fresh());
    writeFileSync(last(path), "");
    const counting = failingFiles();
    withFiles(counting.files, () => repair(path));
    const names = counting.calls.map(({ name, path: at }) => `${name} ${at.slice(path.length)}`);
    const renamed = names.findIndex((name) => name.startsWith("rename /.memmap/stage-"));
    expect(names.slice(0, renamed).some((name) => /^sync \/\.memmap\/stage-.*0000$/.test(name))).toBe(true);
    expect(names.slice(renamed)).toContain("syncDirectory /.memmap");
  });

  it("makes no control directory where there is none", () => {
    const path = fresh();
    mkdirSync(path);
    saveNpy(join(path, "x.npy"), Int32Array.of(1));
    mkdirSync(join(path, "empty"));
    expect(repair(path)).toEqual([]);
    expect(readdirSync(path).sort()).toEqual(["empty", "x.npy"]);
  });

  it("refuses a part of another table, and leaves it as it is", () => {
    const path = sample(fresh());
    cpSync(join(path, ".memmap"), join(path, "g", ".memmap"), { recursive: true });
    writeFileSync(join(path, "g", ".memmap", "last"), "");
    const error = refuses(path, UnsupportedError, /is a part of the table/, () => repair(join(path, "g")));
    expect(error.message).toContain(path);
  });

  it("takes a lease where it is told to", () => {
    for (const locking of ["lease", "none"] as const) {
      const path = sample(fresh(), "process");
      expect(repair(path, { locking }).map(({ code }) => code)).toEqual(["unsynced"]);
      expect(check(path)).toEqual([]);
      const left = fresh();
      mkdirSync(join(left, ".memmap"), { recursive: true });
      expect(repair(left, { locking }).map(({ code }) => code)).toEqual(["no-table"]);
      expect(readdirSync(left)).toEqual([]);
    }
  });

  it("leaves a table alone that a writer makes where one never came to be", () => {
    const path = fresh();
    mkdirSync(join(path, ".memmap"), { recursive: true });
    let made: MemmapTable | undefined;
    const files = overFiles(nodeFiles, {
      rmdir(at) {
        if (at === join(path, ".memmap")) made ??= MemmapTable.open(path, { mode: "a", rows: 2 });
        nodeFiles.rmdir(at);
      },
    });
    expect(withFiles(files, () => repair(path)).map(({ code }) => code)).toEqual(["no-table"]);
    expect(made?.addColumn("x", "i4").length).toBe(2);
    made?.close();
    expect(check(path)).toEqual([]);
  });

  it("changes nothing that no record names", () => {
    const path = sample(fresh());
    writeFileSync(join(path, "x.attr"), "{");
    writeFileSync(join(path, "y.npy"), "no header");
    writeFileSync(join(path, ".memmap", "notes"), "ours");
    mkdirSync(join(path, "empty"));
    const before = snapshot(path);
    expect(repair(path)).toEqual([]);
    expect(snapshot(path)).toEqual(before);
    mkdirSync(join(path, ".memmap", "stage-2"));
    expectRepaired(path);
    expect(snapshot(path)).toEqual(before);
  });

  it("says what it did in the words of check", () => {
    const path = sample(fresh());
    crash(path, everything);
    const found = expectOne(path, "unapplied-record", ".memmap/commit-5", /not yet applied/);
    expect(repair(path)).toEqual([found]);
  });
});
