import { describe, expect, it } from "vitest";
import { parseDType } from "../../src/dtype/index.js";
import { DiskError } from "../../src/errors.js";
import { overFiles } from "../../src/platform/files.js";
import type { Durability } from "../../src/store/stage.js";
import { Store } from "../../src/store/store.js";
import {
  type FilesCall,
  failingFiles,
  MemoryFiles,
  type MemoryOptions,
} from "../../src/testing/files/index.js";

const COUNT = 500;
const NEW = { dtype: parseDType("f8"), itemShape: [], layout: "npy", attr: null, overwrite: false } as const;
const content = new Uint8Array(800).fill(7);

/** A tree in memory without arrays. */
function tree(durability: Durability, options?: MemoryOptions, over: Parameters<typeof overFiles>[1] = {}) {
  const memory = new MemoryFiles(options);
  memory.mkdir("/data");
  const failing = failingFiles(overFiles(memory, over));
  const store = Store.create("/data/tree", { durability, kind: "tree", files: failing.files });
  const draft = store.begin();
  draft.clear(null);
  store.commit(draft);
  failing.reset();
  return { memory, store, failing };
}

/** Adds a small array to each of many groups, in one transaction. */
function addMany(store: Store): void {
  const draft = store.begin();
  try {
    for (let i = 0; i < COUNT; i++) draft.add(`g${i}/array`, { ...NEW, rows: 100, content });
  } catch (error) {
    store.rollback(draft);
    throw error;
  }
  store.commit(draft);
}

function tally(calls: readonly { readonly name: FilesCall }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { name } of calls) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Everything below a directory, with the bytes that each file has. */
function listed(memory: MemoryFiles, directory: string): string[] {
  return memory.list(directory).flatMap(({ name, kind }) => {
    const path = `${directory}/${name}`;
    return kind === "directory" ? [path, ...listed(memory, path)] : [`${path} ${memory.look(path)?.size}`];
  });
}

describe("many small arrays in one transaction", () => {
  it("take the calls that each file and directory needs, and few others", () => {
    const { store, failing } = tree("process");
    addMany(store);
    const counts = tally(failing.calls);
    // Its group is looked for, it is made, written, looked at and closed, then the group is made, and it gets its name.
    expect(failing.calls.length / COUNT).toBeLessThan(7.1);
    for (const name of ["create", "write", "close", "mkdir", "rename", "stat", "look"]) {
      expect([name, counts.get(name) ?? 0]).toEqual([name, expect.closeTo(COUNT, -1)]);
    }
    expect([...counts.keys()].filter((name) => name.startsWith("sync"))).toEqual([]);
    store.close();
  });

  it("are waited for at once, at each barrier", () => {
    const { store, failing } = tree("full");
    addMany(store);
    const counts = tally(failing.calls);
    expect(counts.get("syncAll")).toBe(2);
    expect((counts.get("sync") ?? 0) + (counts.get("syncDirectory") ?? 0)).toBeLessThan(6);
    // One look more of each group, at which file system it is on.
    expect(failing.calls.length / COUNT).toBeLessThan(8.1);
    store.close();
  });

  it("are waited for one by one where the system knows no other way", () => {
    const { store, failing } = tree("full", {}, { syncAll: () => false });
    addMany(store);
    const counts = tally(failing.calls);
    expect(counts.get("sync")).toBe(COUNT + 1);
    expect(counts.get("syncDirectory")).toBeGreaterThan(COUNT);
    store.close();
  });

  it("are read back", () => {
    const { memory, store } = tree("full");
    addMany(store);
    store.close();
    const reader = Store.open("/data/tree", { writable: false, kind: "tree", files: memory });
    expect(reader.catalog.columns.size).toBe(COUNT);
    expect([...reader.catalog.columns.values()].every(({ rows }) => rows === 100)).toBe(true);
    reader.close();
  });

  it("are all removed, with their groups, by as few waits", () => {
    const { memory, store, failing } = tree("full");
    const before = listed(memory, "/data/tree").filter((line) => !line.includes("last"));
    addMany(store);
    failing.reset();
    const draft = store.begin();
    draft.clear(null);
    store.commit(draft);
    const counts = tally(failing.calls);
    expect((counts.get("sync") ?? 0) + (counts.get("syncDirectory") ?? 0)).toBeLessThan(6);
    expect(listed(memory, "/data/tree").filter((line) => !line.includes("last"))).toEqual(before);
    store.close();
  });

  it("leave nothing on a disk that fills up in their midst", () => {
    for (const durability of ["process", "full"] as const) {
      const { memory, store } = tree(durability, { capacity: 2 ** 20 });
      const before = listed(memory, "/data/tree");
      const { free, openCount } = memory;
      expect(() => addMany(store)).toThrow(DiskError);
      expect(listed(memory, "/data/tree")).toEqual(before);
      expect(memory.free).toBe(free);
      expect(memory.openCount).toBe(openCount);
      store.close();
    }
  });

  it("leave nothing where a barrier fails before they are committed", () => {
    const syncAll = (path: string) => {
      throw new DiskError(`${path}: EIO`, { path });
    };
    const { memory, store } = tree("full", {}, { syncAll });
    const before = listed(memory, "/data/tree");
    expect(() => addMany(store)).toThrow(/EIO/);
    expect(listed(memory, "/data/tree")).toEqual(before);
    // What a failed sync has lost comes with no second one.
    expect(() => store.begin()).toThrow(/sync failed/);
    store.close();
  });
});
