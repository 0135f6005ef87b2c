import { describe, expect, it } from "vitest";
import { DiskError } from "../../src/errors.js";
import { overFiles } from "../../src/platform/files.js";
import { Barrier, type Durability } from "../../src/store/barrier.js";
import { failingFiles, MemoryFiles } from "../../src/testing/files/index.js";

/** A barrier for so many files, each in a directory of its own, and what it called to wait. */
function waited(
  count: number,
  {
    durability = "full",
    over = {},
  }: { durability?: Durability; over?: Parameters<typeof overFiles>[1] } = {},
): string[] {
  const memory = new MemoryFiles();
  memory.mkdir("/home");
  const failing = failingFiles(overFiles(memory, over));
  const barrier = new Barrier("/home", failing.files, durability);
  for (let i = 0; i < count; i++) {
    memory.mkdir(`/home/${i}`);
    memory.close(memory.create(`/home/${i}/file`));
    barrier.file(`/home/${i}/file`);
  }
  barrier.wait();
  const calls = failing.calls.map(({ name, path }) => `${name} ${path}`);
  failing.reset();
  barrier.wait();
  expect(failing.calls).toEqual([]);
  return calls.filter((call) => call.startsWith("sync"));
}

describe("a barrier", () => {
  it("waits for few files one by one, for many by one call, and for none where nothing is to last", () => {
    expect(waited(2)).toEqual(["sync /home/0/file", "sync /home/1/file"]);
    expect(waited(16).length).toBe(16);
    expect(waited(17)).toEqual(["syncAll /home"]);
    expect(waited(17, { durability: "process" })).toEqual([]);
  });

  it("waits for many one by one where the system knows no other way", () => {
    expect(waited(17, { over: { syncAll: () => false } })).toEqual([
      "syncAll /home",
      ...Array.from({ length: 17 }, (_, i) => `sync /home/${i}/file`),
    ]);
  });

  it("waits by itself for what is on another file system, mounted on a group", () => {
    const memory = new MemoryFiles();
    const elsewhere = new MemoryFiles({ dev: memory.dev + 1 });
    const stat = elsewhere.look("/");
    const files = overFiles(memory, {
      look: (path) => (path === "/home/mounted" ? stat : memory.look(path)),
    });
    const failing = failingFiles(files);
    const barrier = new Barrier("/home", failing.files, "full");
    memory.mkdir("/home");
    for (let i = 0; i < 17; i++) {
      memory.mkdir(`/home/${i}`);
      barrier.directory(`/home/${i}`);
    }
    memory.mkdir("/home/mounted");
    memory.close(memory.create("/home/mounted/file"));
    barrier.file("/home/mounted/file");
    barrier.directory("/home/mounted");
    barrier.wait();
    const syncs = failing.calls.filter(({ name }) => name.startsWith("sync"));
    expect(syncs.map(({ name, path }) => `${name} ${path}`)).toEqual([
      "syncAll /home",
      "sync /home/mounted/file",
      "syncDirectory /home/mounted",
    ]);
  });

  it("passes over directories that were removed since, and over no file", () => {
    for (const count of [1, 17]) {
      const memory = new MemoryFiles();
      memory.mkdir("/home");
      const barrier = new Barrier("/home", memory, "full");
      for (let i = 0; i < count; i++) barrier.directory(`/home/${i}`);
      barrier.wait();
    }
    const memory = new MemoryFiles();
    memory.mkdir("/home");
    const barrier = new Barrier("/home", memory, "full");
    barrier.file("/home/gone");
    expect(() => barrier.wait()).toThrow(/gone/);
  });

  it("says that a wait has failed, and closes what it opened", () => {
    for (const count of [3, 17]) {
      const memory = new MemoryFiles();
      memory.mkdir("/home");
      const failing = failingFiles(memory);
      const barrier = new Barrier("/home", failing.files, "full");
      for (let i = 0; i < count; i++) {
        memory.close(memory.create(`/home/${i}`));
        barrier.file(`/home/${i}`);
      }
      failing.failAt(count === 3 ? 2 : 1);
      expect(() => barrier.wait()).toThrow(DiskError);
      expect(memory.openCount).toBe(0);
    }
  });
});
