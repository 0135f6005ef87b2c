import { linkSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemmapTable } from "../../../src/index.js";
import { nodeFiles } from "../../../src/platform/files.js";
import { Store } from "../../../src/store/store.js";
import { MemoryFiles, recordingFiles, replay, withFiles } from "../../../src/testing/files/index.js";
import { temporaryPaths } from "../../support/temporary.js";
import { anyStep, closeAll, contentOf, everything, outcome, realSide } from "./both.js";

const fresh = temporaryPaths();

describe("a recorded trace", () => {
  it("leads to what is there, inodes included, from whatever there was", () => {
    fc.assert(
      fc.property(
        fc.array(anyStep, { maxLength: 15, size: "max" }),
        fc.array(anyStep, { maxLength: 25, size: "max" }),
        (before, after) => {
          const side = realSide(fresh());
          for (const step of before) outcome(step, side);
          closeAll(side);
          const recording = recordingFiles(dirname(side.root));
          for (const step of after) outcome(step, { ...side, files: recording.files });
          // Links are made by no call, and by no store.
          const isLinked = [...before, ...after].some((step) => String(step) === "symlink");
          if (!isLinked) {
            expect(everything(replay(recording.trace), dirname(side.root))).toEqual(
              everything(nodeFiles, dirname(side.root)),
            );
          }
          closeAll(side);
        },
      ),
    );
  });

  it("begins with what is there, hard links and all, and can be had at any point", () => {
    const root = fresh();
    mkdirSync(join(root, "d"), { recursive: true });
    writeFileSync(join(root, "a"), "abc");
    linkSync(join(root, "a"), join(root, "d", "b"));
    const { files, trace, mark } = recordingFiles(root);
    expect(everything(trace.initial, root)).toEqual(everything(nodeFiles, root));
    expect(trace.initial.look(join(root, "d"))?.ino).toBe(nodeFiles.look(join(root, "d"))?.ino);
    expect(trace.initial.look(root)?.dev).toBe(nodeFiles.look(root)?.dev);
    const path = join(root, "c");
    const fd = files.create(path);
    files.write(fd, Uint8Array.of(1, 2), 0, path);
    mark("written");
    files.sync(fd, path);
    files.close(fd);
    files.syncDirectory(root);
    files.copy(path, `${path}2`);
    files.unlink(path);
    expect(trace.events.map(({ kind }) => kind)).toEqual([
      "create",
      "write",
      "mark",
      "content",
      "sync",
      "syncDirectory",
      "create",
      "content",
      "unlink",
    ]);
    expect(replay(trace, 0).look(path)).toBe(undefined);
    expect(replay(trace, 1).look(path)?.size).toBe(0);
    expect([...contentOf(replay(trace, 2), path)]).toEqual([1, 2]);
    expect([...replay(trace, 6).crashStates()].map((state) => state.look(path)?.size)).toEqual([2]);
    expect([...replay(trace).crashStates()].length).toBe(8);
    expect([...contentOf(replay(trace), `${path}2`)]).toEqual([1, 2]);
  });

  it("has what was stored through a mapping once it is synced", () => {
    const root = fresh();
    const recording = recordingFiles(root);
    const state = withFiles(recording.files, () => {
      using table = MemmapTable.create(root, { rows: 3 });
      table.addColumn("a", "i4", { data: [1, 2, 3] });
      return replay(recording.trace);
    });
    const column = join(root, "a.npy");
    expect(contentOf(state, column)).toEqual(contentOf(nodeFiles, column));
    expect(state.look(column)?.ino).toBe(nodeFiles.look(column)?.ino);
    // A store opens on it, and it was durable.
    for (const each of state.crashStates()) {
      const store = Store.open(root, { writable: true, files: each });
      expect(store.catalog.columns.get("a")?.rows).toBe(3);
      expect(contentOf(each, column)).toEqual(contentOf(nodeFiles, column));
      store.close();
    }
  });

  it("is of memory as of the real file system", () => {
    const memory = new MemoryFiles();
    memory.mkdir("/d");
    const recording = recordingFiles("/d/table", memory);
    Store.create("/d/table", { files: recording.files }).close();
    expect(everything(replay(recording.trace), "/d/table")).toEqual(everything(memory, "/d/table"));
  });
});
