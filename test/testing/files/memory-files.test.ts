import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DiskError, IndexError, LimitError } from "../../../src/errors.js";
import { MemoryFiles } from "../../../src/testing/files/index.js";
import { temporaryPaths } from "../../support/temporary.js";
import {
  anyStep,
  closeAll,
  contentOf,
  everything,
  exchangeStep,
  memorySide,
  outcome,
  realSide,
} from "./both.js";

const fresh = temporaryPaths();

/** Exchanging too, where the real file system can. */
const steps = canExchange()
  ? fc.oneof({ weight: 20, arbitrary: anyStep }, { weight: 1, arbitrary: exchangeStep })
  : anyStep;

function canExchange(): boolean {
  const { files, root } = realSide(fresh());
  const [one, other] = [join(root, "a"), join(root, "b")];
  for (const path of [one, other]) files.close(files.create(path));
  return files.exchange(one, other);
}

describe("a file system in memory", () => {
  it("does what the real one does, whatever is asked of it", () => {
    fc.assert(
      fc.property(fc.array(steps, { minLength: 1, maxLength: 40, size: "max" }), (steps) => {
        const sides = [realSide(fresh()), memorySide()] as const;
        try {
          const [real, memory] = sides.map((side) =>
            steps.map((step) => [String(step), outcome(step, side)]),
          );
          expect(memory).toEqual(real);
          const [there, here] = sides.map(({ files, root }) => everything(files, dirname(root)));
          expect(here).toEqual(there);
        } finally {
          for (const side of sides) closeAll(side);
        }
      }),
    );
  });

  it("is as full as it is said to be, and has room again", () => {
    const files = new MemoryFiles({ capacity: 5 * 4096 });
    const fd = files.create("/a");
    files.extend(fd, 0, 3 * 4096, "/a");
    expect(files.free).toBe(2 * 4096);
    expect(() => files.extend(fd, 3 * 4096, 6 * 4096, "/a")).toThrow(/cannot give .*ENOSPC/);
    expect(files.stat(fd, "/a").size).toBe(3 * 4096);
    expect(files.stat(fd, "/a").blocks).toBe(24);
    expect(() => files.copy("/a", "/b")).toThrow(/disk is full/);
    expect(files.look("/b")).toBe(undefined);
    // A write fills what there is.
    expect(() => files.write(fd, new Uint8Array(3 * 4096).fill(1), 3 * 4096, "/a")).toThrow(/disk is full/);
    expect(files.stat(fd, "/a").size).toBe(5 * 4096);
    files.punch(fd, 4096, 2 * 4096, "/a");
    expect(files.free).toBe(2 * 4096);
    files.unlink("/a");
    expect(files.free).toBe(2 * 4096);
    files.close(fd);
    expect(files.free).toBe(5 * 4096);
    expect(files.openCount).toBe(0);
  });

  it("gives each thing an inode of its own for ever, and never the same time twice", () => {
    const files = new MemoryFiles();
    const inodes = new Set<number>();
    for (let i = 0; i < 5; i++) {
      files.close(files.create("/a"));
      inodes.add(files.look("/a")?.ino ?? 0);
      files.unlink("/a");
    }
    expect(inodes.size).toBe(5);
    const fd = files.create("/a");
    const times = Array.from({ length: 10 }, (_, i) => {
      files.write(fd, Uint8Array.of(i), i, "/a");
      return files.stat(fd, "/a").mtimeMs;
    });
    expect(new Set(times).size).toBe(10);
    expect(files.killState().look("/a")?.mtimeMs).toBe(times.at(-1));
  });

  it("refuses what the real one refuses before it asks the system", () => {
    const files = new MemoryFiles();
    const fd = files.create("/a");
    expect(() => files.extend(fd, 2, 1, "/a")).toThrow(IndexError);
    expect(() => files.punch(fd, -1, 1, "/a")).toThrow(LimitError);
    expect(() => files.reserve(fd, 1.5, "/a")).toThrow(LimitError);
    expect(() => files.truncate(fd, 2 ** 40, "/a")).toThrow(/EFBIG/);
    files.close(fd);
    expect(() => files.sync(fd, "/a")).toThrow(DiskError);
    expect(() => files.close(fd)).toThrow(/EBADF/);
  });

  it("keeps sharers of one file's bytes apart", () => {
    const files = new MemoryFiles();
    const fd = files.create("/a");
    files.write(fd, Uint8Array.of(1, 2, 3), 0, "/a");
    const before = files.killState();
    files.copy("/a", "/b");
    files.write(fd, Uint8Array.of(9), 1, "/a");
    expect([...contentOf(files, "/a")]).toEqual([1, 9, 3]);
    expect([...contentOf(files, "/b")]).toEqual([1, 2, 3]);
    expect([...contentOf(before, "/a")]).toEqual([1, 2, 3]);
    files.truncate(fd, 1, "/a");
    files.truncate(fd, 4, "/a");
    expect([...contentOf(files, "/a")]).toEqual([1, 0, 0, 0]);
  });
});
